"""Bodies that keep and bodies that break each rule, found by search.

A sample starts from a documented example and changes only what the rule speaks of. Where the search finds none, the
rule says its own: `samples: {keeps: […], breaks: […]}`, each laid over every example in turn.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Any

from .document import Document, Operation, objects, operations
from .rules import Rule, given, holds, raw
from .shape import Violation, defaults_of
from .values import pool

SHAPE_WORDS = {"type", "enum", "required", "size", "range", "pattern"}
TRIES = 1500
"""Changed bodies looked at for each example and row of a rule."""


@dataclass(frozen=True)
class Sample:
    """A whole request body and what a rule says of it."""

    operation: Operation
    rule: Rule
    place: str  # where the rule's object stands: "" for the body, face_choose[] for its items
    body: Document
    keeps: bool
    alone: bool = True  # for a broken one: no other rule is broken beside it

    @property
    def id(self) -> str:
        return f"{self.operation.id}-{self.rule['id']}-{'keeps' if self.keeps else 'breaks'}"


def ruled_objects(operation: Operation) -> Iterator[tuple[str, Document, Rule]]:
    """Yield place, schema and rule for every rule that stands on the request of an operation."""
    for place, schema in objects(operation.request or {}):
        for rule in schema.get("x-kling-rules", []):
            yield place, schema, rule


def samples(document: Document) -> Iterator[Sample]:
    """Yield the samples of every rule of a plain bundle that one body can break."""
    for operation in operations(document):
        for place, schema, rule in ruled_objects(operation):
            if rule["kind"] not in ("prose", "unique"):
                yield from rule_samples(operation, place, schema, rule)


def rule_samples(operation: Operation, place: str, schema: Document, rule: Rule) -> Iterator[Sample]:
    """Yield at most one sample that keeps and one that breaks the rule; for a table one of each a row key.

    The best there is: one that keeps it has what the rule speaks of, one that breaks it breaks nothing else.
    """
    best: dict[tuple[bool, str], Sample] = {}
    done: set[tuple[bool, str]] = set()
    wanted = {(keeps, key) for keeps in (True, False) for key in (rule["rows"] if rule["kind"] == "table" else ("",))}
    for body in _candidates(operation, place, schema, rule):
        sample = _judged(operation, place, schema, rule, body)
        mark = (sample.keeps, _row_key(rule, body, place)) if sample else None
        if sample is None or mark is None or mark not in wanted or mark in done:
            continue
        if sample.alone:
            done.add(mark)
        if sample.alone or mark not in best:
            best[mark] = sample
        if done == wanted:
            break
    yield from best.values()


def sampled(operation: Operation, place: str, schema: Document, rule: Rule, tries: int = TRIES) -> set[bool]:
    """Return which samples a rule has: True for one that keeps it, False for one that breaks it. Looks no further."""
    found: set[bool] = set()
    for body in _candidates(operation, place, schema, rule, tries):
        sample = _judged(operation, place, schema, rule, body)
        if sample and (rule["kind"] != "table" or _row_key(rule, body, place) in rule["rows"]):
            found.add(sample.keeps)
        if len(found) == 2:
            break
    return found


def _judged(operation: Operation, place: str, schema: Document, rule: Rule, body: Document) -> Sample | None:
    """Return the body as a sample of the rule; None when its shape is wrong or only other rules are broken."""
    broken = {one.rule_id for one in broken_rules(operation, body)}
    told = [target for target in _at(body, place) if _is_told(rule, target, schema)]
    if not broken:
        return Sample(operation, rule, place, body, keeps=True, alone=bool(told))
    if rule["id"] not in broken or broken & SHAPE_WORDS:
        return None
    return Sample(operation, rule, place, body, keeps=False, alone=len(broken) == 1)


def _is_told(rule: Rule, target: Document, schema: Document) -> bool:
    """Say whether the rule has something to say of an object: its condition holds, what it counts is there."""
    if rule["kind"] == "only_with":
        return given(target, rule["field"])
    if rule.get("when") and not holds(rule["when"], target, defaults_of(schema)):
        return False
    if rule["kind"] == "token_needs":
        return "<<<" in str(raw(target, rule["field"]))
    lists = [rule["items"]] if "items" in rule else []
    return all(given(target, name) for name in lists)


def broken_rules(operation: Operation, body: Document) -> list[Violation]:
    """Return what a body breaks: shape and rules."""
    out: list[Violation] = []
    operation.check(body, "", out)
    return out


def _row_key(rule: Rule, body: Document, place: str) -> str:
    if rule["kind"] != "table":
        return ""
    objects_at = list(_at(body, place))
    return str(raw(objects_at[0], rule["key"])) if objects_at else ""


def _candidates(operation: Operation, place: str, schema: Document, rule: Rule, tries: int = TRIES) -> Iterator[Document]:
    bases = [base for base in operation.examples.values() if isinstance(base, dict)]
    said = rule.get("samples", {})
    for patch in [*said.get("keeps", []), *said.get("breaks", [])]:
        yield from (_patched(base, place, patch) for base in bases)
    for base in bases:
        for start in _starts(base, place, rule, operation):
            yield from islice(_changed(start, place, schema, rule), tries)


def _starts(base: Document, place: str, rule: Rule, operation: Operation) -> Iterator[Document]:
    """Yield the example with the rule's object in it; for a table once with each row key."""
    for key in rule.get("rows", {None: ()}):
        yield _patched(base, place, {} if key is None else {rule["key"]: key}, operation.request)


