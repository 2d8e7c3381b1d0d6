"""What a test may say of a member of a request, and whether it is so.

prompt="A paper boat"           equal
prompt=re.compile("boat")       a regular expression finds something in the text
prompt=...                      given, whatever it says (`unittest.mock.ANY` does as well)
negative_prompt=ABSENT          not given
duration=str                    of a type
prompt=lambda text: "boat" in text
camera_control={"type": "simple"}           these members of an object; others may stand beside them
**{"camera_control.config.zoom": 5}         the same by its dotted name; items of lists by number: image_list.0.image
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from .bounded import LONG, cut


class _Absent(Enum):
    ABSENT = "not given"

    def __repr__(self) -> str:
        return self.value


ABSENT = _Absent.ABSENT
"""A member that is not given; also what is got where there is none."""


class Difference(NamedTuple):
    """A member that is not as it was expected."""

    name: str  # dotted
    expected: Any
    got: Any


def reached(value: Any, name: str) -> Any:
    """Return the member with a dotted name, `ABSENT` when there is none."""
    for part in name.split("."):
        if isinstance(value, Mapping):
            value = value.get(part, ABSENT)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return ABSENT
    return value


def differences(expected: Mapping[str, Any], said: Mapping[str, Any]) -> list[Difference]:
    """Return the members that are not as expected; none when all are."""
    return [one for name, wanted in expected.items() for one in _compared(name, wanted, reached(said, name))]


def _compared(name: str, expected: Any, got: Any) -> Iterator[Difference]:
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for member, wanted in expected.items():
            yield from _compared(f"{name}.{member}", wanted, got.get(member, ABSENT))
    elif isinstance(expected, list | tuple) and isinstance(got, list) and len(expected) == len(got):
        for place, (wanted, one) in enumerate(zip(expected, got, strict=True)):
            yield from _compared(f"{name}.{place}", wanted, one)
    elif not _fits(expected, got):
        yield Difference(name, expected, got)


def _fits(expected: Any, got: Any) -> bool:
    if expected is ABSENT or got is ABSENT:
        return expected is got
    if expected is ...:
        return True
    if isinstance(expected, re.Pattern):
        return isinstance(got, str) and expected.search(got) is not None
    if isinstance(expected, type):
        return isinstance(got, expected)
    if callable(expected):
        return bool(expected(got))
    if isinstance(expected, int | float) and isinstance(expected, bool) != isinstance(got, bool):
        return False  # Python takes True for 1
    return bool(expected == got) or (isinstance(expected, str) and len(expected) > LONG and cut(expected) == got)


def told(expected: Any) -> str:
    """Return an expectation in words."""
    if expected is ...:
        return "any value"
    if isinstance(expected, re.Pattern):
        return f"to match {expected.pattern!r}"
    if isinstance(expected, type):
        return f"a {expected.__name__}"
    if callable(expected):
        return f"{getattr(expected, '__name__', repr(expected))}(…) to be true"
    return short(expected)


def short(value: Any, *, most: int = 120) -> str:
    """Return a value in words, at most so many characters of it."""
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 1]}… ({len(text):,} characters)"
