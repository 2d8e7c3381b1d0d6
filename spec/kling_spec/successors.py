"""Finds successors that cannot take the place of what ends: of values, fields, operations and models."""

from collections.abc import Iterator, Mapping
from typing import Any

from .as_of import in_force, value_dates
from .document import Document, operations
from .load import Spec

Found = Iterator[tuple[tuple[str, str] | None, str, str]]
"""Kind and name of the node (None: a model), the place, and what is wrong."""


def wrong_successors(spec: Spec) -> Found:
    """Yield every successor of something that does not end, or that is not there on the day it is needed."""
    yield from _operations(spec.document)
    models = spec.catalogues["models"]["models"]
    for name, schema in spec.document["components"]["schemas"].items():
        members = schema.get("properties", {})
        for member, one in members.items():
            problems = [*_wrong(one, members, "field of this schema"), *_values(member, one, models)]
            yield from ((("schema", name), f"schema {name}.{member}", problem) for problem in problems)
    yield from _models(spec.document, models)


def _operations(document: Document) -> Found:
    known = {one.id: one.node for one in operations(document)}
    for one in operations(document):
        for problem in _wrong(one.node, known, "operation"):
            yield ("path", one.path), f"{one.verb} {one.path}", problem


def _values(name: str, member: Document, models: Mapping[str, Any]) -> Iterator[str]:
    dates = value_dates(name, member, models)
    known = {value: dates.get(value, {}) for value in member.get("enum", [])}
    for value, one in dates.items():
        yield from (f"value {value}: {problem}" for problem in _wrong(one, known, "value of this field"))


def _models(document: Document, models: Mapping[str, Any]) -> Found:
    schemas = document["components"]["schemas"].values()
    served = [one.get("properties", {}).get("model_name", {}).get("enum", []) for one in schemas]
    for name, model in models.items():
        problems = list(_wrong(model, models, "model"))
        if not problems and "successor" in model and not any({name, model["successor"]} <= {*enum} for enum in served):
            problems = [f"no family serves its successor {model['successor']} beside it"]
        yield from ((None, f"models {name}", problem) for problem in problems)


def _wrong(node: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], what: str) -> Iterator[str]:
    successor, until = _said("successor", node), _said("until", node)
    if successor is None:
        return
    if until is None:
        yield f"has the successor {successor}, but no until"
    elif successor not in known:
        yield f"its successor {successor} is no {what}"
    elif not in_force(_said("since", known[successor]), _said("until", known[successor]), until):
        yield f"its successor {successor} is not in force on {until}"


def _said(word: str, node: Mapping[str, Any]) -> str | None:
    found = node.get(f"x-kling-{word}", node.get(word))
    return found if isinstance(found, str) else None
