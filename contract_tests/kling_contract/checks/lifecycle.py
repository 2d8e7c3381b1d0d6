"""A task from its start to its end: states, times, results, and what pages say of it."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from kling_contract.check import Case, Check
from kling_contract.errors import Failed
from kling_contract.exchange import Reply
from kling_contract.session import Session
from kling_contract.subject import Subject
from kling_spec.document import Operation
from kling_spec.lifecycle import Lifecycle

_STEP = 0.25  # seconds of the account's clock between two looks


def _creates(subject: Subject) -> Iterator[tuple[Operation, Lifecycle]]:
    for one in subject.role("create"):
        life = subject.lifecycle(one)
        if life is not None and subject.beside(one, "get") is not None:
            yield one, life


def _succeeds(subject: Subject) -> Iterator[Case]:
    for one, life in _creates(subject):
        yield Case(one.id, partial(_walk, one, life, "done"), subject.table("lifecycles"))


def _fails(subject: Subject) -> Iterator[Case]:
    for one, life in _creates(subject):
        yield Case(one.id, partial(_walk, one, life, "failed"), subject.table("lifecycles"))


def _walk(operation: Operation, life: Lifecycle, ends: str, session: Session) -> None:
    """Look at a task again and again until it has ended, and once more long after."""
    body = session.example(operation)
    if ends == "failed":
        session.control.fault(session.account, "fail", times=1)
    task_id = session.create(operation, body).member("task_id", str)
    steps = [_Step(life, reply) for reply in session.watched(operation, task_id, step=_STEP)]
    for before, after in zip([None, *steps], steps, strict=False):
        after.check(session, task_id, before)
    last = steps[-1]
    session.expect(life.verdict(last.state) == ends, f"the task to end {ends}", f"state {last.state}", last.reply)
    if session.bench.control is not None:
        session.advance(3600)
        late = session.look(operation, task_id)
        session.expect(late.data == last.reply.data, "a task that has ended to stay as it is", late.data, late)


class _Step:
    """One look at a task."""

    def __init__(self, life: Lifecycle, reply: Reply) -> None:
        self.life = life
        self.reply = reply
        self.state = reply.member(life.field, str)
        self.created = reply.member("created_at", int)
        self.updated = reply.member("updated_at", int)

    def check(self, session: Session, task_id: str, before: "_Step | None") -> None:
        session.last = self.reply.exchange
        verdict, data = self.life.verdict(self.state), self.reply.data
        session.expect(data.get("task_id") == task_id, f"task_id {task_id}", data.get("task_id"))
        session.expect(self.state in self.life.states, f"a state of the lifecycle: {', '.join(self.life.states)}", self.state)
        session.expect(self.updated >= self.created, "updated_at not before created_at", f"{self.updated} < {self.created}")
        has_result = any(data.get("task_result", {}).values()) if isinstance(data.get("task_result", {}), dict) else True
        session.expect(
            has_result is (verdict == "done"),
            "a result once the task has succeeded and not before",
            f"{self.state}: {data.get('task_result')}",
        )
        if verdict == "failed":
            session.expect(bool(data.get("task_status_msg")), "task_status_msg to say why the task failed", data)
        if before is not None:
            self._check_move(session, before)

    def _check_move(self, session: Session, before: "_Step") -> None:
        is_same = self.state == before.state
        may = is_same or self.state in _after(self.life, before.state)
        session.expect(
            may,
            f"a task that is {before.state} to stay or go to {_after(self.life, before.state) or 'nothing else'}",
            self.state,
        )
        session.expect(self.created == before.created, f"created_at to stay {before.created}", self.created)
        moved = self.updated == before.updated if is_same else self.updated >= before.updated
        session.expect(
            moved,
            "updated_at to move when the state does and only then",
            f"{before.state} {before.updated}, {self.state} {self.updated}",
        )


def _after(life: Lifecycle, state: str) -> list[str]:
    """Return the states that can be seen after one; some may pass between two looks."""
    found, queue = [], list(life.states[state].next) if state in life.states else []
    while queue:
        one = queue.pop(0)
        if one not in found:
            found.append(one)
            queue += life.states[one].next
    return found


def _pages(subject: Subject) -> Iterator[Case]:
    for one, _ in _creates(subject):
        page = subject.beside(one, "page")
        if page is not None:
            yield Case(page.id, partial(_partition, one, page), subject.source(page))


def _partition(operation: Operation, page: Operation, session: Session) -> None:
    """Read all tasks in pages: each once, newest first, none lost while one is added, and as a look at it tells."""
    made = []
    for _ in range(5):
        made.append(session.create(operation).member("task_id", str))
        session.advance(0.01)
    newest = made[::-1]
    pages = [_ids(session, page, number, 2) for number in (1, 2, 3)]
    _whole(session, newest, pages)
    _read_while_adding(session, operation, page, newest)
    row = next(one for one in _rows(session, page, 1, 30) if one.get("task_id") == made[0])
    told = session.look(operation, made[0])
    session.expect(row == told.data, "a page to tell a task as a look at it does", row, told)


def _whole(session: Session, newest: list[str], pages: list[list[str]]) -> None:
    if session.bench.control is not None:
        session.expect(
            [one for part in pages for one in part] == newest, f"the tasks on pages of 2, newest first: {newest}", pages
        )
        session.expect([len(part) for part in pages] == [2, 2, 1], "pages of 2, 2 and 1", pages)
    else:  # the account may have other tasks, and others may be adding some
        found = [one for part in pages for one in part]
        session.expect(len(set(found)) == len(found), "no task on two pages", pages)
        session.expect(set(newest) <= set(found), f"the newest tasks on the first pages: {newest}", pages)


def _read_while_adding(session: Session, operation: Operation, page: Operation, newest: list[str]) -> None:
    """A task that is added between two pages moves others back by one place, and hides none."""
    first = _ids(session, page, 1, 3)
    session.create(operation)
    second = _ids(session, page, 2, 3)
    lost = set(newest) - set(first) - set(second)
    session.expect(not lost, "every task on page 1 or 2 of 3 while one is added", f"lost {sorted(lost)}: {first}, {second}")


def _ids(session: Session, page: Operation, number: int, size: int) -> list[str]:
    return [str(one.get("task_id")) for one in _rows(session, page, number, size)]


def _rows(session: Session, page: Operation, number: int, size: int) -> list[Any]:
    reply = session.ask(page, query={"pageNum": number, "pageSize": size})
    found = session.accepted(reply)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Failed("data to be a list of tasks", str(found)[:300])
    session.expect(len(found) <= size, f"at most {size} tasks", f"{len(found)}")
    return found


def _default_size(subject: Subject) -> Iterator[Case]:
    for one, _ in _creates(subject):
        page = subject.beside(one, "page")
        sizes = [known["schema"]["default"] for known in page.parameters if known["name"] == "pageSize"] if page else []
        if page is not None and sizes:
            yield Case(page.id, partial(_full_page, one, page, sizes[0]), subject.source(page))


def _full_page(operation: Operation, page: Operation, size: int, session: Session) -> None:
    session.control.advance(session.account, 0)
    for _ in range(size + 1):
        session.create(operation)
    found = session.accepted(session.ask(page))
    session.expect(len(found) == size, f"{size} tasks on a page, as nothing else was asked for", f"{len(found)}")


def _apart(subject: Subject) -> Iterator[Case]:
    for one, _ in _creates(subject):
        yield Case(one.id, partial(_hidden, one), subject.source(one))


def _hidden(operation: Operation, session: Session) -> None:
    """A task of one account is not there for another."""
    task_id = session.create(operation).member("task_id", str)
    get, page = session.subject.beside(operation, "get"), session.subject.beside(operation, "page")
    other = session.control.open()
    try:
        assert get is not None, "the case is made for families with a get"
        reply = session.send("GET", get.path.replace("{id}", task_id), account=other, operation=get.id)
        session.refused(reply, session.subject.code_of("task_unknown"))
        if page is not None:
            found = session.accepted(session.send("GET", page.path, account=other, operation=page.id))
            session.expect(found == [], "no tasks of another account", found)
    finally:
        session.control.close(other)


CHECKS = (
    Check("lifecycle", "a task goes forward through its states to success, with a result at the end", _succeeds, is_alone=True),
    Check("lifecycle-failed", "a task that fails says why and has no result", _fails, is_alone=True, needs_control=True),
    Check("pages", "pages tell every task once, newest first, and lose none while one is added", _pages, is_alone=True),
    Check(
        "page-default",
        "a page holds as many tasks as the spec says when nothing is asked for",
        _default_size,
        is_alone=True,
        needs_control=True,
    ),
    Check("accounts-apart", "an account does not see the tasks of another", _apart, is_alone=True, needs_control=True),
)
