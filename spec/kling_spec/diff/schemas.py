"""Walks two forms of a schema at the same time and collects what differs, with every place where it stands."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kling_spec.document import Document, references, resolved

from .changes import Change, Use
from .facets import Facet, facets, less, same, type_kind
from .normal import flat
from .ruling import rule_facets

_SHAPE = frozenset(
    {
        *("type", "enum", "const", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "format"),
        *("uniqueItems", "properties", "required", "items", "x-kling-values", "x-kling-open", "x-kling-rules"),
    }
)
"""Keys that an alternative of an `anyOf` has to itself; the others speak of all alternatives."""
_VALUES = ("value-added", "value-removed")
_DEEPEST = 40  # members within members; a request has no circle, other documents may


@dataclass(frozen=True)
class Spot:
    """Where in the API two schemas stand."""

    place: str  # text_to_video.Create.multi_prompt[]
    element: str  # field text_to_video.Create.multi_prompt, as the changelog says it
    use: Use

    def member(self, name: str) -> "Spot":
        """Return the place of a member."""
        return Spot(f"{self.place}.{name}", f"field {self.place}.{name}", self._at(f".{name}" if self.use.at else name))

    def items(self) -> "Spot":
        """Return the place of a list's items."""
        return Spot(f"{self.place}[]", self.element, self._at("[]"))

    def named(self, kind: str, name: str) -> "Spot":
        """Return the same use of a part that has a name of its own."""
        return Spot(name if kind == "schema" else f"{kind} {name}", f"{kind} {name}", self.use)

    def _at(self, more: str) -> Use:
        return replace(self.use, at=f"{self.use.at}{more}")


