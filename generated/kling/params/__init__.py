"""Objects that requests hold: one module of TypedDicts a family."""
