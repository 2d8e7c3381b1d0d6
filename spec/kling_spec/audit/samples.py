"""Reads the JSON of documentation: comments, trailing commas, bare type words, and things left out."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .page import TYPES, Field

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<note>//[^\n]*|\#[^\n]*|/\*.*?\*/)|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<mark>[{}\[\]:,])
      |(?P<rest>\.{2,}|…)|(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?P<word>[A-Za-z_][\w.]*)|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ENUM = re.compile(r"(?:Enum(?:eration)?\s*values?|枚举值)\s*[:：]\s*(.+)", re.IGNORECASE)
_ITEM = re.compile(r"\s*`?([\w.:’'/-]+)`?\s*(?:[（(][^）)]*[）)])?\s*")


@dataclass
class Told:
    """A value that carries what a comment says of it."""

    value: Any
    note: str = ""


@dataclass(frozen=True)
class Word:
    """A bare word in place of a value: string, boolean, long …"""

    type: str | None


def read(text: str) -> Any:
    """Return the value that `text` begins with: lists, dicts, scalars, `Word` for a bare word, None for what is missing."""
    return _plain(_Reader(text).value())


def reply_fields(text: str) -> tuple[Field, ...]:
    """Return the fields that a commented sample shows, with the types and values it gives away."""
    found: dict[str, Field] = {}
    for one in _fields(_Reader(text).value(), ""):
        known = found.setdefault(one.path, one)
        if not known.enum and one.enum:
            found[one.path] = one
    return tuple(found.values())


def paths(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and value of every member below a plain value: image_list[].image."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield f"{prefix}{name}", one
            yield from paths(one, f"{prefix}{name}.")
    elif isinstance(value, list):
        for one in value:
            yield from paths(one, f"{prefix.removesuffix('.')}[].")


def blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each JSON object of a text begins, and its text up to the closing brace or the end."""
    at = text.find("{")
    while at >= 0:
        end = _closing(text, at)
        yield at, text[at:end]
        at = text.find("{", end)


def enumerated(text: str) -> tuple[str, ...]:
    """Return the values after `Enum values:` in a sentence, none without it."""
    match = _ENUM.search(text)
    return listed(match.group(1)) if match else ()


def listed(text: str) -> tuple[str, ...]:
    """Return the words of a list with commas, Western or Chinese, up to the first thing that is no single word."""
    found = []
    for one in re.split(r"[,，、]", text.strip().removesuffix(".")):
        match = _ITEM.fullmatch(one)
        if match is None:
            break
        found.append(match.group(1))
    return tuple(dict.fromkeys(found))


def _closing(text: str, at: int) -> int:
    depth = 0
    for match in _TOKEN.finditer(text, at):
        if match.lastgroup == "mark":
            depth += (match.group() in "{[") - (match.group() in "}]")
            if depth == 0:
                return match.end()
    return len(text)


class _Reader:
    """Reads one value; forgives commas and braces that are missing or too many."""

    def __init__(self, text: str) -> None:
        tokens = [(one.lastgroup, one.group()) for one in _TOKEN.finditer(text) if one.lastgroup not in ("space", "other")]
        self.tokens = tokens
        self.at = 0

    def value(self) -> Told:
        notes = self._notes()
        kind, text = self._next()
        if text == "{":
            return Told(self._members(), notes)
        if text == "[":
            return Told(self._items(), notes)
        return Told(_scalar(kind, text), notes)

    def _members(self) -> dict[str, Told]:
        members: dict[str, Told] = {}
        last: Told | None = None
        while self.at < len(self.tokens):
            note = self._notes()
            if last is not None and note and not last.note:
                last.note = note
            kind, text = self._next()
            if text == "}":
                break
            if kind in ("text", "word") and self._peek() == ":":
                self._next()
                last = members[str(_scalar("text", text) if kind == "text" else text)] = self.value()
        return members

    def _items(self) -> list[Told]:
        items: list[Told] = []
        while self.at < len(self.tokens):
            self._notes()
            if self._peek() in ("]", "}", ""):
                self._skip("]")
                break
            if self._peek() in (",", ":"):
                self._next()
            else:
                items.append(self.value())
        return items

    def _skip(self, mark: str) -> None:
        if self._peek() == mark:
            self.at += 1

    def _notes(self) -> str:
        found = []
        while self.at < len(self.tokens) and self.tokens[self.at][0] in ("note", "rest"):
            found.append(self.tokens[self.at][1].lstrip("/#* ").strip())
            self.at += 1
        return " ".join(found)

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _next(self) -> tuple[str | None, str]:
        token = self.tokens[self.at] if self.at < len(self.tokens) else (None, "")
        self.at += 1
        return token


def _scalar(kind: str | None, text: str) -> Any:
    if kind == "text":
        try:
            return json.loads(text, strict=False)
        except ValueError:  # a backslash that JSON does not know: the sample is not meant to be parsed
            return text[1:-1]
    if kind == "number":
        return json.loads(text) if re.fullmatch(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?", text) else text
    known = {"true": True, "false": False, "null": None}
    return known[text] if text in known else Word(TYPES.get(text.lower())) if kind == "word" else None


def _plain(told: Told) -> Any:
    if isinstance(told.value, dict):
        return {name: _plain(one) for name, one in told.value.items()}
    return [_plain(one) for one in told.value] if isinstance(told.value, list) else told.value


def _fields(told: Told, prefix: str) -> Iterator[Field]:
    if isinstance(told.value, list):
        for one in told.value:
            yield from _fields(one, f"{prefix.removesuffix('.')}[].")
    elif isinstance(told.value, dict):
        for name, one in told.value.items():
            yield Field(path=prefix + name, type=_type(one.value), enum=enumerated(one.note), description=one.note)
            yield from _fields(one, f"{prefix}{name}.")


def _type(value: Any) -> str | None:
    if isinstance(value, Word):
        return value.type
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value))
