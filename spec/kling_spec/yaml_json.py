"""Reads YAML the way JSON reads: `16:9`, `on` and dates stay text, and no key may stand twice."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from .errors import YamlRefused

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader where the wheel has it: ten times faster

_SCALARS = {
    "tag:yaml.org,2002:null": (r"^(?:null)$", "n"),
    "tag:yaml.org,2002:bool": (r"^(?:true|false)$", "tf"),
    "tag:yaml.org,2002:int": (r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    "tag:yaml.org,2002:float": (r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$", "-0123456789"),
}


class _JsonLoader(_Base):  # type: ignore[misc]  # the base is chosen at run time
    """A safe loader that knows the scalars of JSON and nothing else."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(None, None, "a key must be text", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key} stands twice", key_node.start_mark)
            seen[key] = self.construct_object(value_node, deep=True)
        return seen


def _mapping(loader: _JsonLoader, node: Any) -> dict[str, Any]:
    return loader.construct_mapping(node)


def _register() -> None:
    import re

    for tag, (pattern, first) in _SCALARS.items():
        _JsonLoader.add_implicit_resolver(tag, re.compile(pattern), list(first))
    _JsonLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


_register()


def parse(text: str, name: str = "<text>", *, most_depth: int | None = None) -> dict[str, Any]:
    """Return the mapping that `text` holds.

    Text of a stranger gets a `most_depth`: then it may not nest deeper, and has no aliases, so that reading it is bounded.
    Raises `YamlRefused` with `name`, line and reason when it is not YAML, not a mapping, or holds a key twice.
    """
    try:
        if most_depth is not None:
            _refuse_mazes(text, most_depth)
        data = yaml.load(text, Loader=_JsonLoader)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        raise YamlRefused(_reason(error, name)) from error
    if not isinstance(data, dict):
        raise YamlRefused(f"{name}: expected a mapping at the top, got {type(data).__name__}")
    return data


def read(path: Path) -> dict[str, Any]:
    """Return the mapping that the file at `path` holds. Raises `YamlRefused` like `parse`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise YamlRefused(f"{path}: cannot be read: {error}") from error
    return parse(text, str(path))


def _refuse_mazes(text: str, most_depth: int) -> None:
    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=_JsonLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > most_depth or isinstance(event, yaml.AliasEvent):
            why = "aliases are not read" if depth <= most_depth else f"it nests deeper than {most_depth}"
            raise yaml.MarkedYAMLError(problem=why, problem_mark=event.start_mark)


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Return the line, counted from 1, of what a path leads to in text that `parse` takes; as far as it leads."""
    node: Any = yaml.compose(text, Loader=_JsonLoader)  # a safe loader
    line = node.start_mark.line
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == part), None)
        else:
            items = node.value if isinstance(node, yaml.SequenceNode) else []
            found = (items[part],) * 2 if isinstance(part, int) and part < len(items) else None
        if found is None:
            break
        line, node = found[0].start_mark.line, found[1]
    return int(line) + 1


def _reason(error: yaml.YAMLError, name: str) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"{name}:{mark.line + 1}" if mark else name
    return f"{where}: {getattr(error, 'problem', None) or error}"
