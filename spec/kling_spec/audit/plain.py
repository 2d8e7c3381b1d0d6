"""Reads a page copied as plain text, in which name, type and Required run together: `imagestringRequired`."""

import re

from .captured import endpoints, has_runs, split_runs
from .page import Page

FORMAT = "plain text of the page"
_ENDPOINT = re.compile(r"^(GET|POST|PUT|DELETE|PATCH)/\S+\s*$", re.MULTILINE)


def is_one(text: str) -> bool:
    """Say whether a text is such a copy."""
    return bool(_ENDPOINT.search(text)) and has_runs(text)


def parse(text: str, name: str) -> Page:
    """Return the page; its title is the line above the first endpoint."""
    match = _ENDPOINT.search(text)
    above = [one.strip() for one in text[: match.start() if match else 0].splitlines() if one.strip()]
    return Page(name=above[-1] if above else name, format=FORMAT, endpoints=endpoints(split_runs(text)))
