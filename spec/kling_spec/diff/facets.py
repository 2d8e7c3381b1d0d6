"""What differs between two forms of one schema, apart from what stands below it."""

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from kling_spec.document import Document

BELOW = frozenset({"$ref", "properties", "required", "items", "anyOf", "allOf", "x-kling-rules"})
"""Keys that say what stands below a schema, or between its members."""


class Facet(NamedTuple):
    """One thing that differs."""

    kind: str
    name: str
    before: Any = None
    after: Any = None
    notes: tuple[str, ...] = ()


def less(node: Mapping[str, Any], keys: Container[str]) -> Document:
    """Return a node without these keys."""
    return {key: one for key, one in node.items() if key not in keys}


def same(one: Any, other: Any) -> bool:
    """Say whether two values are the same JSON; true is not 1."""
    if one is other:
        return True
    if isinstance(one, bool) or isinstance(other, bool) or one != other:
        return False
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def facets(old: Document, new: Document, keys: Iterable[str] | None = None) -> Iterator[Facet]:
    """Yield what differs in these keys (default: all but those that lead below)."""
    for key in dict.fromkeys((*old, *new)) if keys is None else keys:
        if key not in BELOW and not _same_key(key, old, new):
            yield from _HANDLERS.get(key, _detail)(key, old, new)


