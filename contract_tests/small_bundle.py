"""A bundle of one family, small enough to change every word of it, with something of each kind that bundles hold."""

import copy
from typing import Any

Bundle = dict[str, Any]
GONE: Any = object()  # in a change: take the member out


def _json(schema: Bundle, **more: Any) -> Bundle:
    return {"content": {"application/json": {"schema": schema, **more}}}


def _ref(name: str, kind: str = "schemas") -> Bundle:
    return {"$ref": f"#/components/{kind}/{name}"}


_CREATE: Bundle = {
    "type": "object",
    "description": "What a boat is made from.",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 20, "minLength": 1, "description": "Its name."},
        "size": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3, "x-kling-unit": "m"},
        "sail": {"type": "string", "enum": ["red", "white", "blue"], "default": "red", "description": "Colour."},
        "flag": {"type": "string", "enum": ["sun", "moon"], "x-kling-open": True, "x-kling-values": {"moon": {"label": "dark"}}},
        "crew": {"type": "array", "maxItems": 4, "items": _ref("boat.Sailor")},
        "guests": {"type": "array", "items": {"type": "string"}},
        "length": {"anyOf": [{"type": "integer", "minimum": 2}, {"type": "string", "enum": ["auto"]}]},
        "picture": {
            "type": "string",
            "x-kling-media": {"kind": "image", "formats": ["png", "jpg"], "most_mb": 10, "least_px": 300, "ratio": [0.5, 2], "base64": True},
        },
        "harbour": {"type": "string", "x-kling-ref": {"kind": "harbour", "days": 30}},
        "speed": {"type": "number", "pattern": "^[0-9]+$", "format": "knots", "x-kling-until": "2027-01-01"},
    },
    "x-kling-rules": [
        {"id": "flag-needs-red", "kind": "only_with", "field": "flag", "when": {"sail": ["red", "white"]}},
        {"id": "crew-or-guests", "kind": "at_most_one_of", "fields": ["crew", "guests"]},
        {"id": "no-storm", "kind": "prose", "text": "No boat sails in a storm."},
    ],
}  # fmt: skip
_TASK: Bundle = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "x-kling-ref": {"kind": "boat"}, "description": "The id."},
        "state": {"type": "string", "enum": ["built", "sunk"]},
        "depth": {"type": "number", "minimum": 0, "maximum": 100, "x-kling-unit": "m"},
        "captain": _ref("boat.Sailor"),
        "log": {"type": "string", "pattern": "^a", "x-kling-make": {"echo": "name"}},
    },
}
_SAILOR: Bundle = {
    "type": "object",
    "properties": {"rank": {"type": "string", "enum": ["cook", "mate"]}, "age": {"type": "integer"}},
}
_ENVELOPE: Bundle = {"type": "object", "required": ["code"], "properties": {"code": {"type": "integer"}}}


def _operations() -> Bundle:
    create = {
        "operationId": "boat.create",
        "summary": "Build a boat.",
        "tags": ["boat"],
        "x-kling-price": "boats",
        "requestBody": {"required": True, **_json(_ref("boat.Create"), examples={"one": {"value": {"name": "Ada"}}})},
        "responses": {"200": _ref("Boat", "responses")},
        "callbacks": {"status": _ref("BoatStatus", "callbacks")},
    }
    page = {
        "operationId": "boat.page",
        "summary": "List boats.",
        "tags": ["boat"],
        "parameters": [_ref("PageNum", "parameters"), {"name": "order", "in": "query", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": _ref("Boat", "responses")},
    }  # fmt: skip
    return {"/v1/boats": {"post": create, "get": page}}


def _components() -> Bundle:
    envelope = {
        "allOf": [_ref("boat.Envelope"), {"type": "object", "required": ["data"], "properties": {"data": _ref("boat.Task")}}]
    }
    headers = [{"name": "webhook-id", "in": "header", "schema": {"type": "string"}}]
    callback = {"post": {"parameters": headers, "requestBody": {"required": True, **_json(_ref("boat.Task"))}}}
    return {
        "schemas": {"boat.Create": _CREATE, "boat.Task": _TASK, "boat.Sailor": _SAILOR, "boat.Envelope": _ENVELOPE},
        "responses": {"Boat": {"description": "A boat.", **_json(envelope, examples={"told": {"value": {"code": 0}}})}},
        "parameters": {
            "PageNum": {"name": "pageNum", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}}
        },
        "callbacks": {"BoatStatus": {"{$request.body#/callback_url}": callback}},
        "securitySchemes": {"Key": {"type": "http", "scheme": "bearer"}, "Pair": {"type": "http", "scheme": "basic"}},
    }


_CATALOGUES: Bundle = {
    "digest": "0",
    "errors": {
        "errors": [{"code": 1, "http": 400, "name": "Leak", "group": "HullError", "meaning": "It leaks.", "retry": "never"}],
        "messages": {"leak": {"code": 1, "text": "Water"}},
        "groups": {"HullError": "The hull."},
        "success_message": "OK",
    },
    "prices": {
        "prices": {"boats": {"pack": "wood", "rows": [{"when": {"sail": ["red"]}, "units": "2"}, {"per_second": "0.5", "seconds_of": "size"}]}}
    },
    "models": {"models": {"oak": {"fps": 24}, "elm": {"until": "2027-01-01", "seconds": 9}}},
    "voices": {"voices": {"horn": {"languages": ["en"]}}},
    "lifecycles": {
        "lifecycles": {
            "task": {
                "field": "state",
                "first": "built",
                "states": {
                    "built": {"next": ["sunk", "sold"], "holds_slot": True},
                    "sold": {"next": [], "verdict": "done"},
                    "sunk": {"next": [], "verdict": "failed"},
                },
                "seconds": {"built": [1, 2]},
            }
        }
    },
    "limits": {"limits": {"days": 30, "packs": {"wood": {"slots": 5, "per": "boat"}}}},
}  # fmt: skip
_BASE: Bundle = {
    "openapi": "3.1.0",
    "info": {"title": "Boats", "version": "2026-06-01"},
    "servers": [{"url": "https://a.example.com", "description": "One."}, {"url": "https://b.example.com"}],
    "security": [{"Key": []}, {"Pair": []}],
    "tags": [{"name": "boat", "x-kling-family": {"name": "boat", "lifecycle": "task", "result": "boats", "pack": "wood"}}],
    "paths": _operations(),
    "components": _components(),
    "x-kling-catalogues": _CATALOGUES,
}


def bundle(changes: dict[str, Any] | None = None) -> Bundle:
    """Return the bundle with some members laid over: `paths>/v1/boats>post>summary`; a number is a place in a list."""
    made = copy.deepcopy(_BASE)
    for place, value in (changes or {}).items():
        *above, last = place.split(">")
        node: Any = made
        for part in above:
            node = node[int(part)] if isinstance(node, list) else node.setdefault(part, {})
        if isinstance(node, list):
            node[int(last) : int(last) + 1] = [] if value is GONE else [copy.deepcopy(value)]
        elif value is GONE:
            del node[last]
        else:
            node[last] = copy.deepcopy(value)
    return made


def leaves(node: Any, place: str = "") -> list[str]:
    """Return the place of everything in a bundle that is no mapping and no list."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else None
    if inner is None:
        return [place]
    return [found for key, one in inner for found in leaves(one, f"{place}>{key}" if place else str(key))]
