"""Looks at every answer of a run: is it what the spec says an answer looks like?"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import jsonschema_rs

from kling_spec.document import Document, Operation, inlined

from .exchange import Exchange, Reply
from .finding import CheckInfo, Finding, Result, Source
from .subject import Subject

CHECKS: tuple[CheckInfo, ...] = (
    CheckInfo("answer-envelope", "every answer is JSON with code and message"),
    CheckInfo("answer-status", "every code is of the table and comes with its HTTP status"),
    CheckInfo("answer-schema", "every answer fits the schema of the spec"),
    CheckInfo("answer-members", "no answer has a member that the spec does not have"),
    CheckInfo("answer-request-id", "no two answers have the same request_id"),
)
_MOST_IDS = 100_000


@dataclass(frozen=True)
class _Wrong:
    check: str
    place: str  # in the answer
    expected: str
    got: str


@dataclass
class Conformance:
    """Hears of every exchange. Safe to share between threads."""

    subject: Subject
    secrets: tuple[str, ...] = ()
    findings: dict[str, Finding] = field(default_factory=dict)
    tolerated: set[str] = field(default_factory=set)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _ids: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _schemas: dict[str, Any] = field(default_factory=dict)

    def __call__(self, exchange: Exchange, reply: Reply) -> None:
        """Look at an answer."""
        if not exchange.operation and reply.status in (404, 405) and reply.code is None and self._lets("own-404"):
            return
        if reply.status in (401, 403) and reply.code is None and self._lets("own-401"):
            return
        element = exchange.operation or "no operation"
        looked = [*self._envelope(reply), *self._status(reply), *self._fits(exchange, reply)]
        with self._lock:
            looked += self._request_id(reply)
            self._seen |= {(one.id, element) for one in CHECKS}
            for wrong in looked:
                self._note(wrong, f"{element} {wrong.place}".strip(), exchange)

    def results(self) -> Iterator[Result]:
        """Yield what was found, and what was seen and right."""
        bad = {
            (one.check, one.element.partition(" ")[0] if not one.element.startswith("no operation") else "no operation")
            for one in self.findings.values()
        }
        for finding in self.findings.values():
            yield Result(finding.check, finding.element, "failed", finding=finding)
        for check, element in self._seen - bad:
            yield Result(check, element, "passed")

    def _lets(self, name: str) -> bool:
        if name not in self.subject.profile.tolerates:
            return False
        self.tolerated.add(name)
        return True

    def _note(self, wrong: _Wrong, element: str, exchange: Exchange) -> None:
        secrets = self.secrets
        found = Finding(
            wrong.check,
            element,
            wrong.expected,
            wrong.got,
            self._source(exchange),
            exchange.curl(secrets),
            exchange.told(secrets),
        )
        self.findings.setdefault(found.id, found)

    def _source(self, exchange: Exchange) -> Source:
        operation = self.subject.by_id.get(exchange.operation)
        return self.subject.source(operation) if operation else self.subject.table("errors")

    def _envelope(self, reply: Reply) -> Iterator[_Wrong]:
        if not reply.is_envelope:
            yield _Wrong("answer-envelope", "", "a JSON object with code, a number, and message, text", reply.said)
        elif "json" not in reply.exchange.reply_headers.get("content-type", ""):
            told = reply.exchange.reply_headers.get("content-type", "none")
            yield _Wrong("answer-envelope", "content-type", "a content-type of JSON", told)

    def _status(self, reply: Reply) -> Iterator[_Wrong]:
        if reply.code is None:
            return
        known = self.subject.http_of.get(reply.code)
        if known is None:
            yield _Wrong("answer-status", f"code {reply.code}", "a code of the error table", reply.said)
        elif known != reply.status:
            yield _Wrong("answer-status", f"code {reply.code}", f"HTTP {known} with code {reply.code}", reply.said)

    def _request_id(self, reply: Reply) -> Iterator[_Wrong]:
        found = reply.json.get("request_id") if isinstance(reply.json, dict) else None
        if not isinstance(found, str) or len(self._ids) > _MOST_IDS:
            return
        if found in self._ids:
            yield _Wrong("answer-request-id", "", "a request_id that no other answer has", found)
        self._ids.add(found)

    def _fits(self, exchange: Exchange, reply: Reply) -> Iterator[_Wrong]:
        operation = self.subject.by_id.get(exchange.operation)
        if reply.code is None or (operation is None and reply.code == 0):
            return
        name = operation.id if operation and reply.code == 0 else "error"
        validator, resolved = self._schema(name, operation)
        for error in validator.iter_errors(reply.json):
            place = _place(error.instance_path)
            yield _Wrong(
                "answer-schema",
                place,
                f"{place or 'the answer'} as the schema says: {error.message[:200]}",
                _short(reply.json, error.instance_path),
            )
        for place in _unknown(reply.json, resolved):
            if "." not in place and self._lets("envelope-members"):
                continue
            yield _Wrong("answer-members", place, "members of the schema only", place)

    def _schema(self, name: str, operation: Operation | None) -> tuple[Any, Document]:
        with self._lock:
            if name not in self._schemas:
                said = operation.reply if operation and name != "error" else {"$ref": "#/components/schemas/shared.Error"}
                whole = {**said, "components": self.subject.document["components"]}
                self._schemas[name] = (jsonschema_rs.Draft202012Validator(whole), _merged(said, self.subject.document))
            found: tuple[Any, Document] = self._schemas[name]
            return found


def _merged(schema: Document, document: Document) -> Document:
    """Return an envelope's schema with its parts laid over each other and every reference resolved."""
    parts = [inlined(one, document) for one in schema.get("allOf", [schema])]
    return {"type": "object", "properties": {name: one for part in parts for name, one in part.get("properties", {}).items()}}


def _unknown(value: Any, schema: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Yield the places of members that a schema does not have. An object without members in the schema may hold any."""
    members = schema.get("properties")
    if isinstance(value, dict) and members:
        for name, one in value.items():
            inner = f"{place}.{name}" if place else name
            if name not in members:
                yield inner
            else:
                yield from _unknown(one, members[name], inner)
    elif isinstance(value, list) and "items" in schema:
        for one in value:
            yield from _unknown(one, schema["items"], f"{place}[]")


def _place(path: list[Any]) -> str:
    """Return the place of a value without the numbers of list items: they differ from run to run."""
    return re.sub(r"\.\[\]", "[]", ".".join("[]" if isinstance(one, int) else str(one) for one in path))


def _short(value: Any, path: list[Any]) -> str:
    for one in path:
        value = value[one]
    return json.dumps(value, ensure_ascii=False)[:300]
