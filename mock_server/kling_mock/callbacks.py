"""Posts tasks to their callback_url when their status changes. Loopback only."""

import heapq
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from threading import Condition, Lock
from urllib.parse import urlsplit

Send = Callable[[str, bytes], int]
"""Posts a body to a URL and returns the HTTP status."""


@dataclass(order=True, frozen=True)
class Delivery:
    """One status change that somebody wants to hear of."""

    due_ms: int
    number: int
    url: str = field(compare=False)
    body: Callable[[], bytes] = field(compare=False)


@dataclass(frozen=True)
class Delivered:
    """What became of a delivery: the receiver's HTTP status, or why there is none."""

    due_ms: int
    url: str
    body: bytes
    status: int | None
    problem: str


def is_loopback(url: str) -> bool:
    """Say whether a URL leads to this machine. Names are not looked up: only `localhost` is one."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Outbox:
    """The deliveries that are not due yet, and a log of those that were made."""

    def __init__(self, send: Send, changed: Condition) -> None:
        """Send with `send`; `changed` is told of every new delivery, and may be shared by outboxes."""
        self._send = send
        self._waiting: list[Delivery] = []
        self._numbers = count()
        self.changed = changed
        self._sending = Lock()  # one sender at a time, so that deliveries keep their order
        self.log: list[Delivered] = []

    def put(self, due_ms: int, url: str, body: Callable[[], bytes]) -> None:
        """Plan a delivery. A URL that does not lead to this machine is logged and never posted to."""
        with self.changed:
            if is_loopback(url):
                heapq.heappush(self._waiting, Delivery(due_ms, next(self._numbers), url, body))
                self.changed.notify()
            else:
                self._note(Delivered(due_ms, url, b"", None, "not sent: callbacks go to loopback only"))

    def next_due(self) -> int | None:
        """Return when the next delivery is due, None when none is waiting."""
        return self._waiting[0].due_ms if self._waiting else None

    def settle(self, now: int) -> list[Delivered]:
        """Make every delivery that is due, in order, and return what became of them."""
        made = []
        with self._sending:
            while (one := self._pop(now)) is not None:
                made.append(self._made(one))
        return made

    def clear(self) -> None:
        """Forget what is waiting and what was logged."""
        with self.changed:
            self._waiting.clear()
            self.log.clear()

    def _pop(self, now: int) -> Delivery | None:
        with self.changed:
            return heapq.heappop(self._waiting) if self._waiting and self._waiting[0].due_ms <= now else None

    def _made(self, one: Delivery) -> Delivered:
        body = one.body()
        try:
            done = Delivered(one.due_ms, one.url, body, self._send(one.url, body), "")
        except OSError as error:
            done = Delivered(one.due_ms, one.url, body, None, str(error))
        with self.changed:
            self._note(done)
        return done

    def _note(self, done: Delivered) -> None:
        self.log.append(done)
        del self.log[:-1000]


def http_sender(timeout: float) -> Send:
    """Return a sender over HTTP: one POST, redirects not followed. Raises `OSError` when the receiver cannot be reached."""
    import httpx2

    client = httpx2.Client(timeout=timeout, follow_redirects=False, trust_env=False)
    headers = {"content-type": "application/json; charset=utf-8", "user-agent": "kling-mock"}

    def send(url: str, body: bytes) -> int:
        try:
            return client.post(url, content=body, headers=headers).status_code
        except httpx2.HTTPError as error:
            raise OSError(f"{type(error).__name__}: {error}") from error

    return send
