"""Counts what the spec covers, for COVERAGE.md."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from kling_spec.document import Document, Operation, objects, operations


def context(document: Document) -> dict[str, Any]:
    """Return what the template of COVERAGE.md prints."""
    found = list(operations(document))
    rows = [_row(one) for one in found]
    trusts = Counter(trust for one in _facts(document) for trust in [one[1]])
    return {
        "date": document["info"]["version"],
        "rows": rows,
        "totals": _totals(found, rows),
        "prose": sorted(
            {(rule["id"], " ".join(rule["text"].split())) for one in found for rule in _rules(one) if rule["kind"] == "prose"}
        ),
        "guesses": sorted({place for place, trust in _facts(document) if trust == "guess"}),
        "trusts": sorted(trusts.items(), key=lambda one: -one[1]),
    }


def _totals(found: list[Operation], rows: list[list[Any]]) -> str:
    fields, rules, examples = (sum(row[column] for row in rows) for column in (2, 3, 4))
    families = len({one.family for one in found})
    return f"{families} families, {len(found)} operations, {fields} request fields, {rules} rules, {examples} examples."


def _row(operation: Operation) -> list[Any]:
    source = operation.node["x-kling-source"]
    fields = sum(len(schema.get("properties", {})) for _, schema in objects(operation.request or {})) + len(
        operation.parameters
    )
    return [
        *(
            operation.family,
            operation.name,
            fields,
            len(_rules(operation)),
            len(operation.examples) + (operation.reply_example is not None),
        ),
        *(operation.price or "free", f"{source['page']}, {source['seen']}", source["trust"]),
    ]


def _rules(operation: Operation) -> list[Document]:
    return [rule for _, schema in objects(operation.request or {}) for rule in schema.get("x-kling-rules", [])]


def _facts(document: Document) -> Iterator[tuple[str, str]]:
    """Yield place and trust of every operation, schema, field, rule, message and price."""
    for operation in operations(document):
        yield f"operation {operation.id}", operation.node["x-kling-source"]["trust"]
    for name, schema in document["components"]["schemas"].items():
        trust = schema["x-kling-source"]["trust"]
        yield f"schema {name}", trust
        for field, one in schema.get("properties", {}).items():
            yield f"field {name}.{field}", one.get("x-kling-source", {}).get("trust", trust)
            yield from (
                (f"value {name}.{field} {value}", dates["trust"])
                for value, dates in one.get("x-kling-values", {}).items()
                if "trust" in dates
            )
        for rule in schema.get("x-kling-rules", []):
            yield f"rule {rule['id']}", rule.get("x-kling-source", {}).get("trust", trust)
    catalogues = document["x-kling-catalogues"]
    yield from ((f"message {name}", one["trust"]) for name, one in catalogues["errors"]["messages"].items())
    yield from (
        (f"price {name}", one["x-kling-source"]["trust"])
        for name, one in catalogues["prices"]["prices"].items()
        if "x-kling-source" in one
    )
