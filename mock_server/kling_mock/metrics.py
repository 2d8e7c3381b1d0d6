"""Counts what the server does, and tells it as Prometheus reads it (text format 0.0.4).

Written by hand: the format is a page, and counting has to cost less than a lookup of a label set does elsewhere.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from time import monotonic
from typing import Any

Labels = tuple[tuple[str, object], ...]
Sample = tuple[str, Labels, float]
"""The end of the name, labels and value."""

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0)
"""The upper bounds of the histogram, in seconds."""
_MOST_CELLS = 2000
_OTHER = ("other", -1)
_PLACES = len(BOUNDS) + 1


class Metrics:
    """Counters of a server. Threads may share it: no count waits for a lock, and under the GIL none is lost."""

    def __init__(self, *, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._began = now()
        self._cells: dict[tuple[str, int], list[float]] = {}  # of operation and code: a count for each bound, and the seconds
        self._callbacks: Counter[str] = Counter()

    def answered(self, operation: str, code: int, seconds: float) -> None:
        """Count a request."""
        cell = self._cells.get((operation, code)) or self._new(operation, code)
        cell[bisect_left(BOUNDS, seconds)] += 1
        cell[-1] += seconds

    def _new(self, operation: str, code: int) -> list[float]:
        key = (operation, code) if len(self._cells) < _MOST_CELLS else _OTHER
        return self._cells.setdefault(key, [0.0] * (_PLACES + 1))

    def delivered(self, result: str) -> None:
        """Count a callback by what became of it: 2xx, 4xx, unreachable."""
        self._callbacks[result] += 1

    def text(self, info: Mapping[str, str], tasks: Iterable[tuple[str, int, int]], *, accounts: int, dropped: int) -> str:
        """Return everything in the exposition format; `tasks` has running and ended ones by family."""
        cells = {key: list(cell) for key, cell in sorted(self._cells.items())}
        blocks = [
            _block("info", "gauge", "What is served.", [("", tuple(info.items()), 1)]),
            _block("uptime_seconds", "gauge", "How long the server has run.", [("", (), self._now() - self._began)]),
            _block("requests_total", "counter", "Requests by operation and code.", _counts(cells)),
            _block("request_seconds", "histogram", "Time inside the mock by operation.", _histogram(cells)),
            _block("tasks", "gauge", "Tasks that are kept, by family and state.", _tasks(tasks)),
            _block("callbacks_total", "counter", "Callbacks by what became of them.", _callbacks(self._callbacks)),
            _block("accounts", "gauge", "Accounts that are open.", [("", (), accounts)]),
            _block("journal_dropped", "gauge", "Calls that the journals had to drop for later ones.", [("", (), dropped)]),
        ]
        return "".join(blocks)


Cells = Mapping[tuple[str, int], list[float]]


def _counts(cells: Cells) -> Iterator[Sample]:
    for (operation, code), cell in cells.items():
        yield "", (("operation", operation), ("code", code)), sum(cell[:_PLACES])


def _histogram(cells: Cells) -> Iterator[Sample]:
    for operation in dict.fromkeys(name for name, _ in cells):
        cell = [sum(parts) for parts in zip(*(one for (name, _), one in cells.items() if name == operation), strict=True)]
        label = ("operation", operation)
        for place, bound in enumerate((*BOUNDS, "+Inf")):
            yield "_bucket", (label, ("le", bound)), sum(cell[: place + 1])
        yield "_sum", (label,), cell[-1]
        yield "_count", (label,), sum(cell[:_PLACES])


def _tasks(tasks: Iterable[tuple[str, int, int]]) -> Iterator[Sample]:
    for family, running, ended in tasks:
        yield "", (("family", family), ("state", "running")), running
        yield "", (("family", family), ("state", "ended")), ended


def _callbacks(counted: Mapping[str, int]) -> Iterator[Sample]:
    return (("", (("result", name),), counted[name]) for name in sorted(counted))


def _block(name: str, kind: str, help: str, samples: Iterable[Sample]) -> str:
    head = f"# HELP kling_mock_{name} {help}\n# TYPE kling_mock_{name} {kind}\n"
    return head + "".join(f"kling_mock_{name}{end}{_labels(labels)} {_number(value)}\n" for end, labels, value in samples)


def _labels(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}" if labels else ""


def _escaped(value: object) -> str:
    return str(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: Any) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
