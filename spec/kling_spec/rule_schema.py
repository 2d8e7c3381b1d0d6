"""The same rules as JSON Schema, for validators and test generators.

`compile_rule` gives the schema an object must satisfy, or None where JSON Schema cannot say it.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

from .rules import Body, Rule, among, parsed_filter

Schema = dict[str, Any]
_NOT_GIVEN: list[Any] = [None, "", []]


def compile_rule(rule: Rule, defaults: Body) -> Schema | None:
    """Return the JSON Schema that says what `rule` says, None where it cannot be said.

    The schema carries the rule's id as `$comment`, so that a validator's report can name the rule.
    """
    made = _SCHEMAS[rule["kind"]](rule, defaults)
    return None if made is None else {"$comment": f"rule {rule['id']}", **made}


def _at(name: str, schema: Schema, *, required: bool) -> Schema:
    """Return `schema` applied to the member at a dotted name; what must be there stands in objects."""
    for part in reversed(name.split(".")):
        schema = {"properties": {part: schema}, **({"type": "object", "required": [part]} if required else {})}
    return schema


def _given(name: str) -> Schema:
    if name.endswith("]"):
        return _has(name)
    return _at(name, {"not": {"enum": _NOT_GIVEN}}, required=True)


def _has(name: str) -> Schema:
    """Say that a list has an item that a filter lets through."""
    path, _, last = name.rpartition(".")
    head, member, equal, wanted = parsed_filter(last)
    said = {"const": wanted} if equal else {"not": {"const": wanted}}
    item = {"type": "object", "properties": {member: said}, **({"required": [member]} if equal else {})}
    return _at(f"{path}.{head}" if path else head, {"type": "array", "contains": item}, required=True)


def _longer(name: str, size: int) -> Schema:
    return _at(name, {"type": "array", "minItems": size + 1}, required=True)


def _absent(name: str) -> Schema:
    return {"not": _given(name)}


def _any_given(field: str | Sequence[str]) -> Schema:
    return _given(field) if isinstance(field, str) else _any_of([_given(name) for name in field])


def _any_of(parts: list[Schema]) -> Schema:
    return parts[0] if len(parts) == 1 else {"anyOf": parts}


def _all_of(parts: list[Schema]) -> Schema:
    return parts[0] if len(parts) == 1 else {"allOf": parts}


def _is_one(name: str, allowed: Sequence[Any], defaults: Body) -> Schema:
    """Say that the value, or the default when nothing is given, is one of `allowed`."""
    said = _at(name, {"enum": list(allowed)}, required=True)
    return _any_of([_absent(name), said]) if among(defaults.get(name), allowed) else said


def _is_none(name: str, refused: Sequence[Any], defaults: Body) -> Schema:
    said = _at(name, {"not": {"enum": list(refused)}}, required=False)
    return _all_of([_given(name), said]) if among(defaults.get(name), refused) else said


def _condition(name: str, wanted: Any, defaults: Body) -> Schema:
    if not isinstance(wanted, Mapping):
        return _is_one(name, wanted, defaults)
    if "given" in wanted:
        return _given(name) if wanted["given"] else _absent(name)
    if "more_than" in wanted:
        return _longer(name, wanted["more_than"])
    if "at_most" in wanted:
        return {"not": _longer(name, wanted["at_most"])}
    return _is_none(name, wanted["not"], defaults)


def _when(rule: Rule, defaults: Body) -> Schema:
    parts = [_condition(name, wanted, defaults) for name, wanted in rule.get("when", {}).items()]
    return _all_of(parts) if parts else {}


def _unless(rule: Rule, defaults: Body, then: Schema) -> Schema:
    """Say `then`, but only where the rule's `when` holds."""
    return _any_of([{"not": _when(rule, defaults)}, then]) if rule.get("when") else then


def _exactly_one_of(rule: Rule, defaults: Body) -> Schema:
    return {"oneOf": [_any_given(field) for field in rule["fields"]]}


def _at_least_one_of(rule: Rule, defaults: Body) -> Schema:
    return _any_of([_any_given(field) for field in rule["fields"]])


def _at_most_one_of(rule: Rule, defaults: Body) -> Schema:
    pairs = combinations([_any_given(field) for field in rule["fields"]], 2)
    return _all_of([{"not": {"allOf": list(pair)}} for pair in pairs])