class Collector:
    """The changes found so far; one that is found again in another place is one change with two uses."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str, str], Change] = {}
        self._uses: dict[tuple[str, str, str, str], dict[Use, None]] = {}

    def add(self, change: Change, uses: Iterable[Use] = ()) -> None:
        """Add a change, with the places where it stands."""
        values = json.dumps([change.before, change.after], sort_keys=True, default=str)
        key = change.kind, change.place, change.name, values
        self._found.setdefault(key, change)
        self._uses.setdefault(key, {}).update(dict.fromkeys(uses))

    def facet(self, facet: Facet, place: str, element: str, uses: Iterable[Use] = ()) -> None:
        """Add what differs in one node."""
        self.add(Change(facet.kind, place, facet.name, facet.before, facet.after, element, notes=facet.notes), uses)

    def changes(self) -> list[Change]:
        """Return what was found, in the order in which it was."""
        return [replace(one, uses=tuple(self._uses[key])) for key, one in self._found.items()]


class SchemaWalk:
    """Compares the schemas of two documents."""

    def __init__(self, old: Document, new: Document, found: Collector) -> None:
        self.old = old
        self.new = new
        self.found = found
        self._walking: set[str] = set()
        self._moved = _moved(old.get("components", {}), new.get("components", {}))

    def pair(self, old: Document, new: Document, spot: Spot) -> None:
        """Collect what differs between two schemas at a place; what they refer to in common is told of that."""
        reference = old.get("$ref")
        if spot.use.at.count(".") > _DEEPEST:
            return
        if reference is not None and reference == new.get("$ref"):
            self._same_reference(reference, old, new, spot)
        elif _is_parted(old, new):
            for one, other in zip(old["allOf"], new["allOf"], strict=True):
                self.pair(one, other, spot)
            self._node(less(old, ["allOf"]), less(new, ["allOf"]), spot)
        else:
            self._node(flat(old, self.old), flat(new, self.new), spot)

    def _same_reference(self, reference: str, old: Document, new: Document, spot: Spot) -> None:
        over = [key for key in dict.fromkeys((*old, *new)) if key != "$ref"]
        self._facets(flat(old, self.old), flat(new, self.new), spot, over)
        name, kind = reference.rpartition("/")[2], reference.split("/")[-2].removesuffix("s")
        if reference in self._walking or reference not in self._moved:
            return
        self._walking.add(reference)
        one, other = (less(resolved({"$ref": reference}, document), over) for document in (self.old, self.new))
        self.pair(one, other, spot.named(kind, name))
        self._walking.discard(reference)

    def _node(self, old: Document, new: Document, spot: Spot) -> None:
        before, after = _ways(old), _ways(new)
        self._facets(less(old, _SHAPE), less(new, _SHAPE), spot)
        pairs, gone, come = _matched(before, after)
        if len(gone) == len(come) == 1 and not pairs:
            kind = type_kind(gone[0].get("type"), come[0].get("type"))
            self._add(Facet(kind, "type", told(gone[0]), told(come[0])), spot)
            if kind != "type-changed":
                pairs = [({**gone[0], "type": ""}, {**come[0], "type": ""})]
        else:
            for one in gone:
                self._add(Facet("type-narrowed", told(one), told(one), None), spot)
            for one in come:
                self._add(Facet("type-widened", told(one), None, told(one)), spot)
        for one, other in pairs:
            self._way(one, other, spot)

    def _way(self, old: Document, new: Document, spot: Spot) -> None:
        self._facets(old, new, spot)
        self._members(old, new, spot)
        if "items" in old and "items" in new:
            self.pair(old["items"], new["items"], spot.items())
        elif "items" in old or "items" in new:
            self._add(Facet("detail-changed", "items", old.get("items"), new.get("items")), spot)
        for facet, rule in rule_facets(
            *(self._inlined_members(one, document) for one, document in ((old, self.old), (new, self.new)))
        ):
            self.found.facet(facet, spot.place, f"rule {rule['id']}", [spot.use])

    def _inlined_members(self, schema: Document, document: Document) -> Document:
        """Return a schema whose members are there for rules to look at."""
        if "x-kling-rules" not in schema:
            return schema
        return {**schema, "properties": {name: resolved(one, document) for name, one in schema.get("properties", {}).items()}}

    def _members(self, old: Document, new: Document, spot: Spot) -> None:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed = set(old.get("required", [])), set(new.get("required", []))
        for name in dict.fromkeys((*before, *after)):
            inner = spot.member(name)
            if name not in after:
                kind = "needed-field-removed" if name in needed[0] else "field-removed"
                self._field(Facet(kind, name, told(flat(before[name], self.old)), None), spot, inner)
            elif name not in before:
                kind = "needed-field-added" if name in needed[1] else "field-added"
                self._field(Facet(kind, name, None, told(flat(after[name], self.new))), spot, inner)
            else:
                self.pair(before[name], after[name], inner)
                if (name in needed[0]) != (name in needed[1]):
                    self._field(Facet("now-required" if name in needed[1] else "now-optional", name), spot, inner)

    def _field(self, facet: Facet, spot: Spot, inner: Spot) -> None:
        self.found.facet(facet, spot.place, inner.element, [inner.use])

    def _facets(self, old: Document, new: Document, spot: Spot, keys: Iterable[str] | None = None) -> None:
        for facet in facets(old, new, keys):
            self._add(facet, spot)

    def _add(self, facet: Facet, spot: Spot) -> None:
        element = spot.element.replace("field ", "value ", 1) + f" {facet.name}" if facet.kind in _VALUES else spot.element
        self.found.facet(facet, spot.place, element, [spot.use])


def _moved(old: Document, new: Document) -> set[str]:
    """Return the references to what differs, itself or in something below it."""
    places = dict.fromkeys((kind, name) for part in (old, new) for kind, nodes in part.items() for name in nodes)
    nodes = {f"#/components/{kind}/{name}": (old.get(kind, {}).get(name), new.get(kind, {}).get(name)) for kind, name in places}
    found = {reference for reference, pair in nodes.items() if not same(*pair)}
    users: dict[str, list[str]] = {}
    for reference, (_, node) in nodes.items():
        for target in references(node):
            users.setdefault(target, []).append(reference)
    queue = list(found)
    while queue:
        for user in users.get(queue.pop(), []):
            if user not in found:
                found.add(user)
                queue.append(user)
    return found


def _is_parted(old: Document, new: Document) -> bool:
    """Say whether two schemas are made of the same parts, which can be compared one by one."""
    parts = [[part.get("$ref") for part in one.get("allOf", [])] for one in (old, new)]
    return bool(parts[0]) and parts[0] == parts[1] and "$ref" not in old and "$ref" not in new


def _ways(schema: Document) -> list[Document]:
    """Return the alternatives of a schema, itself when it has none."""
    if "anyOf" in schema:
        return list(schema["anyOf"])
    return [{key: one for key, one in schema.items() if key in _SHAPE}]


def _matched(
    old: list[Document], new: list[Document]
) -> tuple[list[tuple[Document, Document]], list[Document], list[Document]]:
    """Return the alternatives that belong together because they are of one type, and those that are alone on either side."""
    pairs, come = [], list(new)
    gone = []
    for one in old:
        other = next((each for each in come if same(each, one)), None) or next(
            (each for each in come if each.get("type") == one.get("type")), None
        )
        if other is None:
            gone.append(one)
        else:
            come = [each for each in come if each is not other]
            pairs.append((one, other))
    return pairs, gone, come


def told(schema: Mapping[str, Any]) -> str:
    """Return a schema in a few words: `string, one of 3`, `array of object`."""
    if "anyOf" in schema:
        return " or ".join(told(one) for one in schema["anyOf"])
    kind = str(schema.get("type", "anything"))
    if "items" in schema and "type" in schema["items"]:
        return f"{kind} of {told(schema['items'])}"
    values = schema.get("enum", [])
    return f"{kind}, one of {len(values)}" if len(values) > 1 else f"{kind} {values[0]}" if values else kind
