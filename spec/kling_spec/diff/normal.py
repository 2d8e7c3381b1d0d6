"""Two bundles in one form, so that what is compared is the API and not how the bundle was made."""

from collections.abc import Mapping
from typing import Any

from kling_spec.bundle import BASE64, URL, dressed
from kling_spec.document import SCHEMAS, Document, reachable, resolved

_MEDIA = (URL, f"{URL}|{BASE64}")
_EMPTY = "^$|"  # what the ruled dress puts before a pattern


def aligned(old: Document, new: Document) -> tuple[Document, Document]:
    """Return both bundles without what the ruled dress adds.

    That dress also loosens what optional members may be; so when one of the two wears it, the other is dressed first.
    """
    closed = is_ruled(old), is_ruled(new)
    if closed == (False, False):
        return old, new
    return _bare(old if closed[0] else dressed(old)), _bare(new if closed[1] else dressed(new))


def is_ruled(document: Document) -> bool:
    """Say whether the request schemas of a bundle are closed."""
    bodies = [one.get("requestBody") for item in document.get("paths", {}).values() for one in item.values()]
    schemas = document.get("components", {}).get("schemas", {})
    names = (reference.removeprefix(SCHEMAS) for reference in reachable(document, bodies) if reference.startswith(SCHEMAS))
    return any(schemas[name].get("additionalProperties") is False for name in names)


def _bare(document: Document) -> Document:
    parts = {name: one for name, one in document["components"].items() if name != "links"}
    components = {**parts, "schemas": _undressed(parts["schemas"])}
    paths = {path: {verb: _unlinked(one) for verb, one in item.items()} for path, item in document["paths"].items()}
    return {**document, "components": components, "paths": paths}


def _unlinked(operation: Any) -> Any:
    """Return an operation whose replies lead nowhere: links are made from the rest."""
    if not isinstance(operation, Mapping) or "responses" not in operation:
        return operation
    replies = {
        code: {name: said for name, said in one.items() if name != "links"} for code, one in operation["responses"].items()
    }
    return {**operation, "responses": replies}


def _undressed(node: Any) -> Any:
    if isinstance(node, list):
        return [_undressed(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    made = {key: _undressed(one) for key, one in node.items() if (key, one) != ("additionalProperties", False)}
    if "allOf" in made:
        made["allOf"] = [one for one in made["allOf"] if not str(one.get("$comment", "")).startswith("rule ")]
        made = made if made["allOf"] else {key: one for key, one in made.items() if key != "allOf"}
    if isinstance(made.get("enum"), list):
        made["enum"] = [one for one in made["enum"] if one != ""]
    if isinstance(made.get("pattern"), str):
        made["pattern"] = made["pattern"].removeprefix(_EMPTY)
        made = {key: one for key, one in made.items() if key != "pattern"} if _is_made(made) else made
    return made


def _is_made(schema: Mapping[str, Any]) -> bool:
    """Say whether the pattern is the one that a media mark gives."""
    return "x-kling-media" in schema and schema["pattern"] in _MEDIA


def flat(node: Document, document: Document) -> Document:
    """Return a schema with its own reference followed and its `allOf` merged into one object; members stay references."""
    node = resolved(node, document)
    for part in node.get("allOf", []):
        found = flat(part, document)
        node = {
            **found,
            **{key: one for key, one in node.items() if key not in ("properties", "required", "allOf")},
            **_joined(node, found),
        }
    return {key: one for key, one in node.items() if key != "allOf"}


def _joined(one: Document, other: Document) -> Document:
    members = {**other.get("properties", {}), **one.get("properties", {})}
    required = list(dict.fromkeys([*one.get("required", []), *other.get("required", [])]))
    return {**({"properties": members} if members else {}), **({"required": required} if required else {})}
