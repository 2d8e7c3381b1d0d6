"""What a benchmark gives: figures with a budget."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


class BenchFailed(Exception):
    """A figure cannot be measured; the message says why."""


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    rounds: int  # interleaved rounds, of which the median counts
    requests: int  # a round and server
    calls: int  # a round, in process
    starts: int  # fresh processes
    tasks: int  # live ones
    callbacks: int  # due at once


FULL = Effort(rounds=7, requests=3000, calls=500, starts=11, tasks=1_000_000, callbacks=10_000)
QUICK = Effort(rounds=3, requests=1000, calls=200, starts=3, tasks=20_000, callbacks=2000)


@dataclass(frozen=True)
class Figure:
    """One measured thing."""

    what: str
    value: float | None  # None where the platform cannot tell
    unit: str  # x is a ratio
    note: str  # the absolute figures, which only mean something beside each other
    budget: float | None = None  # at most

    @property
    def is_met(self) -> bool | None:
        """Say whether the figure is within its budget; None when it has none or was not measured."""
        return None if self.value is None or self.budget is None else self.value <= self.budget

    def line(self) -> str:
        """Return the figure as a line of the report."""
        shown = "-" if self.value is None else f"{self.value:.2f} {self.unit}"
        limit = "" if self.budget is None else f"at most {self.budget:.4g}"
        return f"  {_VERDICTS[self.is_met]:<8} {self.what:<50} {shown:>11}  {limit:<13} {self.note}".rstrip()

    def told(self) -> dict[str, Any]:
        """Return the figure for JSON."""
        return {**asdict(self), "met": self.is_met}


_VERDICTS = {True: "met", False: "NOT MET", None: "-"}
Benchmark = Callable[[Effort], Iterator[Figure]]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the ratios of interleaved rounds."""
    return median(one / other for one, other in zip(ours, theirs, strict=True))


def compared(
    what: str, ours: Sequence[float], theirs: Sequence[float], *, budget: float | None, unit: str = "µs", scale: float = 1e6
) -> Figure:
    """Return the figure for two ways of doing the same; the rounds are seconds."""
    note = f"{median(ours) * scale:.0f} / {median(theirs) * scale:.0f} {unit}"
    return Figure(what, ratio(ours, theirs), "x", note, budget)
