"""One POST over HTTP/1.1: a connection of its own, one time limit for all of it, redirects not followed.

Of an answer only the status matters, so this is less than a client. It is here because a thousand callbacks at once must
leave the interpreter to the API: httpx2's asynchronous client takes four times the CPU for each (420 to 107 µs).
"""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import httptools

from .receivers import PORTS, receiver, target

MOST_BODY = 4096
"""Bytes of an answer's body that are kept."""
_MOST_HEADERS, _MOST_VALUE = 32, 256


class Post(NamedTuple):
    """What is posted."""

    url: str
    body: bytes
    headers: Mapping[str, str]  # names in lower case


class Reply(NamedTuple):
    """What the receiver said, shortened, or why it said nothing."""

    status: int | None
    headers: Mapping[str, str] = {}
    body: bytes = b""
    silence: str = ""  # why there is no status

    @property
    def problem(self) -> str:
        """Return why this does not count as heard, empty when it does."""
        if self.status is None or 200 <= self.status < 300:
            return self.silence
        followed = " and redirects are not followed" if 300 <= self.status < 400 else ""
        return f"the answer was {self.status}; only 200 to 299 count as delivered{followed}"


async def posted(post: Post, *, seconds: float) -> Reply:
    """Return the answer to a POST. Raises `OSError` when none came within the time limit."""
    answer = _Answer()
    try:
        async with asyncio.timeout(seconds):
            await _exchange(post, answer)
    except TimeoutError as error:
        if not answer.is_told:
            raise TimeoutError(f"no answer within {seconds:g} s") from error
    except httptools.HttpParserError as error:
        if not answer.is_told:
            raise ConnectionError(f"not an HTTP answer: {error}") from error
    if not answer.is_told:
        raise ConnectionError("the connection was closed without an answer")
    return answer.reply()


async def _exchange(post: Post, answer: "_Answer") -> None:
    scheme, host, port = receiver(post.url)
    reader, writer = await asyncio.open_connection(host, port, ssl=_tls() if scheme == "https" else None)
    try:
        writer.write(_head(post) + post.body)
        while not answer.is_enough and (chunk := await reader.read(65536)):
            answer.parser.feed_data(chunk)
    finally:
        writer.transport.abort()


def _head(post: Post) -> bytes:
    scheme, host, port = receiver(post.url)
    named = f"[{host}]" if ":" in host else host
    place = named if port == PORTS[scheme] else f"{named}:{port}"
    headers = {"host": place, **post.headers, "content-length": str(len(post.body)), "connection": "close"}
    lines = [f"POST {target(post.url)} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Answer:
    """What has come of an answer so far. The parser calls the methods that begin with `on_`."""

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.is_told = False  # the status and all headers are there
        self.is_enough = False
        self._headers: dict[str, str] = {}
        self._body = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self._headers) < _MOST_HEADERS:
            self._headers[name.decode("latin-1").lower()[:_MOST_VALUE]] = value.decode("latin-1")[:_MOST_VALUE]

    def on_headers_complete(self) -> None:
        self.is_told = self.parser.get_status_code() >= 200
        if not self.is_told:  # 100 Continue and its like: the answer is yet to come
            self._headers.clear()

    def on_body(self, part: bytes) -> None:
        self._body = (self._body + part)[:MOST_BODY]
        self.is_enough = len(self._body) == MOST_BODY

    def on_message_complete(self) -> None:
        self.is_enough = self.is_told

    def reply(self) -> Reply:
        return Reply(self.parser.get_status_code(), self._headers, self._body)
