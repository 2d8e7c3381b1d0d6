"""Reads a capture that is a JSON object of overlapping windows into one page's text."""

import json
import re

from .captured import endpoints, has_fields
from .page import Page

FORMAT = "section JSON"
_SEAM = 60  # characters that two windows must share to be one text


def is_one(text: str) -> bool:
    """Say whether a text is such a capture."""
    data = _data(text)
    return data is not None and has_fields(_whole(data))


def parse(text: str, name: str) -> Page:
    """Return the page. The last window may end anywhere."""
    whole = _whole(_data(text) or {})
    found = endpoints(whole, is_cut=True)
    return Page(name=_title(whole, name), format=FORMAT, endpoints=found)


def _data(text: str) -> dict[str, str] | None:
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return data if isinstance(data, dict) and data and all(isinstance(one, str) for one in data.values()) else None


def _whole(windows: dict[str, str]) -> str:
    text = ""
    for window in windows.values():
        if window not in text:
            text = text[: _overlap(text, window)] + window
    return text


def _overlap(text: str, window: str) -> int:
    """Return where in the text a window begins that goes on behind it; the end when it has no part of it."""
    at = text.find(window[:_SEAM])
    while at >= 0 and not window.startswith(text[at:]):
        at = text.find(window[:_SEAM], at + 1)
    return at if at >= 0 and len(text) - at >= _SEAM else len(text)


def _title(text: str, name: str) -> str:
    """Return what the page calls its endpoint: the last words of a path, since the windows begin below the title."""
    path = re.search(r"^/\S+$", text, re.MULTILINE)
    return path.group().rstrip("/").rpartition("/")[2].replace("-", " ").title() if path else name
