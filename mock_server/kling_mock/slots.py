"""How much of an account runs at once."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

Taken = tuple[int, str, int]
"""Until when, by which task, how many places."""


class Slots:
    """The places that running tasks take, by kind of pack. A place is free again when its task has ended."""

    def __init__(self, taken: dict[str, list[Taken]] | None = None) -> None:
        """Begin with what was taken before; each list is a heap."""
        self.taken = taken or {}
        self._sum = {kind: sum(places for _, _, places in heap) for kind, heap in self.taken.items()}

    def used(self, kind: str, now: int) -> int:
        """Return how many places of a kind are taken at a time."""
        heap = self.taken.get(kind)
        while heap and heap[0][0] <= now:
            self._sum[kind] -= heappop(heap)[2]
        return self._sum.get(kind, 0)

    def take(self, kind: str, places: int, task_id: str, *, until_ms: int) -> None:
        """Take places until the task has ended."""
        heappush(self.taken.setdefault(kind, []), (until_ms, task_id, places))
        self._sum[kind] = self._sum.get(kind, 0) + places

    def move(self, task_id: str, *, until_ms: int) -> None:
        """Say anew when a task ends."""
        for heap in self.taken.values():
            if any(one[1] == task_id for one in heap):
                heap[:] = [(until_ms if name == task_id else until, name, places) for until, name, places in heap]
                heapify(heap)

    def running(self) -> list[str]:
        """Return the tasks that took places and have not been seen to end, in the order they started."""
        return sorted(name for heap in self.taken.values() for _, name, _ in heap)

    def told(self, now: int) -> dict[str, int]:
        """Return how many places of each kind are taken."""
        return {kind: self.used(kind, now) for kind in self._kinds()}

    def _kinds(self) -> Iterator[str]:
        yield from sorted(self.taken)

    def clear(self) -> None:
        """Free all."""
        self.taken.clear()
        self._sum.clear()
