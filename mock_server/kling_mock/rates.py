"""How many requests an account may send in a second of its clock."""

from collections import deque


class Rates:
    """Counts requests: all of them against one limit, those of an operation against its own."""

    def __init__(self, most: float, of_operation: dict[str, float]) -> None:
        """Allow `most` requests a second (0: any number), and fewer for some operations."""
        self.most = most
        self.of_operation = of_operation
        self._seen: dict[str, deque[int]] = {}

    def limits(self, operation: str) -> bool:
        """Say whether requests for an operation are counted at all."""
        return bool(self.most) or operation in self.of_operation

    def lets(self, operation: str, now: int) -> bool:
        """Say whether one more request may come at a time, and count it when it may."""
        own = self.of_operation.get(operation, 0)
        limits = [(name, most) for name, most in (("", self.most), (operation, own)) if most]
        if any(self._count(name, now) >= most for name, most in limits):
            return False
        for name, _ in limits:
            self._seen[name].append(now)
        return True

    def clear(self) -> None:
        """Forget what was counted."""
        self._seen.clear()

    def _count(self, name: str, now: int) -> int:
        seen = self._seen.setdefault(name, deque())
        while seen and not now - 1000 < seen[0] <= now:
            seen.popleft()
        return len(seen)
