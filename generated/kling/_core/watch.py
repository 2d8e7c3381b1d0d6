"""What is sent, and what hooks and the log are told of it."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import KlingError
from .operation import Operation
from .retry import outcome

if TYPE_CHECKING:
    from httpx2 import URL

    from .settings import Settings

LOGGER = logging.getLogger("kling")
_MOST = 2000  # characters of a body that are logged
_MASKS = {
    re.compile(r"([\w+/=-]{16})[\w+/=-]{184,}"): r"\1…",  # media as text
    re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*|(?:api-key-kling-|whsec_)[\w+/=-]+"): "***",
    re.compile(r"(https?://)[^\s/\"@]*@"): r"\1***@",
    re.compile(r"(https?://[^\s\"?]*)\?[^\s\"]*"): r"\1?***",  # what signs a link
}


class Asked(NamedTuple):
    """A request, ready to be sent."""

    operation: Operation
    url: "URL"
    query: Mapping[str, Any] = {}
    content: bytes | None = None
    number: int = 0  # of the attempt


@dataclass(eq=False)
class Attempt:
    """One request. A hook gets the same object before and after it, and so can find its span again."""

    operation: str  # text_to_video.create
    number: int  # 0 for the first attempt of a call; signing anew does not count
    verb: str
    url: str  # without its query
    headers: dict[str, str] = field(default_factory=dict)  # `on_request` may add some, such as traceparent
    elapsed: float = 0.0  # seconds
    status: int | None = None  # None when no answer came
    request_id: str | None = None
    body: bytes = field(default=b"", repr=False)  # of the answer
    outcome: str = "answered"  # or refused, possibly_running, never_delivered
    error: BaseException | None = None


Hook = Callable[[Attempt], object]


@contextmanager
def watched(settings: "Settings", asked: Asked, now: Callable[[], float]) -> Iterator[Attempt]:
    """Tell hooks and log of the begin and the end of a request."""
    one = Attempt(asked.operation.id, asked.number, asked.operation.verb, str(asked.url))
    if settings.on_request is not None:
        settings.on_request(one)
    is_logged = LOGGER.isEnabledFor(logging.DEBUG)
    if is_logged:
        LOGGER.debug("%s, attempt %d: %s %s %s", one.operation, one.number, one.verb, one.url, shown(asked.content or b""))
    begin = now()
    try:
        yield one
    except BaseException as error:
        one.error, one.request_id = error, getattr(error, "request_id", None)
        one.outcome = outcome(error) if isinstance(error, KlingError) else "possibly_running"  # cancelled, say
        raise
    finally:
        one.elapsed = now() - begin
        if is_logged:
            said = (one.operation, one.number, one.status, one.elapsed, one.outcome, one.request_id, shown(one.body))
            LOGGER.debug("%s, attempt %d: HTTP %s after %.3f s, %s, request %s %s", *said)
        if settings.on_response is not None:
            settings.on_response(one)


def shown(content: bytes) -> str:
    """Return a body as it may be logged: without what is secret, long texts and long bodies cut."""
    text = content.decode("utf-8", "replace")
    for pattern, mask in _MASKS.items():
        text = pattern.sub(mask, text)
    return text if len(text) <= _MOST else f"{text[:_MOST]}… ({len(content)} bytes)"
