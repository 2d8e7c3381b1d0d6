"""Sample values for a schema: what a field could hold."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
_MEDIA = {
    "image": "https://media.example.com/picture.png",
    "video": "https://media.example.com/clip.mp4",
    "audio": "https://media.example.com/voice.mp3",
}


def pool(schema: Schema) -> list[Any]:
    """Return a few values of different kinds that fit a resolved schema."""
    if "enum" in schema:
        return list(schema["enum"])
    if "anyOf" in schema:
        return [value for one in schema["anyOf"] for value in pool(one)]
    return _POOLS.get(schema.get("type", ""), _nothing)(schema)


def least(schema: Schema) -> Any:
    """Return one small value that fits a resolved schema."""
    return schema["default"] if "default" in schema else pool(schema)[0]


def _nothing(schema: Schema) -> list[Any]:
    return [None]


def _strings(schema: Schema) -> list[Any]:
    media = schema.get("x-kling-media")
    if media:
        return [_MEDIA.get(media["kind"], "https://client.example.com/hooks/kling")]
    return ["a paper boat"[: schema.get("maxLength", 12)]]


def _numbers(schema: Schema) -> list[Any]:
    low, high = schema.get("minimum", 0), schema.get("maximum", 4000)
    return list(dict.fromkeys([low, high, min(high, max(low, 1))]))


def _booleans(schema: Schema) -> list[Any]:
    return [True, False]


def _arrays(schema: Schema) -> list[Any]:
    items = pool(schema["items"])
    low, high = max(1, schema.get("minItems", 1)), min(schema.get("maxItems", 3), 6)
    sizes = dict.fromkeys((low, min(low + 1, high), high))
    return [[items[place % len(items)] for place in range(size)] for size in sizes] + [[one] * low for one in items[1:]]


def _objects(schema: Schema) -> list[Any]:
    """Return the object with what it must hold, the one with all it may hold, and one for each value of its enums."""
    members = schema.get("properties", {})
    small = {name: least(one) for name, one in members.items() if name in schema.get("required", ())}
    valued = [{**small, name: value} for name, one in members.items() for value in one.get("enum", [])]
    return [small, {name: least(one) for name, one in members.items()}, *valued[:8]]


_POOLS = {
    "string": _strings,
    "integer": _numbers,
    "number": _numbers,
    "boolean": _booleans,
    "array": _arrays,
    "object": _objects,
}
