"""Prints what lint finds: as text, as JSON, or as annotations of GitHub Actions, each with file and line."""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from .lint import Finding
from .load import Spec
from .yaml_json import line_of

Format = Literal["text", "json", "github"]
Where = tuple[str | int, ...]
_EXAMPLE = ("requestBody", "content", "application/json", "examples")


def told(found: Iterable[Finding], spec: Spec, folder: Path, how: Format = "text") -> str:
    """Return findings in the asked format; `folder` holds the YAML of the spec."""
    text_of = cache(lambda file: (folder / file).read_text(encoding="utf-8"))
    placed = []
    for one in found:
        file, where = located(one, spec)
        path = folder / file
        line = line_of(text_of(file), where) if path.is_file() else 1
        placed.append({**vars(one), "file": _from_here(path), "line": line})
    return _FORMATS[how](placed)


def located(finding: Finding, spec: Spec) -> tuple[str, Where]:
    """Return the file below the spec's folder that a finding is about, and the keys that lead to the place in it."""
    head, _, rest = finding.place.partition(": ")
    kind, _, name = head.partition(" ")
    if " → " in finding.place:
        return _along(finding.place.split(" → "), finding.file, spec)
    if kind == "schema":
        return _schema(name.partition(" value ")[0], rest, finding.file, spec)
    if kind == "rule":
        return _rule(name, finding.file, spec)
    if kind.isupper():
        example = re.match(r"example (\S+)", rest)
        return finding.file, ("paths", name, kind.lower(), *((*_EXAMPLE, example[1]) if example else ()))
    where: Mapping[str, Where] = {"path": ("paths", name), "messages": ("messages", name)}
    return finding.file, where.get(kind, ("components", f"{kind}s", name) if name else (kind,))


def _along(parts: list[str], file: str, spec: Spec) -> tuple[str, Where]:
    """Read a place that names every key on the way to it, from the merged document or from a catalogue."""
    if parts[0].endswith(".yaml"):
        return parts[0], tuple(parts[1:])
    name = f"path {parts[1]}" if parts[0] == "paths" else f"{parts[1].removesuffix('s')} {parts[2]}"
    return spec.files.get(name, file), tuple(int(one) if one.isdigit() else one for one in parts)


def _schema(name: str, rest: str, file: str, spec: Spec) -> tuple[str, Where]:
    schemas = spec.document["components"]["schemas"]
    schema, member = (name, "") if name in schemas else name.rpartition(".")[::2]
    where: Where = ("components", "schemas", schema)
    if rest.startswith("rule "):
        ids = [one.get("id", "?") for one in schemas[schema]["x-kling-rules"]]
        where = (*where, "x-kling-rules", ids.index(rest.removeprefix("rule ")))
    elif member:
        where = (*where, "properties", member)
    return spec.files.get(f"schema {schema}", file), where


def _rule(name: str, file: str, spec: Spec) -> tuple[str, Where]:
    for schema, one in spec.document["components"]["schemas"].items():
        if any(rule.get("id") == name for rule in one.get("x-kling-rules", [])):
            return _schema(schema, f"rule {name}", file, spec)
    return file, ()


def _from_here(path: Path) -> str:
    """Return a path as the working directory sees it where it is below that, so that annotations find their file."""
    shown = os.path.relpath(path) if path.is_absolute() and path.is_relative_to(Path.cwd()) else str(path)
    return Path(shown).as_posix()


def _text(found: list[dict[str, Any]]) -> str:
    lines = ["{file}:{line}: {place}: {problem} [{rule}]".format(**one) for one in found]
    return "\n".join([*lines, f"{len(found)} findings"])


def _json(found: list[dict[str, Any]]) -> str:
    return json.dumps(found, indent=1, ensure_ascii=False)


def _github(found: list[dict[str, Any]]) -> str:
    return "\n".join(map(_annotation, found))


def _annotation(one: Mapping[str, Any]) -> str:
    said = {"file": one["file"], "line": one["line"], "title": f"kling-spec: {one['rule']}"}
    properties = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in said.items())
    return f"::error {properties}::" + _escaped("{place}: {problem}".format(**one))


def _escaped(text: str, also: str = "") -> str:
    """Return text as a workflow command takes it: https://github.com/actions/toolkit escapes the same."""
    for one in ("%", "\r", "\n", *also):
        text = text.replace(one, f"%{ord(one):02X}")
    return text


_FORMATS: Mapping[Format, Callable[[list[dict[str, Any]]], str]] = {"text": _text, "json": _json, "github": _github}
