"""Tasks, and where they stand at a time.

A task's whole timeline is fixed when it is created. What a query answers is a pure function of (task, now): nothing
ticks.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple
from zlib import crc32

import msgspec

from kling_spec.lifecycle import Lifecycle

from .recipe import Recipe
from .source import Source

_SPREAD = 0x9E3779B1  # a prime near 2**32 over the golden ratio: neighbouring seeds end far apart
Timeline = tuple[tuple[str, int], ...]
"""The states of a task and the milliseconds since 1970 at which each begins."""


@dataclass(frozen=True)
class Way:
    """The states that a task goes through, and for how many seconds at least and at most. Many tasks share one."""

    states: tuple[str, ...]
    seconds: tuple[tuple[float, float], ...]

    @cached_property
    def _spans(self) -> tuple[tuple[float, float], ...]:
        """Return the seconds as milliseconds at least, and for each step of what is drawn; of all states but the last."""
        return tuple((least * 1000, (most - least) * 1000 / 2**32) for least, most in self.seconds[:-1])

    @classmethod
    def of(cls, lifecycle: Lifecycle, *, fails: bool, typical: float | None = None) -> "Way":
        """Return the way of the tasks that succeed, or of those that fail.

        `typical` is how many seconds the last state before the end takes, give or take a fifth, in place of the
        lifecycle's own.
        """
        states = lifecycle.path(fails=fails)
        seconds = [lifecycle.seconds.get(one, (0.0, 0.0)) for one in states]
        if typical is not None:
            seconds[-2] = (typical * 0.8, typical * 1.2)
        return cls(states, tuple(seconds))

    @classmethod
    def early(cls, lifecycle: Lifecycle, seconds: tuple[float, float]) -> "Way":
        """Return the shortest way of the tasks that fail: `seconds` pass in its first state."""
        states = min((one for one in lifecycle.ways() if lifecycle.verdict(one[-1]) == "failed"), key=len)
        return cls(states, (seconds, *[(0.0, 0.0)] * (len(states) - 1)))

    def begins(self, start: int, *, seed: str) -> tuple[int, ...]:
        """Return when a task reaches each state, in milliseconds since 1970; the same seed gives the same times."""
        at, made, drawn = float(start), [start], crc32(seed.encode())
        for least, step in self._spans:
            drawn = drawn * _SPREAD & 0xFFFFFFFF
            at += least + step * drawn
            made.append(int(at))
        return tuple(made)


NEVER = 2**62
"""When a task comes to a state that nothing is known of."""
STUCK = NEVER + 1
"""When a task comes to a state that it never comes to, whatever happens."""


class Task(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One accepted task. There may be millions: each has no more than its fields, and is made in C."""

    id: str
    family: str
    external_id: str  # empty when the caller gave none
    way: Way
    begins: tuple[int, ...]  # milliseconds since 1970, one for each state of the way
    result_ids: tuple[str, ...]  # of what it makes
    pattern: Recipe  # of the file it makes, but for the seed
    watermark: bool | None  # None when the caller did not speak of it
    units: str
    folder: str  # the URL before the names of its results
    reason: str  # why it fails; empty when it does not
    callback_url: str
    echo: Mapping[str, Any]  # the request fields that its result repeats
    kept_ms: int | None = None  # how long its results are kept; None: as long as the service keeps any
    parent: Source | None = None  # the film it works on, where replies tell it
    is_gone: bool = False  # what it made was deleted

    def at(self, now: int) -> tuple[str, int]:
        """Return the state at a time and when it began."""
        place = max(bisect_right(self.begins, now) - 1, 0)
        return self.way.states[place], self.begins[place]

    @property
    def timeline(self) -> Timeline:
        return tuple(zip(self.way.states, self.begins, strict=True))

    @property
    def recipe(self) -> Recipe:
        """Return how to make its file."""
        return self.pattern.seeded(int(self.id))


class Change(NamedTuple):
    """A task that came to a state."""

    at_ms: int
    task: Task
    state: str


class TaskStore:
    """The tasks of one account, in memory."""

    def __init__(self, most: int = 1_000_000) -> None:
        """Keep at most so many; above it the oldest that have ended are forgotten."""
        self._most = self._look_at = most
        self.noted: list[Task | str] | None = None  # new states and ids of tasks that are gone, where somebody keeps them
        self._tasks: dict[str, Task] = {}
        self._by_external: dict[str, str] = {}
        self._of_family: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def __iter__(self) -> Iterator[Task]:
        return iter(self._tasks.values())

    def add(self, task: Task) -> None:
        """Keep a new task."""
        if len(self._tasks) >= self._look_at:
            self._evict(task.begins[0])
        self._tasks[task.id] = task
        self._of_family.setdefault(task.family, []).append(task.id)
        if task.external_id:
            self._by_external[task.external_id] = task.id
        if self.noted is not None:
            self.noted.append(task)

    def find(self, family: str, wanted: str) -> Task | None:
        """Return the task of a family by its id or the caller's own id."""
        task = self._tasks.get(wanted) or self._tasks.get(self._by_external.get(wanted, ""))
        return task if task is not None and task.family == family else None

    def of_id(self, wanted: str) -> Task | None:
        """Return the task with an id, whatever its family."""
        return self._tasks.get(wanted)

    def unlist(self, task: Task) -> None:
        """Leave a task out of the pages of its family."""
        self._of_family[task.family].remove(task.id)

    def has_external(self, external_id: str) -> bool:
        """Say whether the account has used an external id."""
        return external_id in self._by_external

    def replace(self, task: Task) -> None:
        """Keep another state of a known task."""
        self._tasks[task.id] = task
        if self.noted is not None:
            self.noted.append(task)

    def page(self, family: str, number: int, size: int) -> Iterator[Task]:
        """Yield the tasks of one page, newest first; numbers begin at 1."""
        ids = self._of_family.get(family, [])
        last = len(ids) - (number - 1) * size
        return (self._tasks[one] for one in reversed(ids[max(0, last - size) : max(0, last)]))

    def changes(self, ids: Iterable[str], after: int, until: int) -> list["Change"]:
        """Return the changes of state of some tasks after a time, up to another, in order."""
        found = [
            Change(at, task, state)
            for task in map(self._tasks.__getitem__, ids)
            for state, at in zip(task.way.states, task.begins, strict=True)
            if after < at <= until
        ]
        return sorted(found, key=lambda one: one.at_ms)

    def tally(self, ids: Iterable[str], now: int) -> list[tuple[str, int, int]]:
        """Return how many tasks of each family run at a time, and how many are kept in all; `ids` are those that may run."""
        found = (self._tasks.get(id) for id in ids)
        running = Counter(task.family for task in found if task is not None and task.begins[-1] > now)
        return [(family, running[family], len(ids)) for family, ids in list(self._of_family.items())]

    def clear(self) -> None:
        """Forget every task."""
        self._tasks.clear()
        self._by_external.clear()
        self._of_family.clear()

    def _evict(self, now: int) -> None:
        """Forget a hundredth of the tasks, the oldest that have ended; at least one where any has."""
        ended = (task for task in self._tasks.values() if task.begins[-1] <= now)
        gone = {task.id: task for task in islice(ended, max(self._most // 100, 1))}
        for task in gone.values():
            del self._tasks[task.id]
            self._by_external.pop(task.external_id, None)
        if self.noted is not None:
            self.noted.extend(gone)
        self._look_at = max(self._most, len(self._tasks) + self._most // 100)  # not at each task while none has ended
        for family in {task.family for task in gone.values()}:
            self._of_family[family] = [one for one in self._of_family[family] if one not in gone]
