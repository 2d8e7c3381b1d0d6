"""What a test expects to have been asked, and what is said when it was not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .entries import Entry
from .journal import Journal
from .matchers import ABSENT, differences, told
from .near_miss import closest, summary


@dataclass(frozen=True)
class Expectation:
    """Calls that are expected: of which operation, saying what, how often, answered how."""

    operation: str  # a name or a pattern
    said: Mapping[str, Any] = field(default_factory=dict)  # by dotted name, see `matchers`
    times: int | None = None  # exactly
    at_least: int | None = None  # default: 1, where `times` is not said
    code: int | None = 0  # None: any

    @property
    def is_kept_by(self) -> range:
        """Return the numbers of calls that are right."""
        if self.times is not None:
            return range(self.times, self.times + 1)
        return range(1 if self.at_least is None else self.at_least, 2**62)

    def __str__(self) -> str:
        members = ", ".join(f"{name}={told(one)}" for name, one in self.said.items())
        code = "" if self.code is None or self.code == 0 else f" and answered with code {self.code}"
        return f"{self.operation}({members}){code}"


def matched(expected: Expectation, calls: Sequence[Entry]) -> list[Entry]:
    """Return the calls that are as expected."""
    return [
        one
        for one in calls
        if fnmatchcase(one.operation, expected.operation)
        and expected.code in (None, one.code)
        and not differences(expected.said, one.said)
    ]


def explained(expected: Expectation, calls: Sequence[Entry], journal: Journal) -> str:
    """Return why the calls are not as many as expected, empty when they are."""
    right = matched(expected, calls)
    if len(right) in expected.is_kept_by:
        return ""
    parts = [f"{expected} {_wrong(expected, len(right))}"]
    if right:
        parts.append("\n".join(["these were:", *(f"  {summary(one)}" for one in right[-5:])]))
    if len(right) < expected.is_kept_by.start:
        parts.append(closest(expected.operation, expected.said, [one for one in calls if one not in right]))
    return "\n".join([*parts, _all(calls, journal)])


def from_json(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is expected of members, with the words that JSON has no value for: $any, $absent, $regex."""
    return {name: _read(one) for name, one in said.items()}


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(one) for one in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"$any": True}:
            return ...
        case {"$absent": True}:
            return ABSENT
        case {"$regex": str(pattern)}:
            try:
                return re.compile(pattern)
            except re.error as error:
                raise ValueError(f"$regex {pattern!r}: {error}") from error
    return from_json(value)


def _wrong(expected: Expectation, count: int) -> str:
    wanted = expected.is_kept_by.start
    if expected.times is None and wanted == 1:
        return "was not called"
    asked = "never" if expected.times == 0 else _times(wanted) if expected.times else f"at least {_times(wanted)}"
    return f"was {f'called {_times(count)}' if count else 'not called'}; expected {asked}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _all(calls: Sequence[Entry], journal: Journal) -> str:
    """Return what was called at all."""
    if not journal.most:
        return "the journal is off: Settings(journal=1000) or --journal 1000 turns it on"
    counted: dict[str, int] = {}
    for one in calls:
        name = (one.operation or f"{one.verb} {one.path} (not in the API)") + (" (refused)" if one.is_refused else "")
        counted[name] = counted.get(name, 0) + 1
    lost = f"; {journal.dropped} earlier calls are no longer kept" if journal.dropped else ""
    return f"all calls: {', '.join(f'{count} {name}' for name, count in counted.items()) or 'none'}{lost}"
