"""Types of the spec as Python annotations for keyword arguments."""

from collections.abc import Mapping
from typing import Any

from kling_spec.document import SCHEMAS, Document, resolved

from . import values
from .names import class_name

MEDIA_INPUT = "MediaInput"
"""The type of the client for what is sent as base64: a URL, a path, bytes, an open file."""

_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


def annotation(schema: Mapping[str, Any], document: Document) -> str:
    """Return the annotation of a request field: `Literal["std", "pro"]`, `Sequence[shared_params.Voice]`."""
    target = resolved(dict(schema), document)
    if "anyOf" in target:
        return " | ".join(annotation(one, document) for one in target["anyOf"])
    kind = target.get("type", "")
    if takes_files(target):
        return MEDIA_INPUT
    if "enum" in target:
        return _literal(target, document)
    if kind == "array":
        return f"Sequence[{annotation(target['items'], document)}]"
    if kind == "object":
        return reference(schema["$ref"])
    return _PLAIN[kind]


def takes_files(schema: Mapping[str, Any]) -> bool:
    """Say whether a resolved schema is that of text which may hold the content of a file."""
    return bool(schema.get("x-kling-media", {}).get("base64"))


def reference(text: str) -> str:
    """Return `#/components/schemas/shared.Voice` as the class of `kling.params`: `shared_params.Voice`."""
    module, _, name = text.removeprefix(SCHEMAS).rpartition(".")
    return f"{module}_params.{class_name(name)}"


def _literal(schema: Mapping[str, Any], document: Document) -> str:
    name = values.name_of(schema, document)
    texts = ", ".join(f'"{one}"' if isinstance(one, str) else repr(one) for one in schema["enum"])
    known = f"{values.MODULE}_params.{name}" if name else f"Literal[{texts}]"
    return known + (" | str" if schema.get("x-kling-open") else "")
