"""Reads YAML the way JSON reads: `16:9`, `on` and dates stay text, and no key may stand twice."""

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


def parse(text: str, name: str = "<text>") -> dict[str, Any]:
    """Return the mapping that `text` holds.

    Raises `YamlRefused` with `name`, line and reason when it is not YAML, not a mapping, or holds a key twice.
    """
    try:
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


def _reason(error: yaml.YAMLError, name: str) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"{name}:{mark.line + 1}" if mark else name
    return f"{where}: {getattr(error, 'problem', None) or error}"
