"""Every documented example is accepted, and what it starts can be found again."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from kling_contract.check import Case, Check
from kling_contract.session import Session
from kling_contract.subject import Subject
from kling_spec.document import Operation


def _examples(subject: Subject) -> Iterator[Case]:
    for one in subject.role("create"):
        for name, body in one.examples.items():
            yield Case(f"{one.id} {name}", partial(_created, one, body), subject.source(one))


def _created(operation: Operation, body: Any, session: Session) -> None:
    reply = session.create(operation, session.ready(operation, body))
    life = session.subject.lifecycle(operation)
    state = reply.member(life.field if life else "task_status", str)
    session.expect(life is None or state == life.first, f"a new task to be {life.first if life else 'known'}", state)
    created, updated = reply.member("created_at", int), reply.member("updated_at", int)
    session.expect(created == updated, "created_at and updated_at of a new task to be the same", f"{created} and {updated}")
    session.expect(1.4e12 < created < 4e12, "created_at in milliseconds since 1970", str(created))
    session.expect(
        not reply.data.get("task_result"), "no result of a task that was just started", reply.data.get("task_result")
    )
    reply.member("task_id", str)


def _calls(subject: Subject) -> Iterator[Case]:
    for one in subject.role("call", "delete"):
        if one.verb != "GET" and one not in subject.ledgers:
            for name, body in one.examples.items():
                yield Case(f"{one.id} {name}", partial(_answered, one, body), subject.source(one))


def _answered(operation: Operation, body: Any, session: Session) -> None:
    session.accepted(session.ask(operation, session.ready(operation, body)))


def _deletes(subject: Subject) -> Iterator[Case]:
    for one in subject.role("delete"):
        yield Case(one.id, partial(_gone, one), subject.source(one))


def _gone(operation: Operation, session: Session) -> None:
    """Delete something that was made, and again: the second time it is not there."""
    body = session.example(operation)
    session.accepted(session.ask(operation, body))
    session.refused(session.ask(operation, body), session.subject.code_of("reference_unknown"))


def _links(subject: Subject) -> Iterator[Case]:
    for one in subject.role("create"):
        get = subject.beside(one, "get")
        if get is not None:
            yield Case(one.id, partial(_found_again, one), subject.source(get))


def _found_again(operation: Operation, session: Session) -> None:
    """Look by the task's id and by the caller's own."""
    takes_own = "external_task_id" in (operation.request or {}).get("properties", {})
    own = session.own_id() if takes_own else ""
    task_id = session.create(operation, **({"external_task_id": own} if own else {})).member("task_id", str)
    for asked in (task_id, own) if own else (task_id,):
        reply = session.look(operation, asked)
        session.expect(reply.member("task_id", str) == task_id, f"the task {task_id} for the id {asked}", reply.data["task_id"])
        if own:
            told = (reply.data.get("task_info") or {}).get("external_task_id")
            session.expect(told == own, f"task_info.external_task_id to be {own}", str(told))


def _ids(subject: Subject) -> Iterator[Case]:
    for one in subject.role("create"):
        yield Case(one.id, partial(_ids_differ, one), subject.source(one))


def _ids_differ(operation: Operation, session: Session) -> None:
    found = [session.create(operation).member("task_id", str) for _ in range(3)]
    session.expect(len(set(found)) == 3, "three tasks to have three ids", found)


def _twice(subject: Subject) -> Iterator[Case]:
    for one in subject.role("create"):
        for rule in (one.request or {}).get("x-kling-rules", []):
            if rule["kind"] == "unique":
                yield Case(f"{one.id} {rule['id']}", partial(_used_up, one, rule["field"]), subject.source(one, rule))


def _used_up(operation: Operation, field: str, session: Session) -> None:
    """Send a value that may be used once twice: the second is refused, and starts nothing."""
    value = session.own_id()
    first = session.create(operation, **{field: value}).member("task_id", str)
    again = {**session.example(operation), field: value}
    session.refused(session.ask(operation, again), session.subject.code_of("duplicate"))
    found = session.look(operation, value).member("task_id", str)
    session.expect(found == first, f"{field} to lead to the first task, {first}", found)


CHECKS = (
    Check("example-accepted", "every documented example starts a task", _examples),
    Check("call-answered", "every documented example of a call is answered", _calls),
    Check("deleted", "what was deleted is gone", _deletes),
    Check("task-found", "a task is found by its id and by the caller's own", _links),
    Check("task-ids", "no two tasks have the same id", _ids),
    Check("unique", "a value that may be used once is refused the second time", _twice),
)
