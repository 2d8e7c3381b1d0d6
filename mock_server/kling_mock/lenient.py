"""Reads a body the way the real service reads it: forgiving where clients were seen to be careless.

* What does not count as given (null, empty text, an empty list) is left out.
* A number where the reference has numeric text, such as `duration`, becomes text; digits where it has a number become
  one; `"true"` becomes true.
* Members that the reference does not list stay, and are not looked at.
"""

import re
from collections.abc import Mapping
from typing import Any

from kling_spec.rules import is_given

Schema = Mapping[str, Any]
_TRUTH = {"true": True, "false": False}


def read(value: Any, schema: Schema) -> Any:
    """Return a value as the service understands it."""
    if "anyOf" in schema:
        return _alternative(value, schema["anyOf"])
    kind = schema.get("type")
    if kind == "object" and isinstance(value, dict):
        members = schema.get("properties", {})
        return {name: read(one, members.get(name, {})) for name, one in value.items() if is_given(one)}
    if kind == "array" and isinstance(value, list):
        return [read(one, schema.get("items", {})) for one in value]
    return _scalar(value, str(kind))


_KINDS: Mapping[str, type] = {"string": str, "integer": int, "number": float, "array": list, "object": dict}


def _alternative(value: Any, ways: list[Schema]) -> Any:
    """Return a value as the first alternative that fits what it then is."""
    for one in ways:
        made = read(value, one)
        if made in one["enum"] if "enum" in one else isinstance(made, _KINDS[one["type"]]) and not isinstance(made, bool):
            return made
    return value


def _scalar(value: Any, kind: str) -> Any:
    if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, str):
        if kind in ("integer", "number") and re.fullmatch(r"-?[0-9]{1,400}", value):
            return int(value)
        if kind == "number" and re.fullmatch(r"-?[0-9]{1,400}\.[0-9]{1,400}", value):
            return float(value)
        if kind == "boolean":
            return _TRUTH.get(value, value)
    return value
