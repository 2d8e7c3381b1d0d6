"""Whether a callback comes from the service: an HMAC over its id, its time and its body (Standard Webhooks)."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hmac import compare_digest, digest
from typing import Protocol

from .errors import WebhookUnverified

_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_ID_AND_TIME = re.compile(r"[!-\-/-~]{1,256}\.[0-9]{1,12}")  # no full stop within the id: it ends it in what is signed


class Headers(Protocol):
    """The headers of a request, as any framework has them; the case of names does not matter."""

    def items(self) -> Iterable[tuple[str, str]]: ...


def keys(secret: str | Iterable[str]) -> tuple[bytes, ...]:
    """Return the keys of one secret or several. Raises `ValueError` when there is none, or one is not base64."""
    found = tuple(_key(one.strip().removeprefix("whsec_")) for one in ([secret] if isinstance(secret, str) else secret))
    if not found or not all(found):
        raise ValueError("the webhook secret is empty; secret=None takes the callbacks of an account that has none")
    return found


def verified(body: bytes, headers: Headers, keys: tuple[bytes, ...], *, now: float, tolerance: float) -> str:
    """Return the webhook-id of a callback that one of the keys has signed. `now` is in Unix seconds.

    Raises `WebhookUnverified` when headers are missing, no signature fits, or the callback is more than `tolerance`
    seconds old or early. Source: Callback Protocol page, seen 2026-09.
    """
    said = {name.lower(): value for name, value in headers.items()}
    webhook_id, timestamp, signatures = (said.get(name, "") for name in _HEADERS)
    if not (_ID_AND_TIME.fullmatch(f"{webhook_id}.{timestamp}") and signatures):
        raise WebhookUnverified(f"not signed: {', '.join(_HEADERS)} are not all there, as when the account has no secret")
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    wanted = [b"v1," + b64encode(digest(key, signed, "sha256")) for key in keys]
    given = [one.encode(errors="replace") for one in signatures.split(" ")]
    if not any([compare_digest(one, other) for one in wanted for other in given]):  # noqa: C419 (all are compared)
        raise WebhookUnverified("no signature fits: another secret, or not byte by byte the body that was sent")
    if abs(now - int(timestamp)) > tolerance:
        raise WebhookUnverified(
            f"signed {now - int(timestamp):.0f} s ago by this machine's clock; {tolerance:.0f} s are allowed"
        )
    return webhook_id


def _key(text: str) -> bytes:
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise ValueError("a webhook secret must be whsec_ and base64, as the console shows it") from None
