"""Reads requests that somebody recorded: HTTP archives (HAR 1.2), journals as JSON lines, journals as one list.

What tools call things differs; a request is read under each usual name. A file that holds none is refused with file,
line and what was expected.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .errors import SpecError

_VERB, _TARGET = ("verb", "method", "http_method"), ("path", "url", "uri")
_QUERY = ("query", "queryString", "query_string", "params")
_BODY = ("body", "request_body", "requestBody", "json", "payload")
_EXPECTED = "expected an HTTP archive, or JSON lines with verb and path"


class RecordingUnreadable(SpecError):
    """A file holds no requests that can be read; the text begins with file:line."""


@dataclass(frozen=True)
class Recorded:
    """One request as it was sent."""

    where: str  # journal.jsonl:12
    verb: str
    host: str  # empty where only the path is known
    path: str  # decoded
    query: Mapping[str, str]
    body: Any  # JSON; text where it was none; None without a body
    is_cut: bool  # the body was not kept whole
    was_refused: bool  # as far as the recording tells


def read(path: Path) -> list[Recorded]:
    """Return the requests in a file, in its order. Raises `RecordingUnreadable`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingUnreadable(f"{path}:1: cannot be read: {error}") from error
    first = text.lstrip().partition("\n")[0].strip()
    if not first:
        return []
    if _is_request(_json(first)):
        return list(_lines(path, text))
    try:
        whole = json.loads(text)
    except RecursionError as error:
        raise RecordingUnreadable(f"{path}:1: is nested too deep") from error
    except ValueError as error:
        raise RecordingUnreadable(f"{path}:{getattr(error, 'lineno', 1)}: is not JSON; {_EXPECTED}") from error
    entries = _entries(whole)
    if entries is None:
        raise RecordingUnreadable(f"{path}:1: holds no requests; {_EXPECTED}")
    return [_request(one, f"{path}: entry {number}") for number, one in enumerate(entries, 1)]


def _lines(path: Path, text: str) -> Iterator[Recorded]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _request(_json(line), f"{path}:{number}")


def _json(text: str) -> Any:
    """Return what a text says as JSON, None where it says nothing."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _entries(whole: Any) -> list[Any] | None:
    if isinstance(whole, Mapping):
        log = whole.get("log")
        whole = log.get("entries") if isinstance(log, Mapping) else whole.get("calls", whole.get("entries"))
    return whole if isinstance(whole, list) else None


def _is_request(entry: Any) -> bool:
    return isinstance(entry, Mapping) and _first(_asked(entry), _VERB) is not None


def _asked(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of an entry that tells the request: a member of that name, or the entry itself."""
    inner = entry.get("request")
    return inner if isinstance(inner, Mapping) else entry


def _first(node: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((node[name] for name in names if node.get(name) is not None), None)


def _request(entry: Any, where: str) -> Recorded:
    if not isinstance(entry, Mapping):
        raise RecordingUnreadable(f"{where}: is no request; {_EXPECTED}")
    asked = _asked(entry)
    verb, target = _first(asked, _VERB), _first(asked, _TARGET)
    if not isinstance(verb, str) or not isinstance(target, str):
        raise RecordingUnreadable(f"{where}: has no {'verb' if not isinstance(verb, str) else 'path'}; {_EXPECTED}")
    try:
        url = urlsplit(target)
    except ValueError as error:
        raise RecordingUnreadable(f"{where}: {target!r} is no address: {error}") from error
    body, is_cut = _body(entry, asked)
    return Recorded(
        where=where,
        verb=verb.upper(),
        host=url.netloc.rpartition("@")[2].lower(),
        path=unquote(url.path),
        query={**dict(parse_qsl(url.query, keep_blank_values=True)), **_query(_first(asked, _QUERY))},
        body=body,
        is_cut=is_cut,
        was_refused=_was_refused(entry),
    )


def _query(said: Any) -> dict[str, str]:
    if isinstance(said, str):
        return dict(parse_qsl(said.removeprefix("?"), keep_blank_values=True))
    if isinstance(said, list):
        return {str(one.get("name")): str(one.get("value", "")) for one in said if isinstance(one, Mapping)}
    return {str(name): str(value) for name, value in said.items()} if isinstance(said, Mapping) else {}


def _body(entry: Mapping[str, Any], asked: Mapping[str, Any]) -> tuple[Any, bool]:
    """Return the body, and whether part of it was not kept."""
    posted = asked.get("postData")
    if isinstance(posted, Mapping):
        text = posted.get("text")
        return (_decoded(text) if text else None), "not kept" in str(posted.get("comment", ""))
    body = _first(asked, _BODY)
    cut = entry.get("body_cut", asked.get("body_cut", 0))
    return (_decoded(body) if body != "" else None), isinstance(cut, int) and cut > 0


def _decoded(body: Any) -> Any:
    """Return a body as JSON; one that came as text and is none stays text."""
    if not isinstance(body, str):
        return body
    found = _json(body)
    return body if found is None else found


def _was_refused(entry: Mapping[str, Any]) -> bool:
    reply = entry.get("response")
    status = reply.get("status") if isinstance(reply, Mapping) else entry.get("status")
    code = entry.get("code", 0)
    return (isinstance(code, int) and code != 0) or (isinstance(status, int) and status >= 400)
