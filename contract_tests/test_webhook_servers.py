"""Endpoints for callbacks: the function, the ASGI app, what they remember, and the guide that shows them."""

import asyncio
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signing import BODY, NOW, SECRET
from signing import headers as signed

from kling import WebhookMalformed, webhooks

Post = Callable[..., tuple[int, bytes]]


def _handle(on_task: Callable[[webhooks.Task], object], **options: Any) -> Post:
    """Return a caller of `handle`."""

    def post(body: bytes, headers: dict[str, str], method: str = "POST") -> tuple[int, bytes]:
        return webhooks.handle(method, headers, body, on_task, secret=SECRET, now=lambda: NOW, **options)

    return post


def _app(on_task: Callable[[webhooks.Task], object], **options: Any) -> Post:
    """Return a caller of `app` over HTTP."""
    served = webhooks.app(on_task, secret=SECRET, now=lambda: NOW, **options)

    def post(body: bytes, headers: dict[str, str], method: str = "POST") -> tuple[int, bytes]:
        async def sent() -> httpx2.Response:
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(served), base_url="http://x") as http:
                return await http.request(method, "/", content=body, headers=headers)

        answer = asyncio.run(sent())
        assert (answer.headers.get("allow") == "POST") is (answer.status_code == 405)
        return answer.status_code, answer.content

    return post


def _app_of_coroutine(on_task: Callable[[webhooks.Task], object], **options: Any) -> Post:
    async def awaited(task: webhooks.Task) -> None:
        on_task(task)

    return _app(awaited, **options)


@pytest.mark.parametrize("served", [_handle, _app, _app_of_coroutine])
class TestAnswers:
    """The function and the app answer alike."""

    def test_a_callback_is_handled_once(self, served: Callable[..., Post]) -> None:
        """200 for the first and for its replay; the task is handed over once."""
        got: list[webhooks.Task] = []
        post, headers = served(got.append), signed()
        assert post(BODY, headers) == (200, b"taken")
        assert post(BODY, headers) == (200, b"taken before")
        assert [one.task_id for one in got] == ["1"]

    def test_what_is_refused_is_not_handled(self, served: Callable[..., Post], caplog: pytest.LogCaptureFixture) -> None:
        """400, 401 and 405, logged, without a word of the body or the secret in the answer."""
        got: list[webhooks.Task] = []
        post = served(got.append)
        assert post(b"{}", signed(b"{}")) == (400, b"not a task")
        assert post(BODY, {}) == (401, b"not verified")
        assert post(BODY, {**signed(), "webhook-id": "x"}) == (401, b"not verified")
        assert post(BODY, signed(at=NOW - 301)) == (401, b"not verified")
        assert post(BODY, signed(), "PUT")[0] == 405
        assert got == []
        assert len(caplog.records) == 4
        assert SECRET not in caplog.text

    def test_a_task_that_was_not_handled_may_come_again(
        self, served: Callable[..., Post], caplog: pytest.LogCaptureFixture
    ) -> None:
        """500 and a logged traceback when the handler fails; the same callback then counts as new."""
        got: list[webhooks.Task] = []

        def fails_once(task: webhooks.Task) -> None:
            got.append(task)
            if len(got) == 1:
                raise WebhookMalformed("a failure of the handler, whatever its class")

        post, headers = served(fails_once), signed()
        assert post(BODY, headers) == (500, b"not handled")
        assert "a failure of the handler" in caplog.text
        assert [post(BODY, headers)[1] for _ in range(2)] == [b"taken", b"taken before"]
        assert len(got) == 2


