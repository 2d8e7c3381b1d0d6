"""What an account posts to callback URLs: planned, signed, told in order, logged."""

import logging
import random
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

from .clock import Clock
from .lane import Delivery, Lane
from .post import Post, Reply
from .receivers import Receiver, receiver, why_not
from .settings import Settings
from .signature import Secrets

if TYPE_CHECKING:
    from .dispatcher import Dispatcher

log = logging.getLogger("kling_mock")
LOGGED = 1000
"""How many entries the log of an account keeps."""
_HEADERS = {"content-type": "application/json; charset=utf-8", "user-agent": "kling-mock"}


class Attempt(NamedTuple):
    """A delivery that is being made."""

    delivery: Delivery
    sent_ms: int  # on the account's clock
    post: Post


@dataclass(frozen=True, slots=True)
class Delivered:
    """One attempt at a delivery, and what became of it."""

    number: int  # of the entry in the log
    delivery: Delivery
    sent_ms: int | None  # on the account's clock; None: it was never sent
    headers: Mapping[str, str]
    reply: Reply
    next_try_ms: int | None = None  # on the account's clock; None: this was the last

    @property
    def due_ms(self) -> int:
        return self.delivery.due_ms

    @property
    def url(self) -> str:
        return self.delivery.url

    @property
    def status(self) -> int | None:
        return self.reply.status

    @property
    def problem(self) -> str:
        """Return why it does not count as delivered, empty when it does."""
        return self.reply.problem

    @property
    def body(self) -> bytes:
        """Return what was posted. It is made anew: a task at a time is always told in the same words."""
        return b"" if self.sent_ms is None else self.delivery.body()


