"""Ids that requests refer to: where to get them, and putting them into a body."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from kling_spec.document import Document, Operation

from .subject import Subject, kinds

_NOT_GIVEN = frozenset({"task", "pack", "deduction"})  # what paths and ledgers speak of


def wanted(body: Any, schema: Document) -> Iterator[str]:
    """Yield the kinds of ids that a body refers to."""
    kind = schema.get("x-kling-ref", {}).get("kind")
    if kind and body not in (None, "", []):
        yield kind
    elif isinstance(body, dict):
        for name, one in schema.get("properties", {}).items():
            if name in body:
                yield from wanted(body[name], one)
    elif isinstance(body, list) and "items" in schema:
        for one in body:
            yield from wanted(one, schema["items"])


def filled(body: Any, schema: Document, known: Mapping[str, Any]) -> Any:
    """Return a body with the ids that are known in place of its own."""
    kind = schema.get("x-kling-ref", {}).get("kind")
    if kind and body not in (None, "", []):
        return _as(known[kind], schema) if kind in known else body
    if isinstance(body, dict):
        members = schema.get("properties", {})
        return {name: filled(one, members.get(name, {}), known) for name, one in body.items()}
    if isinstance(body, list):
        return [filled(one, schema.get("items", {}), known) for one in body]
    return copy.copy(body)


def given(data: Any, schema: Document) -> Iterator[tuple[str, Any]]:
    """Yield kind and value of every id in the data of a reply."""
    kind = schema.get("x-kling-ref", {}).get("kind")
    if isinstance(data, dict):
        for name, one in schema.get("properties", {}).items():
            if name in data:
                yield from given(data[name], one)
    elif isinstance(data, list):
        for one in data:
            yield from given(one, schema.get("items", {}))
    elif kind and kind not in _NOT_GIVEN and data not in (None, ""):
        yield kind, data


def providers(subject: Subject, kind: str, operation: Operation) -> list[Operation]:
    """Return the operations whose replies give ids of a kind, the easiest first: those of the same family, those that only
    read, those that need no ids themselves. A task gives its ids when it has ended: then it is the create that is listed.
    """
    found = []
    for one in subject.all:
        asked = subject.beside(one, "get") if one.role == "create" else one
        if one.role in ("create", "call") and asked and kind in set(kinds(subject.data_schemas[asked.id])):
            found.append(one)
    if operation.role == "delete":  # what always was there cannot be deleted
        found = [one for one in found if one.verb == "POST" and one.family == operation.family]
    return sorted(
        found,
        key=lambda one: (
            _needs(one, kind),
            one.family != operation.family,
            one.verb != "GET",
            one.role == "create",
            bool(_refs(one)),
        ),
    )


def _needs(operation: Operation, kind: str) -> bool:
    """Say whether an operation can give ids of a kind only to who has one."""
    return kind in _refs(operation)


def _refs(operation: Operation) -> set[str]:
    """Return the kinds of ids that the least example of an operation refers to."""
    bodies = sorted((set(wanted(one, operation.request or {})) for one in operation.examples.values()), key=len)
    return bodies[0] if bodies else set()


def least_example(operation: Operation) -> Any:
    """Return the example with the fewest references and the fewest members."""
    return min(
        operation.examples.values(), key=lambda one: (len(set(wanted(one, operation.request or {}))), len(one)), default=None
    )


def _as(value: Any, schema: Document) -> Any:
    """Return an id in the type that a field has."""
    if schema.get("type") == "integer" and str(value).isdecimal():
        return int(value)
    return str(value) if schema.get("type") == "string" else value
