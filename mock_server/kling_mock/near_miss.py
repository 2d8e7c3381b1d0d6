"""Tells which calls came closest to an expected one, and what they lack."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from itertools import takewhile
from typing import Any

from .entries import Entry
from .matchers import ABSENT, Difference, differences, reached, short, told

_SHOWN = 3
_BEFORE = 30  # characters that are alike, shown before those that differ
_COMPARED = 200  # characters of two texts


def closest(operation: str, expected: Mapping[str, Any], calls: Sequence[Entry]) -> str:
    """Return the closest calls, member by member, and why those that were refused were."""
    if not calls:
        return "closest: none, nothing else was called"
    ranked = sorted(calls, key=lambda one: (_closeness(operation, expected, one), one.number), reverse=True)
    return "\n".join(["closest:", *(line for one in ranked[:_SHOWN] for line in _lines(operation, expected, one))])


def summary(one: Entry) -> str:
    """Return a call in a line: #3 family.create, 200, code 0, task 87…, {"prompt": …}."""
    name = one.operation or f"{one.verb} {one.path} (not in the API)"
    task = f", task {one.task_id}" if one.task_id else ""
    said = ", ".join(f"{name}={short(value, most=40)}" for name, value in one.said.items())
    return f"#{one.number} {name}({short_text(said, most=160)}) → {one.status}, {outcome(one)}{task}"


def recent(calls: Sequence[Entry], *, most: int = 5) -> str:
    """Return the latest calls, a line each, with what was wrong with them."""
    earlier = len(calls) - most
    lines = [f"({earlier} earlier ones)"] if earlier > 0 else []
    for one in calls[-most:]:
        lines += [summary(one), *(f"    {each}" for each in problems(one))]
    return "\n".join(lines) or "none"


def outcome(one: Entry) -> str:
    """Return the code of a call, with its message where it was refused."""
    return f"code {one.code}: {short_text(one.message, most=120)}" if one.is_refused else f"code {one.code}"


def problems(one: Entry) -> list[str]:
    """Return what was wrong with a call beside what its message says, a line each."""
    return [
        f"{each.pointer or '/'}: {each.rule}: {short_text(each.expected)}; got {short_text(each.got, most=60)}"
        for each in one.problems
        if each.expected not in one.message
    ]


def short_text(text: str, *, most: int = 120) -> str:
    """Return a text, at most so many characters of it."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _lines(operation: str, expected: Mapping[str, Any], one: Entry) -> list[str]:
    refused = [f"      refused: {each}" for each in problems(one)]
    if not fnmatchcase(one.operation, operation):
        return [f"  {summary(one)}", *refused]
    wrong = differences(expected, one.said)
    right = [name for name in expected if not any(f"{each.name}.".startswith(f"{name}.") for each in wrong)]
    told_right = f"      as expected{', but refused' if one.is_refused and not wrong else ''}: {', '.join(right)}"
    found = [f"      {line}" for each in wrong for line in _difference(each)]
    return [f"  {summary(one)}", *found, *([told_right] if right else []), *refused]


def _difference(one: Difference) -> list[str]:
    got = "not given" if one.got is ABSENT else short(_around(one.got, one.expected))
    pad = " " * len(one.name)
    return [f"{one.name}  expected {told(_around(one.expected, one.got))}", f"{pad}  got      {got}"]


def _around(text: Any, other: Any) -> Any:
    """Return the part of a long text where it begins to differ from another."""
    if not isinstance(text, str) or not isinstance(other, str):
        return text
    place = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False)))
    return f"…{text[place - _BEFORE :]}" if place > 2 * _BEFORE else text


def _closeness(operation: str, expected: Mapping[str, Any], one: Entry) -> tuple[float, float, bool]:
    is_of = fnmatchcase(one.operation, operation)
    named = 2.0 if is_of else SequenceMatcher(None, operation, one.operation).ratio()
    return named, sum(_likeness(wanted, name, one) for name, wanted in expected.items()), not one.is_refused


def _likeness(wanted: Any, name: str, one: Entry) -> float:
    """Return how like a member is to what was expected: 1 when it is so, 0 when there is none."""
    got = reached(one.said, name)
    if not differences({name: wanted}, one.said):
        return 1.0
    if got is ABSENT:
        return 0.0
    return 0.1 + 0.8 * SequenceMatcher(None, repr(wanted)[:_COMPARED], repr(got)[:_COMPARED]).quick_ratio()
