"""The grammar of a family file as JSON Schema, so that editors complete keys and mark mistakes (`spec/family.schema.json`)."""

from typing import Any

from .grammar import NODES, RULE_WORDS
from .source import TRUST

Schema = dict[str, Any]


def family_schema() -> Schema:
    """Return the JSON Schema of a family file. The grammar has the last word: it is what the loader reads."""
    definitions = {kind: _node(kind) for kind in NODES if kind not in ("head", "family file", "shared file")}
    definitions["rule"]["required"] = ["id", "kind"]
    definitions["rule"]["properties"]["kind"] = {"enum": list(RULE_WORDS)}
    definitions["source"]["properties"]["trust"] = {"enum": list(TRUST)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "family file",
        **_node("family file"),
        "$defs": definitions,
    }


def _node(kind: str) -> Schema:
    members = {key: _under(below) for key, below in NODES[kind].items()}
    return {"type": "object", "properties": members, "additionalProperties": False}


def _under(kind: str) -> Any:
    if kind == "any":
        return True
    if kind[0] == "[":
        return {"type": "array", "items": _under(kind[1:-1])}
    if kind[0] == "{":
        return {"type": "object", "additionalProperties": _under(kind[1:-1])}
    return {"$ref": f"#/$defs/{kind.replace(' ', '%20')}"}
