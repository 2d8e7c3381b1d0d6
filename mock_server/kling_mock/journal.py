"""What an account's callers asked and were answered, as it came: written at every request, read seldom.

Nothing here is masked: what leaves the mock is made of it by `entries`.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock

import msgspec

from .errors import Problem
from .request import Answer, Request
from .settings import JOURNAL


class Record(msgspec.Struct, frozen=True, gc=False):
    """One request and its answer; bodies are no larger than a journal keeps."""

    at_ms: int  # of the account's clock, when it was answered
    wall: float  # the same in Unix seconds
    seconds: float  # from the request to its answer
    operation: str  # empty for a path that the API does not have
    request: Request
    answer: Answer
    code: int
    message: str
    problems: tuple[Problem, ...]
    body_bytes: int  # of the whole bodies
    reply_bytes: int


class Journal:
    """The latest calls of one account, numbered from 1 on without a gap. Safe to share between threads."""

    def __init__(self, most: int = JOURNAL) -> None:
        """Keep so many calls; 0 keeps none."""
        self.most = most
        self.last = 0  # the number of the latest call
        self.followers: set[Callable[[], None]] = set()  # told of every call; may be called by any thread
        self._kept: deque[Record] = deque(maxlen=most)
        self._forgotten = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, record: Record) -> None:
        """Keep a call; the oldest one goes when there are too many."""
        with self._lock:
            self.last += 1
            self._kept.append(record)
        if self.followers:
            for tell in tuple(self.followers):
                tell()

    def after(self, number: int = 0) -> list[tuple[int, Record]]:
        """Return the calls after a number, oldest first, each with its own number."""
        with self._lock:
            kept, last = list(self._kept), self.last
        first = last - len(kept) + 1
        skipped = max(number - first + 1, 0)
        return list(enumerate(kept[skipped:], first + skipped))

    def clear(self) -> None:
        """Forget every call; numbers go on."""
        with self._lock:
            self._forgotten += len(self._kept)
            self._kept.clear()

    @property
    def dropped(self) -> int:
        """Return how many calls had to make room for later ones."""
        with self._lock:
            return self.last - self._forgotten - len(self._kept)
