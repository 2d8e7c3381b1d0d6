"""Reads text of a page that lost the names of its fields: descriptions and notes are left, so only limits can be told."""

import re
from collections.abc import Iterator

from . import prose
from .page import Endpoint, Page

FORMAT = "text without field names"
_PARTS = ("request header", "request body", "path parameters", "query parameters")


def is_one(text: str) -> bool:
    """Say whether a text is such a page: parts of a request, notes in dashes, and neither endpoint nor type."""
    lines = [one.strip().lower() for one in text.splitlines()]
    return sum(one in _PARTS for one in lines) >= 2 and any(one.startswith("- ") for one in lines)


def parse(text: str, name: str) -> Page:
    """Return the page: an endpoint without verb and path for each heading above a request."""
    lines = [one.strip() for one in text.splitlines() if one.strip()]
    return Page(name=lines[0] if lines else name, format=FORMAT, endpoints=tuple(_endpoints(lines)))


def _endpoints(lines: list[str]) -> Iterator[Endpoint]:
    heads = [at for at, line in enumerate(lines) if line.lower() == "request header"]
    starts = [_title(lines, at) for at in heads]
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(lines)
        loose = tuple((told, found) for told, notes in _blocks(lines[start + 1 : end]) if (found := prose.limits(notes)))
        yield Endpoint(verb="", path="", title=lines[start], loose=loose)


def _title(lines: list[str], at: int) -> int:
    """Return where the heading above `Request Header` is: a sentence may stand between."""
    above = at - 1
    while above > 0 and re.search(r"[.。]$", lines[above]):
        above -= 1
    return max(above, 0)


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each description with the notes below it."""
    told, notes = "", list[str]()
    for line in lines:
        if line.startswith("- "):
            notes.append(line.removeprefix("- "))
        elif line.lower() not in _PARTS:
            yield told, [told, *notes]
            told, notes = line, []
    yield told, [told, *notes]
