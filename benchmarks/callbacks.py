"""Callbacks that fall due at once: whether all arrive, how fast, and what they do to a get meanwhile."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import quantiles
from typing import Any

from kling_mock.dispatcher import AT_ONCE

from .children import Server, bare, mock, serving, tells_cpu
from .figures import BenchFailed, Effort, Figure
from .load import CONNECTIONS, LIMIT, drive, post
from .serving import BODY, PATH, ROOMY, gets, token

CRAWL = 1e-4  # speed of the clock while tasks are made: one that stands still is told one thing after the other
A_DAY = 86_400_000  # milliseconds: every task has ended by then


@dataclass
class Burst:
    """What became of callbacks that fell due at once."""

    wanted: int
    heard: dict[str, Any]  # by the receiver
    cpu: float  # seconds of the mock
    waited: list[float]  # seconds of the gets meanwhile

    @property
    def lost(self) -> int:
        return self.wanted - int(self.heard["changes"])

    @property
    def a_second(self) -> float:
        return float(self.heard["all"] / self.heard["seconds"])


def delivered(effort: Effort) -> Iterator[Figure]:
    """Give how many are lost, how many go out a second and at once, and the waiting time of a get meanwhile."""
    with ExitStack() as stack:
        server = stack.enter_context(serving(mock("--speed", str(CRAWL), *ROOMY)))
        receiver = stack.enter_context(serving(bare("receiver")))
        alone, looks = _burst(effort.callbacks, server, receiver, looks_too=False)
        busy, looks = _burst(effort.callbacks, server, receiver, looks_too=True)
        quiet = drive(server.port, looks).seconds
    what, both = f"{effort.callbacks:,} callbacks due at once", (alone, busy)
    twice = max(one.heard["all"] - one.heard["changes"] for one in both)
    yield Figure(f"{what}: lost", max(one.lost for one in both), "", f"{twice} came twice", 0)
    cost = f"{alone.cpu / effort.callbacks * 1e6:.0f} µs of CPU each" if tells_cpu() else ""
    yield Figure(f"{what}: delivered", alone.a_second, "/s", cost)
    yield Figure(f"{what}: most at once", max(one.heard["most"] for one in both), "", "to one receiver", AT_ONCE)
    note = f"{_p99(quiet):.2f} ms without them; {len(busy.waited):,} gets beside {busy.a_second:.0f} callbacks/s"
    yield Figure(f"get beside them: p99 at {CONNECTIONS} connections", _p99(busy.waited), "ms", note)


def _burst(wanted: int, server: Server, receiver: Server, *, looks_too: bool) -> tuple[Burst, list[bytes]]:
    """Let callbacks fall due at once on a clock that runs, and return what became of them, with gets of their tasks."""
    bearer, clock = token(), _asked(server, "GET", "/_mock/clock")
    _asked(server, "PATCH", "/_mock/accounts/default", {"clock": {"speed": CRAWL}})
    _asked(receiver, "GET", "/forget")
    body = {**BODY, "callback_url": f"http://127.0.0.1:{receiver.port}/hook"}
    made = drive(server.port, [post(PATH, json.dumps(body).encode(), bearer)] * (wanted // 2))
    looks = gets(made, bearer)
    _heard(receiver, wanted // 2)  # that each was submitted; processing and succeed are to come
    _asked(receiver, "GET", "/forget")
    before = server.cpu() if tells_cpu() else 0.0
    waited: list[float] = []
    _asked(server, "PATCH", "/_mock/accounts/default", {"clock": {"now_ms": clock["now"] + A_DAY, "speed": 1}})
    while looks_too and _asked(receiver, "GET", "/heard")["changes"] < wanted and len(waited) < 100 * wanted:
        waited += drive(server.port, looks[:500]).seconds
    heard = _heard(receiver, wanted)
    return Burst(wanted, heard, server.cpu() - before if tells_cpu() else 0.0, waited), looks


def _heard(receiver: Server, wanted: int) -> dict[str, Any]:
    """Return what a receiver has heard once that is all, or as much as came within the limit."""
    end = time.perf_counter() + LIMIT
    while (found := _asked(receiver, "GET", "/heard"))["changes"] < wanted and time.perf_counter() < end:
        time.sleep(0.02)
    return found


def _asked(server: Server, verb: str, path: str, body: Any = None) -> dict[str, Any]:
    """Return what a server answers. Raises `BenchFailed`."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(verb, path, None if body is None else json.dumps(body), {"content-type": "application/json"})
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    if answer.status != 200:
        raise BenchFailed(f"{verb} {path}: HTTP {answer.status} {said[:300].decode()}")
    found: dict[str, Any] = json.loads(said or b"{}")
    return found


def _p99(seconds: Sequence[float]) -> float:
    """Return the waiting time in milliseconds that one in a hundred exceeds."""
    return quantiles(seconds, n=100)[98] * 1000