class Outbox:
    """The deliveries of one account that are not due yet, and a log of those that were made. Safe to share."""

    def __init__(
        self,
        dispatcher: "Dispatcher",
        clock: Clock,
        settings: Settings,
        *,
        name: str = "",
        told: Callable[[Delivered], None] | None = None,
    ) -> None:
        """Deliver with `dispatcher`; two outboxes of one name give their messages the same ids. `told` hears of all."""
        self._told = told
        self.clock = clock
        self.retries = settings.callback_retries  # how often a failed delivery is tried again
        self.secrets = Secrets()
        self.log: deque[Delivered] = deque(maxlen=LOGGED)
        self._dispatcher = dispatcher
        self._settings = settings
        self._lanes: dict[Receiver, Lane] = {}
        self._lock = RLock()
        self.messages = 0  # number of the last one
        self.noted: dict[int, Delivery | None] | None = None  # by number what changed, None: done; where a file keeps it
        self.write: Callable[[], None] | None = None  # what was noted
        self._entries = count(1)
        self._first_id = random.Random(f"messages {name}").randrange(10**18, 9 * 10**18)
        self._tested_ms: int | None = None
        self._listening: list[list[Delivered]] = []
        dispatcher.add(self)

    def message(self, due_ms: int, url: str, body: Callable[[], bytes], *, task_id: str = "", state: str = "") -> Delivery:
        """Return a new message, which is not planned yet."""
        with self._lock:
            self.messages += 1
            return Delivery(due_ms, self.messages, url, body, task_id, state)

    def put(self, due_ms: int, url: str, body: Callable[[], bytes], *, task_id: str = "", state: str = "") -> Delivery:
        """Plan a new message and return it. Those of one task never overtake each other."""
        one = self.message(due_ms, url, body, task_id=task_id, state=state)
        self.plan(one)
        return one

    def plan(self, one: Delivery) -> None:
        """Plan a delivery, one that was not made before the server ended as well. One that may not go is logged."""
        if refused := why_not(one.url, self._settings.callback_hosts):
            self._note(one, None, Reply(None, silence=refused))
            return
        with self._lock:
            is_next = self._lanes.setdefault(receiver(one.url), Lane()).put(one)
            self.messages = max(self.messages, one.number)
            if self.noted is not None:
                self.noted[one.number] = one
        if is_next:
            self._dispatcher.wake(self)

    def settle(self, until: int) -> list[Delivered]:
        """Make every delivery that is due, and return what became of them once it is all done.

        Each receiver is told in order of due time, the next when it has answered the one before. One that takes longer
        than a second has the rest at once, each task in its order still; other receivers do not wait for it.
        """
        with self._heard() as made:
            self._dispatcher.settle(self, until)
        return sorted(made, key=lambda one: one.due_ms)

    def wake(self) -> None:
        """Look again at what is due: the clock has changed."""
        self._dispatcher.wake(self)

    def send(self, one: Delivery) -> Delivered:
        """Make a delivery now, whatever waits, and once. Return what became of it."""
        if refused := why_not(one.url, self._settings.callback_hosts):
            return self._note(one, None, Reply(None, silence=refused))
        attempt = self._begun(one, self.clock.now())
        return self._note(one, attempt, self._dispatcher.send(attempt.post))

    def may_test(self, now: int, *, every_ms: int) -> bool:
        """Say whether a test callback may be sent, and count it then: one in so many milliseconds."""
        with self._lock:
            may = self._tested_ms is None or not 0 <= now - self._tested_ms < every_ms
            self._tested_ms = now if may else self._tested_ms
        return may

    def again(self, number: int) -> Delivered:
        """Post the message of an entry of the log once more. Raises `KeyError`."""
        one = self._find(number).delivery
        return self.send(replace(one, attempt=one.attempt + 1))

    def _find(self, number: int) -> Delivered:
        found = next((one for one in list(self.log) if one.number == number), None)
        if found is None:
            raise KeyError(f"no delivery {number}; the log keeps the last {LOGGED}")
        return found

    def clear(self) -> None:
        """Forget what is waiting and what was logged; what is under way ends unheard."""
        with self._lock:
            for lane in self._lanes.values():
                lane.clear()
            self.log.clear()
        self._dispatcher.wake(self)

    # What follows is for what keeps it.

    @property
    def waiting(self) -> list[Delivery]:
        """Return what was planned and is not done, in the order of the messages."""
        with self._lock:
            return sorted((one for lane in self._lanes.values() for one in lane.waiting), key=lambda one: one.number)

    def changes(self, *, anew: bool) -> dict[int, Delivery | None]:
        """Return by number what changed, None for what is done; `anew` gives all that waits, and begins to note."""
        with self._lock:
            if anew:
                self.noted = {}
                return {one.number: one for one in self.waiting}
            return dict(self.noted or {})

    def kept(self, found: Mapping[int, Delivery | None]) -> None:
        """Forget changes that were written, where nothing newer was noted since."""
        with self._lock:
            if self.noted is not None:
                self.noted = {number: one for number, one in self.noted.items() if found.get(number, self) is not one}

    def unwatched(self) -> None:
        """Note nothing more."""
        with self._lock:
            self.noted = self.write = None

    # What follows is for the dispatcher.

    @property
    def lanes(self) -> list[Lane]:
        """Return what waits, a lane for each receiver."""
        with self._lock:
            return list(self._lanes.values())

    def take(self, lane: Lane, now: int) -> Delivery | None:
        """Return the next delivery of a lane that may begin."""
        with self._lock:
            return lane.take(now)

    def take_first(self, now: int) -> tuple[Lane, Delivery] | None:
        """Return the next delivery of any lane that may begin, the one that has been due the longest."""
        with self._lock:
            waiting = [(head, lane) for lane in self.lanes if (head := lane.head) is not None]
            for _, lane in sorted(waiting, key=lambda one: one[0]):
                if (found := lane.take(now)) is not None:
                    return lane, found
        return None

    def is_settled(self, lane: Lane, until: int) -> bool:
        """Say whether nothing of a lane that is due by a time can still be made."""
        with self._lock:
            return lane.is_settled(until)

    def seconds_left(self, lane: Lane) -> float | None:
        """Return the real seconds until the next delivery of a lane is due, None when it never will be as things are."""
        with self._lock:
            return self.clock.real_seconds_until(lane.head.due_ms) if lane.head else None

    def has_ended(self, lane: Lane) -> bool:
        """Say whether a lane has nothing more to do, and forget it then."""
        with self._lock:
            if lane.is_empty:
                self._lanes = {name: one for name, one in self._lanes.items() if one is not lane}
            return lane.is_empty

    def begin(self, one: Delivery) -> Attempt:
        """Return a delivery that was taken, ready to be posted."""
        return self._begun(one, self._moment(one))

    def done(self, lane: Lane, attempt: Attempt, reply: Reply) -> None:
        """Log what became of a delivery, and plan it anew when it is to be tried again."""
        one = attempt.delivery
        again = self._again(one) if reply.problem else None
        if self.write is not None:
            self._keep(lane, one, again)
        with self._lock:
            if lane.done(one, again):
                self._note(one, attempt, reply, again)

    def _keep(self, lane: Lane, one: Delivery, again: Delivery | None) -> None:
        """Write that a delivery is done, before anybody hears of it. Not under the lock: who writes asks what changed."""
        with self._lock:
            write = self.write
            if self.noted is not None and lane.is_under_way(one):
                self.noted[one.number] = again
        try:
            if write is not None:
                write()
        except OSError:  # it was made all the same, and what was noted goes with the next change
            log.exception("what became of a callback cannot be kept: it comes again after a crash")

    def give_up(self, lane: Lane, one: Delivery) -> None:
        """Let the next delivery come after one that could not be made."""
        with self._lock:
            lane.done(one)

    def _begun(self, one: Delivery, sent_ms: int) -> Attempt:
        body, id = one.body(), str(self._first_id + one.number)
        signed = self.secrets.headers(id=id, now=self.clock.now(), timestamp=int(self._settings.wall()), body=body)
        return Attempt(one, sent_ms, Post(one.url, body, {**_HEADERS, **signed}))

    def _again(self, one: Delivery) -> Delivery | None:
        """Return the next attempt: 1 s after the first, 2 s after the second, 4 s … of the account's clock."""
        if one.attempt > self.retries:
            return None
        return replace(one, due_ms=self._moment(one) + 1000 * 2 ** (one.attempt - 1), attempt=one.attempt + 1)

    def _moment(self, one: Delivery) -> int:
        """Return the time at an attempt. Where it moves by hand it is when that was due: a jump is as if lived through."""
        return self.clock.now() if self.clock.speed else one.due_ms

    def _note(self, one: Delivery, attempt: Attempt | None, reply: Reply, again: Delivery | None = None) -> Delivered:
        sent_ms, headers = (attempt.sent_ms, attempt.post.headers) if attempt else (None, {})
        with self._lock:
            entry = Delivered(next(self._entries), one, sent_ms, headers, reply, again.due_ms if again else None)
            self.log.append(entry)
            for made in self._listening:
                made.append(entry)
        if self._told is not None:
            self._told(entry)
        return entry

    @contextmanager
    def _heard(self) -> Iterator[list[Delivered]]:
        """Give a list that takes what is logged meanwhile."""
        made: list[Delivered] = []
        with self._lock:
            self._listening.append(made)
        try:
            yield made
        finally:
            with self._lock:
                self._listening = [one for one in self._listening if one is not made]
