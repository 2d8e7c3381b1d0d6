"""Reads indexes: which pages and endpoints exist. A JSON index of captured pages, and the vendor's llms.txt."""

import json
import re
from typing import Any
from urllib.parse import urljoin

from .page import Endpoint, Page, merged

FORMAT = "index of pages"
_CALL = re.compile(r"\b(GET|POST|PUT|DELETE|PATCH)\s+(/[\w/{}.-]+)")
_LINK = re.compile(r"\[([^\[\]]+)\]\(([^\s()]+)\)|(?<![\w(])(https?://\S{1,2000}\.md)\b")  # takes a hostile page in one go


def is_one(text: str) -> bool:
    """Say whether a text is an index: JSON with lists of named pages, or little else than links to pages."""
    if _entries(text):
        return True
    lines = [one for one in text.splitlines() if one.strip() and not one.startswith(("#", ">"))]
    return (
        bool(lines)
        and sum(bool(_LINK.search(one)) for one in lines) * 2 > len(lines)
        and "\n## " not in text.partition("- Path:")[2]
    )


def parse(text: str, name: str) -> Page:
    """Return an index page: names, and the endpoints it mentions."""
    entries = _entries(text)
    names = tuple(str(one["name"]) for one in entries) or tuple(title for title, _ in links(text, ""))
    calls = [Endpoint(verb=verb, path=path) for one in entries for verb, path in _calls(one)]
    return Page(name=name, format=FORMAT, endpoints=merged(calls), is_index=True, pages=names)


def links(text: str, base: str) -> list[tuple[str, str]]:
    """Return title and address of every page an index links to, each address once."""
    found: dict[str, str] = {}
    for match in _LINK.finditer(text):
        address = urljoin(base, match.group(2) or match.group(3)).partition("#")[0]
        found.setdefault(address, match.group(1) or address)
    return [(title, address) for address, title in found.items()]


def _entries(text: str) -> list[dict[str, Any]]:
    try:
        data = json.loads(text)
    except ValueError:
        return []
    lists = (
        [one for one in data.values() if isinstance(one, list)]
        if isinstance(data, dict)
        else [data]
        if isinstance(data, list)
        else []
    )
    return [one for entries in lists for one in entries if isinstance(one, dict) and "name" in one]


def _calls(entry: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the endpoints that an entry's snippets show, without those cut off at a snippet's end."""
    told = [str(one.get("snippet", "")) for one in entry.get("snippets", []) if isinstance(one, dict)]
    return [(one.group(1), one.group(2)) for text in told for one in _CALL.finditer(text) if one.end() < len(text)]
