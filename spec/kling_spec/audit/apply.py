"""Writes the mechanical part of a report into the YAML: new values, new optional fields, changed limits. The rest is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kling_spec.errors import SpecError
from kling_spec.lint import lint
from kling_spec.load import load

from .difference import Change, Difference
from .page import Field
from .yaml_text import EditRefused, YamlText, scalar

_KEYS = ("minimum", "maximum", "minLength", "maxLength")


@dataclass(frozen=True)
class Applied:
    """What came of an apply."""

    written: tuple[Difference, ...]
    left: tuple[tuple[Difference, str], ...]  # what is to be done by hand, and why
    findings: tuple[str, ...]  # what lint says now


def apply(folder: Path, differences: Sequence[Difference], day: str) -> Applied:
    """Edit the YAML below a spec folder and lint it; `day` is when the pages were seen, like 2026-09-20.

    Raises `SpecError` when the edited spec cannot be loaded; then every file is as it was.
    """
    before: dict[str, YamlText] = {}
    texts: dict[str, YamlText] = {}
    written, left = [], []
    for one in differences:
        file = one.change.place.file if one.change else ""
        if one.change is None:
            left.append((one, one.suggestion))
        elif not one.applies:
            left.append((one, f"{file} is shared: see whether the change is true of every family that uses it"))
        else:
            text = texts[file] if file in texts else before.setdefault(file, YamlText.read(folder / file))
            try:
                texts[file] = edited(text, one.change, page=one.page, day=day)
                written.append(one)
            except EditRefused as error:
                left.append((one, str(error)))
    return Applied(tuple(written), tuple(left), _saved(folder, before, texts))


def edited(text: YamlText, change: Change, *, page: str, day: str) -> YamlText:
    """Return the text with one change, dated and with its source. Raises `EditRefused`."""
    return {"values": _values, "member": _member, "limit": _limit}[change.kind](text, change, page, day)


def _saved(folder: Path, before: dict[str, YamlText], texts: dict[str, YamlText]) -> tuple[str, ...]:
    for file, text in texts.items():
        text.write(folder / file)
    try:
        return tuple(map(str, lint(load(folder)))) if texts else ()
    except SpecError as error:
        for file, text in before.items():
            text.write(folder / file)
        raise SpecError(f"nothing was written: with these changes the spec cannot be loaded: {error}") from error


def _values(text: YamlText, change: Change, page: str, day: str) -> YamlText:
    where = change.place.where
    for value in change.data:
        text = text.appended((*where, "enum"), scalar(value))
        dates = f"{{since: '{day}', trust: page}}"
        if text.has((*where, "x-kling-values")):
            text = text.with_member((*where, "x-kling-values"), scalar(value), dates)
        else:
            text = text.with_member(where, "x-kling-values", f"{{{scalar(value)}: {dates}}}")
    return text


def _member(text: YamlText, change: Change, page: str, day: str) -> YamlText:
    name, field = change.data
    keys = {**_typed(field), "description": "To be described; new on the page."}
    told = ", ".join(f"{key}: {_flow(value)}" for key, value in keys.items())
    dated = f"x-kling-since: '{day}', x-kling-source: {_source(page, day)}"
    return text.with_member(change.place.where, scalar(name), f"{{{told}, {dated}}}")


def _typed(field: Field) -> dict[str, Any]:
    read = {"integer": int, "number": float}.get(str(field.type), str)
    found: dict[str, Any] = {"type": field.type}
    if field.enum:
        found["enum"] = [read(one) for one in field.enum]
    if field.default is not None:
        found["default"] = field.default.lower() == "true" if field.type == "boolean" else read(field.default)
    return found | {key: field.limits[key] for key in _KEYS if key in field.limits}


def _flow(value: Any) -> str:
    return f"[{', '.join(map(scalar, value))}]" if isinstance(value, list) else scalar(value)


def _source(page: str, day: str) -> str:
    return f"{{page: {scalar(page)}, seen: {day[:7]}, trust: page}}"


def _limit(text: YamlText, change: Change, page: str, day: str) -> YamlText:
    key, value = change.data
    where = change.place.where
    has = text.has((*where, key))
    text = text.replaced((*where, key), scalar(value)) if has else text.with_member(where, key, scalar(value))
    owner = where[:-1] if where[-1] == "x-kling-media" else where
    if not text.has((*owner, "x-kling-source")):
        return text.with_member(owner, "x-kling-source", _source(page, day))
    return text.replaced((*owner, "x-kling-source", "seen"), day[:7]).replaced((*owner, "x-kling-source", "trust"), "page")
