"""The order in which one receiver is told things."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush


@dataclass(order=True, frozen=True, slots=True)
class Delivery:
    """One message that somebody wants to have: most often a change of a task's status."""

    due_ms: int
    number: int  # of the message on its account, the same when it is tried again
    url: str = field(compare=False)
    body: Callable[[], bytes] = field(compare=False, repr=False)  # made when it is sent: thousands may wait
    task_id: str = field(default="", compare=False)
    state: str = field(default="", compare=False)  # that the task has come to
    attempt: int = field(default=1, compare=False)

    @property
    def turn(self) -> str:
        """Return what it shares with those that must not overtake it."""
        return self.task_id or f"message {self.number}"


class Lane:
    """What one receiver is to be told, by due time; of one task one thing at a time. Its owner locks."""

    def __init__(self) -> None:
        self._planned: list[Delivery] = []  # a heap
        self._busy: set[str] = set()  # turns whose delivery is under way, or will be tried again
        self._held: dict[str, list[Delivery]] = {}  # due, but behind one of the same turn
        self._under_way: set[Delivery] = set()

    @property
    def is_empty(self) -> bool:
        return not self._planned and not self._under_way

    @property
    def head(self) -> Delivery | None:
        """Return what is due next, None when nothing is planned."""
        return self._planned[0] if self._planned else None

    @property
    def waiting(self) -> list[Delivery]:
        """Return all that is planned, held back or under way."""
        held = [one for many in self._held.values() for one in many]
        return [*self._planned, *held, *self._under_way]

    def is_under_way(self, one: Delivery) -> bool:
        """Say whether a delivery is being made, and was not forgotten."""
        return one in self._under_way

    def put(self, one: Delivery) -> bool:
        """Plan a delivery, and say whether it is the next one."""
        if one.attempt > 1:  # it was tried before: the others of its turn wait for it
            self._busy.add(one.turn)
        heappush(self._planned, one)
        return self._planned[0] is one

    def take(self, now: int) -> Delivery | None:
        """Return the next delivery that may begin, None when nothing that is due may."""
        while self._planned and self._planned[0].due_ms <= now:
            one = heappop(self._planned)
            if one.turn not in self._busy or one.attempt > 1:
                self._busy.add(one.turn)
                self._under_way.add(one)
                return one
            self._held.setdefault(one.turn, []).append(one)
        return None

    def done(self, one: Delivery, again: Delivery | None = None) -> bool:
        """Let the next of the same turn come, after `again` where it is to be tried again. False: it was forgotten."""
        if not self.is_under_way(one):
            return False
        self._under_way.remove(one)
        if again is not None:
            heappush(self._planned, again)
            return True
        self._busy.discard(one.turn)
        for held in self._held.pop(one.turn, ()):
            heappush(self._planned, held)
        return True

    def clear(self) -> None:
        """Forget everything, what is under way as well."""
        self.__init__()  # type: ignore[misc]  # a lane with nothing in it is a new one

    def is_settled(self, until: int) -> bool:
        """Say whether nothing that is due by a time can still be made."""
        return (not self._planned or self._planned[0].due_ms > until) and all(one.due_ms > until for one in self._under_way)
