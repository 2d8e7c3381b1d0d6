"""Which keys may stand where in the YAML of the spec, so that a misspelt one stops the load.

A node kind maps each key to the kind of what stands under it: another node kind, `[kind]` for a list of them,
`{kind}` for a mapping with free keys, or `any`, which is not looked into.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from .errors import KeyUnknown

_DATED = {"x-kling-since": "any", "x-kling-until": "any", "x-kling-source": "source"}

NODES: Mapping[str, Mapping[str, str]] = {
    "family file": {"x-kling-family": "family", "x-kling-source": "source", "paths": "{path}", "components": "components"},
    "shared file": {"x-kling-source": "source", "components": "components"},
    "head": dict.fromkeys(("openapi", "info", "jsonSchemaDialect", "servers", "security"), "any")
    | {"x-kling-source": "source", "components": "components"},
    "family": dict.fromkeys(("name", "title", "lifecycle", "result", "pack", "seconds"), "any"),
    "source": dict.fromkeys(("page", "seen", "trust"), "any"),
    "components": {
        "schemas": "{schema}",
        "responses": "{response}",
        "parameters": "{parameter}",
        "callbacks": "{callback}",
        "securitySchemes": "{security}",
    },
    "security": dict.fromkeys(("type", "scheme", "bearerFormat", "description"), "any") | _DATED,
    "path": dict.fromkeys(("get", "post", "put", "delete", "patch"), "operation"),
    "operation": {
        **dict.fromkeys(("operationId", "summary", "description", "deprecated", "security", "x-kling-price"), "any"),
        **_DATED,
        "x-kling-successor": "any",
        "parameters": "[parameter]",
        "requestBody": "body",
        "responses": "{response}",
        "callbacks": "{callback}",
        "x-kling-errors": "any",
    },
    "body": {"required": "any", "description": "any", "content": "{media type}"},
    "media type": {"schema": "schema", "examples": "{example}"},
    "example": {"summary": "any", "description": "any", "value": "any", **_DATED},
    "response": {"$ref": "any", "description": "any", "content": "{media type}"},
    "callback": {"$ref": "any", "{$request.body#/callback_url}": "callback path"},
    "callback path": {"post": "callback operation"},
    "callback operation": {"summary": "any", "requestBody": "body", "responses": "{response}"},
    "parameter": {
        **dict.fromkeys(("$ref", "name", "in", "required", "description", "example", "x-kling-name"), "any"),
        **_DATED,
        "schema": "schema",
    },
    "schema": {
        **dict.fromkeys(
            (
                *("$ref", "type", "enum", "const", "default", "description", "required", "format", "deprecated"),
                *("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "uniqueItems"),
                *("x-kling-unit", "x-kling-open", "x-kling-name", "x-kling-successor"),
            ),
            "any",
        ),
        **_DATED,
        "properties": "{schema}",
        "items": "schema",
        "allOf": "[schema]",
        "anyOf": "[schema]",
        "x-kling-rules": "[rule]",
        "x-kling-media": "media",
        "x-kling-ref": "reference",
        "x-kling-make": "make",
        "x-kling-values": "{value}",
    },
    "media": dict.fromkeys(
        ("kind", "formats", "most_mb", "least_px", "most_px", "ratio", "seconds", "base64", "watermark", "fps", "format"), "any"
    ),
    "make": dict.fromkeys(("echo", "value", "count", "when", "adds", "gone"), "any"),
    "reference": dict.fromkeys(("kind", "days", "hours"), "any"),
    "value": dict.fromkeys(("since", "until", "successor", "label", "trust"), "any"),
    "rule": dict.fromkeys(
        (
            *("id", "kind", "message", "tolerated", "samples", "field", "fields", "when", "to", "low", "high", "least"),
            *("items", "of", "equals", "most", "token", "key", "rows", "text"),
        ),
        "any",
    )
    | _DATED,
}

RULE_WORDS: Mapping[str, tuple[str, ...]] = {
    "exactly_one_of": ("fields",),
    "at_least_one_of": ("fields",),
    "at_most_one_of": ("fields",),
    "together": ("fields",),
    "only_with": ("field", "when"),
    "needed_with": ("field", "when"),
    "limited_with": ("field", "to", "when"),
    "apart": ("low", "high", "least"),
    "sum_equals": ("items", "of", "equals"),
    "distinct": ("items", "of"),
    "count_at_most": ("fields", "most"),
    "one_nonzero": ("fields",),
    "token_needs": ("field", "token", "items", "most"),
    "table": ("key", "rows"),
    "unique": ("field",),
    "prose": ("text",),
}
"""The words each kind of rule needs beside id and kind. `when` is free for sum_equals and count_at_most."""


def refuse_unknown(data: Mapping[str, Any], kind: str, file: str) -> None:
    """Raise `KeyUnknown` for the first key in `data` that a node of this kind does not know."""
    for where, key, known in _unknown(data, kind, ()):
        near = get_close_matches(key, known, n=1, cutoff=0.5)
        hint = f" (did you mean {near[0]}?)" if near else f" (known here: {', '.join(sorted(known))})"
        raise KeyUnknown(f"{file}: {' → '.join(where) or 'top'}: unknown key {key}{hint}")


def _unknown(data: Any, kind: str, where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, list[str]]]:
    if kind[0] == "[" and isinstance(data, list):
        for number, one in enumerate(data):
            yield from _unknown(one, kind[1:-1], (*where, str(number)))
    elif kind[0] == "{" and isinstance(data, Mapping):
        for key, one in data.items():
            yield from _unknown(one, kind[1:-1], (*where, key))
    elif kind in NODES and isinstance(data, Mapping):
        known = NODES[kind]
        for key, one in data.items():
            if key not in known:
                yield where, key, list(known)
            else:
                yield from _unknown(one, known[key], (*where, key))
