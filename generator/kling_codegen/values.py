"""Long lists of values: they stand once, in `kling.params.values`, and requests name them."""

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

from kling_spec.document import SCHEMAS, Document, below

from .names import class_name

_LONG = 30
"""More values than this are told by name."""
MODULE = "values"
_HEAD = '''"""Long lists of values that requests take. Made from the spec; do not edit."""

from typing import Literal, TypeAlias

# fmt: off
'''


def name_of(schema: Mapping[str, Any], document: Document) -> str | None:
    """Return the name of a schema's values; None for the few that stand where they are used."""
    values = schema.get("enum", [])
    if len(values) <= _LONG or not all(isinstance(one, str) for one in values):
        return None
    return next(name for name, known in _long(document) if known == values)


def modules(document: Document) -> dict[str, str]:
    """Return the module by its file name, where there are long lists; ruff leaves its lines as they are."""
    found = [_alias(name, values) for name, values in _long(document)]
    return {f"{MODULE}.py": "\n".join([_HEAD, *found, "# fmt: on\n"])} if found else {}


def _long(document: Document) -> Iterator[tuple[str, list[str]]]:
    """Yield every long list of texts by the name of its schema and member."""
    for name, schema in document["components"]["schemas"].items():
        for member, one in _members(schema):
            values = one.get("enum", [])
            if len(values) > _LONG and all(isinstance(value, str) for value in values):
                yield class_name(name.removeprefix(SCHEMAS)) + class_name(member), values


def _members(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from schema.get("properties", {}).items()
    for one in below(schema):
        yield from _members(one)


def _alias(name: str, values: list[str]) -> str:
    lines = wrap(", ".join(f'"{one}"' for one in values), 120, break_long_words=False, break_on_hyphens=False)
    return "\n    ".join([f"{name}: TypeAlias = Literal[", *lines]) + ",\n]\n"
