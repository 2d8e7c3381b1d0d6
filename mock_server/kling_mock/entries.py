"""Calls as they leave the mock: read, masked, ready to be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from .account import Account
from .errors import Problem
from .journal import Record
from .lenient import read
from .mask import Mask, mask_of
from .request import Request

if TYPE_CHECKING:
    from .world import World

_LINE_ENDS = tuple((sign.encode(), f"\\u{ord(sign):04x}".encode()) for sign in "\x85\u2028\u2029")
_TASK_ROLES = ("create", "get", "delete")


@dataclass(frozen=True)
class Entry:
    """One request of an account and what it was answered. Secrets are masked, large bodies cut."""

    number: int
    at: int  # milliseconds since 1970 on the account's clock
    wall: str  # the real time, ISO 8601
    operation: str  # text_to_video.create; empty for a path that the API does not have
    verb: str
    path: str
    parameters: Mapping[str, Any]  # of path and query, as the service reads them
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any  # JSON where it is JSON, else text; None when there is none
    body_bytes: int
    body_cut: int  # how many of them are not shown
    status: int
    code: int
    message: str
    problems: tuple[Problem, ...]  # all that is wrong with the request
    reply_headers: Mapping[str, str]
    reply: Any
    reply_bytes: int
    reply_cut: int
    task_id: str
    ms: float  # how long the mock took
    client: str  # the caller's address

    @property
    def said(self) -> dict[str, Any]:
        """Return what the caller said: members of the body, and parameters of path and query."""
        return {**self.parameters, **(self.body if isinstance(self.body, dict) else {})}

    @property
    def is_refused(self) -> bool:
        return self.code != 0


def entry(world: "World", account: Account, number: int, record: Record) -> Entry:
    """Return a call as it may be told."""
    request, answer = record.request, record.answer
    mask = mask_of(secrets(account, request))
    body, reply = _content(request.body, mask), _content(answer.body, mask)
    return Entry(
        number=number,
        at=record.at_ms,
        wall=datetime.fromtimestamp(record.wall, UTC).isoformat(timespec="milliseconds"),
        operation=record.operation,
        verb=mask.text(request.verb),
        path=mask.text(request.path),
        parameters=_parameters(world, record, mask),
        query=mask.named(request.query),
        headers=mask.named(request.headers),
        body=body,
        body_bytes=record.body_bytes,
        body_cut=max(record.body_bytes - len(request.body), 0),
        status=answer.status,
        code=record.code,
        message=mask.text(record.message),
        problems=tuple(Problem(**{name: mask.text(str(one)) for name, one in vars(each).items()}) for each in record.problems),
        reply_headers=mask.named(answer.headers),
        reply=reply,
        reply_bytes=record.reply_bytes,
        reply_cut=max(record.reply_bytes - len(answer.body), 0),
        task_id=mask.text(task_id(record)),
        ms=round(record.seconds * 1000, 3),
        client=request.client,
    )


def json_line(value: Any) -> bytes:
    """Return a value as JSON on one line, for readers too that take rare signs of Unicode for the end of one."""
    made = msgspec.json.encode(value)
    for sign, escape in _LINE_ENDS:
        made = made.replace(sign, escape)
    return made


def secrets(account: Account, request: Request) -> tuple[str, ...]:
    """Return what must not be told of a call: the keys of its account, and the token it came with."""
    return (*account.secrets, request.headers.get("authorization", "").rpartition(" ")[2])


def task_id(record: Record) -> str:
    """Return the task that a call was about; empty where there is none."""
    if record.operation.rpartition(".")[2] not in _TASK_ROLES:
        return ""
    reply = _decoded(record.answer.body)
    data = reply.get("data") if isinstance(reply, dict) else None
    return str(data.get("task_id", "")) if isinstance(data, dict) else ""


def _parameters(world: "World", record: Record, mask: Mask) -> dict[str, Any]:
    """Return the parameters of path and query; those of the query are numbers where the spec says so."""
    _, path = world.routes.find(record.request.path)
    query: Any = mask.named(record.request.query)
    law = world.query_laws.get(record.operation)
    return {**mask.value(dict(path)), **(read(query, law.schema) if law else query)}


def _content(body: bytes, mask: Mask) -> Any:
    """Return what a body says: JSON or text."""
    if not body:
        return None
    found = _decoded(body)
    return mask.text(body.decode("utf-8", "backslashreplace")) if found is None else mask.value(found)


def _decoded(body: bytes) -> Any:
    """Return what a body says, None when it is not JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
