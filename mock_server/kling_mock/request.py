"""What comes in and what goes out, whatever carries it: small, as one of each is made for every request."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from .trouble import Trouble


class Request(msgspec.Struct, frozen=True, gc=False):
    """One HTTP request. Header names are in lower case."""

    verb: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    client: str = "127.0.0.1"  # the caller's address

    @property
    def origin(self) -> str:
        """Return the URL the request was sent to, without its path."""
        scheme = self.headers.get("x-forwarded-proto", "http")
        return f"{scheme}://{self.headers.get('host', 'localhost')}"


class Answer(msgspec.Struct, frozen=True, gc=False):
    """One HTTP answer: bytes, or a stream of them."""

    status: int
    body: bytes
    headers: Mapping[str, str] = MappingProxyType({})
    stream: Iterable[bytes] | None = None  # in place of the body
    trouble: Trouble | None = None  # on its way to the caller


JSON: Mapping[str, str] = MappingProxyType({"content-type": "application/json"})
"""The headers of most answers."""
_encode = msgspec.json.Encoder().encode


def json_answer(status: int, data: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer whose body is JSON."""
    return Answer(status, _encode(data), {**JSON, **headers} if headers else JSON)