def without(items: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    """Return the items that are not among the others, as JSON compares."""
    known = list(others)
    plain = {one for one in known if isinstance(one, str)}
    return [one for one in items if not (one in plain if isinstance(one, str) else any(same(one, other) for other in known))]


def _same_key(key: str, old: Document, new: Document) -> bool:
    return (key in old) == (key in new) and same(old.get(key), new.get(key))


def _swapped(key: str, added: str, removed: str, changed: str) -> Callable[[str, Document, Document], Iterator[Facet]]:
    """Return a handler for a key that is added, removed or changed."""

    def run(_: str, old: Document, new: Document) -> Iterator[Facet]:
        kind = added if key not in old else removed if key not in new else changed
        yield Facet(kind, key.removeprefix("x-kling-"), old.get(key), new.get(key))

    return run


def _enum(key: str, old: Document, new: Document) -> Iterator[Facet]:
    if key not in old or key not in new:
        yield Facet("values-closed" if key in new else "values-freed", "enum", old.get(key), new.get(key))
        return
    gone, come = without(old[key], new[key]), without(new[key], old[key])
    yield from (Facet("value-removed", text(one), one, None, _notes(new)) for one in gone)
    yield from (Facet("value-added", text(one), None, one, _notes(old)) for one in come)
    if not gone and not come:
        yield Facet("doc-changed", "order of values")


def _notes(schema: Document) -> tuple[str, ...]:
    return ("open",) if schema.get("x-kling-open") else ()


def text(value: Any) -> str:
    """Return a value as it is shown: text as it stands, the rest as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _open(key: str, old: Document, new: Document) -> Iterator[Facet]:
    if bool(old.get(key)) != bool(new.get(key)):
        yield Facet("list-opened" if new.get(key) else "list-closed", "values")


def _ceiling(key: str, old: Document, new: Document) -> Iterator[Facet]:
    yield Facet(bounded("limit", _number(old.get(key)), _number(new.get(key))), key, old.get(key), new.get(key))


def _number(found: Any) -> float:
    return float("inf") if found is None else float(found)


def bounded(what: str, old: float, new: float) -> str:
    """Return the kind of a change of what is allowed: more is wider."""
    return f"{what}-widened" if new > old else f"{what}-narrowed"


def _least(key: str, old: Document, new: Document) -> Iterator[Facet]:
    """A lower bound that is not said is none at all."""
    low, high = (float("-inf") if one.get(key) is None else float(one[key]) for one in (old, new))
    yield Facet(bounded("limit", -low, -high), key, old.get(key), new.get(key))


def _flag(key: str, old: Document, new: Document) -> Iterator[Facet]:
    if bool(old.get(key)) != bool(new.get(key)):
        yield Facet("limit-narrowed" if new.get(key) else "limit-widened", key, old.get(key), new.get(key))


def _deprecated(key: str, old: Document, new: Document) -> Iterator[Facet]:
    if bool(old.get(key)) != bool(new.get(key)):
        yield Facet("deprecated" if new.get(key) else "undeprecated", "deprecated")


def _until(key: str, old: Document, new: Document) -> Iterator[Facet]:
    yield Facet(ended(old.get(key), new.get(key)), "until", old.get(key), new.get(key))


def ended(old: str | None, new: str | None) -> str:
    """Return the kind of a change of a last day."""
    if old is None or new is None:
        return "end-announced" if old is None else "end-withdrawn"
    return "end-sooner" if new < old else "end-later"


def _values(key: str, old: Document, new: Document) -> Iterator[Facet]:
    """Yield what differs in the dates and labels of values that are listed in both or in neither."""
    before, after = old.get(key, {}), new.get(key, {})
    for value in dict.fromkeys((*before, *after)):
        one, other = before.get(value, {}), after.get(value, {})
        listed = value in old.get("enum", []), value in new.get("enum", [])
        if same(one, other) or listed[0] != listed[1]:
            continue
        if one.get("until") != other.get("until") and all(listed):
            yield Facet(ended(one.get("until"), other.get("until")), text(value), one.get("until"), other.get("until"))
        if one.get("label") != other.get("label"):
            yield Facet("detail-changed", f"label of {value}", one.get("label"), other.get("label"))
        told = ("until", "label") if any(listed) else ()
        if not same(less(one, told), less(other, told)):
            yield Facet("doc-changed", f"dates, successor and trust of {value}", less(one, told), less(other, told))


def _media(key: str, old: Document, new: Document) -> Iterator[Facet]:
    before, after = old.get(key, {}), new.get(key, {})
    for word in dict.fromkeys((*before, *after)):
        if not same(before.get(word), after.get(word)):
            yield Facet(_media_kind(word, before.get(word), after.get(word)), word, before.get(word), after.get(word))


def _media_kind(word: str, old: Any, new: Any) -> str:
    if word in ("most_mb", "most_px") and not isinstance(old, list) and not isinstance(new, list):
        return bounded("media", _number(old), _number(new))
    if word == "least_px":
        return bounded("media", -_number(0 if old is None else old), -_number(0 if new is None else new))
    if word == "formats":
        return _set_kind(old, new)
    if word in ("ratio", "seconds") and all(one is None or (isinstance(one, list) and len(one) == 2) for one in (old, new)):
        return _span_kind(old, new)
    if word == "base64":
        return "media-widened" if new else "media-narrowed"
    return "media-changed"


def _set_kind(old: list[Any] | None, new: list[Any] | None) -> str:
    if old is None or new is None:
        return "media-narrowed" if old is None else "media-widened"
    gone, come = without(old, new), without(new, old)
    return "media-changed" if bool(gone) == bool(come) else "media-widened" if come else "media-narrowed"


def _span_kind(old: list[float] | None, new: list[float] | None) -> str:
    (low, high), (least, most) = (one or (float("-inf"), float("inf")) for one in (old, new))
    if least <= low and most >= high:
        return "media-widened"
    return "media-narrowed" if least >= low and most <= high else "media-changed"


def _reference(key: str, old: Document, new: Document) -> Iterator[Facet]:
    before, after = old.get(key), new.get(key)
    if before is None or after is None or before.get("kind") != after.get("kind"):
        kind = "reference-narrowed" if before is None else "reference-widened" if after is None else "reference-changed"
        yield Facet(kind, "kind", before and before.get("kind"), after and after.get("kind"))
        return
    spans = [_number(one.get("hours", one.get("days", float("inf")) * 24)) for one in (before, after)]
    kind = bounded("reference", *spans) if spans[0] != spans[1] else "doc-changed"
    yield Facet(kind, "span", less(before, ["kind"]), less(after, ["kind"]))


def _unit(key: str, old: Document, new: Document) -> Iterator[Facet]:
    kind = "unit-told" if key not in old else "unit-untold" if key not in new else "unit-changed"
    yield Facet(kind, "unit", old.get(key), new.get(key))


def _words(key: str, old: Document, new: Document) -> Iterator[Facet]:
    yield Facet("doc-changed", key.removeprefix("x-kling-"), old.get(key), new.get(key))


def _always(kind: str, name: str) -> Callable[[str, Document, Document], Iterator[Facet]]:
    def run(key: str, old: Document, new: Document) -> Iterator[Facet]:
        yield Facet(kind, name, old.get(key), new.get(key))

    return run


def _detail(key: str, old: Document, new: Document) -> Iterator[Facet]:
    yield Facet("detail-changed", key, old.get(key), new.get(key))


def type_kind(old: Any, new: Any) -> str:
    """Return the kind of a change of type: every integer is a number."""
    pair = (old, new)
    return (
        "type-widened"
        if pair == ("integer", "number")
        else "type-narrowed"
        if pair == ("number", "integer")
        else "type-changed"
    )


def _type(key: str, old: Document, new: Document) -> Iterator[Facet]:
    kind = "type-narrowed" if key not in old else "type-widened" if key not in new else type_kind(old[key], new[key])
    yield Facet(kind, "type", old.get(key), new.get(key))


_LIMIT = ("limit-narrowed", "limit-widened", "limit-changed")
_HANDLERS: Mapping[str, Callable[[str, Document, Document], Iterator[Facet]]] = {
    "type": _type,
    "enum": _enum,
    "const": _swapped("const", *_LIMIT),
    "x-kling-open": _open,
    "x-kling-values": _values,
    "default": _swapped("default", "default-added", "default-removed", "default-changed"),
    **dict.fromkeys(("maximum", "maxLength", "maxItems"), _ceiling),
    **dict.fromkeys(("minimum", "minLength", "minItems"), _least),
    "uniqueItems": _flag,
    "pattern": _swapped("pattern", *_LIMIT),
    "format": _swapped("format", *_LIMIT),
    "x-kling-unit": _unit,
    "x-kling-name": _always("argument-renamed", "name"),
    "x-kling-media": _media,
    "x-kling-ref": _reference,
    "x-kling-make": _always("make-changed", "make"),
    "x-kling-since": _always("start-changed", "since"),
    "x-kling-until": _until,
    "deprecated": _deprecated,
    **dict.fromkeys(("description", "summary", "title", "x-kling-source", "x-kling-successor", "example"), _words),
}
