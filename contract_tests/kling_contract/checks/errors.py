"""Errors: bodies that cannot be read, accounts in trouble, and every code of the table."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from kling_contract.check import Case, Check
from kling_contract.profile import OFFLINE
from kling_contract.session import Session
from kling_contract.subject import Subject
from kling_spec.document import Operation

_BODIES: Mapping[str, bytes] = {
    "empty": b"",
    "not JSON": b"{prompt: boat",
    "list": b'[{"prompt": "boat"}]',
    "text": b'"boat"',
    "not UTF-8": b'{"prompt": "\xff\xfe"}',
}
_STANDING: Mapping[str, tuple[dict[str, Any], str]] = {
    "abnormal": ({"state": "abnormal"}, "account_abnormal"),
    "arrears": ({"state": "arrears"}, "account_in_arrears"),
    "address": ({"allowed_ips": ["192.0.2.1"]}, "ip_not_allowed"),
}


def _unreadable(subject: Subject) -> Iterator[Case]:
    for one in subject.chosen:
        if one.verb == "POST":
            for name, body in _BODIES.items():
                yield Case(f"{one.id} {name}", partial(_not_json, one, body), subject.table("errors"))


def _not_json(operation: Operation, body: bytes, session: Session) -> None:
    session.refused(session.ask(operation, raw=body), session.subject.code_of("not_json"))


def _standing(subject: Subject) -> Iterator[Case]:
    for one in list(subject.role("create"))[:1] + list(subject.role("get"))[:1]:
        for name, (change, situation) in _STANDING.items():
            yield Case(f"{one.id} {name}", partial(_in_trouble, one, change, situation), subject.table("errors"))
    for one in subject.role("create"):
        yield Case(
            f"{one.id} denied", partial(_in_trouble, one, {"denied": [one.id]}, "not_permitted"), subject.table("errors")
        )


def _in_trouble(operation: Operation, change: dict[str, Any], situation: str, session: Session) -> None:
    body = session.example(operation) if operation.verb == "POST" else None
    session.control.change(session.account, **change)
    reply = session.ask(operation, body) if body is not None else session.ask(operation)
    session.refused(reply, session.subject.code_of(situation))


def _codes(subject: Subject) -> Iterator[Case]:
    for one in list(subject.role("create"))[:1]:
        for code in subject.http_of:
            if code:
                yield Case(f"code {code}", partial(_told, one, code), subject.table("errors"))


def _told(operation: Operation, code: int, session: Session) -> None:
    body = session.example(operation)
    session.control.fault(session.account, "code", code=code, times=1)
    session.refused(session.ask(operation, body), code)


def _unknown_ids(subject: Subject) -> Iterator[Case]:
    for one in subject.chosen:
        if one.verb == "POST" and one.examples:
            for name, body in one.examples.items():
                places = [place for place in _referring(body, one.request or {}) if place]
                for place in places:
                    yield Case(f"{one.id} {name} {place}", partial(_no_such, one, body, place), subject.source(one))


def _referring(body: Any, schema: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Yield the places of text ids in a body."""
    if "x-kling-ref" in schema and body not in (None, ""):
        yield place
    elif isinstance(body, dict):
        for name, one in body.items():
            yield from _referring(one, schema.get("properties", {}).get(name, {}), f"{place}.{name}".removeprefix("."))
    elif isinstance(body, list):
        for number, one in enumerate(body):
            yield from _referring(one, schema.get("items", {}), f"{place}[{number}]")


def _no_such(operation: Operation, body: Any, place: str, session: Session) -> None:
    made = session.ready(operation, body)
    _put(made, place, 9_007_199_254_740_001)
    session.refused(session.ask(operation, made), session.subject.code_of("reference_unknown"))


def _put(body: Any, place: str, value: int) -> None:
    """Put a number, as text where there is text, at a place of a body."""
    *parents, last = place.replace("[", ".[").split(".")
    for one in parents:
        body = body[_key(one)]
    key = _key(last)
    body[key] = str(value) if isinstance(body[key], str) else value


def _key(part: str) -> str | int:
    return int(part.strip("[]")) if part.startswith("[") else part


CHECKS = (
    Check("body-unreadable", "a body that is not one JSON object is refused with 1200", _unreadable, frozenset({OFFLINE})),
    Check(
        "account-standing",
        "an account in trouble is refused with the code of its trouble",
        _standing,
        is_alone=True,
        needs_control=True,
    ),
    Check("code-told", "every code of the table is told with its HTTP status", _codes, is_alone=True, needs_control=True),
    Check("reference-unknown", "an id that the service did not give is refused", _unknown_ids, frozenset({OFFLINE})),
)
