"""Calls within this process: the mock without a socket, and the client without a mock."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import httpx2

from kling import AsyncKling, Kling
from kling_mock.settings import API_KEY, Settings
from kling_mock.transport import MockTransport
from kling_mock.world import World
from kling_spec.bundle import current

from .children import mock, serving
from .figures import Effort, Figure, compared
from .probes.fixed import URL, Fixed
from .serving import BODY, PATH, ROOMY

HEADERS = {"authorization": f"Bearer {API_KEY}"}


def transport(effort: Effort) -> Iterator[Figure]:
    """Give the time a request takes with the mock as a transport: create and get in turn."""
    with serving(mock(*ROOMY)) as server, httpx2.Client(headers=HEADERS) as network:
        inside = httpx2.Client(
            transport=MockTransport(World(current(), Settings(slots=10**8, units=Decimal(10**9)))), headers=HEADERS
        )
        ways = {
            "inside": _pairs(inside, "http://mock", effort.calls),
            "loopback": _pairs(network, f"http://127.0.0.1:{server.port}", effort.calls),
        }
        if find_spec("respx") and find_spec("httpx"):
            ways["respx"] = _respx(effort.calls)
        made = _rounds(effort, ways, time.perf_counter)
    yield compared("in-process transport / loopback", made["inside"], made["loopback"], budget=None)
    if "respx" in made:
        yield compared("in-process transport / respx", made["inside"], made["respx"], budget=550 / 734)


def _pairs(client: httpx2.Client, url: str, calls: int) -> Callable[[], float]:
    def run() -> float:
        for _ in range(calls // 2):
            made = client.post(url + PATH, json=BODY).json()
            client.get(f"{url}{PATH}/{made['data']['task_id']}").json()
        return calls

    return run


def _respx(calls: int) -> Callable[[], float]:
    respx, httpx = import_module("respx"), import_module("httpx")

    def run() -> float:
        with respx.mock(base_url="http://mock") as routes, httpx.Client(headers=HEADERS) as client:
            routes.post(PATH).respond(json={"code": 0, "data": {"task_id": "1"}})
            routes.get(f"{PATH}/1").respond(json={"code": 0, "data": {"task_id": "1", "task_status": "submitted"}})
            return _pairs(client, "http://mock", calls)()

    return run


def client(effort: Effort) -> Iterator[Figure]:
    """Give the CPU time of a call of the client against bare httpx2, over a transport with fixed answers."""
    bare = httpx2.Client(transport=Fixed(), headers=HEADERS)
    ours = Kling(api_key=API_KEY, http_client=httpx2.Client(transport=Fixed()))
    body: dict[str, Any] = BODY

    def plain() -> float:
        for _ in range(effort.calls):
            bare.post(URL, json=body).json()
        return effort.calls

    def typed() -> float:
        for _ in range(effort.calls):
            ours.text_to_video.create(**body)
        return effort.calls

    made = _rounds(effort, {"ours": typed, "bare": plain}, time.process_time)
    yield compared("sync create / bare httpx2", made["ours"], made["bare"], budget=1.5)
    with asyncio.Runner() as runner:
        yield _asynchronous(effort, runner, body)


def _asynchronous(effort: Effort, runner: asyncio.Runner, body: dict[str, Any]) -> Figure:
    bare = httpx2.AsyncClient(transport=Fixed(), headers=HEADERS)
    ours = AsyncKling(api_key=API_KEY, http_client=httpx2.AsyncClient(transport=Fixed()))

    async def one() -> Any:
        return (await bare.post(URL, json=body)).json()

    async def gathered(call: Callable[[], Any]) -> float:
        await asyncio.gather(*(call() for _ in range(effort.calls)))
        return effort.calls

    ways: dict[str, Callable[[], float]] = {
        "ours": lambda: runner.run(gathered(lambda: ours.text_to_video.create(**body))),
        "bare": lambda: runner.run(gathered(one)),
    }
    made = _rounds(effort, ways, time.process_time)
    return compared("async create / bare httpx2, under one gather", made["ours"], made["bare"], budget=1.5)


def _rounds(effort: Effort, ways: dict[str, Callable[[], float]], clock: Callable[[], float]) -> dict[str, list[float]]:
    """Return seconds a call of each way in interleaved rounds, after one to warm up."""
    made: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(effort.rounds + 1):
        for name, run in ways.items():
            gc.collect()
            begin = clock()
            calls = run()
            if number:
                made[name].append((clock() - begin) / calls)
    return made
