"""What differs between two states of the API: records, and what they add up to."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

LEVELS = ("safe", "risky", "breaking")
AUDIENCES: Mapping[str, str] = {"caller": "callers", "reader": "readers of replies", "mock": "mock users"}
VERDICTS = ("none", "patch", "minor", "major")


@dataclass(frozen=True)
class Effect:
    """What a change does to somebody."""

    whom: str  # caller, reader or mock
    level: str  # safe, risky or breaking
    reason: str  # one sentence


@dataclass(frozen=True, order=True)
class Use:
    """One place of an operation where what changed stands."""

    operation: str  # text_to_video.create
    side: str  # request, reply or callback
    at: str  # multi_prompt[].duration; empty for the body as a whole


@dataclass(frozen=True)
class Change:
    """One fact that one state of the API has and the other has not, or has otherwise."""

    kind: str  # value-removed
    place: str  # text_to_video.Create.model_name
    name: str  # kling-v1; the keyword, the member, the rule's id …
    before: Any = None
    after: Any = None
    element: str = ""  # as the changelog of the spec names it: value text_to_video.Create.model_name kling-v1
    uses: tuple[Use, ...] = ()
    notes: tuple[str, ...] = ()  # what else the verdict depends on: open, prose, tolerated, vacuous …
    effects: tuple[Effect, ...] = ()
    semver: str = "patch"

    @property
    def level(self) -> str:
        """Return the worst that it does to anybody."""
        return max((one.level for one in self.effects), key=LEVELS.index, default="safe")

    @property
    def operations(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.operation for one in self.uses))

    @property
    def sides(self) -> frozenset[str]:
        return frozenset(one.side for one in self.uses)


@dataclass(frozen=True)
class State:
    """One of the two states that are compared."""

    label: str  # as it was asked for: HEAD, 2026-03-18
    version: str  # the day whose API it is


@dataclass(frozen=True)
class Changes:
    """All that differs between two states of the API, worst first."""

    old: State
    new: State
    all: tuple[Change, ...]

    def __len__(self) -> int:
        return len(self.all)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.all)

    @property
    def verdict(self) -> str:
        """Return what the generated client's next version must raise: major, minor, patch, or none."""
        return max((one.semver for one in self.all), key=VERDICTS.index, default="none")

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return how many changes there are of each level, worst first."""
        found = Counter(one.level for one in self.all)
        return {level: found[level] for level in reversed(LEVELS)}

    def worst(self, whom: str) -> str | None:
        """Return the worst level for caller, reader or mock; None when nothing concerns them."""
        levels = [one.level for change in self.all for one in change.effects if one.whom == whom]
        return max(levels, key=LEVELS.index, default=None)

    def fails(self, limit: str) -> bool:
        """Say whether there is a change of at least this level; `any` is any change at all."""
        if limit == "any":
            return bool(self.all)
        return any(LEVELS.index(one.level) >= LEVELS.index(limit) for one in self.all)

    def text(self) -> str:
        """Return the report as plain text."""
        from .report import text

        return text(self)

    def markdown(self) -> str:
        """Return the report as Markdown."""
        from .report import markdown

        return markdown(self)

    def html(self) -> str:
        """Return the report as one HTML page that needs nothing else."""
        from .page import html

        return html(self)

    def json(self) -> str:
        """Return the report as JSON."""
        from .report import as_json

        return as_json(self)
