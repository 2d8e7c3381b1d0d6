"""Signs callbacks as Standard Webhooks has it, while an account has a secret."""

import secrets
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from hashlib import sha256
from hmac import digest
from typing import NamedTuple

from .tasks import NEVER
from .wallet import DAY_MS

PREFIX = "whsec_"
BOTH_MS = 7 * DAY_MS
"""How long a secret that was followed by another still signs. Source: Callbacks page, seen 2026-09."""


class Secret(NamedTuple):
    """One shared secret."""

    text: str  # whsec_ and base64
    until_ms: int  # on the account's clock


def made() -> str:
    """Return a new secret."""
    return PREFIX + b64encode(secrets.token_bytes(32)).decode()


def key(text: str) -> bytes:
    """Return the key in a secret. Raises `ValueError` when it is none."""
    try:
        found = b64decode(text.removeprefix(PREFIX), validate=True)
    except Error:
        found = b""
    if not text.startswith(PREFIX) or not found:
        raise ValueError(
            f"a webhook secret is {PREFIX} and base64, such as {PREFIX}{b64encode(b'a secret of 24 bytes....').decode()}"
        )
    return found


def signature(text: str, *, id: str, timestamp: int, body: bytes) -> str:
    """Return one entry of the header webhook-signature; `timestamp` is Unix seconds."""
    signed = f"{id}.{timestamp}.".encode() + body
    return "v1," + b64encode(digest(key(text), signed, sha256)).decode()


class Secrets:
    """The secrets of one account, the newest first. Empty: nothing is signed."""

    def __init__(self) -> None:
        self.all: tuple[Secret, ...] = ()  # replaced, never changed: others read it

    def start(self, text: str = "") -> str:
        """Sign with this secret alone, or with a new one, and return it."""
        text = text or made()
        key(text)
        self.all = (Secret(text, NEVER),)
        return text

    def rotate(self, text: str = "", *, now: int, emergency: bool = False) -> str:
        """Sign with another secret and return it; those before sign for 7 days more, in an emergency not at all."""
        if not self.all:
            raise ValueError("there is no webhook secret to rotate; POST /_mock/webhook-secret makes one")
        text = text or made()
        key(text)
        before = () if emergency else tuple(Secret(one.text, min(one.until_ms, now + BOTH_MS)) for one in self.valid(now))
        self.all = (Secret(text, NEVER), *before)
        return text

    def drop(self, *, old_only: bool = False) -> None:
        """Forget every secret, or all but the newest."""
        self.all = self.all[:1] if old_only else ()

    def valid(self, now: int) -> tuple[Secret, ...]:
        """Return the secrets that sign at a time of the account's clock."""
        return tuple(one for one in self.all if now < one.until_ms)

    def headers(self, *, id: str, now: int, timestamp: int, body: bytes) -> Mapping[str, str]:
        """Return the three headers of a signed callback, none where the account has no secret.

        `now` is the account's clock, which rotation goes by; `timestamp` is real Unix seconds, for a receiver compares
        it with its own clock and takes no more than 5 min of difference.
        """
        if not (valid := self.valid(now)):
            return {}
        signed = " ".join(signature(one.text, id=id, timestamp=timestamp, body=body) for one in valid)
        return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": signed}
