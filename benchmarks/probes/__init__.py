"""Scripts that run in a process of their own; what they import is what they measure."""
