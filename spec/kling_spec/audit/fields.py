"""Compares what a page says of the fields of one operation with what the spec says."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kling_spec.as_of import value_dates
from kling_spec.document import Operation

from .difference import Change, Difference
from .facts import Fact, Place, SpecView
from .limits import carries, differing
from .page import Endpoint, Field, Limits, Page
from .samples import Word, paths

_SHOWN = 6


@dataclass(frozen=True)
class Comparison:
    """One endpoint of one page beside its operation."""

    view: SpecView
    page: Page
    operation: Operation
    others: Iterable[Endpoint]  # what all pages of the run say of the operation

    def differs(self, kind: str, path: str, told: str, fix: str, place: Place, change: Change | None = None) -> Difference:
        field = f"{self.operation.id} {path}"
        return Difference(self.page.name, kind, field, told, fix, place, self.view.line(place), change)

    def elsewhere(self, part: str, path: str) -> list[Field]:
        """Return what any page of the run says of a field."""
        return [field for one in self.others for field in getattr(one, part) or () if path in (field.path, *field.also)]


def compare_fields(
    run: Comparison, part: str, fields: Sequence[Field], facts: dict[str, Fact], *, is_cut: bool
) -> Iterator[Difference]:
    """Yield the differences of a body or of parameters. A part that is cut may lack fields."""
    seen: set[str] = set()
    for field in fields:
        known = [one for one in (field.path, *field.also) if one in facts]
        path = next((one for one in known if one not in seen), known[0] if known else None)
        if path is not None:
            seen.add(path)
            yield from _field(run, part, field, facts[path])
        elif not _is_below(_shortest(field), seen, facts):
            yield _new_field(run, part, field, facts)
    if not is_cut:
        yield from (
            _gone_field(run, one) for path, one in facts.items() if path not in seen and _should_show(run, part, path, seen)
        )


def _shortest(field: Field) -> str:
    return min((field.path, *field.also), key=len)


def _parent(path: str) -> str:
    return path.rpartition(".")[0].removesuffix("[]")


def _is_below(path: str, seen: set[str], facts: dict[str, Fact]) -> bool:
    """Say whether a field hangs below one that was told already: only the topmost new field is a difference."""
    parent = _parent(path)
    return bool(parent) and parent not in seen and parent not in facts


def _should_show(run: Comparison, part: str, path: str, seen: set[str]) -> bool:
    """Say whether a page that lacks a field says so: it shows other fields at its side, and no page of the run has it."""
    parent = _parent(path)
    beside = parent == "" or any(_parent(one) == parent for one in seen)
    return beside and not path.endswith("[]") and not run.elsewhere(part, path)


def _new_field(run: Comparison, part: str, field: Field, facts: dict[str, Fact]) -> Difference:
    path = _shortest(field)
    told = f"the page has {_described(field)}; the spec has no such field"
    place = _holder(run, facts, path)
    fix = (
        f"add it as {'required' if field.required else 'an optional field'} of {run.operation.request_name or run.operation.id}"
    )
    name = path.rpartition(".")[2]
    simple = (
        field.type in ("string", "integer", "number", "boolean")
        and field.required is False
        and part == "body"
        and not field.also
    )
    change = (
        Change("member", place.below("properties"), (name, field)) if simple and place.where[:1] == ("components",) else None
    )
    return run.differs("field-not-in-spec", path, told, fix, place, change)


def _holder(run: Comparison, facts: dict[str, Fact], path: str) -> Place:
    """Return the place of the object that a new field would belong to."""
    parent = _parent(path)
    beside = next((one for name, one in facts.items() if _parent(name) == parent), None)
    return beside.holder if beside else run.view.operation_place(run.operation)


def _gone_field(run: Comparison, fact: Fact) -> Difference:
    told = "the spec has the field, the page does not show it"
    return run.differs("field-not-on-page", fact.path, told, "if it is gone, give it x-kling-until", fact.place)


def _described(field: Field) -> str:
    words = [field.type or "a field", "required" if field.required else "optional" if field.required is False else ""]
    return ", ".join(one for one in words if one) + (f", one of {_some(field.enum)}" if field.enum else "")


def _field(run: Comparison, part: str, field: Field, fact: Fact) -> Iterator[Difference]:
    yield from _type(run, "type", field, fact)
    yield from _required(run, field, fact)
    yield from _default(run, field, fact)
    yield from _values(run, part, field, fact)
    for where, key, said, spec in differing(field, fact, _below(run, part, fact)):
        change = _limit_change(where, key, said)
        told = f"the page says {key} {_shown(said)}, the spec {'has none' if spec is None else f'says {_shown(spec)}'}"
        yield run.differs("limit", f"{fact.path} {key}", told, f"set {key}: {_shown(said)}", where.home, change)


def _below(run: Comparison, part: str, fact: Fact) -> list[Fact]:
    facts = run.view.body(run.operation) if part == "body" else run.view.parameters(run.operation, part)
    return [one for path, one in facts.items() if path.startswith((f"{fact.path}.", f"{fact.path}[]"))]


def _limit_change(fact: Fact, key: str, said: Any) -> Change | None:
    is_own = fact.home == fact.place and isinstance(said, int | float) and "anyOf" not in fact.schema
    in_media = key in ("most_mb", "least_px", "most_px")
    place = fact.home.below("x-kling-media") if in_media else fact.home
    return Change("limit", place, (key, said)) if is_own and (not in_media or "x-kling-media" in fact.schema) else None


def _type(run: Comparison, kind: str, field: Field, fact: Fact) -> Iterator[Difference]:
    types = fact.types
    fits = field.type in types or (field.type == "integer" and "number" in types)
    if field.type and types and not fits:
        told = f"the page says {field.type}, the spec says {' or '.join(sorted(types))}"
        yield run.differs(kind, fact.path, told, f"see which is sent, then set type: {field.type}", fact.home)


def _required(run: Comparison, field: Field, fact: Fact) -> Iterator[Difference]:
    if (
        field.required is None
        or field.required == fact.required
        or (field.required and (fact.conditional or "default" in fact.schema))
    ):
        return
    told = (
        f"the page says {'required' if field.required else 'optional'}, the spec {'required' if fact.required else 'optional'}"
    )
    fix = "add it to required" if field.required else "take it out of required"
    yield run.differs("required", fact.path, told, f"{fix}, or say by a rule when it is needed", fact.holder)


def _default(run: Comparison, field: Field, fact: Fact) -> Iterator[Difference]:
    if field.default is None or (field.required and fact.required):  # a default of what must be sent is never used
        return
    spec = fact.schema.get("default")
    if spec is None or not _same(field.default, spec):
        told = f"the page says {field.default}, the spec {'has none' if spec is None else f'says {_shown(spec)}'}"
        yield run.differs("default", fact.path, told, f"set default: {field.default}", fact.home)


def _same(text: str, value: Any) -> bool:
    told = value if isinstance(value, str) else json.dumps(value)
    try:
        return text.lower() == told.lower() or float(text) == float(told)
    except ValueError:
        return False


def _values(run: Comparison, part: str, field: Field, fact: Fact) -> Iterator[Difference]:
    if not field.enum or "boolean" in fact.types or _is_range(field, fact):
        return
    new = [one for one in field.enum if not _among(one, fact.enum)]
    dated = _dated(run, fact)
    off = [one for one in new if one in dated]
    yield from _new_values(run, field, fact, [one for one in new if one not in dated])
    if off:
        told = "the page lists " + "; ".join(f"{one} ({dated[one]} in the spec)" for one in off[:_SHOWN])
        yield run.differs("value-ended", fact.path, told, "see which date is right", fact.home)
    heard = [value for one in run.elsewhere(part, fact.path) for value in one.enum]
    gone = [one for one in fact.enum if not _among(one, heard)]
    if gone:
        told = f"the spec lists {_some(gone)}; the page does not"
        fix = "if gone, date them: x-kling-values: {VALUE: {until: 'DATE'}}"
        yield run.differs("value-not-on-page", fact.path, told, fix, fact.home)


def _new_values(run: Comparison, field: Field, fact: Fact, new: list[str]) -> Iterator[Difference]:
    if not new:
        return
    if not fact.enum:
        told = f"the page lists {_some(new)}; the spec takes any {' or '.join(sorted(fact.types))}"
        yield run.differs("value-not-in-spec", fact.path, told, "add an enum", fact.home)
        return
    is_own = fact.home == fact.place and "enum" in fact.schema
    change = Change("values", fact.home, tuple(new)) if is_own else None
    told = f"the page lists {_some(new)}; the spec does not"
    yield run.differs("value-not-in-spec", fact.path, told, "add to enum, with a date in x-kling-values", fact.home, change)


def _among(value: str, values: Iterable[str]) -> bool:
    values = values if isinstance(values, tuple | list) else list(values)
    return value in values or any(_same(value, one) for one in values)


def _is_range(field: Field, fact: Fact) -> bool:
    """Say whether the spec gives as a range of whole numbers what the page lists one by one."""
    low, high = fact.limits.get("minimum"), fact.limits.get("maximum")
    if fact.enum or low is None or high is None or not all(re.fullmatch(r"-?\d+", one) for one in field.enum):
        return _fills_up(field, fact, low, high)
    return [int(one) for one in field.enum] == list(range(int(low), int(high) + 1))


def _fills_up(field: Field, fact: Fact, low: Any, high: Any) -> bool:
    """Say the same of a field that takes a range or a few words: 2 to 9, or auto."""
    if low is None or high is None or not fact.enum:
        return False
    numbers = [int(one) for one in field.enum if re.fullmatch(r"-?\d+", one)]
    words = [one for one in field.enum if not re.fullmatch(r"-?\d+", one)]
    return numbers == list(range(int(low), int(high) + 1)) and sorted(words) == sorted(fact.enum)


def _dated(run: Comparison, fact: Fact) -> dict[str, str]:
    """Return the values that the spec has on other days, each with the words for its dates."""
    schema = run.view.dated(fact.home) or {}
    if "items" in schema and "enum" not in schema:
        schema = schema["items"]
    dates = value_dates(fact.path.rpartition(".")[2], schema, run.view.spec.catalogues["models"]["models"])
    listed = [one for one in schema.get("enum", []) if isinstance(one, str) and one not in fact.enum]
    return {one: _dates(dates.get(one, {})) for one in listed}


def _dates(dates: Any) -> str:
    words = [f"{key} {dates[key]}" for key in ("since", "until") if key in dates]
    return " ".join(words) + (f", {dates['trust']}" if "trust" in dates else "")


def compare_reply(run: Comparison, fields: Sequence[Field], facts: dict[str, Fact]) -> Iterator[Difference]:
    """Yield what a sample reply shows that the spec does not know. Samples leave things out, so nothing is missed in them."""
    seen: set[str] = set()
    for field in fields:
        fact = facts.get(field.path)
        if fact is None:
            if not _is_below(field.path, seen, facts):
                told = f"the reply on the page has {_described(field)}; the spec has no such field"
                place = _holder(run, facts, field.path)
                yield run.differs("reply-field-not-in-spec", field.path, told, "add it to the reply's schema", place)
            continue
        seen.add(field.path)
        yield from _type(run, "reply-type", field, fact)
        new = [one for one in field.enum if fact.enum and not _among(one, fact.enum)]
        if new:
            told = f"the page lists {_some(new)}; the spec does not"
            yield run.differs("reply-value-not-in-spec", field.path, told, "add to enum", fact.home)


def compare_examples(
    run: Comparison, examples: Sequence[Any], facts: dict[str, Fact], fields: Sequence[Field]
) -> Iterator[Difference]:
    """Yield fields and values that requests on the page send and neither its tables nor the spec know."""
    told = {path for one in fields for path in (one.path, *one.also)}
    seen: set[str] = set()
    for path, value in (pair for one in examples if facts for pair in paths(one)):
        if path in seen or any(path.startswith((f"{one}.", f"{one}[]")) for one in seen) or _is_below(path, told, facts):
            continue
        fact = facts.get(path)
        if fact is None and path not in told:
            seen.add(path)
            place = _holder(run, facts, path)
            fix = "see whether the service reads it"
            yield run.differs(
                "example-field-not-in-spec", path, "a request on the page sends it; the spec has no such field", fix, place
            )
        elif fact is not None and fact.enum and isinstance(value, str | int) and not isinstance(value, bool | Word):
            text = str(value)
            if (
                text
                and re.fullmatch(r"[\w.:’-]+", text)
                and not re.fullmatch(r"x+|string", text)
                and not _takes(run, fact, text)
            ):
                seen.add(path)
                fix = "see whether the service takes it"
                yield run.differs("example-value-not-in-spec", path, f"a request on the page sends {text}", fix, fact.home)


def _takes(run: Comparison, fact: Fact, text: str) -> bool:
    low, high = fact.limits.get("minimum"), fact.limits.get("maximum")
    is_within = low is not None and high is not None and re.fullmatch(r"-?\d+", text) is not None and low <= int(text) <= high
    return is_within or _among(text, fact.enum) or text in _dated(run, fact)


def compare_loose(run: Comparison, loose: Sequence[tuple[str, Limits]], facts: Sequence[Fact]) -> Iterator[Difference]:
    """Yield the limits without a field's name that no field of the operation has."""
    for told, limits in loose:
        if not any(carries(limits, fact) for fact in facts):
            said = ", ".join(f"{key} {_shown(value)}" for key, value in limits.items())
            place = run.view.operation_place(run.operation)
            yield run.differs(
                "limit",
                told,
                f"the page says {said}; no field of {run.operation.id} has these limits",
                "see which field is meant",
                place,
            )


def _some(values: Iterable[str]) -> str:
    values = list(values)
    return ", ".join(values[:_SHOWN]) + (f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else "")


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
