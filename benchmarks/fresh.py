"""Fresh processes: imports, the first call, the generator, and the mock with many tasks."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median
from tempfile import TemporaryDirectory

from .children import command, fresh, probe
from .figures import BenchFailed, Effort, Figure, compared


def imported(effort: Effort) -> Iterator[Figure]:
    """Give the time of the import, and until the first call is done."""
    starts = max(effort.starts, 9)
    ours, bare = _interleaved(starts, lambda: _imported("kling"), lambda: _imported("httpx2"))
    yield compared("import kling / import httpx2", ours, bare, budget=0.35, unit="ms", scale=1e3)
    ours, bare = _interleaved(starts, lambda: float(probe("ready_kling")), lambda: float(probe("ready_bare")))
    yield compared("ready / httpx2 + one model each way", ours, bare, budget=1.2, unit="ms", scale=1e3)


def _imported(module: str) -> float:
    code = f"import time; begin = time.perf_counter(); import {module}; print(time.perf_counter() - begin)"
    return float(fresh(sys.executable, "-c", code))


def _interleaved(starts: int, *ways: Callable[[], float]) -> tuple[list[float], ...]:
    """Return what each way gave, without the first round: that one may write byte code."""
    rounds = [[way() for way in ways] for _ in range(starts + 1)]
    return tuple(map(list, zip(*rounds[1:], strict=True)))


def generated(effort: Effort) -> Iterator[Figure]:
    """Give the time of a full generation, and of a check that finds nothing to do."""
    rounds = min(effort.starts, 3)
    with TemporaryDirectory() as folder:
        code = "from kling_codegen.render import generate; from kling_spec.load import load; generate(load())"
        whole = [_wall(sys.executable, "-c", code) for _ in range(rounds)]
        yield Figure("full generation", median(whole), "s", "a fresh process, nothing written", 5)
        fresh(command("kling-codegen"), "--out", folder)
        checks = [_wall(command("kling-codegen"), "--check", "--out", folder) for _ in range(rounds)]
    yield Figure("kling-codegen --check, nothing changed", median(checks), "s", "", 1)


def _wall(*arguments: str) -> float:
    begin = time.perf_counter()
    fresh(*arguments)
    return time.perf_counter() - begin


def remembered(effort: Effort) -> Iterator[Figure]:
    """Give the memory of a live task, and what many of them do to a get."""
    told = json.loads(probe("tasks", str(effort.tasks)))
    if told["problem"]:
        raise BenchFailed(told["problem"])
    what = f"{effort.tasks:,} live tasks: memory of one"
    size = None if told["bytes"] is None else told["bytes"] / 1024
    yield Figure(what, size, "KiB", "" if size else "there is no /proc to read it from", 1)
    yield compared(f"get with {effort.tasks:,} / with 1,000 tasks", told["many"], told["few"], budget=1.1)
