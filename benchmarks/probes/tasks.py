"""Prints what many live tasks cost the mock, as JSON: memory of one, seconds of a get with few and with many."""

import gc
import json
import mmap
import random
import sys
import time
from decimal import Decimal
from pathlib import Path

from kling_mock.request import Request
from kling_mock.settings import API_KEY, Settings
from kling_mock.world import World
from kling_spec.bundle import current

PATH = "/v1/videos/text2video"
BODY = b'{"model_name":"kling-v2-6","prompt":"A paper boat drifts down a rainy street at dusk","mode":"pro","duration":"5"}'
HEADERS = {"authorization": f"Bearer {API_KEY}", "content-type": "application/json", "host": "127.0.0.1:8080"}
ROUNDS, GETS = 7, 1000


def asked(verb: str, path: str, body: bytes = b"") -> Request:
    """Return a request as a server would hand it over."""
    return Request(verb=verb, path=path, query={}, headers=HEADERS, body=body)


def created(world: World) -> str:
    """Return the id of a new task. Ends the process when the mock refuses."""
    told = json.loads(world.handle(asked("POST", PATH, BODY)).body)
    if told["code"] != 0:
        print(json.dumps({"problem": f"the mock refused a create: {told}"}))
        sys.exit(0)
    return str(told["data"]["task_id"])


def seconds_a_get(world: World, ids: list[str]) -> float:
    """Return the CPU time of a get of any of the tasks."""
    requests = [asked("GET", f"{PATH}/{one}") for one in random.Random(0).choices(ids, k=GETS)]
    begin = time.process_time()
    for one in requests:
        world.handle(one)
    return (time.process_time() - begin) / GETS


def resident() -> int | None:
    """Return the memory of this process in bytes, None where there is no /proc."""
    gc.collect()
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * mmap.PAGESIZE if status.is_file() else None


def filled(tasks: int) -> tuple[World, list[str], int | None]:
    """Return a mock whose clock stands still, with tasks, and by how many bytes it has grown by them."""
    world = World(current(), Settings(speed=0, slots=10**8, units=Decimal(10**9)))
    created(world)  # what the first needs is not a task's own
    before = resident()
    ids = [created(world) for _ in range(tasks)]
    after = resident()
    return world, ids, None if before is None or after is None else after - before


few, few_ids, _ = filled(1000)
many, many_ids, grown = filled(int(sys.argv[1]))
# The list of ids is the probe's own: an 18-digit text and its place in the list.
own = sys.getsizeof(many_ids) + len(many_ids) * sys.getsizeof(many_ids[0])
rounds = [(seconds_a_get(few, few_ids), seconds_a_get(many, many_ids)) for _ in range(ROUNDS + 1)][1:]
print(
    json.dumps(
        {
            "problem": "",
            "bytes": None if grown is None else (grown - own) / len(many_ids),
            "few": [one for one, _ in rounds],
            "many": [one for _, one in rounds],
        }
    )
)
