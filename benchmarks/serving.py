"""The mock as a server, beside two others that do the same work."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from statistics import median, quantiles

import jwt

from kling_mock.settings import ACCESS_KEY, SECRET_KEY

from .children import PRISM, Server, bare, mock, prism, serving, tells_cpu
from .figures import BenchFailed, Effort, Figure, compared
from .load import CONNECTIONS, DONE, REFUSED, Load, Wanted, drive, get, post

ROOMY = ("--slots", "100000000", "--units", "1000000000")  # quotas are counted, and never reached
PATH = "/v1/videos/text2video"
BODY = {
    "model_name": "kling-v2-6",
    "prompt": "A paper boat drifts down a rainy street at dusk, neon signs mirrored in the puddles, slow dolly, shallow focus",
    "negative_prompt": "blur, text overlay, watermark, distorted hands, low contrast, flicker, jitter, oversaturated",
    "sound": "on",
    "mode": "pro",
    "aspect_ratio": "16:9",
    "duration": "5",
}
MOCK, STARLETTE, FASTAPI = "kling-mock", "Starlette + msgspec", "FastAPI + pydantic"


def token() -> str:
    """Return a signed token that the mock lets in."""
    now = int(time.time())
    return jwt.encode({"iss": ACCESS_KEY, "exp": now + 1800, "nbf": now - 5}, SECRET_KEY, algorithm="HS256")


@dataclass
class Rounds:
    """What the rounds of one kind of request cost each server: CPU seconds a request, and all waiting times."""

    cpu: dict[str, list[float]] = field(default_factory=dict)
    loads: dict[str, list[Load]] = field(default_factory=dict)

    def note(self, name: str, server: Server, requests: Sequence[bytes], *, connections: int, wanted: Wanted) -> None:
        """Make one round with one server."""
        before = server.cpu() if tells_cpu() else 0.0
        load = drive(server.port, requests, connections=connections, wanted=wanted)
        used = server.cpu() - before if tells_cpu() else 0.0
        self.cpu.setdefault(name, []).append(used / len(requests))
        self.loads.setdefault(name, []).append(load)


def served(effort: Effort) -> Iterator[Figure]:
    """Give CPU and waiting time a request of the mock's create, get, and create that is refused."""
    with ExitStack() as stack:
        commands = {MOCK: mock("--speed", "0", *ROOMY), STARLETTE: bare("bare_starlette"), FASTAPI: bare("bare_fastapi")}
        servers = {name: stack.enter_context(serving(one)) for name, one in commands.items()}
        bearer = token()
        creates = [post(PATH, json.dumps(BODY).encode(), bearer)] * effort.requests
        made = _rounds(effort, servers, lambda name: creates)
        yield from _cpu("create", made, {STARLETTE: 1.5, FASTAPI: 0.5})
        yield from _tails("create", effort, servers, lambda name: creates, made)
        looks = {name: gets(loads[-1], bearer) for name, loads in made.loads.items()}
        for what, seconds in (("get, unfinished", 0.0), ("get, finished", 7200.0)):
            for server in servers.values():
                _advance(server, seconds)
            looked = _rounds(effort, servers, looks.__getitem__)
            yield from _cpu(what, looked, {STARLETTE: 1.5})
            yield from _tails(what, effort, servers, looks.__getitem__, looked)
        wrong = [post(PATH, json.dumps({**BODY, "mode": "none", "duration": "99"}).encode(), bearer)] * effort.requests
        ours = {MOCK: servers[MOCK]}
        refused = _rounds(effort, ours, lambda name: wrong, wanted=REFUSED)
        yield _against("create, refused: CPU / accepted", refused.cpu[MOCK], made.cpu[MOCK])
        yield from _tails("create, refused", effort, ours, lambda name: wrong, refused, wanted=REFUSED)
        yield from _beside_prism(effort, servers[MOCK], creates)


