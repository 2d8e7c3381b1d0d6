"""Remembers what was made from the same values before."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")
_MOST = 1024


class Memo(Generic[Made]):
    """What was made, by the values that decide it. Holds at most 1024; then it begins anew."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], Made] = {}

    def get(self, values: tuple[Any, ...], make: Callable[[], Made]) -> Made:
        """Return what these values give. Types count (1 is not true); lists and objects are not remembered."""
        key = (*values, *map(type, values))
        try:
            found = self._made.get(key)
        except TypeError:
            return make()
        if found is None:
            if len(self._made) >= _MOST:
                self._made.clear()
            found = self._made[key] = make()
        return found
