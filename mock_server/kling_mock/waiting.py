"""Deliveries that are still to be made, as data: what a snapshot holds of them, and what a file keeps."""

from collections.abc import Iterable

import msgspec

from .lane import Delivery


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """A delivery that was not known to be made, or given up. What is posted is told anew by its task."""

    number: int  # of the message on its account
    task_id: str
    state: str
    due_ms: int
    attempt: int


def waiting(found: Iterable[Delivery]) -> list[Waiting]:
    """Return the deliveries of tasks as data; what belongs to no task cannot be told anew."""
    return [Waiting(one.number, one.task_id, one.state, one.due_ms, one.attempt) for one in found if one.task_id]
