"""What is posted to callback_url: one callback for each change of state, in order, as a look would tell the task."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import jsonschema_rs

from kling_contract.check import Case, Check
from kling_contract.errors import Failed
from kling_contract.receiver import Callback
from kling_contract.session import Session
from kling_contract.subject import Subject
from kling_spec.document import Document, Operation, resolved
from kling_spec.lifecycle import Lifecycle

_WAIT = 5.0  # seconds for a callback that should have come


def _creates(subject: Subject, ends: str) -> Iterator[Case]:
    for one in subject.role("create"):
        life = subject.lifecycle(one)
        if life is not None and "callback_url" in (one.request or {}).get("properties", {}):
            yield Case(one.id, partial(_told, one, life, ends), subject.source(one))


def _told(operation: Operation, life: Lifecycle, ends: str, session: Session) -> None:
    url, body = session.receiver.address(), session.example(operation)
    if ends == "failed":
        session.control.fault(session.account, "fail", times=1)
    task_id = session.create(operation, body, callback_url=url).member("task_id", str)
    last = session.ended(operation, task_id)
    expected = list(life.path(fails=ends == "failed"))
    came = session.receiver.came(url, least=len(expected), seconds=0.0 if session.bench.control else _WAIT)
    told = [_body(session, operation, one, task_id) for one in came]
    states = [one.get(life.field) for one in told]
    session.expect(
        _is_right(states, expected, exactly=session.bench.control is not None),
        f"callbacks in this order: {', '.join(expected)}",
        states,
    )
    session.expect(told[-1] == last.data, "the last callback to tell the task as a look at it does", told[-1])


def _is_right(states: list[Any], expected: list[str], *, exactly: bool) -> bool:
    """Say whether callbacks are right; a service whose time cannot be moved may leave out a state that passed quickly."""
    if exactly:
        return states == expected
    return bool(states) and states == [one for one in expected if one in states] and states[-1] == expected[-1]


def _body(session: Session, operation: Operation, callback: Callback, task_id: str) -> Any:
    """Return what a callback says. Raises `Failed` where it is not as the schema says."""
    try:
        found = json.loads(callback.body)
    except ValueError as error:
        raise Failed("a callback whose body is JSON", callback.body[:200].decode("utf-8", "replace")) from error
    problem = next(iter(jsonschema_rs.Draft202012Validator(_schema(session.subject, operation)).iter_errors(found)), None)
    session.expect(problem is None, "a callback as the schema says", problem and problem.message)
    session.expect(found.get("task_id") == task_id, f"a callback about task {task_id}", found)
    session.expect(
        "json" in callback.headers.get("content-type", ""),
        "a callback with a content-type of JSON",
        callback.headers.get("content-type"),
    )
    return found


def _schema(subject: Subject, operation: Operation) -> Document:
    for one in operation.node["callbacks"].values():
        for item in resolved(one, subject.document).values():
            body: Document = item["post"]["requestBody"]["content"]["application/json"]["schema"]
            return {**body, "components": subject.document["components"]}
    raise AssertionError("an operation with a callback_url says what is posted there")


CHECKS = (
    Check(
        "callbacks",
        "each change of state is posted to callback_url once, in order",
        partial(_creates, ends="done"),
        is_alone=True,
    ),
    Check(
        "callbacks-failed",
        "the end of a task that fails is posted to callback_url",
        partial(_creates, ends="failed"),
        is_alone=True,
        needs_control=True,
    ),
)
