"""Mocks that are wrong in one way each: what the contract suite must find out."""

from . import costs, doors, envelopes, laws, lives, signatures
from .mutant import FAMILIES, MUTANTS, Mutant

__all__ = ["FAMILIES", "MUTANTS", "Mutant", "costs", "doors", "envelopes", "laws", "lives", "signatures"]
