"""Looks for what contradicts itself in the spec. Every finding names the file, the place and the fix."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, product
from typing import Any

from .as_of import checked_date
from .bundle import plain
from .document import Document, Operation, objects, operations, reachable, references
from .errors import SpecError
from .grammar import RULE_WORDS
from .load import Spec
from .rule_samples import TRIES, ruled_objects, sampled
from .rules import Rule
from .shape import violations
from .source import TRUST, source_problem
from .successors import wrong_successors

BASELINE = "2026-03-18"
"""The day whose API the spec was first written for."""
_FEW_TRIES = 50
_ERROR = "#/components/schemas/shared.Error"  # the bundle refers to it, and to all headers


@dataclass(frozen=True)
class Finding:
    """One contradiction."""

    file: str
    place: str
    problem: str
    rule: str  # the name of the house rule that is broken

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.problem} [{self.rule}]"


def lint(spec: Spec) -> list[Finding]:
    """Return every finding, in the order of files and places."""
    checks: list[Callable[[Spec], Iterator[Finding]]] = [
        *(_references, _families, _operations, _schemas, _dates, _sources),
    ]
    found = [one for check in checks for one in check(spec)]
    if not found:  # a bundle can only be made of a spec that hangs together
        found = [*_rules(spec), *_catalogues(spec), *_successors(spec), *_orphans(spec)]
    if not found:
        found = [*_unsampled(spec), *_examples(spec)]
    return sorted(set(found), key=lambda one: (one.file, one.place, one.problem))


def _file(spec: Spec, kind: str, name: str) -> str:
    return spec.files.get(f"{kind} {name}", "head.yaml")


def _references(spec: Spec) -> Iterator[Finding]:
    parts = spec.document["components"]
    known = {f"#/components/{kind}/{name}" for kind, nodes in parts.items() for name in nodes}
    nodes = [("path", name, node) for name, node in spec.document["paths"].items()]
    nodes += [(kind.removesuffix("s"), name, node) for kind, all_of in parts.items() for name, node in all_of.items()]
    for kind, name, node in nodes:
        for reference in references(node):
            if reference not in known:
                yield Finding(_file(spec, kind, name), f"{kind} {name}", f"{reference} refers to nothing", "reference")


def _families(spec: Spec) -> Iterator[Finding]:
    for name, family in spec.families.items():
        file = f"families/{name}.yaml"
        if family.get("lifecycle") not in spec.catalogues["lifecycles"]["lifecycles"]:
            yield Finding(file, "x-kling-family", f"lifecycle {family.get('lifecycle')} is not in lifecycles.yaml", "lifecycle")
        if "title" not in family:
            yield Finding(file, "x-kling-family", "has no title", "family")


def _operations(spec: Spec) -> Iterator[Finding]:
    seen: set[str] = set()
    for operation in operations(spec.document):
        file, place = _file(spec, "path", operation.path), f"{operation.verb} {operation.path}"
        problems = [
            (
                operation.family != file.removeprefix("families/").removesuffix(".yaml"),
                f"operationId {operation.id} must begin with the family's name",
            ),
            (operation.id in seen, f"operationId {operation.id} stands twice"),
            ("summary" not in operation.node, "has no summary"),
            (not operation.data, "200 must be an envelope whose data has a schema"),
            (
                operation.price is not None and operation.price not in spec.catalogues["prices"]["prices"],
                f"x-kling-price {operation.price} is not in prices.yaml",
            ),
            (operation.role == "call" and operation.reply_example is None, "a call needs an example of its reply"),
            (operation.request_name is not None and not operation.examples, "the request needs an example"),
        ]
        seen.add(operation.id)
        yield from (Finding(file, place, problem, "operation") for wrong, problem in problems if wrong)


def _schemas(spec: Spec) -> Iterator[Finding]:
    for name, schema in spec.document["components"]["schemas"].items():
        file, place = _file(spec, "schema", name), f"schema {name}"
        if name.partition(".")[0] not in ("shared", file.removeprefix("families/").removesuffix(".yaml")):
            yield Finding(file, place, "must be named family.Name or shared.Name", "schema-name")
        yield from (
            Finding(file, f"{place}.{member}" if member else place, problem, "schema") for member, problem in _schema(schema)
        )


def _schema(schema: Document) -> Iterator[tuple[str, str]]:
    if "description" not in schema:
        yield "", "has no description"
    members = schema.get("properties", {})
    yield from ((one, "is required but not a property") for one in schema.get("required", []) if one not in members)
    for name, member in members.items():
        inner = member.get("items", member)
        if "properties" in inner:
            yield name, "is a nameless object; give its schema a name under components"
        if "description" not in member and "$ref" not in member:
            yield name, "has no description"
        if "enum" in inner and len(set(map(str, inner["enum"]))) < len(inner["enum"]):
            yield name, "lists a value twice"
        if "enum" in member and "default" in member and member["default"] not in member["enum"]:
            yield name, f"has the default {member['default']}, which is not in the enum"
        yield from (
            (name, f"x-kling-values dates {value}, which is not in the enum")
            for value in member.get("x-kling-values", {})
            if value not in inner.get("enum", [])
        )


def _dates(spec: Spec) -> Iterator[Finding]:
    for place, since, until in [*_dated(spec.document, ()), *_dated(spec.catalogues["models"], ("models.yaml",))]:
        for date in (since, until):
            try:
                checked_date(date) if date is not None else None
            except SpecError as error:
                yield Finding("spec", place, str(error), "date")
        if since and until and since >= until:
            yield Finding("spec", place, f"since {since} is not before until {until}", "date")


def _dated(node: Any, where: tuple[str, ...]) -> Iterator[tuple[str, str | None, str | None]]:
    if isinstance(node, Mapping):
        since = node.get("x-kling-since", node.get("since"))
        until = node.get("x-kling-until", node.get("until"))
        if isinstance(since, str) or isinstance(until, str):
            yield " → ".join(where), since, until
        for key, one in node.items():
            yield from _dated(one, (*where, str(key)))
    elif isinstance(node, list):
        for number, one in enumerate(node):
            yield from _dated(one, (*where, str(number)))


def _sources(spec: Spec) -> Iterator[Finding]:
    for name, schema in spec.document["components"]["schemas"].items():
        problem = source_problem(schema.get("x-kling-source"))
        if problem:
            yield Finding(_file(spec, "schema", name), f"schema {name}", problem, "source")
    for operation in operations(spec.document):
        problem = source_problem(operation.node.get("x-kling-source"))
        if problem:
            yield Finding(_file(spec, "path", operation.path), f"{operation.verb} {operation.path}", problem, "source")
    for name, values in _dated_values(spec.document["components"]["schemas"]):
        if values.get("trust", "page") not in TRUST:
            yield Finding("spec", name, f"trust must be one of {', '.join(TRUST)}", "source")


def _dated_values(schemas: Document) -> Iterator[tuple[str, Document]]:
    for name, schema in schemas.items():
        for member, one in schema.get("properties", {}).items():
            for value, dates in one.get("x-kling-values", {}).items():
                yield f"schema {name}.{member} value {value}", dates


def _rules(spec: Spec) -> Iterator[Finding]:
    seen: set[str] = set()
    for name, schema in spec.document["components"]["schemas"].items():
        file = _file(spec, "schema", name)
        for rule in schema.get("x-kling-rules", []):
            place = f"schema {name}: rule {rule.get('id', '?')}"
            yield from (Finding(file, place, problem, "rule") for problem in _rule(rule, schema))
            if rule.get("id", "") in seen:
                yield Finding(file, place, "the id stands twice in the spec", "rule")
            seen.add(rule.get("id", ""))


def _rule(rule: Rule, schema: Document) -> Iterator[str]:
    words = RULE_WORDS.get(rule.get("kind", ""))
    if words is None:
        yield f"kind {rule.get('kind')} is not known (known: {', '.join(RULE_WORDS)})"
        return
    yield from (f"a {rule['kind']} rule needs {word}" for word in ("id", *words) if word not in rule)
    members = schema.get("properties", {})
    yield from (
        f"{name} is not a property of this schema" for name in _spoken(rule) if re.split(r"[.\[]", name)[0] not in members
    )
    for name, wanted in rule.get("when", {}).items():
        yield from _foreign(name, wanted, members)
    for key, rows in rule.get("rows", {}).items():
        yield from _foreign(rule["key"], [key], members)
        yield from (problem for row in rows for name, cell in row.items() for problem in _foreign(name, cell, members))


def _spoken(rule: Rule) -> Iterator[str]:
    yield from (rule[key] for key in ("key", "field", "low", "high", "items", "equals") if key in rule)
    for field in rule.get("fields", []):
        yield from [field] if isinstance(field, str) else field
    yield from rule.get("when", {})
    yield from (name for rows in rule.get("rows", {}).values() for row in rows for name in row)


def _foreign(name: str, wanted: Any, members: Document) -> Iterator[str]:
    """Yield what a condition names that the field's enum does not have."""
    enum = members.get(name, {}).get("enum")
    listed = wanted.get("not", []) if isinstance(wanted, Mapping) else wanted
    if enum is not None and isinstance(listed, list):
        yield from (f"{name} has no value {value!r}" for value in listed if value not in enum)
    elif isinstance(wanted, str) and wanted not in ("given", "absent"):
        yield f"{name}: a cell is a list of values, given or absent; got {wanted}"


