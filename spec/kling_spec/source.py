"""Where each fact comes from, and how far it can be trusted."""

import re
from typing import Any

TRUST = ("observed", "page", "capture", "third-party", "guess")
"""The degrees of trust, best first: real traffic, the vendor's page, a capture of it, somebody else, nobody."""


def source_problem(source: Any) -> str | None:
    """Return what is wrong with an x-kling-source, None when it is sound."""
    if not isinstance(source, dict):
        return "has no x-kling-source; say page, seen and trust here or at the top of the file"
    if not source.get("page"):
        return "x-kling-source: page is missing"
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", str(source.get("seen", ""))):
        return f"x-kling-source: seen must be a month like 2026-03; got {source.get('seen')!r}"
    return (
        None
        if source.get("trust") in TRUST
        else f"x-kling-source: trust must be one of {', '.join(TRUST)}; got {source.get('trust')!r}"
    )