def _changed(start: Document, place: str, schema: Document, rule: Rule) -> Iterator[Document]:
    """Yield bodies with more and more of the rule's fields changed: none, each one, each two …"""
    names = [name for name in _fields(rule, schema) if name != rule.get("key") or rule["kind"] != "table"]
    pools = {name: _values(name, schema, rule) for name in names}
    for count in range(min(len(names), 4) + 1):
        for chosen in combinations(names, count):
            for values in product(*(pools[name] for name in chosen)):
                yield _patched(start, place, dict(zip(chosen, values, strict=True)))


def _fields(rule: Rule, schema: Document) -> list[str]:
    """Return the dotted names that the rule speaks of, the row key of a table first."""
    said = [rule[key] for key in ("key", "field", "low", "high", "items", "equals") if key in rule]
    grouped = [one for field in rule.get("fields", []) for one in ([field] if isinstance(field, str) else field)]
    cells = [name for rows in rule.get("rows", {}).values() for row in rows for name in row]
    names = [name.partition("[")[0] for name in [*said, *grouped, *rule.get("when", {}), *cells]]
    return [name for name in dict.fromkeys(names) if _member(schema, name)]


def _member(schema: Document, name: str) -> Document:
    for part in name.split("."):
        schema = schema.get("properties", {}).get(part, {})
    return schema


_ABSENT = object()


def _values(name: str, schema: Document, rule: Rule) -> list[Any]:
    member = _member(schema, name)
    found = [*_spoken(name, rule, member), *pool(member)]
    unique: list[Any] = []
    for one in found:
        if one not in unique or isinstance(one, bool):
            unique.append(one)
    return [*unique[:8], _ABSENT] if len(unique) > 8 else [*unique, _ABSENT]


def _spoken(name: str, rule: Rule, member: Document) -> list[Any]:
    """Return the values that the rule itself names for the field, and one it does not name."""
    if name == rule.get("key"):
        return list(rule["rows"])
    wanted = rule.get("when", {}).get(name, [])
    listed = list(wanted.get("not", [])) if isinstance(wanted, Mapping) else list(wanted)
    listed += [
        one
        for rows in rule.get("rows", {}).values()
        for row in rows
        for one in row.get(name, [])
        if not isinstance(row.get(name), str)
    ]
    listed += [*rule.get("to", [])] if name == rule.get("field") else []
    tokens = (
        [f"<<<{rule['token']}_{number}>>> speaks" for number in (1, rule["most"] + 1)]
        if name == rule.get("field") and "token" in rule
        else []
    )
    other = [one for one in member.get("enum", []) if one not in listed][:1]
    return [*listed[:6], *other, *tokens]


def _patched(base: Document, place: str, patch: Mapping[str, Any], request: Document | None = None) -> Document:
    """Return a copy of `base` with the values of `patch` at dotted names of the object at `place`."""
    body = copy.deepcopy(base)
    for target in _at(body, place, request):
        for name, value in patch.items():
            _put(target, name, value if value is _ABSENT else copy.deepcopy(value))
    return body


def _put(target: Document, name: str, value: Any) -> None:
    *parents, last = name.split(".")
    for part in parents:
        inner = target.get(part)
        if not isinstance(inner, dict):
            if value is _ABSENT:
                return
            inner = target[part] = {}
        target = inner
    if value is _ABSENT:
        target.pop(last, None)
    else:
        target[last] = value


def _at(body: Any, place: str, request: Document | None = None) -> Iterator[Document]:
    """Yield the objects of a body that stand at a place; made where missing when the request's schema is given."""
    if not place:
        yield body
        return
    first, _, rest = place.partition(".")
    name, is_list = first.removesuffix("[]"), first.endswith("[]")
    if not body.get(name) and request is not None:
        body[name] = copy.deepcopy(pool(request["properties"][name])[0])
    inner = (request or {}).get("properties", {}).get(name)
    inner = inner.get("items") if is_list and inner else inner
    for one in (body.get(name) or []) if is_list else [body.get(name)]:
        if isinstance(one, dict):
            yield from _at(one, rest, inner)
