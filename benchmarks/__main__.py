"""`python -m benchmarks`: measures, and says what is within its budget."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from types import FrameType

from . import callbacks, calls, fresh, serving
from .figures import FULL, QUICK, BenchFailed, Benchmark, Effort, Figure

BENCHMARKS: Mapping[str, Benchmark] = {
    "mock": serving.served,
    "start": serving.started,
    "transport": calls.transport,
    "client": calls.client,
    "import": fresh.imported,
    "generate": fresh.generated,
    "memory": fresh.remembered,
    "callbacks": callbacks.delivered,
}


def main() -> int:
    """Run the benchmarks and return the exit status."""
    asked = _parser().parse_args()
    signal.signal(signal.SIGTERM, _interrupted)
    begin = time.perf_counter()
    made: dict[str, list[Figure]] = {}
    failed: dict[str, str] = {}
    for name in asked.only or BENCHMARKS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            made[name] = _measured(name, QUICK if asked.quick else FULL, quiet=asked.json)
        except BenchFailed as error:
            failed[name] = str(error)
            print(f"{name}: {error}", file=sys.stderr)
    print(f"{time.perf_counter() - begin:.0f} s{_load()}", file=sys.stderr)
    if asked.json:
        figures = [{"benchmark": name, **one.told()} for name, figures in made.items() for one in figures]
        print(json.dumps({"figures": figures, "failed": failed}, indent=1, ensure_ascii=False))
    missed = any(one.is_met is False for figures in made.values() for one in figures)
    return 1 if failed or (missed and asked.fail_on_budget) else 0


def _measured(name: str, effort: Effort, *, quiet: bool) -> list[Figure]:
    if not quiet:
        print(name)
    figures = []
    for one in BENCHMARKS[name](effort):
        figures.append(one)
        if not quiet:
            print(one.line(), flush=True)
    return figures


def _load() -> str:
    """Return how busy the machine was: what goes by the wall clock means little beside other work."""
    return f", load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else ""


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure the budgets of the project as ratios, in interleaved rounds on this machine.",
        epilog="Example: python -m benchmarks --quick --only mock client",
        allow_abbrev=False,
    )
    made.add_argument("--quick", action="store_true", help="fewer rounds: under 40 s, and less sure")
    made.add_argument("--json", action="store_true", help="print the figures as JSON")
    made.add_argument("--only", nargs="+", choices=BENCHMARKS, metavar="NAME", help=f"only some of: {', '.join(BENCHMARKS)}")
    made.add_argument("--fail-on-budget", action="store_true", help="exit 1 when a budget is missed")
    return made


def _interrupted(number: int, frame: FrameType | None) -> None:
    """End like Ctrl-C does, so that no server is left behind."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
