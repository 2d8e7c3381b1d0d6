"""What tasks make can be fetched."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import httpx2

from kling_contract.check import Case, Check
from kling_contract.session import Session
from kling_contract.subject import Subject
from kling_spec.document import Document, Operation

_BEGINS: Mapping[str, tuple[bytes, ...]] = {
    "image": (b"\x89PNG", b"\xff\xd8\xff", b"RIFF"),
    "video": (b"ftyp",),
    "audio": (b"RIFF", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"ftyp", b"OggS"),
}


def _results(subject: Subject) -> Iterator[Case]:
    for one in subject.role("create"):
        get = subject.beside(one, "get")
        if get is not None and any(_media({}, subject.data_schemas[get.id], everywhere=True)):
            yield Case(one.id, partial(_fetched, one, get), subject.source(get))


def _fetched(operation: Operation, get: Operation, session: Session) -> None:
    """Every address of a result is one; the first of each kind leads to a file of that kind, for anybody."""
    task_id = session.create(operation).member("task_id", str)
    reply = session.ended(operation, task_id)
    found = list(_media(reply.data, session.subject.data_schemas[get.id]))
    session.expect(bool(found), "addresses of what was made", reply.data)
    for _, url in found:
        session.expect(isinstance(url, str) and url.startswith(("http://", "https://")), "a whole http address", url)
    for kind, url in dict(reversed(found)).items():
        _is_file(session, kind, url)


def _is_file(session: Session, kind: str, url: str) -> None:
    try:
        answer = session.bench.target.http.get(url)
    except httpx2.HTTPError as error:
        session.expect(False, f"a file at {url}", f"{type(error).__name__}: {error}")
        return
    told = f"HTTP {answer.status_code}, {answer.headers.get('content-type')}, {len(answer.content)} bytes"
    session.expect(answer.status_code == 200, f"a file at {url}", told)
    session.expect(answer.headers.get("content-type", "").startswith(f"{kind}/"), f"a content-type of {kind}", told)
    session.expect(
        any(one in answer.content[:12] for one in _BEGINS[kind]),
        f"a file that begins as {kind} files do",
        f"{answer.content[:12]!r}",
    )


def _media(data: Any, schema: Document, *, everywhere: bool = False) -> Iterator[tuple[str, Any]]:
    """Yield kind and address of the media in the data of a reply; `everywhere` those that there could be."""
    kind = schema.get("x-kling-media", {}).get("kind")
    if kind in _BEGINS and (everywhere or data):
        yield kind, data
    for name, one in schema.get("properties", {}).items():
        if everywhere or (isinstance(data, dict) and name in data):
            yield from _media({} if everywhere else data[name], one, everywhere=everywhere)
    if "items" in schema:
        for one in [{}] if everywhere else data if isinstance(data, list) else []:
            yield from _media(one, schema["items"], everywhere=everywhere)


CHECKS = (Check("results", "what a task makes can be fetched and is of its kind", _results),)