def _unsampled(spec: Spec) -> Iterator[Finding]:
    """Yield the rules that have no sample of a kind in any state of the API."""
    found: dict[str, set[bool]] = {}
    where: dict[str, str] = {}
    states = [list(operations(plain(spec, date))) for date in state_dates(spec)]
    for tries, operation in product((_FEW_TRIES, TRIES), chain(*states)):  # what one state has not, another may have at once
        for place, schema, rule in ruled_objects(operation):
            if rule["kind"] in ("prose", "unique") or found.get(rule["id"], set()) == {True, False}:
                continue
            where[rule["id"]] = operation.path
            found.setdefault(rule["id"], set()).update(sampled(operation, place, schema, rule, tries))
    for name, kinds in found.items():
        for missing in sorted({True, False} - kinds):
            word = "keeps" if missing else "breaks"
            problem = f"no sample {word} it; add an example or samples: {{{word}: [...]}}"
            yield Finding(_file(spec, "path", where[name]), f"rule {name}", problem, "rule-sample")


def state_dates(spec: Spec) -> list[str]:
    """Return dates that together show every fact: the spec's own state, the baseline, and days of what came and went since."""
    today = str(spec.document["info"]["version"])
    spans = [(since, until) for _, since, until in _dated(spec.document, ()) if since and until]
    return [today, BASELINE, *sorted({since for since, until in spans if since > BASELINE and until <= today})]


