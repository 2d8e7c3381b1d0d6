"""Receives callbacks: `parse` within a view of one's own, `handle` as a view of any framework, `app` as an ASGI app.

The vendor promises neither order nor delivery, and signs only once a secret is set: ask for a task when nothing comes.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import isawaitable, iscoroutinefunction
from threading import Lock
from typing import Any, Protocol, TypedDict, Unpack

from ._core.callback import Result as Result, Task as Task, TaskResult as TaskResult, read
from ._core.signature import Headers as Headers, keys, verified
from .errors import WebhookMalformed, WebhookRefused, WebhookReplayed, WebhookUnverified

Secret = str | Iterable[str] | None
"""The account's webhook secret; both while one replaces the other; None for an account without: nothing is checked."""
Answer = tuple[int, bytes]
"""HTTP status and body."""

_LOG = logging.getLogger("kling.webhooks")
_REFUSALS: dict[type[WebhookRefused], Answer] = {
    WebhookMalformed: (400, b"not a task"),
    WebhookReplayed: (200, b"taken before"),
    WebhookUnverified: (401, b"not verified"),
}


class Replays(Protocol):
    """Remembers webhook-ids. Several processes that serve one URL need one in a store that they share."""

    def claim(self, webhook_id: str) -> bool:
        """Remember an id in one step; False when it was known."""
        ...

    def release(self, webhook_id: str) -> None:
        """Forget an id: its task was not handled and may come again."""
        ...


class SeenIds:
    """Remembers the last `most` webhook-ids of this process. Safe to share between threads."""

    def __init__(self, most: int = 100_000) -> None:
        self._most, self._lock = most, Lock()
        self._ids: OrderedDict[str, None] = OrderedDict()

    def claim(self, webhook_id: str) -> bool:
        with self._lock:
            known = webhook_id in self._ids
            self._ids.setdefault(webhook_id)
            if len(self._ids) > self._most:
                self._ids.popitem(last=False)
            return not known

    def release(self, webhook_id: str) -> None:
        with self._lock:
            self._ids.pop(webhook_id, None)


class Inbox:
    """The newest callback of each of the last `most` tasks, for who waits for them. Safe to share between threads.

    `inbox.put` is an `on_task`. What was taken with `secret=None` may have been sent by anybody.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most, self._lock = most, Lock()
        self._tasks: OrderedDict[str, Task] = OrderedDict()

    def put(self, task: Task) -> None:
        """Keep a task, unless a later state of it is known: callbacks may overtake each other."""
        with self._lock:
            if self._tasks.setdefault(task.task_id, task).updated_at <= task.updated_at:
                self._tasks[task.task_id] = task
                self._tasks.move_to_end(task.task_id)
            if len(self._tasks) > self._most:
                self._tasks.popitem(last=False)

    def get(self, task_id: str) -> Task | None:
        """Return a task as its newest callback told it; None when none has come."""
        with self._lock:
            return self._tasks.get(task_id)


class Options(TypedDict, total=False):
    """How callbacks are checked."""

    replays: Replays | None  # default: one SeenIds for the process; None: one that comes twice is taken twice
    tolerance: float  # seconds a callback may be old or early: 300
    now: Callable[[], float]  # Unix seconds


def parse(body: bytes, headers: Headers, *, secret: Secret, **options: Unpack[Options]) -> Task:
    """Return the task of a callback that is signed, in time and new. `body` is the raw body.

    Raises `WebhookUnverified`, `WebhookReplayed` (answer 200 all the same) or `WebhookMalformed`.
    """
    return _Receiver(secret, **options).take(headers, body)[1]


def handle(
    method: str,
    headers: Headers,
    body: bytes,
    on_task: Callable[[Task], object],
    *,
    secret: Secret,
    **options: Unpack[Options],
) -> Answer:
    """Call `on_task` with the task of a callback, and return what is to be answered.

    200 when it is taken or was before, 400 for what is no task, 401 when it is not verified, 405 when it is not a POST;
    500 when `on_task` fails: that is logged, and the same callback may come again.
    """
    if iscoroutinefunction(on_task):
        raise TypeError("handle calls a plain function; a coroutine function goes to app, or is awaited after parse")
    with _Receiver(secret, **options).delivery(method, headers, body) as delivery:
        if delivery.task is not None:
            on_task(delivery.task)
    return delivery.answer


def app(
    on_task: Callable[[Task], object], *, secret: Secret, most_bytes: int = 1024**2, **options: Unpack[Options]
) -> Callable[[Any, Any, Any], Awaitable[None]]:
    """Return an ASGI app that answers as `handle` does, and 413 to a body of more than `most_bytes`.

    `on_task` is a coroutine function, or a plain one, which is called in a thread.
    """
    receiver = _Receiver(secret, **options)

    async def callbacks(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"callbacks come over http, not {scope['type']}")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        body = await _body(receive, most_bytes)
        if body is None:
            await _send(send, (413, b"too large"))
            return
        with receiver.delivery(scope["method"], headers, body) as delivery:
            if delivery.task is not None:
                await _called(on_task, delivery.task)
        await _send(send, delivery.answer)

    return callbacks


@dataclass
class _Delivery:
    """What is to be answered, and the task that is to be handled before."""

    answer: Answer
    task: Task | None = None


class _Receiver:
    """The checks of one endpoint."""

    def __init__(
        self,
        secret: Secret,
        *,
        replays: Replays | None = SeenIds(),  # noqa: B008 (one for the process)
        tolerance: float = 300.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keys = None if secret is None else keys(secret)
        self._replays = None if secret is None else replays  # an id that is not signed says nothing
        self._tolerance, self._now = tolerance, now

    def take(self, headers: Headers, body: bytes) -> tuple[str, Task]:
        """Return the id, empty where nothing is signed, and the task of a callback. Raises `WebhookRefused`."""
        webhook_id = ""
        if self._keys is not None:
            webhook_id = verified(body, headers, self._keys, now=self._now(), tolerance=self._tolerance)
        task = read(body)
        if self._replays is not None and not self._replays.claim(webhook_id):
            raise WebhookReplayed(f"callback {webhook_id} of task {task.task_id} came before")
        return webhook_id, task

    @contextmanager
    def delivery(self, method: str, headers: Headers, body: bytes) -> Iterator[_Delivery]:
        """Give the task of a callback to a block. When the block fails, the answer is 500 and the id is released."""
        if method.upper() != "POST":
            yield _Delivery((405, b"callbacks are posted"))
            return
        try:
            webhook_id, task = self.take(headers, body)
        except WebhookRefused as error:
            _LOG.warning("callback refused: %r", error)
            yield _Delivery(_REFUSALS[type(error)])
            return
        made = _Delivery((200, b"taken"), task)
        try:
            yield made
        except BaseException as error:
            if self._replays is not None:
                self._replays.release(webhook_id)
            if not isinstance(error, Exception):
                raise
            _LOG.exception("task %s, %s: the callback was not handled", task.task_id, task.task_status)
            made.answer = (500, b"not handled")


async def _body(receive: Any, most_bytes: int) -> bytes | None:
    """Return the body; None when it is too large."""
    body, more = b"", True
    while more and len(body) <= most_bytes:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return None if len(body) > most_bytes else body


async def _called(on_task: Callable[[Task], object], task: Task) -> None:
    import asyncio  # late: not everybody has a loop

    made = on_task(task) if iscoroutinefunction(on_task) else await asyncio.to_thread(on_task, task)
    if isawaitable(made):
        await made


async def _send(send: Any, answer: Answer) -> None:
    status, body = answer
    allow = [(b"allow", b"POST")] if status == 405 else []
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode()), *allow]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
