"""Reads the header X-Kling-Mock-Fault: what one request shall meet.

    code=1303                      a kind with its main detail
    reset                          a kind alone
    code=1301; message=not this    more details, each after a semicolon
    slow=2, lost-answer            several, each after a comma

Text that holds a comma or a semicolon cannot be said here; the control API takes it.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from .faults import KINDS, WHERE_AND_WHEN, AnyFault, flaw

if TYPE_CHECKING:
    from .world import World


def parsed(text: str, world: "World") -> tuple[AnyFault, ...]:
    """Return the faults that a header names. Raises `ValueError` with what is wrong."""
    made = _faults(text)
    for one in made:
        found = flaw(one, world.messages, world.operations)
        if found is not None:
            raise ValueError(f"{one.__struct_config__.tag}: {found[1]}")
    return made


@lru_cache(maxsize=256)
def _faults(text: str) -> tuple[AnyFault, ...]:
    return tuple(_fault(one.strip()) for one in text.split(","))


def _fault(text: str) -> AnyFault:
    head, *details = text.split(";")
    kind, has_value, value = (part.strip() for part in head.partition("="))
    if kind not in KINDS:
        raise ValueError(f"no fault {kind!r}; there are {', '.join(KINDS)}")
    members = dict(_details(kind, details))
    if has_value:
        if not KINDS[kind].main:
            raise ValueError(f"{kind} takes no value; got {value!r}")
        members[KINDS[kind].main] = value
    try:
        made: AnyFault = msgspec.convert({"kind": kind, **members}, AnyFault, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"{text}: {error}") from error
    return made


def _details(kind: str, details: list[str]) -> Iterator[tuple[str, str]]:
    known = [one for one in KINDS[kind].__struct_fields__ if one not in WHERE_AND_WHEN]
    for one in details:
        name, _, value = (part.strip() for part in one.partition("="))
        if name not in known:
            raise ValueError(f"{kind} has no detail {name!r} here" + (f"; it has {', '.join(known)}" if known else ""))
        yield name, value
