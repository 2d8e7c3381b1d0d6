"""The jobs of a batch, what became of them, and how many may run at once."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any, TypedDict

PROBE = 60.0  # seconds at the known limit after which one task more is tried

JobSaid = Mapping[str, Any] | tuple[Any, Mapping[str, Any]]
"""{"call": "family.create", "arguments": {...}, "id": "..."}, the id if wanted; or a method of a client and its arguments."""


@dataclass(frozen=True)
class Job:
    """One call to be made once."""

    id: str
    call: str  # family.create
    arguments: Mapping[str, Any]

    @property
    def marks(self) -> dict[str, str]:
        """Return what tells the arguments from others, without holding them."""
        return {name: _mark(one) for name, one in sorted(self.arguments.items()) if one is not None}


def jobs(said: str | Path | Iterable[JobSaid]) -> Iterator[Job]:
    """Yield the jobs of a file of JSON lines, or of an iterable. One without an id gets it from what it asks for."""
    if isinstance(said, str | Path):
        said = read(Path(said))
    seen: dict[str, int] = {}
    for one in said:
        one = _told(one)
        job = Job("", one["call"], one.get("arguments", {}))
        mark = _mark([job.call, job.marks])
        seen[mark] = seen.get(mark, 0) + 1
        yield Job(str(one.get("id", f"{mark}-{seen[mark]}")), job.call, job.arguments)


def _told(one: JobSaid) -> Mapping[str, Any]:
    """Return a job by its names. Raises `ValueError` for what is none."""
    family = getattr(getattr(one[0], "__self__", None), "_family", "") if isinstance(one, tuple) and len(one) == 2 else ""
    said: Any = {"call": f"{family}.{one[0].__name__}", "arguments": one[1]} if family and isinstance(one, tuple) else one
    is_job = isinstance(said, Mapping) and "call" in said and not set(said) - {"id", "call", "arguments"}
    if is_job and isinstance(said.get("arguments", {}), Mapping):
        return dict(said)
    raise ValueError(f"a job holds call, arguments and, if wanted, id, or is a method and its arguments; got {one!r}")


def read(path: Path) -> list[dict[str, Any]]:
    """Return what stands in a file of JSON lines. Raises `ValueError` with the line that holds no object."""
    made = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        try:
            made += [{**json.loads(line)}] if line.strip() else []
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}:{number}: no job, which is a JSON object: {error}") from error
    return made


def _mark(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, default=_text).encode()).hexdigest()[:12]


def _text(value: Any) -> str:
    if hasattr(value, "read"):
        raise TypeError("a job may be sent more than once, and from another process: give a path in place of an open file")
    return str(value)


@dataclass(frozen=True)
class Outcome:
    """What became of a job."""

    job: Job
    verdict: str  # done; failed: the task; refused: no task was started; unclear: nobody can tell whether one was
    task: Any = None  # the typed task, or answer, as last seen
    task_id: str = ""
    units: str = ""  # that were deducted, where the service told
    reason: str = ""  # why there is no result
    is_earlier: bool = False  # of an earlier run of the same journal


@dataclass(frozen=True)
class Summary:
    """How far a batch is."""

    total: int
    running: int
    done: int
    failed: int  # refused and unclear ones too
    units: Decimal  # deducted so far

    @property
    def left(self) -> int:
        return self.total - self.done - self.failed


class Running(TypedDict, total=False):
    """How to run a batch."""

    retry_failed: bool  # start anew what has failed in an earlier run of the journal
    timeout: float  # seconds after which the run ends; what is left is for the next one
    on_progress: Callable[[Summary], object]  # called whenever the summary changed


@dataclass
class Slots:
    """How many places one kind of resource pack has for running tasks: as the spec says, then as refusals tell."""

    running: int = 0  # places that are taken
    limit: float = inf
    is_learnt: bool = False  # it has refused one
    refusals: int = 0  # since the last start
    free_at: float = 0.0  # nothing is started before
    probe_at: float = inf  # one more than the limit is tried after

    def rest(self, now: float, places: int = 1) -> float:
        """Return the seconds until a task may be started, as things stand."""
        fits = not self.running or self.running + places <= self.limit
        return max(0.0, (self.free_at if fits else max(self.free_at, self.probe_at)) - now)

    def taken(self, now: float, places: int = 1) -> None:
        """Count a task that was started. Where the spec said too little, the limit is what is refused first."""
        self.running, self.refusals = self.running + places, 0
        if self.running > self.limit:
            self.limit, self.probe_at = self.running if self.is_learnt else inf, now + PROBE
        elif self.probe_at == inf:
            self.probe_at = now + PROBE

    def refused(self, now: float, delay: float, places: int = 1) -> None:
        """There is no room for one more: nothing for `delay` seconds, or until a task ends."""
        self.limit, self.refusals = max(1, min(self.limit, self.running + places - 1)), self.refusals + 1
        self.is_learnt, self.free_at, self.probe_at = True, now + delay, now + PROBE

    def freed(self, places: int = 1) -> None:
        """Count a task that has ended."""
        self.running, self.free_at = self.running - places, 0.0
