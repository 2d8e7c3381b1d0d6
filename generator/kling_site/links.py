"""Checks a built site: every link leads somewhere, and nothing is asked of the network."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_SILENT = {"canonical", "next", "prev", "search", "author", "license", "index", "help"}
"""Relations of a `<link>` that make a browser load nothing."""
_CSS = re.compile(r"""(?:url\(|@import)\s*["']?\s*([^"')\s]+)""")
_JS = re.compile(r"""["'`]((?:https?:|wss?:)?//[\w-]+\.[^"'`\s]*)""")
_NAMESPACE = "http://www.w3.org/"


@dataclass(frozen=True)
class Found:
    """What a check of a site gives."""

    links: int  # how many were looked at
    wrong: list[str]  # one line each


@dataclass
class _Page(HTMLParser):
    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag names, leads to and loads."""
        said = {name: value for name, value in attrs if value is not None}
        self.anchors |= {said[key] for key in ("id", "name") if key in said}
        leads = tag == "a" or (tag == "link" and _SILENT & {*said.get("rel", "").split()})
        (self.links if leads else self.loads).extend(
            said[key] for key in ("href", "src", "data", "poster", "action") if key in said
        )
        self.loads += [one.split()[0] for one in said.get("srcset", "").split(",") if one.strip()]
        self.loads += _CSS.findall(said.get("style", ""))


def check(site: Path) -> Found:
    """Return how many links the pages of a built site hold and what is wrong: dead ends, and loads from elsewhere."""
    wrong, count = [], 0
    for path in sorted(site.rglob("*.html")):
        page = _read(path)
        count += len(page.links) + len(page.loads)
        wrong += [f"{path.relative_to(site)}: {one}" for one in _of_page(path, page)]
    for pattern, loaded in (("*.css", _CSS), ("*.js", _JS)):
        for path in sorted(site.rglob(pattern)):
            wrong += [f"{path.relative_to(site)}: {one}" for one in _of_file(path, loaded)]
    return Found(count, wrong)


@cache
def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _of_page(path: Path, page: _Page) -> Iterator[str]:
    for link in dict.fromkeys(page.loads):
        yield from [f"loads {link}"] if _is_elsewhere(link) else _dead_end(path, link)
    for link in dict.fromkeys(page.links):
        yield from () if _is_elsewhere(link) or urlsplit(link).scheme else _dead_end(path, link)


def _of_file(path: Path, loaded: re.Pattern[str]) -> Iterator[str]:
    for link in dict.fromkeys(loaded.findall(path.read_text(encoding="utf-8"))):
        if _is_elsewhere(link):
            yield from [] if link.startswith(_NAMESPACE) else [f"loads {link}"]
        elif path.suffix == ".css":
            yield from _dead_end(path, link)


def _is_elsewhere(link: str) -> bool:
    return link.startswith("//") or urlsplit(link).scheme in ("http", "https", "ws", "wss")


def _dead_end(path: Path, link: str) -> Iterator[str]:
    """Yield what is wrong with a link within the site: no such file, or no such anchor in it."""
    parts = urlsplit(link)
    if parts.scheme == "data":
        return
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        yield f"{link} leads to no file"
    elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in _read(target).anchors:
        yield f"{link} leads to no anchor of {target.name}"
