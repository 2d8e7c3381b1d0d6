"""Tells what a page is written in by what stands in it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from . import index, markdown, nameless, openapi, plain, sections
from .page import Page, PageUnread

_FORMATS = (openapi, sections, index, markdown, plain, nameless)  # the sure signs first
_ENDINGS = (".md", ".markdown", ".txt", ".json")
_MOST_BYTES = 8 * 2**20


def read_page(text: str, name: str) -> Page:
    """Return what a text says. Raises `PageUnread` when it is in no known format, naming them."""
    try:
        for one in _FORMATS:
            if one.is_one(text):
                page: Page = one.parse(text, name)
                return replace(page, file=name)
    except RecursionError as error:
        raise PageUnread(f"{name}: expected a page; what it holds is nested too deep for one") from error
    known = ", ".join(dict.fromkeys(one.FORMAT for one in (markdown, sections, index, plain, openapi, nameless)))
    raise PageUnread(f"{name}: expected a page of the reference as {known}; found none of these")


def read_file(path: Path) -> Page:
    """Return what a file says. Raises `PageUnread`."""
    return read_page(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Return the text of a file. Raises `PageUnread` for what is no text, too large, or not there."""
    try:
        data = path.read_bytes()
        if len(data) > _MOST_BYTES:
            raise PageUnread(f"{path}: expected a page of at most {_MOST_BYTES} bytes; it has {len(data)}")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PageUnread(f"{path}: expected text in UTF-8; {error.reason} at byte {error.start}") from error
    except OSError as error:
        raise PageUnread(f"{path}: cannot be read: {error.strerror}") from error


def files(arguments: list[Path]) -> Iterator[Path]:
    """Yield the files that arguments name; a folder stands for all the pages in it. Raises `PageUnread` where it has none."""
    for one in arguments:
        if one.is_dir():
            pages = sorted(path for path in one.rglob("*") if path.is_file() and path.suffix in _ENDINGS)
            if not pages:
                raise PageUnread(f"{one}: expected pages in this folder, files that end in {', '.join(_ENDINGS)}; it has none")
            yield from pages
        else:
            yield one
