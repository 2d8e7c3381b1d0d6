"""What a run found out, as every report tells it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

OUTCOMES = ("passed", "failed", "accepted", "skipped")
"""What becomes of a case; `accepted` is a failure that a baseline file knows."""


@dataclass(frozen=True)
class Source:
    """Where an expectation comes from."""

    words: str  # Text to Video, seen 2026-04 (page)
    file: str = ""  # spec/families/….yaml


@dataclass(frozen=True)
class Finding:
    """One thing that is not as the spec says."""

    check: str
    element: str  # what of the spec: an operation, and a rule, field or example of it
    expected: str
    got: str
    source: Source
    curl: str = ""  # the request, secrets masked; empty when none was sent
    reply: str = ""  # status and body, secrets masked

    @property
    def id(self) -> str:
        """Return what stays the same from run to run."""
        return f"{self.check}:{self.element}"


@dataclass(frozen=True)
class Result:
    """What became of one case."""

    check: str
    element: str
    outcome: str  # one of OUTCOMES
    seconds: float = 0.0
    reason: str = ""  # why it was skipped or accepted
    finding: Finding | None = None

    @property
    def id(self) -> str:
        return f"{self.check}:{self.element}"


@dataclass(frozen=True)
class CheckInfo:
    """A check, as reports name it."""

    id: str
    title: str


@dataclass(frozen=True)
class Report:
    """All that a run has to say."""

    target: str
    profile: str
    as_of: str
    results: tuple[Result, ...]
    checks: tuple[CheckInfo, ...]
    requests: int = 0
    seconds: float = 0.0
    ended: str = ""  # why the run ended early
    tolerated: tuple[str, ...] = ()  # deviations that the profile allows, and that were seen
    notes: tuple[str, ...] = ()  # what a baseline file says besides
    mutants: tuple[dict[str, Any], ...] = field(default=())  # name, expected, caught: of a run over mutated mocks

    def count(self, outcome: str) -> int:
        """Return how many cases ended so."""
        return sum(one.outcome == outcome for one in self.results)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what is new: not in the baseline."""
        return tuple(one.finding for one in self.results if one.outcome == "failed" and one.finding)

    @property
    def counts(self) -> dict[str, int]:
        return {name: self.count(name) for name in OUTCOMES}

    @property
    def by_check(self) -> list[tuple[CheckInfo, list[Result]]]:
        """Return each check that has cases with their results."""
        found: dict[str, list[Result]] = {}
        for one in self.results:
            found.setdefault(one.check, []).append(one)
        return [(one, found[one.id]) for one in self.checks if one.id in found]

    @property
    def skipped(self) -> list[tuple[str, int]]:
        """Return why cases were skipped, and how many for each reason, the most frequent first."""
        return Counter(one.reason for one in self.results if one.outcome == "skipped").most_common()
