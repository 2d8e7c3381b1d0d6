"""Carries callbacks: when they fall due, in a thread of its own while a server runs; when asked, always."""

import asyncio
import math
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable, Coroutine
from threading import Lock, RLock, Thread
from types import TracebackType
from typing import Any, TypeVar
from weakref import WeakSet

from .callbacks import Outbox
from .lane import Delivery, Lane
from .post import Post, Reply, posted
from .settings import Settings

Send = Callable[[Post], int]
"""Takes a POST in place of the network and returns the HTTP status. Raises `OSError` when there is none."""

AT_ONCE = 32
"""How many deliveries of one account to one receiver are under way at most, where that is slow to answer."""
IN_ALL = 256
"""How many deliveries are under way at most: so a few receivers that hang do not keep others from hearing."""
PATIENCE = 1.0
"""Seconds without an answer after which a receiver counts as slow."""
GRACE = 2.0
"""Seconds that deliveries under way have to end when the server stops."""

T = TypeVar("T")


class Dispatcher:
    """The thread that makes the deliveries of all outboxes: `with dispatcher: …`. Safe to share between threads."""

    def __init__(self, settings: Settings, send: Send | None = None) -> None:
        """Post with `send`, in the caller's thread where nothing serves; without it over HTTP."""
        self._seconds = settings.callback_timeout
        self._send = send
        self._outboxes: WeakSet[Outbox] = WeakSet()
        self._lock = Lock()
        self._in_turn = RLock()  # a sender may come back with requests of its own
        self._turning = Lock()  # on and off: the next thread begins when the one before has ended
        self._users = 0
        self._loop: AbstractEventLoop | None = None
        self._rounds: dict[Lane, _Round] = {}  # of the thread alone

    def __enter__(self) -> "Dispatcher":
        with self._turning:
            self._users += 1
            if self._users == 1:
                self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._turning:
            self._users -= 1
            if not self._users:
                self._stop()

    def _start(self) -> None:
        self.room = asyncio.Semaphore(IN_ALL)
        loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, args=(loop,), name="kling-mock callbacks", daemon=True)
        self._thread.start()
        with self._lock:
            self._loop = loop
            outboxes = list(self._outboxes)
        for one in outboxes:
            self.wake(one)

    def _stop(self) -> None:
        with self._lock:
            loop, self._loop = self._loop, None
        assert loop is not None, "what stops was started"
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()

    def add(self, outbox: Outbox) -> None:
        """Take care of an outbox for as long as it lives."""
        with self._lock:
            self._outboxes.add(outbox)

    def wake(self, outbox: Outbox) -> None:
        """Look at what an outbox has to deliver; it has changed."""
        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._look, outbox)

    def settle(self, outbox: Outbox, until: int) -> None:
        """Return when all is made that is due by a time of the outbox's clock."""
        if self._loop is None and self._send is not None:
            self._make_in_turn(outbox, until)
        else:
            self._done(self._settled(outbox, until))

    def send(self, post: Post) -> Reply:
        """Post at once and return the answer."""
        if self._loop is None and self._send is not None:
            return _told(self._send, post)
        return self._done(self.carried(post))

    async def carried(self, post: Post) -> Reply:
        """Return the answer to a POST, or why there is none."""
        if self._send is not None:
            return await asyncio.to_thread(_told, self._send, post)
        try:
            return await posted(post, seconds=self._seconds)
        except OSError as error:
            return Reply(None, silence=str(error) or type(error).__name__)

    def _make_in_turn(self, outbox: Outbox, until: int) -> None:
        assert self._send is not None, "this way is for a sender in this process"
        with self._in_turn:
            while (found := outbox.take_first(until)) is not None:
                _make(self._send, outbox, *found)

    def _done(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what work in the thread gives; the thread is there for so long at least."""
        with self:
            assert self._loop is not None, "it runs within `with`"
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    # What follows runs in the thread.

    def _run(self, loop: AbstractEventLoop) -> None:
        loop.run_forever()
        loop.run_until_complete(self._finished())
        loop.close()

    async def _finished(self) -> None:
        """Let what is under way end, and give up what does not in time."""
        await asyncio.gather(*[one.finished() for one in list(self._rounds.values())])
        await asyncio.sleep(0)  # connections that were given up close now

    def _look(self, outbox: Outbox) -> list["_Round"]:
        """Begin what may begin of an outbox, and return the rounds it is told in."""
        found = [self._rounds.get(lane) or self._begun(outbox, lane) for lane in outbox.lanes]
        for one in found:
            one.look()
        return found

    def _begun(self, outbox: Outbox, lane: Lane) -> "_Round":
        made = self._rounds[lane] = _Round(self, outbox, lane)
        made.task.add_done_callback(lambda _: self._rounds.pop(lane))
        return made

    async def _settled(self, outbox: Outbox, until: int) -> None:
        await asyncio.gather(*[one.settled(until) for one in self._look(outbox)])


class _Width:
    """How many deliveries a receiver gets at once: more while that makes its answers no slower, fewer when it does.

    One that works on many at a time soon gets 32; one that takes them one by one gets two or three, for more would only
    stand in its queue, and the queues of simple servers are short.
    """

    def __init__(self) -> None:
        self.now = 2
        self._best = math.inf

    def heard(self, seconds: float) -> None:
        """Learn from an answer that took so long."""
        self._best = min(self._best, seconds)
        self.now = min(self.now + 1, AT_ONCE) if seconds <= 2 * self._best else max(self.now - 1, 2)


class _Round:
    """The deliveries of one lane, begun in order of due time."""

    def __init__(self, dispatcher: Dispatcher, outbox: Outbox, lane: Lane) -> None:
        self._dispatcher = dispatcher
        self._outbox = outbox
        self._lane = lane
        self._changed = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._width = _Width()
        self._is_slow = False  # the receiver, until it has answered all: it is not waited for
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self.task = asyncio.create_task(self._worked())

    def look(self) -> None:
        """Look again at what may begin."""
        self._changed.set()

    def settled(self, until: int) -> asyncio.Future[None]:
        """Return what is done when all is made that is due by a time."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((until, done))
        return done

    async def finished(self) -> None:
        """Begin nothing more; let what is under way end, and give up what does not in time."""
        self.task.cancel()
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=GRACE)
            for one in late:
                one.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await asyncio.gather(self.task, return_exceptions=True)

    async def _worked(self) -> None:
        try:
            while self._under_way or not self._outbox.has_ended(self._lane):
                while self._has_room and (one := self._outbox.take(self._lane, self._outbox.clock.now())) is not None:
                    self._begin(one)
                self._tell()
                await self._rested()
        finally:
            for _, done in self._waiting:
                _resolve(done)

    @property
    def _has_room(self) -> bool:
        """Say whether one more may begin. Where somebody waits or time moves by hand, one follows the other's answer."""
        is_in_order = self._waiting or not self._outbox.clock.speed
        return len(self._under_way) < (AT_ONCE if self._is_slow else 1 if is_in_order else self._width.now)

    def _tell(self) -> None:
        """Tell those who wait that it is done."""
        waiting, self._waiting = self._waiting, []
        now = self._outbox.clock.now()
        for until, done in waiting:
            if self._outbox.is_settled(self._lane, min(until, now)):  # a clock that was set back lets no more fall due
                _resolve(done)
            else:
                self._waiting.append((until, done))

    def _begin(self, one: Delivery) -> None:
        job = asyncio.create_task(self._make(one))
        self._under_way.add(job)
        job.add_done_callback(self._ended)

    def _ended(self, job: asyncio.Task[None]) -> None:
        self._under_way.discard(job)
        self._is_slow = self._is_slow and bool(self._under_way)
        self._changed.set()

    async def _make(self, one: Delivery) -> None:
        try:
            async with self._dispatcher.room:
                attempt, began = self._outbox.begin(one), time.monotonic()
                reply = await self._dispatcher.carried(attempt.post)
        except BaseException:
            self._outbox.give_up(self._lane, one)
            raise
        self._width.heard(time.monotonic() - began)
        self._outbox.done(self._lane, attempt, reply)

    async def _rested(self) -> None:
        """Wait until something changes or the next is due; too long without an answer says that the receiver is slow."""
        seconds = self._outbox.seconds_left(self._lane) if self._has_room else None if self._is_slow else PATIENCE
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            self._is_slow = self._is_slow or not self._has_room
        self._changed.clear()


def _resolve(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


def _make(send: Send, outbox: Outbox, lane: Lane, one: Delivery) -> None:
    try:
        attempt = outbox.begin(one)
        reply = _told(send, attempt.post)
    except BaseException:
        outbox.give_up(lane, one)
        raise
    outbox.done(lane, attempt, reply)


def _told(send: Send, post: Post) -> Reply:
    try:
        return Reply(send(post))
    except OSError as error:
        return Reply(None, silence=str(error))