def test_many_threads_handle_a_callback_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same callbacks from many threads at once, each giving way where another could slip in: each task is handed over once."""

    class Slow(OrderedDict[str, None]):
        def __contains__(self, key: object) -> bool:
            known = super().__contains__(key)
            time.sleep(0)  # lets another thread run
            return known

    seen = webhooks.SeenIds()
    monkeypatch.setattr(seen, "_ids", Slow())
    got: list[str] = []
    post = _handle(lambda task: got.append(task.task_id), replays=seen)
    bodies = [BODY.replace(b'"1"', f'"t{number}"'.encode()) for number in range(20)]
    sent = [(body, signed(body, f"many-{number}")) for number, body in enumerate(bodies)] * 8
    random.Random(1).shuffle(sent)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: post(*one), sent))
    assert sorted(got) == sorted(f"t{number}" for number in range(20))
    assert answers.count((200, b"taken")) == 20
    assert answers.count((200, b"taken before")) == 140


def test_a_coroutine_function_is_not_lost_in_handle() -> None:
    """`handle` cannot await, and says so before it takes anything."""

    async def on_task(task: webhooks.Task) -> None: ...

    with pytest.raises(TypeError, match="coroutine"):
        _handle(on_task)(BODY, signed())


class TestApp:
    """What only the ASGI app meets."""

    def test_a_large_body_is_not_read(self) -> None:
        """413 at the first chunk beyond the limit; what exactly fits is taken."""
        assert _app(print, most_bytes=len(BODY) - 1)(BODY, signed()) == (413, b"too large")
        assert _app(lambda task: None, most_bytes=len(BODY))(BODY, signed())[0] == 200
        asked: list[int] = []

        async def receive() -> dict[str, Any]:
            asked.append(1)
            return {"type": "http.request", "body": b"x" * 10, "more_body": True}

        async def send(message: dict[str, Any]) -> None:
            asked.append(message.get("status", 0))

        scope = {"type": "http", "method": "POST", "headers": []}
        asyncio.run(webhooks.app(print, secret=SECRET, most_bytes=25)(scope, receive, send))  # type: ignore[arg-type]  # a coroutine
        assert asked == [1, 1, 1, 413, 0]

    def test_other_protocols_are_told(self) -> None:
        """Neither websocket nor lifespan are callbacks."""
        with pytest.raises(RuntimeError, match="websocket"):
            asyncio.run(webhooks.app(print, secret=None)({"type": "websocket"}, None, None))  # type: ignore[arg-type]  # a coroutine

    def test_a_cancelled_handler_may_come_again(self, caplog: pytest.LogCaptureFixture) -> None:
        """When the server cancels the handler, the cancellation goes on and the id is free again."""
        seen = webhooks.SeenIds()

        async def on_task(task: webhooks.Task) -> None:
            raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            _app(on_task, replays=seen)(BODY, signed(webhook_id="c"))
        assert seen.claim("c")
        assert caplog.records == []


class TestMemory:
    """What is remembered is bounded."""

    def test_the_oldest_ids_are_forgotten(self) -> None:
        """At most so many; those known stay known when they come again."""
        seen = webhooks.SeenIds(most=3)
        assert [seen.claim(one) for one in "abcadbcda"] == [True, True, True, False, True, False, False, False, True]
        seen.release("d")
        seen.release("never seen")
        assert seen.claim("d")

    @given(st.permutations([(one, at) for one in "ab" for at in range(4)]))
    def test_an_inbox_keeps_the_newest(self, order: list[tuple[str, int]]) -> None:
        """Whatever the order in which callbacks come; a task nobody told of is None."""
        inbox = webhooks.Inbox()
        for name, at in order:
            inbox.put(webhooks.Task(task_id=name, task_status="processing", created_at=0, updated_at=at))
        assert [task and task.updated_at for task in map(inbox.get, "abc")] == [3, 3, None]

    def test_an_inbox_is_bounded(self) -> None:
        """The tasks that were told of longest ago leave first."""
        inbox = webhooks.Inbox(most=2)
        for name in "abac":
            inbox.put(webhooks.Task(task_id=name, task_status="succeed", created_at=0, updated_at=0))
        assert [task and task.task_id for task in map(inbox.get, "abc")] == ["a", None, "c"]


def test_refusals_are_logged_under_one_name(caplog: pytest.LogCaptureFixture) -> None:
    """`kling.webhooks`, as a warning."""
    _handle(print)(BODY, {})
    assert [(one.name, one.levelno) for one in caplog.records] == [("kling.webhooks", logging.WARNING)]
