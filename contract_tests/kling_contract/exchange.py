"""One request and what came back, as findings tell it."""

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import Failed
from .keys import NOBODY, nobody

_SHOWN = 2000  # characters of a reply in a report
MASK = "***"


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    operation: str  # empty for what the API does not have
    verb: str
    url: str
    headers: Mapping[str, str]  # of the request
    body: bytes
    status: int = 0  # 0: no answer
    reply: bytes = b""
    reply_headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def curl(self, secrets: Iterable[str]) -> str:
        """Return the request as a command line, secrets masked."""
        parts = ["curl", "-X", self.verb, self.url]
        for name, value in self.headers.items():
            parts += ["-H", f"{name}: {_shown(name, value)}"]
        if self.body:
            parts += ["-d", self.body.decode("utf-8", "backslashreplace")]
        return masked(shlex.join(parts), secrets)

    def told(self, secrets: Iterable[str]) -> str:
        """Return the answer as text, secrets masked, long ones cut."""
        if not self.status:
            return ""
        text = self.reply.decode("utf-8", "replace")
        cut = f"{text[:_SHOWN]}… ({len(text)} characters)" if len(text) > _SHOWN else text
        return masked(f"HTTP {self.status} {self.reply_headers.get('content-type', '')}\n{cut}", secrets)


class Reply:
    """An answer, as checks read it."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.status = exchange.status
        try:
            found = json.loads(exchange.reply)
        except (ValueError, RecursionError):
            found = None
        self.json: Any = found
        self.is_envelope = isinstance(found, dict) and _is_int(found.get("code")) and isinstance(found.get("message"), str)
        self.code: int | None = found["code"] if self.is_envelope else None
        self.message: str = found["message"] if self.is_envelope else ""

    @property
    def said(self) -> str:
        """Return the answer in a few words."""
        if self.is_envelope:
            return f"HTTP {self.status}, code {self.code}: {self.message[:300]}"
        kind = self.exchange.reply_headers.get("content-type", "no content type").partition(";")[0]
        return f"HTTP {self.status}, {kind}, without code and message"

    @property
    def data(self) -> Any:
        """Return `data` of the envelope."""
        return self.json.get("data") if isinstance(self.json, dict) else None

    def member(self, name: str, kind: type) -> Any:
        """Return a member of `data`. Raises `Failed` where it is missing or of another type."""
        return member(self.data, name, kind, "data")


def member(holder: Any, name: str, kind: type, place: str) -> Any:
    """Return a member of an object of a reply. Raises `Failed` where it is missing or of another type."""
    found = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(found, kind) or isinstance(found, bool) is not (kind is bool):
        raise Failed(f"{place}.{name} to be {_KINDS[kind]}", json.dumps(holder, ensure_ascii=False)[:300])
    return found


_KINDS: Mapping[type, str] = {str: "text", int: "a whole number", list: "a list", dict: "an object", bool: "true or false"}


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return text without secrets."""
    for one in sorted((one for one in secrets if one), key=len, reverse=True):
        text = text.replace(one, MASK)
    return text


def _shown(name: str, value: str) -> str:
    """Return a header's value; an Authorization that is not nobody's is masked."""
    if name.lower() == "authorization" and value not in [nobody(one) for one in NOBODY]:
        return f"Bearer {MASK}"
    return value


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
