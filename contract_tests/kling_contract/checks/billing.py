"""What tasks cost, and that nothing is taken for those that fail."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from kling_contract.check import Case, Check
from kling_contract.errors import Failed
from kling_contract.session import Session
from kling_contract.subject import Subject, kinds
from kling_spec.document import Document, Operation
from kling_spec.prices import row_of, units
from kling_spec.shape import defaults_of

_DAY_MS, _MOST_PAGES = 86_400_000, 100
_SOME = {"start_time": 0, "end_time": 4_000_000_000_000}


def _priced(subject: Subject) -> Iterator[tuple[Operation, Document, str, Any]]:
    """Yield each create whose cost can be told from its body, with its price list and its examples."""
    for one in subject.role("create"):
        price = subject.catalogue["prices"]["prices"].get(one.price or "")
        for name, body in one.examples.items() if price else ():
            row = row_of(price, body, defaults_of(one.request or {}))
            if row is not None and ("units" in row or row.get("seconds_of", "source") != "source"):
                yield one, price, name, body


def _costs(subject: Subject) -> Iterator[Case]:
    for one, price, name, body in _priced(subject):
        if _packs(subject):
            yield Case(f"{one.id} {name}", partial(_charged, one, price, body), subject.table("prices"))


def _refunds(subject: Subject) -> Iterator[Case]:
    if _packs(subject):
        for one in subject.role("create"):
            yield Case(one.id, partial(_given_back, one), subject.table("prices"))


def _packs(subject: Subject) -> Operation | None:
    """Return the operation that tells what is left in the packs."""
    return next((one for one in subject.all if one.verb == "GET" and "pack" in set(kinds(subject.data_schemas[one.id]))), None)


def _charged(operation: Operation, price: Document, body: Any, session: Session) -> None:
    """Compare what the price list says with what is gone from the packs and what the task says was taken."""
    made = session.ready(operation, body)
    wanted = units(price, made, defaults_of(operation.request or {}))
    before = left(session)
    task_id = session.create(operation, made).member("task_id", str)
    last = session.ended(operation, task_id)
    gone = before - left(session)
    told = Decimal(str(last.data.get("final_unit_deduction", "-1")))
    session.expect(told == wanted, f"final_unit_deduction to be {wanted:f} units, as the price list says", f"{told:f}", last)
    session.expect(gone == wanted, f"{wanted:f} units to be gone from the packs", f"{gone:f}")


def _given_back(operation: Operation, session: Session) -> None:
    body = session.example(operation)
    before = left(session)
    session.control.fault(session.account, "fail", times=1)
    task_id = session.create(operation, body).member("task_id", str)
    last = session.ended(operation, task_id)
    after = left(session)
    session.expect(after == before, f"{before:f} units left after a task that failed, as before it", f"{after:f}")
    told = last.data.get("final_unit_deduction", "0")
    session.expect(Decimal(str(told)) == 0, "final_unit_deduction to be 0 for a task that failed", told, last)


def left(session: Session) -> Decimal:
    """Return the units that are left in all packs."""
    operation = _packs(session.subject)
    assert operation is not None, "the case is made where the API tells its packs"
    session.advance(1.1)  # it may be asked once a second
    data = session.accepted(session.ask(operation, query=_SOME))
    rows = next((one for one in data.values() if isinstance(one, list)), None) if isinstance(data, dict) else None
    if rows is None:
        raise Failed("data with a list of packs", str(data)[:300])
    return sum((Decimal(str(one.get("remaining_quantity", 0))) for one in rows), Decimal(0))


def _ledgers(subject: Subject) -> Iterator[Case]:
    for ledger in subject.ledgers:
        for one, _, name, body in _priced(subject):
            if "package_id" in str(subject.data_schemas[ledger.id]) and name == next(iter(one.examples)):
                yield Case(f"{ledger.id} {one.id}", partial(_booked, ledger, one, body), subject.source(ledger))


def _booked(ledger: Operation, operation: Operation, body: Any, session: Session) -> None:
    """A task that has ended stands in the ledger, with what it says was taken."""
    created = session.create(operation, session.ready(operation, body))
    task_id, begin = created.member("task_id", str), created.member("created_at", int) - _DAY_MS
    told = session.ended(operation, task_id).data.get("final_unit_deduction")
    rows = [row for row in _all_rows(session, ledger, max(begin, 0)) if row.get("task_id") == task_id]
    taken = sum((Decimal(str(row.get("deduction_amount", 0))) for row in rows), Decimal(0))
    session.expect(
        taken == Decimal(str(told)), f"{told} units in the ledger for task {task_id}", f"{taken:f} in {len(rows)} rows"
    )


def _all_rows(session: Session, ledger: Operation, begin: int) -> Iterator[dict[str, Any]]:
    """Yield what a ledger has since a time, page after page: an account may have more than one page holds."""
    asked: dict[str, Any] = {**_SOME, "start_time": begin}
    for _ in range(_MOST_PAGES):
        data = session.accepted(session.ask(ledger, asked))
        yield from _rows(data)
        asked = {"cursor": data.get("next_cursor")} if isinstance(data, dict) and data.get("has_more") else {}
        if not asked.get("cursor"):
            return


def _rows(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, list):
        return [one for one in data if isinstance(one, dict)]
    return next((found for one in data.values() if (found := _rows(one))), []) if isinstance(data, dict) else []


def _empty(subject: Subject) -> Iterator[Case]:
    for one in subject.role("create"):
        price = subject.catalogue["prices"]["prices"].get(one.price or "")
        if price:
            yield Case(one.id, partial(_cannot_pay, one, price), subject.table("errors"))


def _cannot_pay(operation: Operation, price: Document, session: Session) -> None:
    body, kind = session.example(operation), price["pack"]
    if not units(price, body, defaults_of(operation.request or {})):
        session.skip("it costs nothing")
    session.control.change(session.account, packs=[session.control.pack(kind, units=0)])
    tasks = session.control.running(session.account)["tasks"]
    session.refused(session.ask(operation, body), session.subject.code_of("units_used_up"))
    session.expect(session.control.running(session.account)["tasks"] == tasks, "no task that nobody pays", "one more task")


CHECKS = (
    Check("price", "a task costs what the price list says", _costs, is_alone=True),
    Check("refund", "a task that fails costs nothing", _refunds, is_alone=True, needs_control=True),
    Check("ledger", "what was taken stands in the ledger", _ledgers, is_alone=True),
    Check("units-used-up", "a task that no pack can pay is refused with 1102", _empty, is_alone=True, needs_control=True),
)
