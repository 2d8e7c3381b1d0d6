"""The URLs of results: the name says how to make the file, the query until when it is kept."""

import re
from urllib.parse import parse_qsl, quote

from .accounts import DEFAULT
from .recipe import Recipe

PATH = "/_mock/assets/"
KEPT_MS = 30 * 86_400_000
"""How long the service keeps results: `results_days` of limits.yaml, which a test holds equal."""


def asset_folder(origin: str, account_id: str) -> str:
    """Return the URL before the names of an account's results: each has its own clock, so each its own files."""
    return f"{origin}{PATH}" if account_id == DEFAULT else f"{origin}/_mock/accounts/{quote(account_id, safe='')}/assets/"


def asset_url(folder: str, recipe: Recipe, *, made_ms: int, kept_ms: int | None = None) -> str:
    """Return where a file that was made at `made_ms` can be fetched, for `kept_ms` or as long as the service keeps any."""
    return url(folder, recipe.token() + recipe.suffix, made_ms=made_ms, kept_ms=kept_ms)


def url(folder: str, name: str, *, made_ms: int, kept_ms: int | None = None) -> str:
    """Return the same for the name of a file."""
    until = made_ms + (KEPT_MS if kept_ms is None else kept_ms)
    return f"{folder}{name}?Expires={until // 1000}"


def asset(name: str, query: str | dict[str, str], *, now_ms: int) -> Recipe | None:
    """Return how to make the file of a name below `PATH`; None when it is no longer kept.

    Raises `ValueError` for a name that no URL of ours has.
    """
    asked = query if isinstance(query, dict) else dict(parse_qsl(query))
    until = asked.get("Expires", "")
    if until.isdigit() and now_ms >= int(until[:15]) * 1000:
        return None
    return Recipe.parse(re.sub(r"\.[a-z0-9]{3}$", "", name))
