"""Replies of the service: one module a family, loaded when first used."""