def _beside_prism(effort: Effort, server: Server, creates: Sequence[bytes]) -> Iterator[Figure]:
    """Compare creates with Prism on our own bundle, where there is npm to fetch it."""
    command = prism()
    if command is None or not tells_cpu():
        yield Figure("create: CPU / Prism", None, "x", "there is no npm here to fetch it with, or no /proc", 0.3)
        return
    with serving(command, status=404) as other:
        fewer = creates[: max(len(creates) // 5, 100)]
        made = _rounds(effort, {MOCK: server, PRISM: other}, lambda name: fewer, few=True)
    yield compared("create: CPU / Prism", made.cpu[MOCK], made.cpu[PRISM], budget=0.3)


def _rounds(
    effort: Effort,
    servers: Mapping[str, Server],
    requests: Callable[[str], Sequence[bytes]],
    *,
    connections: int = CONNECTIONS,
    wanted: Wanted = DONE,
    few: bool = False,
) -> Rounds:
    """Return what interleaved rounds gave, after one to warm up."""
    made = Rounds()
    for number in range((3 if few else effort.rounds) + 1):
        into = made if number else Rounds()
        for name, server in servers.items():
            into.note(name, server, requests(name), connections=connections, wanted=wanted)
    return made


def gets(load: Load, bearer: str) -> list[bytes]:
    """Return looks at all the tasks that some creates made, in any order."""
    ids = [json.loads(body)["data"]["task_id"] for body in load.bodies]
    random.Random(0).shuffle(ids)
    return [get(f"{PATH}/{one}", bearer) for one in ids]


def _advance(server: Server, seconds: float) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    headers = {"content-type": "application/json"}
    connection.request("POST", "/_mock/clock/advance", json.dumps({"seconds": seconds}), headers)
    status = connection.getresponse().status
    connection.close()
    if status != 200:
        raise BenchFailed(f"the clock of the server cannot be moved: HTTP {status}")


def _cpu(what: str, made: Rounds, budgets: Mapping[str, float]) -> Iterator[Figure]:
    for name, budget in budgets.items():
        title = f"{what}: CPU / {name}"
        if tells_cpu():
            yield compared(title, made.cpu[MOCK], made.cpu[name], budget=budget)
        else:
            yield Figure(title, None, "x", "the CPU time of other processes is read on Linux only", budget)


def _against(what: str, ours: Sequence[float], theirs: Sequence[float]) -> Figure:
    if tells_cpu():
        return compared(what, ours, theirs, budget=None)
    return Figure(what, None, "x", "the CPU time of other processes is read on Linux only")


def _tails(
    what: str,
    effort: Effort,
    servers: Mapping[str, Server],
    requests: Callable[[str], Sequence[bytes]],
    made: Rounds,
    *,
    wanted: Wanted = DONE,
) -> Iterator[Figure]:
    """Give the waiting times of the mock with one, sixteen and sixty-four connections; sixteen have a budget."""
    for connections in (1, CONNECTIONS, 64):
        is_bound = connections == CONNECTIONS
        ours = {MOCK: servers[MOCK]}
        found = made if is_bound else _rounds(effort, ours, requests, connections=connections, wanted=wanted, few=True)
        cuts = [quantiles(load.seconds, n=100) for load in found.loads[MOCK]]
        middle, tail = median(one[49] for one in cuts), median(one[98] for one in cuts)
        worst = median(one[98] / one[49] for one in cuts)
        plural = "connection" if connections == 1 else "connections"
        note = f"{tail * 1000:.2f} / {middle * 1000:.2f} ms"
        yield Figure(f"{what}: p99 / p50 at {connections} {plural}", worst, "x", note, 4 if is_bound else None)


def started(effort: Effort) -> Iterator[Figure]:
    """Give the time to the first 200 and the idle memory of the mock."""
    commands = {MOCK: mock(), STARLETTE: bare("bare_starlette"), FASTAPI: bare("bare_fastapi")}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    memory: dict[str, float | None] = {}
    for number in range(effort.starts + 1):
        for name, one in commands.items():
            with serving(one) as server:
                time.sleep(0.1)
                memory[name] = server.resident()
                seconds[name] += [server.start] if number else []
    middle = {name: median(one) for name, one in seconds.items()}
    yield Figure("start to first 200", middle[MOCK], "s", _beside(middle, "s"), 1.0)
    yield Figure("idle memory", memory[MOCK], "MiB", _beside(memory, "MiB"), 80)


def _beside(values: Mapping[str, float | None], unit: str) -> str:
    told = (f"{name} {value:.2f} {unit}" for name, value in values.items() if name != MOCK and value is not None)
    return ", ".join(told) or "there is no /proc to read it from"
