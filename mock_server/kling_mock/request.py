"""What comes in and what goes out, whatever carries it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec


@dataclass(frozen=True)
class Request:
    """One HTTP request. Header names are in lower case."""

    verb: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def origin(self) -> str:
        """Return the URL the request was sent to, without its path."""
        scheme = self.headers.get("x-forwarded-proto", "http")
        return f"{scheme}://{self.headers.get('host', 'localhost')}"


@dataclass(frozen=True)
class Answer:
    """One HTTP answer: bytes, or a stream of them."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None


_encode = msgspec.json.Encoder().encode


def json_answer(status: int, data: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer whose body is JSON."""
    return Answer(status=status, body=_encode(data), headers={"content-type": "application/json", **(headers or {})})
