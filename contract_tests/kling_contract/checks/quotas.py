"""How much may run at once, and how fast requests may come."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from kling_contract.check import Case, Check
from kling_contract.session import Session
from kling_contract.subject import Subject
from kling_spec.document import Operation

_TASKS = 2


def _slots(subject: Subject, ends: str) -> Iterator[Case]:
    for one in subject.role("create"):
        price = subject.catalogue["prices"]["prices"].get(one.price or "")
        if price:
            yield Case(one.id, partial(_full, one, price["pack"], ends), subject.table("limits"))


def _full(operation: Operation, kind: str, ends: str, session: Session) -> None:
    """Fill all places, be refused, and be let in again when the tasks have ended."""
    body = session.example(operation)
    places = _places(operation, session, body)
    session.control.change(session.account, packs=[session.control.pack(kind, slots=places * _TASKS)])
    tasks = [_started(operation, body, ends, session) for _ in range(_TASKS)]
    session.refused(session.ask(operation, _fresh(session, body)), session.subject.code_of("slots_used_up"))
    for one in tasks:
        session.ended(operation, one)
    for _ in range(_TASKS):
        session.accepted(session.ask(operation, _fresh(session, body)))


def _places(operation: Operation, session: Session, body: Any) -> int:
    """Return how many places one task takes, as the server tells it; the account has no others running."""
    before = sum(session.control.running(session.account)["running"].values())
    task_id = session.create(operation, _fresh(session, body)).member("task_id", str)
    taken = sum(session.control.running(session.account)["running"].values()) - before
    session.ended(operation, task_id)
    return int(taken) or 1


def _started(operation: Operation, body: Any, ends: str, session: Session) -> str:
    if ends == "failed":
        session.control.fault(session.account, "fail", times=1)
    return str(session.create(operation, _fresh(session, body)).member("task_id", str))


def _fresh(session: Session, body: Any) -> Any:
    return {**body, "external_task_id": session.own_id()} if "external_task_id" in body else body


def _rates(subject: Subject) -> Iterator[Case]:
    for one in subject.role("page"):
        yield Case(one.id, partial(_too_fast, one), subject.table("errors"))


def _too_fast(operation: Operation, session: Session) -> None:
    session.control.change(session.account, requests_per_second=2)
    for _ in range(2):
        session.accepted(session.ask(operation))
    session.refused(session.ask(operation), session.subject.code_of("too_fast"))
    session.advance(1.1)
    session.accepted(session.ask(operation))


CHECKS = (
    Check(
        "slots",
        "a task too many is refused with 1303; tasks that have ended leave their place",
        partial(_slots, ends="done"),
        is_alone=True,
        needs_control=True,
    ),
    Check(
        "slots-failed",
        "tasks that have failed leave their place",
        partial(_slots, ends="failed"),
        is_alone=True,
        needs_control=True,
    ),
    Check("rate", "a request too many in a second is refused with 1302", _rates, is_alone=True, needs_control=True),
)
