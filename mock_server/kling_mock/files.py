"""Serves a file: whole or one range of it, in pieces, with the validators that resume a download."""

import re
from collections.abc import Iterator, Mapping
from email.utils import formatdate, parsedate_to_datetime
from os import fstat
from pathlib import Path
from typing import BinaryIO

from .request import Answer, Request

_PIECE = 1 << 18
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*")


def served(path: Path, request: Request, *, media_type: str, made_ms: int) -> Answer:
    """Return a file that was made at a time: 200, 206 for a range, 304 when the caller has it, 416 beyond its end.

    A request for several ranges gets the whole file, as a server may do.
    """
    file = path.open("rb")
    size, asked = fstat(file.fileno()).st_size, request.headers
    etag, modified = f'"{path.stem}-{size:x}"', made_ms // 1000
    headers = {"accept-ranges": "bytes", "etag": etag, "last-modified": formatdate(modified, usegmt=True)}
    if _has(asked, etag, modified):
        return _bare(file, 304, headers)
    is_same = _is_same(asked.get("if-range"), etag, modified)
    status, start, stop = _span(asked.get("range", ""), size) if is_same else (200, 0, size)
    if status == 416:
        return _bare(file, 416, {**headers, "content-range": f"bytes */{size}", "content-length": "0"})
    headers |= {"content-type": media_type, "content-length": str(stop - start)}
    if status == 206:
        headers["content-range"] = f"bytes {start}-{stop - 1}/{size}"
    if request.verb == "HEAD":
        return _bare(file, status, headers)
    return Answer(status, b"", headers, _pieces(file, start, stop))


def _bare(file: BinaryIO, status: int, headers: Mapping[str, str]) -> Answer:
    file.close()
    return Answer(status, b"", headers)


def _pieces(file: BinaryIO, start: int, stop: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while start < stop and (piece := file.read(min(_PIECE, stop - start))):
            start += len(piece)
            yield piece


def _span(asked: str, size: int) -> tuple[int, int, int]:
    """Return the status, and where the asked part begins and ends: 200 for no range, 416 for one without a byte."""
    found = _RANGE.fullmatch(asked)
    if not found or found[1] == found[2] == "" or (found[1] and found[2] and int(found[2]) < int(found[1])):
        return 200, 0, size
    if not found[1]:  # the last so many
        start, stop = max(size - int(found[2]), 0), size
    else:
        start, stop = int(found[1]), min(int(found[2] or size) + 1, size)
    return (206, start, stop) if start < stop else (416, 0, 0)


def _is_same(told: str | None, etag: str, modified: int) -> bool:
    """Say whether a condition of If-Range holds; one that is not given does."""
    return told is None or told.strip() == etag or _seconds(told) == modified


def _has(asked: Mapping[str, str], etag: str, modified: int) -> bool:
    """Say whether the caller has the file already; If-None-Match counts before the date."""
    known = asked.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or etag in (one.strip().removeprefix("W/") for one in known.split(","))
    since = _seconds(asked.get("if-modified-since", ""))
    return since is not None and modified <= since


def _seconds(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, TypeError, OverflowError):
        return None