def _examples(spec: Spec) -> Iterator[Finding]:
    for date in state_dates(spec):
        for operation in operations(plain(spec, date)):
            for name, body in operation.examples.items():
                for broken in violations(operation.request or {}, body):
                    place = f"{operation.verb} {operation.path}: example {name} on {date}"
                    yield Finding(_file(spec, "path", operation.path), place, str(broken), "example")
            yield from _reply_example(spec, operation, date)


def _reply_example(spec: Spec, operation: Operation, date: str) -> Iterator[Finding]:
    if operation.reply_example is None:
        return
    broken = violations(operation.data_schema, operation.reply_example.get("data"))
    for one in broken:
        place = f"{operation.verb} {operation.path}: reply example on {date}"
        yield Finding(_file(spec, "path", operation.path), place, str(one), "example")


def _catalogues(spec: Spec) -> Iterator[Finding]:
    errors = spec.catalogues["errors"]
    codes = [one["code"] for one in errors["errors"]]
    if len(set(codes)) < len(codes):
        yield Finding("errors.yaml", "errors", "a code stands twice", "catalogue")
    for name, message in errors["messages"].items():
        for one in (message, message.get("documented", message)):
            if one["code"] not in codes:
                yield Finding("errors.yaml", f"messages {name}", f"code {one['code']} is not in the table", "catalogue")
    enums = {
        value
        for _, schema in _request_objects(spec)
        for value in schema.get("properties", {}).get("model_name", {}).get("enum", [])
    }
    for model in sorted(enums - set(spec.catalogues["models"]["models"])):
        yield Finding("models.yaml", "models", f"{model} is missing", "catalogue")


def _successors(spec: Spec) -> Iterator[Finding]:
    for node, place, problem in wrong_successors(spec):
        yield Finding(_file(spec, *node) if node else "models.yaml", place, problem, "successor")


def _orphans(spec: Spec) -> Iterator[Finding]:
    parts = spec.document["components"]
    used = reachable(spec.document, spec.document["paths"]) | {_ERROR}
    used |= {f"#/components/parameters/{name}" for name, one in parts["parameters"].items() if one["in"] == "header"}
    for kind, nodes in parts.items():
        for name in nodes if kind != "securitySchemes" else ():
            if f"#/components/{kind}/{name}" not in used:
                place = f"{kind.removesuffix('s')} {name}"
                yield Finding(spec.files.get(place, "head.yaml"), place, "nothing refers to it", "orphan")


def _request_objects(spec: Spec) -> Iterator[tuple[str, Document]]:
    for operation in operations(spec.document):
        yield from objects(operation.request or {})
