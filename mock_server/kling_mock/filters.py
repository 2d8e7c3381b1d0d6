"""Picks the calls of a journal that somebody wants to see."""

import difflib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

import msgspec

from .account import Account
from .entries import Entry, entry
from .journal import Record

if TYPE_CHECKING:
    from .world import World


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which calls; what is left out lets all through."""

    operation: str = "*"  # a name or a pattern: text_to_video.*
    code: int | None = None
    status: int | None = None
    task_id: str = ""
    since: int = 0  # calls after this number
    text: str = ""  # somewhere in the call, in any case
    limit: Annotated[int, msgspec.Meta(ge=0)] | None = None  # the latest ones

    def lets(self, record: Record) -> bool:
        """Say whether a call may be wanted, by what is known before it is read."""
        return (
            (self.code is None or record.code == self.code)
            and (self.status is None or record.answer.status == self.status)
            and (self.operation == "*" or fnmatchcase(record.operation, self.operation))
        )

    def wants(self, one: Entry) -> bool:
        """Say whether a call that may be wanted is."""
        if self.task_id and self.task_id not in (one.task_id, str(one.parameters.get("id", ""))):
            return False
        return not self.text or self.text.lower() in msgspec.json.encode(one).decode().lower()


ASKS = (
    ("operation", "a name or a pattern, like *.create"),
    ("code", "of the answer"),
    ("status", "HTTP status of the answer"),
    ("task_id", "the task that a call was about"),
    ("since", "calls after this number"),
    ("text", "what stands somewhere in a call"),
    ("limit", "no more than this, the latest"),
)
"""The query parameters of a filter."""


def found(world: "World", account: Account, wanted: Filter) -> list[Entry]:
    """Return the calls of an account that are wanted, oldest first. Raises `ValueError` for an unknown operation."""
    check_operation(world, wanted.operation)
    made: list[Entry] = []
    for one in _newest_first(world, account, wanted):
        if wanted.limit is not None and len(made) >= wanted.limit:
            break
        made.append(one)
    return made[::-1]


def check_operation(world: "World", pattern: str) -> None:
    """Raise `ValueError` with the nearest names for a pattern that no operation of the API can match."""
    if pattern and not any(fnmatchcase(one, pattern) for one in world.operations):
        near = difflib.get_close_matches(pattern, world.operations, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(f"no operation {pattern!r} in this API{hint}")


def _newest_first(world: "World", account: Account, wanted: Filter) -> Iterator[Entry]:
    for number, record in reversed(account.journal.after(wanted.since)):
        if wanted.lets(record):
            one = entry(world, account, number, record)
            if wanted.wants(one):
                yield one
