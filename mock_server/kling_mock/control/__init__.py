"""The control API under /_mock: accounts, clock, faults, deliveries, result files."""

from .dispatch import CONTROLS, answer

__all__ = ["CONTROLS", "answer"]
