"""What differs between two generated clients, as text that is small enough to look at and to keep."""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from itertools import groupby
from typing import Any

_MOST = 15  # lines of a hunk that are kept whole
_ROW = re.compile(r'\s+("[^"]*",?\s*)+')
_VALUE = re.compile(r'"[^"]*"')
_HEADS = ("class ", "async def ", "def ", "from ", "import ")


def told(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Return the changes by file: lines of code with - and +; members of tables by their place.

    Of a long hunk, and of a file that came or went, only the definitions are told, and how many lines there are.
    """
    blocks = {
        name: list(_file(name, old.get(name), new.get(name))) for name in sorted({*old, *new}) if old.get(name) != new.get(name)
    }
    return "".join("\n".join([f"{name}:", *lines]) + "\n" for name, lines in blocks.items())


def _file(name: str, old: str | None, new: str | None) -> Iterator[str]:
    if name.endswith(".json"):
        yield from _members("", *(None if one is None else json.loads(one) for one in (old, new)))
        return
    diff = list(unified_diff(list(_lines(old or "")), list(_lines(new or "")), n=0, lineterm=""))[2:]
    for is_mark, hunk in groupby(diff, lambda line: line.startswith("@@")):
        if not is_mark:
            for sign, lines in groupby(hunk, lambda line: line[0]):
                yield from _shortened(sign, list(lines))


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of code, a long row of values as one line each: where it wraps is of no interest."""
    for line in text.splitlines():
        yield from _VALUE.findall(line) if _ROW.fullmatch(line) else [line]


def _shortened(sign: str, lines: list[str]) -> Iterator[str]:
    if len(lines) <= _MOST:
        yield from lines
    else:
        yield from (line.split("(")[0] for line in lines if line[1:].strip().startswith(_HEADS))
        yield f"{sign}… {len(lines)} lines"


def _members(place: str, old: Any, new: Any) -> Iterator[str]:
    """Yield what two JSON values differ in: members by name, items of lists by their id or else by value."""
    old, new = _named(old, new), _named(new, old)
    if not (isinstance(old, dict) and isinstance(new, dict)):
        yield from (f"{sign}{place}{_value(one)}" for sign, one in (("-", old), ("+", new)) if one is not None)
        return
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield from _members(f"{place}.{key}" if place else key, old.get(key), new.get(key))


def _named(one: Any, other: Any) -> Any:
    """Return a list as members: by id where the items have one; plain items by themselves, when both sides are lists."""
    if isinstance(one, list) and one and all(isinstance(item, dict) and "id" in item for item in one):
        return {item["id"]: item for item in one}
    if isinstance(one, list) and isinstance(other, list | dict):
        return {json.dumps(item, ensure_ascii=False): True for item in one}
    return one


def _value(value: Any) -> str:
    """Return a value beside its place; of what is long only the place is told."""
    said = "" if value is True else f": {json.dumps(value, ensure_ascii=False)}"
    return said if len(said) <= 160 else f": … {len(said)} characters"
