"""What the spec says of one operation, field by field, each with the place in the YAML that says it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kling_spec.bundle import plain, today
from kling_spec.document import SCHEMAS, Document, Operation, operations, resolved
from kling_spec.load import Spec, home

from .yaml_text import YamlText

Where = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """Where something stands."""

    file: str  # families/lip_sync.yaml
    where: Where  # the path in that file

    def below(self, *parts: str | int) -> "Place":
        return Place(self.file, (*self.where, *parts))


@dataclass(frozen=True)
class Fact:
    """One field of the spec."""

    path: str  # face_choose[].face_id
    schema: Document  # as of the day, its own references resolved
    required: bool
    conditional: bool  # some rule can ask for it
    place: Place  # of the field
    home: Place  # of the schema that types it: the same, or the one a reference leads to
    holder: Place  # of the object schema it belongs to
    words: str  # all that is said of it in sentences and rules

    @cached_property
    def types(self) -> set[str]:
        return {one["type"] for one in self._forms() if "type" in one}

    @cached_property
    def enum(self) -> tuple[str, ...]:
        """Return the values, as text; of the items where it is a list."""
        return tuple(_text(value) for one in self._forms() for value in one.get("enum", one.get("items", {}).get("enum", ())))

    @cached_property
    def limits(self) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for one in self._forms():
            found |= {key: one[key] for key in _LIMITS if key in one}
        return found | dict(self.schema.get("x-kling-media", {}))

    def _forms(self) -> list[Document]:
        forms: list[Document] = self.schema.get("anyOf", [self.schema])
        return forms


_LIMITS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")


class SpecView:
    """The spec as of one day, by operation and field."""

    def __init__(self, spec: Spec, day: str | None = None, folder: Path | None = None) -> None:
        self.spec, self.day, self.folder = spec, day or today(spec), folder or home()
        self.document = plain(spec, self.day)
        self.operations = {(one.verb, _bare(one.path)): one for one in operations(self.document)}
        self._texts: dict[str, YamlText] = {}
        self._facts: dict[tuple[str, str], dict[str, Fact]] = {}

    def line(self, place: Place) -> int:
        """Return the line of a place, from 1."""
        return self.text(place.file).line(place.where)

    def text(self, file: str) -> YamlText:
        if file not in self._texts:
            self._texts[file] = YamlText.read(self.folder / file)
        return self._texts[file]

    def find(self, verb: str, path: str) -> Operation | None:
        """Return the operation at a path of the page; what stands before the path (a third party's prefix) does not count."""
        parts = _bare(path).strip("/").split("/")
        for start in range(len(parts)):
            found = self.operations.get((verb, "/" + "/".join(parts[start:])))
            if found is not None:
                return found
        return None

    def operation_place(self, operation: Operation) -> Place:
        return Place(self.spec.files[f"path {operation.path}"], ("paths", operation.path, operation.verb.lower()))

    def body(self, operation: Operation) -> dict[str, Fact]:
        """Return the fields of the request's body by path."""
        place = self.operation_place(operation).below("requestBody", "content", "application/json", "schema")
        node = operation.node.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        return self._kept(operation, "body", lambda: _walk(self, node, "", place) if node else iter(()))

    def parameters(self, operation: Operation, where: str) -> dict[str, Fact]:
        """Return the parameters in path, query or header by name."""
        return self._kept(operation, where, lambda: _parameters(self, operation, where))

    def reply(self, operation: Operation) -> dict[str, Fact]:
        """Return the fields of a good reply by path, those of the envelope included."""
        place = self.operation_place(operation).below("responses")
        return self._kept(operation, "reply", lambda: _walk(self, operation.reply, "", place))

    def _kept(self, operation: Operation, part: str, make: Any) -> dict[str, Fact]:
        key = (operation.id, part)
        if key not in self._facts:
            self._facts[key] = {one.path: one for one in make()}
        return self._facts[key]

    def dated(self, place: Place) -> Any:
        """Return what stands at a place with all its dates, whatever the day; None when it is not a schema."""
        node: Any = self.spec.document
        for part in place.where:
            if isinstance(part, int):
                node = node[part] if isinstance(node, list) and part < len(node) else None
            else:
                node = node.get(part) if isinstance(node, Mapping) else None
        return node


def _bare(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.rstrip("/"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _parameters(view: SpecView, operation: Operation, where: str) -> Iterator[Fact]:
    for number, node in enumerate(operation.node.get("parameters", [])):
        place = view.operation_place(operation).below("parameters", number)
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            place = Place(view.spec.files.get(f"parameter {name}", "head.yaml"), ("components", "parameters", name))
        one = resolved(node, view.document)
        if one["in"] == where:
            schema = resolved(one.get("schema", {}), view.document)
            words = f"{one.get('description', '')} {schema.get('description', '')}"
            yield Fact(one["name"], schema, bool(one.get("required")), False, place, place.below("schema"), place, words)


def _walk(view: SpecView, node: Document, prefix: str, place: Place) -> Iterator[Fact]:
    """Yield the fields below a schema, which stands at a place or is referred to from there."""
    place = _target(view, node, place)
    schema = resolved(node, view.document)
    for number, part in enumerate(schema.get("allOf", [])):
        yield from _walk(view, part, prefix, place.below("allOf", number))
    for number, part in enumerate(schema.get("anyOf", [])):
        yield from _walk(view, part, prefix, place.below("anyOf", number))
    if "items" in schema:
        yield from _items(view, schema["items"], prefix.removesuffix("."), place.below("items"))
    asked, prose = _asked(schema), " ".join(json.dumps(one, ensure_ascii=False) for one in schema.get("x-kling-rules", []))
    for name, member in schema.get("properties", {}).items():
        own = place.below("properties", name)
        full = resolved(member, view.document)
        words = f"{full.get('description', '')} {_words_of(view, member)} {prose}"
        required = name in schema.get("required", [])
        yield Fact(prefix + name, full, required, name in asked, own, _target(view, member, own), place, words)
        yield from _walk(view, member, f"{prefix}{name}.", own)


def _items(view: SpecView, node: Document, path: str, place: Place) -> Iterator[Fact]:
    item = resolved(node, view.document)
    if item.get("type") != "object":
        yield Fact(f"{path}[]", item, False, False, place, _target(view, node, place), place, str(item.get("description", "")))
    yield from _walk(view, node, f"{path}[].", place)


def _words_of(view: SpecView, member: Document) -> str:
    """Return the description of the schema that a member refers to, which its own may hide."""
    if "$ref" not in member:
        return ""
    return str(resolved({"$ref": member["$ref"]}, view.document).get("description", ""))


def _target(view: SpecView, node: Document, place: Place) -> Place:
    while "$ref" in node and node["$ref"].startswith(SCHEMAS):
        name = node["$ref"].removeprefix(SCHEMAS)
        place = Place(view.spec.files.get(f"schema {name}", "head.yaml"), ("components", "schemas", name))
        node = view.document["components"]["schemas"][name]
    return place


def _asked(schema: Document) -> set[str]:
    """Return the members that a rule of an object can ask for."""
    found: set[str] = set()
    for rule in schema.get("x-kling-rules", []):
        if rule["kind"] == "needed_with":
            found.add(rule["field"])
        elif rule["kind"] in ("exactly_one_of", "at_least_one_of", "together"):
            found |= {name for one in rule["fields"] for name in ([one] if isinstance(one, str) else one)}
        elif rule["kind"] == "table":
            found |= {name for rows in rule["rows"].values() for row in rows for name, cell in row.items() if cell == "given"}
    return found