def _together(rule: Rule, defaults: Body) -> Schema:
    fields = [_any_given(field) for field in rule["fields"]]
    return {"anyOf": [{"allOf": fields}, {"not": {"anyOf": fields}}]}


def _only_with(rule: Rule, defaults: Body) -> Schema:
    return _any_of([_absent(rule["field"]), _when(rule, defaults)])


def _needed_with(rule: Rule, defaults: Body) -> Schema:
    return _unless(rule, defaults, _given(rule["field"]))


def _limited_with(rule: Rule, defaults: Body) -> Schema:
    return _unless(rule, defaults, _is_one(rule["field"], rule["to"], defaults))


def _count_at_most(rule: Rule, defaults: Body) -> Schema:
    return _unless(rule, defaults, _any_of(_splits(rule["fields"], rule["most"])))


def _splits(fields: Sequence[str], most: int) -> list[Schema]:
    """Return one schema for each way to share `most` entries among the lists."""
    if len(fields) == 1:
        return [_at(fields[0], {"maxItems": most}, required=False)]
    first = [_at(fields[0], {"maxItems": size}, required=False) for size in range(most + 1)]
    return [{"allOf": [head, _any_of(_splits(fields[1:], most - size))]} for size, head in enumerate(first)]


def _one_nonzero(rule: Rule, defaults: Body) -> Schema:
    zero = {name: {"anyOf": [{"not": {"type": "number"}}, {"const": 0}]} for name in rule["fields"]}
    return _any_of([{"properties": {name: zero[name] for name in rule["fields"] if name != free}} for free in rule["fields"]])


def _token_needs(rule: Rule, defaults: Body) -> Schema:
    most, token = rule["most"], rule["token"]
    parts = [{"not": _text(rule, f"<<<{token}_0*(?:0|{_above(most)})>>>")}]
    for number in range(1, most + 1):
        has = _at(rule["items"], {"type": "array", "minItems": number}, required=True)
        parts.append(_any_of([{"not": _text(rule, f"<<<{token}_0*{number}>>>")}, has]))
    return _all_of(parts)


def _above(most: int) -> str:
    """Return a pattern for the numbers above `most`, written without zeros in front."""
    digits = str(most)
    same = [
        f"{digits[:at]}[{int(one) + 1}-9]" + "[0-9]" * (len(digits) - at - 1) for at, one in enumerate(digits) if one != "9"
    ]
    return "|".join([*same, f"[1-9][0-9]{{{len(digits)},}}"])


def _text(rule: Rule, pattern: str) -> Schema:
    return _at(rule["field"], {"type": "string", "pattern": pattern}, required=True)


def _table(rule: Rule, defaults: Body) -> Schema:
    parts = []
    for key, rows in rule["rows"].items():
        other = _is_none(rule["key"], [key], defaults)
        parts.append(_any_of([other, *(_row(row, defaults) for row in rows)]))
    return _all_of(parts)


def _row(row: Mapping[str, Any], defaults: Body) -> Schema:
    cells = [_cell(name, wanted, defaults) for name, wanted in row.items()]
    return _all_of(cells) if cells else {}


def _cell(name: str, wanted: Any, defaults: Body) -> Schema:
    if isinstance(wanted, str):
        return _given(name) if wanted == "given" else _absent(name)
    return _is_one(name, wanted, defaults)


def _cannot_say(rule: Rule, defaults: Body) -> None:
    return None


_SCHEMAS: Mapping[str, Callable[[Rule, Body], Schema | None]] = {
    "exactly_one_of": _exactly_one_of,
    "at_least_one_of": _at_least_one_of,
    "at_most_one_of": _at_most_one_of,
    "together": _together,
    "only_with": _only_with,
    "needed_with": _needed_with,
    "limited_with": _limited_with,
    "apart": _cannot_say,
    "sum_equals": _cannot_say,
    "distinct": _cannot_say,
    "count_at_most": _count_at_most,
    "one_nonzero": _one_nonzero,
    "token_needs": _token_needs,
    "table": _table,
    "unique": _cannot_say,
    "prose": _cannot_say,
}
