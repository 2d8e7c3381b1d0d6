"""Ways through an OpenAPI document: references, operations, schemas."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .errors import SpecError
from .shape import Check, compile_shape

Document = dict[str, Any]
ROLES = ("create", "get", "page", "delete")
SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True)
class Operation:
    """One operation of a document."""

    id: str  # text_to_video.create
    verb: str  # POST
    path: str  # /v1/videos/text2video/{id}
    node: Document
    document: Document

    @cached_property
    def family(self) -> str:
        return self.id.partition(".")[0]

    @cached_property
    def name(self) -> str:
        return self.id.partition(".")[2]

    @cached_property
    def role(self) -> str:
        """Return create, get, page, delete, or call for what answers at once."""
        return self.name if self.name in ROLES else "call"

    @cached_property
    def price(self) -> str | None:
        return self.node.get("x-kling-price")

    @cached_property
    def request(self) -> Document | None:
        """Return the schema of the body with every reference resolved; None without a body."""
        schema = self._media(self.node.get("requestBody")).get("schema")
        return None if schema is None else inlined(schema, self.document)

    @cached_property
    def check(self) -> Check:
        """Return the compiled check of the body: shape and rules."""
        return compile_shape(self.request or {})

    @cached_property
    def request_name(self) -> str | None:
        """Return the name of the body's schema: text_to_video.Create."""
        schema = self._media(self.node.get("requestBody")).get("schema", {})
        return schema["$ref"].removeprefix(SCHEMAS) if "$ref" in schema else None

    @property
    def examples(self) -> dict[str, Any]:
        """Return the bodies of the documented examples by name."""
        return {name: one["value"] for name, one in self._media(self.node.get("requestBody")).get("examples", {}).items()}

    @cached_property
    def reply_example(self) -> Any:
        """Return the first documented example of the reply, None without one."""
        examples = self._media(self._reply).get("examples", {})
        return next((one["value"] for one in examples.values()), None)

    @property
    def reply(self) -> Document:
        """Return the schema of a successful reply, envelope included, unresolved."""
        found: Document = self._media(self._reply).get("schema", {})
        return found

    @cached_property
    def data(self) -> Document:
        """Return the schema of `data` in a successful reply, unresolved."""
        for part in self.reply.get("allOf", [self.reply]):
            if "data" in part.get("properties", {}):
                found: Document = part["properties"]["data"]
                return found
        return {}

    @cached_property
    def data_schema(self) -> Document:
        """Return the schema of `data` with every reference resolved."""
        return inlined(self.data, self.document)

    @cached_property
    def parameters(self) -> list[Document]:
        return [resolved(one, self.document) for one in self.node.get("parameters", [])]

    @property
    def _reply(self) -> Any:
        return self.node.get("responses", {}).get("200")

    def _media(self, body: Any) -> Document:
        if body is None:
            return {}
        found: Document = resolved(body, self.document).get("content", {}).get("application/json", {})
        return found


def operations(document: Document) -> Iterator[Operation]:
    """Yield every operation, in the order of the document."""
    for path, item in document["paths"].items():
        for verb, node in item.items():
            yield Operation(id=node["operationId"], verb=verb.upper(), path=path, node=node, document=document)


def resolved(node: Document, document: Document) -> Document:
    """Return what a node refers to, with the node's other keys laid over it; the node itself without `$ref`."""
    if "$ref" not in node:
        return node
    over = {key: one for key, one in node.items() if key != "$ref"}
    return {**resolved(_follow(node["$ref"], document), document), **over}


def _follow(reference: str, document: Document) -> Document:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        if not isinstance(found, Mapping) or part not in found:
            raise SpecError(f"{reference}: refers to nothing")
        found = found[part]
    return dict(found)


def inlined(schema: Document, document: Document) -> Document:
    """Return a schema with every reference below it resolved. Request schemas hold no cycles."""
    schema = dict(resolved(schema, document))
    if "properties" in schema:
        schema["properties"] = {name: inlined(one, document) for name, one in schema["properties"].items()}
    if "items" in schema:
        schema["items"] = inlined(schema["items"], document)
    for key in ("allOf", "anyOf"):
        if key in schema:
            schema[key] = [inlined(one, document) for one in schema[key]]
    return schema


def below(schema: Mapping[str, Any]) -> Iterator[Document]:
    """Yield the schemas right below a resolved one: of its members and of its items."""
    yield from schema.get("properties", {}).values()
    if "items" in schema:
        yield schema["items"]


def references(node: Any) -> Iterator[str]:
    """Yield every `$ref` below a node."""
    if isinstance(node, Mapping):
        for key, one in node.items():
            if key == "$ref" and isinstance(one, str):
                yield one
            else:
                yield from references(one)
    elif isinstance(node, list):
        for one in node:
            yield from references(one)


def reachable(document: Document, roots: Any) -> set[str]:
    """Return every reference that can be reached from `roots`."""
    seen: set[str] = set()
    queue = list(references(roots))
    while queue:
        reference = queue.pop()
        if reference not in seen:
            seen.add(reference)
            queue.extend(references(_follow(reference, document)))
    return seen


def objects(schema: Document, place: str = "") -> Iterator[tuple[str, Document]]:
    """Yield every object schema below a resolved schema with the place of its values: `face_choose[]`."""
    if schema.get("type") == "object":
        yield place, schema
        for name, member in schema.get("properties", {}).items():
            yield from objects(member, f"{place}.{name}" if place else name)
    elif "items" in schema:
        yield from objects(schema["items"], f"{place}[]")
