"""Changes of a request that change nothing of its answer."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from kling_contract.check import Case, Check
from kling_contract.session import Session
from kling_contract.subject import Subject
from kling_spec.document import Document, Operation

_VOLATILE = ("task_id", "created_at", "updated_at", "task_info")


def _cases(subject: Subject, change: Callable[[Operation, Any], Any]) -> Iterator[Case]:
    for one in subject.role("create"):
        for name, body in one.examples.items():
            if change(one, body) is not None:
                yield Case(f"{one.id} {name}", partial(_same, one, body, change), subject.source(one))


def _same(operation: Operation, body: Any, change: Callable[[Operation, Any], Any], session: Session) -> None:
    """Start a task as it is and with the change: both are accepted, and the answers differ in nothing but ids and times."""
    plain = session.create(operation, session.ready(operation, body))
    other = session.create(operation, change(operation, session.ready(operation, body)))
    mine, theirs = _lasting(plain.data), _lasting(other.data)
    session.expect(theirs == mine, f"the same answer: {mine}", theirs)


def _lasting(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in data.items() if name not in _VOLATILE}


def _more(operation: Operation, body: Any) -> Any:
    return {**body, "x_kling_contract": "nobody knows this member"}


def _reversed(operation: Operation, body: Any) -> Any:
    return dict(reversed(list(body.items()))) if len(body) > 1 else None


def _nulls(operation: Operation, body: Any) -> Any:
    """Return the body with null for what it leaves out."""
    schema: Document = operation.request or {}
    missing = [name for name in schema.get("properties", {}) if name not in body]
    return {**body, **dict.fromkeys(missing)} if missing else None


def _numbers(operation: Operation, body: Any) -> Any:
    """Return the body with numbers for seconds that are text."""
    members = (operation.request or {}).get("properties", {})
    found = {
        name: int(value)
        for name, value in body.items()
        if members.get(name, {}).get("x-kling-unit") == "s-as-text" and isinstance(value, str) and value.isdecimal()
    }
    return {**body, **found} if found else None


CHECKS = (
    Check("unknown-member", "a member that nobody knows changes nothing", partial(_cases, change=_more)),
    Check("member-order", "the order of members changes nothing", partial(_cases, change=_reversed)),
    Check("null-member", "null is the same as not given", partial(_cases, change=_nulls)),
    Check("number-for-text", "seconds may be a number or its text", partial(_cases, change=_numbers)),
)
