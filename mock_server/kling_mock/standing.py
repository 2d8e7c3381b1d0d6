"""The faults that stand in an account, and how often each has struck."""

from collections import deque
from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec

from .faults import AnyFault, Callbacks
from .script import Script
from .tasks import Task


class StandingFault(msgspec.Struct):
    """A fault that waits for requests: all that has to be kept of it."""

    id: str
    fault: AnyFault
    matched: int = 0
    fired: int = 0

    @property
    def left(self) -> int:
        """Return how many requests it can still strike; 0 for one that has no end."""
        return 0 if self.fault.times is None else self.fault.times - self.fired

    @property
    def is_spent(self) -> bool:
        return self.fault.times is not None and not self.left

    def strikes(self, seed: int) -> bool:
        """Count a request that it is for, and say whether it strikes this one."""
        self.matched += 1
        if self.matched <= self.fault.after or (self.fault.chance < 1 and not self._is_drawn(seed)):
            return False
        self.fired += 1
        return True

    def _is_drawn(self, seed: int) -> bool:
        """Say what chance has for the request that was counted last; there is no state that would have to be kept."""
        return Random(f"{seed} {self.id} {self.matched}").random() < self.fault.chance

    def told(self) -> dict[str, Any]:
        """Return it in words: the fault, its id, how many requests it was for, and how many it struck."""
        return {"id": self.id, **msgspec.to_builtins(self.fault), "matched": self.matched, "fired": self.fired}


class Faults:
    """The faults of one account. Used under the account's lock."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._last = 0  # number of an id
        self._spent: deque[StandingFault] = deque(maxlen=100)
        self._lasting: tuple[AnyFault, ...] = ()
        self._astray: dict[str, Callbacks] = {}  # by task
        self.live: list[StandingFault] = []

    def add(self, fault: AnyFault) -> StandingFault:
        """Let a fault wait for requests."""
        self._last += 1
        made = StandingFault(f"f{self._last}", fault)
        self.live.append(made)
        return made

    def keep(self) -> None:
        """Let those that stand now stand again, as new, whenever the others are forgotten."""
        self._lasting = tuple(one.fault for one in self.live)

    def remove(self, id: str) -> None:
        """Forget one. Raises `KeyError`."""
        known = [one for one in self.told() if one.id == id]
        if not known:
            raise KeyError(f"no fault {id!r}; GET /_mock/faults lists them")
        self.live = [one for one in self.live if one.id != id]
        self._spent = deque((one for one in self._spent if one.id != id), maxlen=self._spent.maxlen)

    def remove_all(self) -> None:
        """Forget all. What tasks have met already stays."""
        self.live = []
        self._spent.clear()

    def clear(self) -> None:
        """Begin anew, with those alone that last."""
        self.remove_all()
        self._astray.clear()
        self._last = 0
        for one in self._lasting:
            self.add(one)

    def restore(self, seed: int, known: list[StandingFault]) -> None:
        """Go on from what `told` gave; what tasks have met stays."""
        self._seed, self._last = seed, max((int(one.id[1:]) for one in known), default=0)
        self.remove_all()
        self.live = list(known)
        self._tidy()

    def told(self) -> list[StandingFault]:
        """Return those that stand and the last hundred that are spent, the oldest first."""
        return sorted([*self._spent, *self.live], key=lambda one: int(one.id[1:]))

    def script(self, operation: str, role: str, own: Sequence[AnyFault] = ()) -> Script | None:
        """Return what a request meets: its own faults first, then those that stand here; None when nothing."""
        made = Script()
        for fault in own:
            if made.lacks(fault) and fault.is_for(operation, role):
                made.take(fault)
        for one in self.live:
            if made.lacks(one.fault) and one.fault.is_for(operation, role) and one.strikes(self._seed):
                made.take(one.fault)
        self._tidy()
        return made if made.met else None

    def send_astray(self, task: Task, how: Callbacks | None) -> None:
        """Remember that the callbacks of a task go astray."""
        if how is not None:
            self._astray[task.id] = how

    def announced(self, task: Task, place: int) -> list[tuple[int, int]]:
        """Return the states that a task tells when it comes to the one at `place`: their places, and when each is told."""
        astray, at_ms = self._astray.get(task.id), task.begins[place]
        if astray is None:
            return [(place, at_ms)]
        if astray.how == "duplicate":
            return [(place, at_ms)] * 2
        if astray.how == "reorder" and place == len(task.begins) - 1:
            return [(one, at_ms) for one in reversed(range(len(task.begins)))]
        return []

    def _tidy(self) -> None:
        if any(one.is_spent for one in self.live):
            self._spent.extend(one for one in self.live if one.is_spent)
            self.live = [one for one in self.live if not one.is_spent]
