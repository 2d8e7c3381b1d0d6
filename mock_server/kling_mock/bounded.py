"""Keeps of a large body what tells one request from another: its members, with the long texts cut."""

from typing import Any

import msgspec

from .mask import NO_SECRETS, Mask

KEPT = 64 * 1024
"""How many bytes of a body a journal keeps."""
_HEAD = 200  # characters that stay of a long text
LONG = 1000
"""More characters than this are cut in a large body."""


def bounded(body: bytes, said: Any, mask: Mask) -> bytes:
    """Return at most `KEPT` bytes of a body; `said` is what it says, where that is known.

    Where it is known the result is JSON again: pictures and films in base64 are cut, not the members after them.
    Secrets go first: half of one could not be found later.
    """
    if len(body) <= KEPT:
        return body
    if said:
        made = msgspec.json.encode(_shortened(said, mask))
        if len(made) <= KEPT:
            return made
    return mask.beginning(body[:KEPT].decode("utf-8", "replace")).encode()[:KEPT]


def _shortened(value: Any, mask: Mask) -> Any:
    if isinstance(value, str):
        return cut(value, mask) if len(value) > LONG else value
    if isinstance(value, dict):
        return {name: _shortened(one, mask) for name, one in value.items()}
    return [_shortened(one, mask) for one in value] if isinstance(value, list) else value


def cut(text: str, mask: Mask = NO_SECRETS) -> str:
    """Return the beginning of a long text, and how much is missing."""
    return f"{mask.beginning(text[:_HEAD])}… ({len(text) - _HEAD} more characters)"
