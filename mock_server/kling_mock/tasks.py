"""Tasks, and where they stand at a time.

A task's whole timeline is fixed when it is created. What a query answers is a pure function of (task, now): nothing
ticks.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kling_spec.lifecycle import Lifecycle

Timeline = tuple[tuple[str, int], ...]
"""The states of a task and the milliseconds since 1970 at which each begins."""


@dataclass(frozen=True, slots=True)
class Task:
    """One accepted task."""

    id: str
    family: str
    external_id: str  # empty when the caller gave none
    timeline: Timeline
    result_ids: tuple[str, ...]  # of what it makes
    recipe: str  # the token of the file it makes
    watermark: bool | None  # None when the caller did not speak of it
    units: str
    origin: str  # the URL before its results
    reason: str  # why it fails; empty when it does not
    callback_url: str
    echo: Mapping[str, Any]  # the request fields that its result repeats

    def at(self, now: int) -> tuple[str, int]:
        """Return the state at a time and when it began."""
        found = self.timeline[0]
        for step in self.timeline:
            if step[1] > now:
                break
            found = step
        return found


def timeline(lifecycle: Lifecycle, *, start: int, fails: bool, seed: str) -> Timeline:
    """Return when a task reaches each state; the same seed gives the same times."""
    source = random.Random(seed)
    begins, made = float(start), []
    for state in lifecycle.path(fails=fails):
        made.append((state, int(begins)))
        least, most = lifecycle.seconds.get(state, (0.0, 0.0))
        begins += source.uniform(least, most) * 1000
    return tuple(made)


class TaskStore:
    """The tasks of one account, in memory."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}
        self._by_external: dict[str, str] = {}
        self._of_family: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def add(self, task: Task) -> None:
        """Keep a new task."""
        self._tasks[task.id] = task
        self._of_family.setdefault(task.family, []).append(task.id)
        if task.external_id:
            self._by_external[task.external_id] = task.id

    def find(self, family: str, wanted: str) -> Task | None:
        """Return the task of a family by its id or the caller's own id."""
        task = self._tasks.get(wanted) or self._tasks.get(self._by_external.get(wanted, ""))
        return task if task is not None and task.family == family else None

    def has_external(self, external_id: str) -> bool:
        """Say whether the account has used an external id."""
        return external_id in self._by_external

    def page(self, family: str, number: int, size: int) -> Iterator[Task]:
        """Yield the tasks of one page, newest first; numbers begin at 1."""
        ids = self._of_family.get(family, [])
        last = len(ids) - (number - 1) * size
        return (self._tasks[one] for one in reversed(ids[max(0, last - size) : max(0, last)]))

    def clear(self) -> None:
        """Forget every task."""
        self.__init__()  # type: ignore[misc]  # a store without tasks is a new one
