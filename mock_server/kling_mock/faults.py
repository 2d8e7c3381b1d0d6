"""What can go wrong on purpose: the kinds of faults, each with what it needs, where it strikes and when."""

from collections.abc import Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Annotated, ClassVar, Literal, get_args

import msgspec
from msgspec import Meta

from kling_spec.document import Operation

from .errors import Messages
from .request import Answer

Role = Literal["create", "get", "page", "delete", "call", "download"]
DOWNLOAD, DOWNLOADS = "assets.download", "assets."
"""The operation of fetching a result, which the API does not have, and how a pattern begins that asks for it."""
Seconds = Annotated[float, Meta(ge=0, le=86_400)]


class Fault(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind", tag="fault"
):
    """Something that goes wrong with the requests that it is for, as often as it says."""

    part: ClassVar[str]  # of a request that it decides: of each part the first fault that strikes counts
    main: ClassVar[str] = ""  # the detail that may be given as kind=detail
    of_creates: ClassVar[bool] = False  # about tasks: of requests to the API only creates meet it
    of_downloads: ClassVar[bool] = True  # fetching a result can meet it, where it is asked for

    operation: str = "*"  # a pattern of operations, like *.create
    role: Role | None = None  # only operations of this role
    after: Annotated[int, Meta(ge=0)] = 0  # this many requests go by first
    times: Annotated[int, Meta(ge=1)] | None = None  # how many requests it strikes; None: any number
    chance: Annotated[float, Meta(ge=0, le=1)] = 1.0  # that it strikes a request, drawn from the seed of its owner

    def is_for(self, operation: str, role: str) -> bool:
        """Say whether it is for an operation; downloads are asked for by their role or their name."""
        if role == "download":
            is_asked = self.role == role or (self.role is None and self.operation.startswith(DOWNLOADS))
            return is_asked and self.of_downloads and fnmatchcase(operation, self.operation)
        is_role = self.role in (None, role) and (role == "create" or not self.of_creates)
        return is_role and (self.operation == "*" or fnmatchcase(operation, self.operation))


class Code(Fault, frozen=True, tag="code"):
    """The request is refused with a code of the error table; nothing is started."""

    part = "answer"
    main = "code"
    code: int
    message: str = ""  # in place of what the table says


class Html(Fault, frozen=True, tag="html"):
    """A page in HTML comes in place of the answer, as gateways send it."""

    part = "answer"
    main = "status"
    status: Annotated[int, Meta(ge=200, le=599)] = 200
    body: str = ""  # of one's own; it need not be HTML
    reached: bool = False  # the request came to the service, and what it asked for is done

    @property
    def page(self) -> Answer:
        words = _words(self.status)
        body = self.body or f"<html><head><title>{words}</title></head><body><h1>{words}</h1></body></html>"
        return Answer(self.status, body.encode(), {"content-type": "text/html"})


class Gateway(Fault, frozen=True, tag="gateway"):
    """A bare HTTP status comes in place of the answer, without a body."""

    part = "answer"
    main = "status"
    status: Annotated[int, Meta(ge=400, le=599)] = 502
    reached: bool = False  # the request came to the service, and what it asked for is done

    @property
    def page(self) -> Answer:
        return Answer(self.status, b"")


class Reset(Fault, frozen=True, tag="reset"):
    """The connection is reset before the request reaches the service."""

    part = "line"


class LostAnswer(Fault, frozen=True, tag="lost-answer"):
    """What was asked for is done; the connection is closed without an answer."""

    part = "line"


class Truncate(Fault, frozen=True, tag="truncate"):
    """The connection is closed within the body: fewer bytes come than content-length says."""

    part = "line"
    main = "kept"
    kept: Annotated[float, Meta(ge=0, lt=1)] = 0.5  # the share of the body that comes


class Stall(Fault, frozen=True, tag="stall"):
    """The head and a part of the body come, then nothing until the caller leaves or some time has passed."""

    part = "line"
    main = "seconds"
    seconds: Seconds = 60.0  # real ones
    kept: Annotated[float, Meta(ge=0, lt=1)] = 0.5  # the share of the body that comes


class Slow(Fault, frozen=True, tag="slow"):
    """The request is done at once, and answered later."""

    part = "delay"
    main = "seconds"
    seconds: Seconds = 2.0  # real ones


class Fail(Fault, frozen=True, tag="fail"):
    """The task is accepted and fails."""

    part = "end"
    main = "reason"
    of_creates = True
    of_downloads = False
    reason: str = "risk_control"  # a name of the catalogue, or the text itself


class Stuck(Fault, frozen=True, tag="stuck"):
    """The task is accepted, comes to its last state but one, and stays there; its place stays taken."""

    part = "end"
    of_creates = True
    of_downloads = False


class Expire(Fault, frozen=True, tag="expire"):
    """The results of the task are kept for a short time only; then their URLs answer 404. Or one download finds it so."""

    part = "results"
    main = "seconds"
    of_creates = True
    seconds: Seconds = 0.0  # of the owner's clock, from the end of the task on


class Callbacks(Fault, frozen=True, tag="callbacks"):
    """The callbacks of the task go astray."""

    part = "callbacks"
    main = "how"
    of_creates = True
    of_downloads = False
    how: Literal["duplicate", "reorder", "drop"] = "duplicate"  # reorder: all at the end, the last state first


AnyFault = (
    Code | Html | Gateway | Reset | LostAnswer | Truncate | Stall | Slow | Fail | Stuck | Expire | Callbacks
)  # written out: msgspec and the type checkers both read it
KINDS: Mapping[str, type[Fault]] = {str(one.__struct_config__.tag): one for one in get_args(AnyFault)}
WHERE_AND_WHEN = Fault.__struct_fields__
"""The members of every fault that say which requests it strikes, in order."""
_EMPTY = (204, 205, 304)


def flaw(fault: AnyFault, messages: Messages, operations: Mapping[str, Operation]) -> tuple[str, str] | None:
    """Return which member of a fault can mean nothing to this API, and why; None when all can."""
    if isinstance(fault, Code) and fault.code not in messages.codes:
        return "code", f"no code {fault.code}; the error table has {', '.join(map(str, messages.codes))}"
    if isinstance(fault, Html) and fault.status in _EMPTY:
        return "status", f"an answer with status {fault.status} has no body"
    roles: Mapping[str, str] = {**{name: one.role for name, one in operations.items()}, DOWNLOAD: "download"}
    if not any(fnmatchcase(one, fault.operation) for one in roles):
        near = get_close_matches(fault.operation, roles, n=1)
        return "operation", f"no operation is like {fault.operation!r}" + (f"; did you mean {near[0]}?" if near else "")
    if not any(fault.is_for(name, role) for name, role in roles.items()):
        wanted = "create" if fault.of_creates else fault.role
        return "role" if fault.role else "operation", f"it can strike no operation: none like {fault.operation!r} is a {wanted}"
    return None


def _words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # a status that nobody has given a name
        return str(status)
