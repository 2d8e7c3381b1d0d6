"""What only looks: unknown tasks, pages, presets, packs, ledgers. All of it is free."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from kling_contract.check import Case, Check
from kling_contract.profile import EVERYWHERE
from kling_contract.session import Session
from kling_contract.subject import Subject
from kling_spec.document import Document, Operation


def _unknown(subject: Subject) -> Iterator[Case]:
    for one in subject.role("get"):
        yield Case(one.id, partial(_not_found, one), subject.table("errors"))


def _not_found(operation: Operation, session: Session) -> None:
    session.refused(session.ask(operation), session.subject.code_of("task_unknown"))


def _reads(subject: Subject) -> Iterator[Case]:
    for one in subject.chosen:
        if one.verb == "GET" and one.role != "get":
            yield Case(one.id, partial(_read, one), subject.source(one))
    for one in subject.ledgers:
        if one in subject.chosen:
            for name, body in one.examples.items():
                yield Case(f"{one.id} {name}", partial(_ledger, one, body), subject.source(one))


def _read(operation: Operation, session: Session) -> None:
    session.accepted(session.ask(operation))


def _ledger(operation: Operation, body: Any, session: Session) -> None:
    session.accepted(session.ask(operation, body))


def _page_limits(subject: Subject) -> Iterator[Case]:
    pages = list(subject.role("page"))
    for one in pages if subject.profile.name == "offline" else pages[:1]:
        for name, query, is_right in _edges(one):
            yield Case(f"{one.id} {name}", partial(_edge, one, query, is_right), subject.source(one))


def _edges(operation: Operation) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Yield the values on and beside the limits of the parameters of a page."""
    for one in operation.parameters:
        schema: Document = one["schema"]
        for key, step in (("minimum", -1), ("maximum", 1)):
            if key in schema:
                yield f"{one['name']}={schema[key]}", {one["name"]: schema[key]}, True
                yield f"{one['name']}={schema[key] + step}", {one["name"]: schema[key] + step}, False
        if schema.get("type") == "integer":
            yield f"{one['name']}=x", {one["name"]: "x"}, False


def _edge(operation: Operation, query: dict[str, Any], is_right: bool, session: Session) -> None:
    reply = session.ask(operation, query=query)
    if is_right:
        session.accepted(reply)
    else:
        session.refused(reply, session.subject.code_of("enum"))


CHECKS = (
    Check("task-unknown", "a look at a task that does not exist is refused", _unknown, EVERYWHERE),
    Check("read", "what only reads is answered", _reads, EVERYWHERE),
    Check("page-limits", "pages are asked for within their limits", _page_limits, EVERYWHERE),
)
