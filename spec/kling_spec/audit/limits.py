"""Compares the limits that a page's sentences give with those of the spec: as keys, on an item, or in words."""

import re
from collections.abc import Iterator
from typing import Any

from .facts import Fact
from .page import Field, Limits

_MEDIA = ("most_mb", "least_px", "most_px", "ratio", "seconds", "formats")


def differing(field: Field, fact: Fact, below: list[Fact]) -> Iterator[tuple[Fact, str, Any, Any]]:
    """Yield fact, key, what the page says and what the spec says (None for nothing) of every limit that differs.

    `below`: the facts of what the field holds. What a page says of a list of pictures holds for each picture.
    """
    for key, said in field.limits.items():
        if key in ("minimum", "maximum") and not fact.types & {"integer", "number"} and not fact.enum:
            continue
        holders = [fact, *below] if key in _MEDIA else [fact]
        holder = next((one for one in holders if key in one.limits), fact)
        spec = holder.limits.get(key)
        if spec is None and (_by_values(key, said, fact) or any(_in_words(said, one.words) for one in holders)):
            continue
        if spec is None or not _same(key, said, spec):
            yield holder, key, said, spec


def carries(limits: Limits, fact: Fact) -> bool:
    """Say whether a field of the spec has all these limits."""
    return all(_carries(key, said, fact) for key, said in limits.items())


def _carries(key: str, said: Any, fact: Fact) -> bool:
    if key in fact.limits:
        return _same(key, said, fact.limits[key])
    return _by_values(key, said, fact) or _in_words(said, fact.words)


def _by_values(key: str, said: Any, fact: Fact) -> bool:
    """Say whether a list of numbers has the limit: of 3, 4 … 15 the smallest is 3."""
    numbers = [float(one) for one in fact.enum if re.fullmatch(r"-?\d+(?:\.\d+)?", one)]
    ends = {"minimum": min, "maximum": max}
    return bool(numbers) and key in ends and ends[key](numbers) == said


def _in_words(said: Any, words: str) -> bool:
    parts = said if isinstance(said, list) else [said]
    found = set(re.findall(r"\d+(?:\.\d+)?", words.replace(",", "")))
    return all(str(one) in found or (isinstance(one, str) and re.search(rf"\b{one}\b", words)) for one in parts)


def _same(key: str, said: Any, spec: Any) -> bool:
    if key == "formats":
        return sorted(said) == sorted(spec)
    if isinstance(said, list):
        return isinstance(spec, list) and [float(one) for one in said] == [float(one) for one in spec]
    return isinstance(spec, int | float) and float(said) == float(spec)
