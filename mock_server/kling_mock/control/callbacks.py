"""The deliveries of an account: told, made again, tried out."""

from typing import Any

import msgspec

from kling_mock.callbacks import Delivered
from kling_mock.request import Answer, json_answer

from .call import Call, Control

TEST_EVERY_MS = 6000
"""How long after a test callback the next one may be sent. Source: Callbacks page, seen 2026-09."""


class TestCallback(msgspec.Struct, forbid_unknown_fields=True):
    """Where to send a test callback."""

    url: str


def deliveries(call: Call) -> dict[str, Any]:
    """List what was posted to callback URLs, the last 1000 attempts, and what became of each."""
    asked = call.request.query
    wanted = [one for one in list(call.account.outbox.log) if _fits(one, asked.get("task_id"), asked.get("status"))]
    return {"deliveries": [told(one) for one in wanted]}


def redeliver(call: Call) -> dict[str, Any]:
    """Post a logged message once more, with the same webhook-id, and tell what became of it."""
    number = call.path["number"]
    if not number.isdecimal():
        raise ValueError(f"a delivery has a number; got {number!r}")
    return told(call.account.outbox.again(int(number)))


def test(call: Call) -> dict[str, Any] | Answer:
    """Post a test callback, signed where the account has a secret; one in 6 s of its clock, more are answered 429."""
    now = call.account.clock.now()
    if not call.account.outbox.may_test(now, every_ms=TEST_EVERY_MS):
        return json_answer(429, {"error": "at most one test callback in 6 s of the account's clock"})
    sample = {"status": "submitted", "outputs": [], "message": "", "create_time": now, "update_time": now}
    body = msgspec.json.encode({"id": call.account.ids.snowflake(now), **sample})
    outbox = call.account.outbox
    return told(outbox.send(outbox.message(now, call.body.url, lambda: body, state="submitted")))


def told(one: Delivered) -> dict[str, Any]:
    """Return an attempt in words; times are milliseconds on the account's clock."""
    return {
        "number": one.number,
        "task_id": one.delivery.task_id,
        "state": one.delivery.state,
        "attempt": one.delivery.attempt,
        "due_ms": one.due_ms,
        "sent_ms": one.sent_ms,
        "url": one.url,
        "headers": one.headers,
        "body": one.body.decode(),
        "status": one.status,
        "problem": one.problem,
        "next_try_ms": one.next_try_ms,
        "answer": {"headers": one.reply.headers, "body": one.reply.body.decode(errors="replace")},
    }


def _fits(one: Delivered, task_id: str | None, status: str | None) -> bool:
    return task_id in (None, one.delivery.task_id) and status in (None, str(one.status or "none"))


CONTROLS = (
    Control(
        "GET",
        "/callbacks",
        deliveries,
        asks=(("task_id", "only those of a task"), ("status", "only those answered so: an HTTP status, or none")),
    ),
    Control("POST", "/callbacks/{number}/redeliver", redeliver),
    Control("POST", "/callbacks/test", test, TestCallback, example={"url": "http://127.0.0.1:9000/hook"}),
)
