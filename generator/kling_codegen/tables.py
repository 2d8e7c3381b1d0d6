"""The tables that the client reads at its first call: one JSON file a family."""

import json
from typing import Any

from kling_spec.document import Document, Operation

from .ends import ends
from .names import argument_name
from .view import of_family, reply

_SPOKEN = (
    "description",
    "x-kling-source",
    "x-kling-unit",
    "x-kling-since",
    "x-kling-until",
    "x-kling-successor",
    "examples",
    "deprecated",
    "x-kling-ref",
)


def table(document: Document, name: str) -> str:
    """Return the table of one family as JSON text."""
    family = next(tag["x-kling-family"] for tag in document["tags"] if tag["name"] == name)
    lifecycles = document["x-kling-catalogues"]["lifecycles"]["lifecycles"]
    data = {
        "lifecycle": [family["lifecycle"], lifecycles[family["lifecycle"]]],
        "pack": family.get("pack", ""),
        **_places(document, name, family.get("pack", "")),
        "seconds": _seconds(document, name),
        "operations": {one.name: _operation(one) for one in of_family(document, name)},
    }
    return json.dumps(data, ensure_ascii=False, indent=None, separators=(",", ":")) + "\n"


def _places(document: Document, name: str, pack: str) -> Document:
    """Return how many places a pack has, and what says how many pictures a task makes where each takes a place."""
    known = document["x-kling-catalogues"]["limits"]["limits"]["packs"].get(pack)
    if known is None:
        return {}
    replies = [one.data_schema["properties"].get("task_result", {}) for one in of_family(document, name) if one.role == "get"]
    lists = [one for reply in replies for one in reply.get("properties", {}).values() if one.get("type") == "array"]
    counts = [one["x-kling-make"] for one in lists if "count" in one.get("x-kling-make", {})]
    return {"slots": known["slots"], **({"pictures": counts} if counts and known["per"] == "picture" else {})}


def _seconds(document: Document, name: str) -> dict[str, float]:
    """Return how long a task of each model takes that the family's create serves."""
    bodies = [one.request or {} for one in of_family(document, name) if one.role == "create"]
    served = {model for body in bodies for model in body["properties"].get("model_name", {}).get("enum", ())}
    models = document["x-kling-catalogues"]["models"]["models"]
    return {model: one["seconds"] for model, one in models.items() if model in served and "seconds" in one}


def _operation(operation: Operation) -> Document:
    model, is_list = reply(operation)
    query = {argument_name(one["name"]): one["name"] for one in operation.parameters if one["in"] == "query"}
    body = None if operation.request is None else _bare(operation.request)
    price = {} if operation.price is None else {"price": operation.price}
    members = (operation.request or {}).get("properties", {})
    names = {argument_name(one): one for one in members if argument_name(one) != one}
    made = {"verb": operation.verb, "path": operation.path, "query": query, "body": body, "reply": model, "is_list": is_list}
    over = ends(operation)
    return {**made, **price, **({"names": names} if names else {}), **({"ends": over} if over else {})}


def prices(document: Document) -> str:
    """Return the price lists as JSON text."""
    lists = document["x-kling-catalogues"]["prices"]["prices"]
    needed = {name: {key: one[key] for key in ("rows", "length_of") if key in one} for name, one in lists.items()}
    return json.dumps(needed, separators=(",", ":")) + "\n"


def _bare(node: Any) -> Any:
    """Return a schema without what only people read."""
    if isinstance(node, list):
        return [_bare(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {key: _bare(one) for key, one in node.items() if not _is_spoken(key, one)}


def _is_spoken(key: str, value: Any) -> bool:
    """Say whether a key is a word of the schema, not the name of a property, and one that the client does not need."""
    if key == "x-kling-media":
        return bool(value["kind"] == "url")  # an address that the caller serves, not a file
    return key in _SPOKEN and (key.startswith("x-kling-") or not isinstance(value, dict))
