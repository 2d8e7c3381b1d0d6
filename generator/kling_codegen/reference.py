"""The pages of `generated/reference/`: one a family, for the user of the client."""

from collections.abc import Iterator, Mapping
from typing import Any

from kling_spec.document import Document, Operation, objects, resolved
from kling_spec.rules import Rule, words

from .annotations import annotation
from .names import argument_name
from .phrases import sentence, summary
from .view import of_family, reply


def pages(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each family and what its page prints."""
    for tag in document["tags"]:
        shown = [_operation(one) for one in of_family(document, tag["name"])]
        yield tag["name"], {"name": tag["name"], "title": tag["description"], "operations": shown}


def _operation(operation: Operation) -> dict[str, Any]:
    source = operation.node["x-kling-source"]
    returns, is_list = reply(operation)
    return {
        "name": operation.name,
        "summary": summary(operation.node),
        "verb": operation.verb,
        "path": operation.path,
        "price": _price(operation),
        "fields": list(_fields(operation)),
        "rules": list(_rules(operation)),
        "example": example(operation),
        "returns": f"list[{returns}]" if is_list else returns,
        "source": f"{source['page']}, {source['seen']} ({source['trust']})",
    }


def _rules(operation: Operation) -> Iterator[tuple[str, str]]:
    for _, schema in objects(operation.request or {}):
        yield from ((rule["id"], _told(rule)) for rule in schema.get("x-kling-rules", []))


def example(operation: Operation) -> str:
    """Return a call of the client with the first documented example, as Python; empty where there is none."""
    found = next(iter(operation.examples.values()), None)
    needed = {one["name"]: one["example"] for one in operation.parameters if one.get("required") and "example" in one}
    if found is None and not needed:
        return ""
    said = ",\n".join(f"    {argument_name(name)}={_literal(value)}" for name, value in {**needed, **(found or {})}.items())
    return f"answer = client.{operation.id}(\n{said},\n)"


def _literal(value: Any) -> str:
    """Return a value as Python that fits on a page: long base64 is cut to what still decodes."""
    if isinstance(value, str) and len(value) > 200 and "/" not in value[:8]:
        value = value[:80]
    return repr(value)


def _fields(operation: Operation) -> Iterator[list[str]]:
    for one in operation.parameters:
        schema = {**one["schema"], "description": one.get("description", "")}
        yield _row(argument_name(one["name"]), schema, operation.document, needed=one.get("required", False))
    whole: Mapping[str, Any] = operation.request or {}
    for name, schema in whole.get("properties", {}).items():
        yield from _member(argument_name(name), schema, operation.document, needed=name in whole.get("required", []))


def _member(name: str, schema: Document, document: Document, *, needed: bool) -> Iterator[list[str]]:
    yield _row(name, schema, document, needed=needed)
    inner, mark = (schema["items"], "[]") if schema.get("type") == "array" else (schema, "")
    for below, one in inner.get("properties", {}).items():
        yield from _member(f"{name}{mark}.{below}", one, document, needed=below in inner.get("required", []))


def _row(name: str, schema: Document, document: Document, *, needed: bool) -> list[str]:
    told = sentence(resolved(schema, document)).replace("|", "\\|")
    return [f"`{name}`", _type(schema, document), "yes" if needed else "", told]


def _type(schema: Document, document: Document) -> str:
    """Return the type as a word or the values in a row; nested objects stand in rows of their own."""
    if "enum" in schema:
        values = [f"`{one}`" for one in schema["enum"]]
        return " ".join(values if len(values) <= 20 else [*values[:6], f"… {len(values)} values"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'], document)}"
    return "object" if schema.get("type") == "object" else f"`{annotation(schema, document)}`".replace("|", "\\|")


def _price(operation: Operation) -> str:
    prices = operation.document["x-kling-catalogues"]["prices"]["prices"]
    if operation.price is None:
        return ""
    price = prices[operation.price]
    return "; ".join(_rate(row) for row in price["rows"] if _stands(row, operation)) + f" (units of the {price['pack']} pack)."


def _stands(row: Mapping[str, Any], operation: Operation) -> bool:
    """Say whether a price is for a value that the operation still takes."""
    members = (operation.request or {}).get("properties", {})
    when = row.get("when", {})
    listed = {name: one for name, one in when.items() if isinstance(one, list) and "enum" in members.get(name, {})}
    return all(set(wanted) & set(members[name]["enum"]) for name, wanted in listed.items())


def _rate(row: Mapping[str, Any]) -> str:
    if "units" in row:
        amount = row["units"] + (f" × {row['times']}" if "times" in row else "")
    elif "per_second" in row:
        amount = f"{row['per_second']} a second"
    else:
        amount = f"{row['per_started']} for each {row['step']} s begun"
    return f"{amount} with {words(row['when'])}" if row.get("when") else amount


def _told(rule: Rule) -> str:
    """Return a rule as a sentence."""
    made = " ".join(str(rule.get("message") or _SENTENCES[rule["kind"]](rule)).split())
    return made + (" (tolerated)" if rule.get("tolerated") else "")


def _names(rule: Rule) -> str:
    return ", ".join(one if isinstance(one, str) else " / ".join(one) for one in rule["fields"])


def _table(rule: Rule) -> str:
    """Return which values each row key serves; alternatives are parted by `or`."""
    rows = {key: "; or ".join(_alternative(row) for row in rows) for key, rows in rule["rows"].items()}
    return f"what each {rule['key']} serves. " + ". ".join(f"{key}: {told}" for key, told in rows.items())


def _alternative(row: Mapping[str, Any]) -> str:
    return ", ".join(_cell(name, cell) for name, cell in row.items()) or "everything"


def _cell(name: str, cell: Any) -> str:
    return f"{name} {'given' if cell == 'given' else 'not given'}" if isinstance(cell, str) else words({name: cell})


_SENTENCES: Mapping[str, Any] = {
    "exactly_one_of": lambda rule: f"exactly one of {_names(rule)}",
    "at_least_one_of": lambda rule: f"at least one of {_names(rule)}",
    "at_most_one_of": lambda rule: f"at most one of {_names(rule)}",
    "together": lambda rule: f"{_names(rule)} together or not at all",
    "only_with": lambda rule: f"{rule['field']} only with {words(rule['when'])}",
    "needed_with": lambda rule: f"{rule['field']} must be given with {words(rule['when'])}",
    "limited_with": lambda rule: f"{rule['field']} is {' or '.join(map(str, rule['to']))} with {words(rule['when'])}",
    "apart": lambda rule: f"{rule['high']} is at least {rule['least']} above {rule['low']}",
    "sum_equals": lambda rule: f"{rule['items']}[].{rule['of']} add up to {rule['equals']}",
    "distinct": lambda rule: f"{rule['items']}[].{rule['of']} differ",
    "count_at_most": lambda rule: f"{_names(rule)} hold at most {rule['most']} entries together",
    "one_nonzero": lambda rule: f"only one of {_names(rule)} differs from 0",
    "token_needs": lambda rule: (
        f"<<<{rule['token']}_N>>> in {rule['field']} needs N entries in {rule['items']}, at most {rule['most']}"
    ),
    "table": lambda rule: _table(rule),
    "unique": lambda rule: f"{rule['field']} was not used before on the account",
    "prose": lambda rule: rule["text"],
}
