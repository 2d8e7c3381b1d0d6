"""Checks a body against the small JSON Schema vocabulary that the families use.

Standard library only: the client carries a copy of this file. References must be resolved (`inlined`) beforehand.
A schema is compiled once into closures; a check then costs a few microseconds.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import rules as rule_checks
from .rules import Rule, is_given

Schema = Mapping[str, Any]
Check = Callable[[Any, str, list["Violation"]], None]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing a request breaks."""

    rule_id: str  # the id of a rule of the spec, or the broken keyword: type, enum, required, size, range, pattern
    kind: str  # the kind of the rule, or the keyword again
    field: str  # face_choose[0].audio_id; empty for the body as a whole
    message: str
    tolerated: bool = False  # the service was seen to accept it

    def __str__(self) -> str:
        return f"{self.message} ({self.rule_id})"


def compile_shape(schema: Schema, *, rules: bool = True) -> Check:
    """Return a function that appends to its third argument what a value breaks.

    The function takes the value, the name of its place (`""` for the body) and the list. With `rules=False` only
    the shape is looked at, not the cross-field rules of the objects.
    """
    if "anyOf" in schema:
        return _alternatives(schema, rules=rules)
    kind = schema.get("type")
    checks = [made for make in (_enum, _size, _bounds, _pattern) if (made := make(schema)) is not None]
    if kind == "object":
        checks.append(_members(schema, rules=rules))
    elif kind == "array":
        checks.append(_items(schema, rules=rules))
    return _typed(str(kind), checks) if kind in _TYPES else _each(checks)


def _alternatives(schema: Schema, *, rules: bool) -> Check:
    ways = [compile_shape(one, rules=rules) for one in schema["anyOf"]]
    said = " or ".join(_told(one) for one in schema["anyOf"])

    def run(value: Any, place: str, out: list[Violation]) -> None:
        for way in ways:
            found: list[Violation] = []
            way(value, place, found)
            if not found:
                return
        out.append(Violation("type", "type", place, f"{place} must be {said}; got {_short(value)}"))

    return run


def _told(schema: Schema) -> str:
    if "enum" in schema:
        return rule_checks.either(schema["enum"])
    low, high = schema.get("minimum"), schema.get("maximum")
    limits = "" if low is None and high is None else f" {_range(low, high)}"
    return f"{_article(str(schema.get('type')))}{limits}"


def _each(checks: list[Check]) -> Check:
    def run(value: Any, place: str, out: list[Violation]) -> None:
        for check in checks:
            check(value, place, out)

    return run


def _typed(kind: str, checks: list[Check]) -> Check:
    types, wants_bool = _TYPES[kind], kind == "boolean"
    usual = types[0]

    def run(value: Any, place: str, out: list[Violation]) -> None:
        if type(value) is usual or (isinstance(value, types) and isinstance(value, bool) is wants_bool):
            for check in checks:
                check(value, place, out)
        else:
            out.append(Violation("type", "type", place, f"{place or 'the body'} must be {_article(kind)}; got {_short(value)}"))

    return run


def _enum(schema: Schema) -> Check | None:
    if "enum" not in schema or schema.get("x-kling-open"):
        return None
    allowed = list(schema["enum"])
    is_allowed = rule_checks.is_among(allowed)
    gone: Mapping[str, Any] = schema.get("x-kling-values", {})

    def run(value: Any, place: str, out: list[Violation]) -> None:
        if not is_allowed(value):
            out.append(Violation("enum", "enum", place, _enum_message(value, place, allowed, gone)))

    return run


def _enum_message(value: Any, place: str, allowed: list[Any], gone: Mapping[str, Any]) -> str:
    dates = gone.get(value, {}) if isinstance(value, str) else {}
    then = f"; its successor is {dates['successor']}" if "successor" in dates else ""
    ended = f" (it ended on {dates['until']}{then})" if "until" in dates else ""
    return f"{place} must be {rule_checks.either(allowed)}; got {_short(value)}{ended}"


def _size(schema: Schema) -> Check | None:
    least = schema.get("minLength", schema.get("minItems", 0))
    most = schema.get("maxLength", schema.get("maxItems"))
    if not least and most is None:
        return None
    unit = "entries" if schema.get("type") == "array" else "characters"

    def run(value: Any, place: str, out: list[Violation]) -> None:
        size = len(value)
        if size < least or (most is not None and size > most):
            limit = f"{least} to {most}" if most is not None else f"at least {least}"
            out.append(Violation("size", "size", place, f"{place} must have {limit} {unit}; got {size}"))

    return run


def _bounds(schema: Schema) -> Check | None:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and high is None:
        return None

    def run(value: Any, place: str, out: list[Violation]) -> None:
        if not ((low is None or value >= low) and (high is None or value <= high)):  # so that NaN is in no range
            out.append(Violation("range", "range", place, f"{place} must be {_range(low, high)}; got {_short(value)}"))

    return run


def _pattern(schema: Schema) -> Check | None:
    if "pattern" not in schema:
        return None
    search = re.compile(schema["pattern"]).search

    def run(value: Any, place: str, out: list[Violation]) -> None:
        if search(value) is None:
            out.append(Violation("pattern", "pattern", place, f"{place} must match {schema['pattern']}; got {_short(value)}"))

    return run


def _items(schema: Schema, *, rules: bool) -> Check:
    check = compile_shape(schema.get("items", {}), rules=rules)

    def run(value: Any, place: str, out: list[Violation]) -> None:
        for number, item in enumerate(value):
            check(item, f"{place}[{number}]", out)

    return run


def _members(schema: Schema, *, rules: bool) -> Check:
    known = {name: compile_shape(one, rules=rules) for name, one in schema.get("properties", {}).items()}
    required = tuple(schema.get("required", ()))
    said = _bound(schema) if rules else ()

    def run(value: Any, place: str, out: list[Violation]) -> None:
        prefix = f"{place}." if place else ""
        for name in required:
            if not is_given(value.get(name)):
                out.append(Violation("required", "required", prefix + name, f"{prefix}{name} must be given"))
        for name, member in value.items():
            if (check := known.get(name)) is not None and member is not None and member != "" and member != []:
                check(member, prefix + name, out)
        for rule, broken in said:
            message = broken(value)
            if message is not None:
                out.append(Violation(rule["id"], rule["kind"], place, message, bool(rule.get("tolerated"))))

    return run


def _bound(schema: Schema) -> tuple[tuple[Rule, rule_checks.Bound], ...]:
    """Return the rules of an object that a body alone can break, with their checks."""
    defaults = defaults_of(schema)
    rules = (one for one in schema.get("x-kling-rules", ()) if one["kind"] not in rule_checks.KEPT_BY_ALL)
    return tuple((one, rule_checks.bound(one, defaults)) for one in rules)


def defaults_of(schema: Schema, prefix: str = "") -> dict[str, Any]:
    """Return the defaults of an object schema by dotted name."""
    return dict(_defaults(schema, prefix))


def _defaults(schema: Schema, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, member in schema.get("properties", {}).items():
        if "default" in member:
            yield prefix + name, member["default"]
        if member.get("type") == "object":
            yield from _defaults(member, f"{prefix}{name}.")


def violations(schema: Schema, value: Any, *, rules: bool = True) -> list[Violation]:
    """Return all that `value` breaks. For one check; compile once for many."""
    out: list[Violation] = []
    compile_shape(schema, rules=rules)(value, "", out)
    return out


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aio' else 'a'} {kind}"


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return f"at least {low}"
    return f"at most {high}" if low is None else f"from {low} to {high}"


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
