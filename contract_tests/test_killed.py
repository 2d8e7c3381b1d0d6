"""Batches in processes that are really killed, and clients that many share at once: against a mock behind a socket."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import BODY

from kling import AsyncKling, Kling
from kling_mock.handle import MockHandle, running
from kling_mock.request import Answer, Request
from kling_mock.settings import Settings

# Forks a process for each line it reads, which runs the batch to its end or until it is killed.
_RUNS = """
import json, os, sys
import httpx2
import kling._sync.batch, kling._sync.families.text_to_video, kling._core.envelope, kling.types.shared
from kling import Kling
from kling._sync.transport import Clock

url, key, body = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
jobs = [{"id": str(one), "call": "text_to_video.create", "arguments": body} for one in range(4)]

def run(journal):
    http = httpx2.Client(headers={"x-pid": str(os.getpid())})

    class Hand(Clock):
        at = 0.0
        def now(self):
            return self.at
        def sleep(self, seconds):
            self.at += seconds
            http.post(url + "/_mock/clock/advance", json={"seconds": seconds})

    with Kling(api_key=key, base_url=url, http_client=http, clock=Hand()) as client:
        assert [one.verdict for one in client.batch(jobs, journal=journal)] == ["done"] * 4

for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        run(line.strip())
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@pytest.fixture(scope="module")
def served() -> Iterator[MockHandle]:
    """A mock in a thread."""
    with running(Settings(quotas=False)) as handle:
        yield handle


@contextmanager
def _killing(handle: MockHandle, every: int, *, has_arrived: bool) -> Iterator[None]:
    """Kill the sender of every n-th request, before or after it has arrived."""
    real: Callable[[Request], Answer] = handle.world.handle
    count = 0

    def kill(request: Request) -> Answer:
        nonlocal count
        if request.path.startswith("/_mock/"):
            return real(request)
        count += 1
        if count % every == 0 and not has_arrived:
            os.kill(int(request.headers["x-pid"]), signal.SIGKILL)
            return Answer(500, b"", {})
        answer = real(request)
        if count % every == 0:
            os.kill(int(request.headers["x-pid"]), signal.SIGKILL)
        return answer

    handle.world.handle = kill  # type: ignore[method-assign]  # the test stands between
    try:
        yield
    finally:
        del handle.world.handle


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork; ends when its processes start as fast")
def test_killed_processes_lose_nothing_and_repeat_nothing(served: MockHandle, tmp_path: Path) -> None:
    """kill -9 at every third or seventh request, before or after it has arrived, until a run ends: one task a job."""
    command = [sys.executable, "-c", _RUNS, served.url, served.api_key, json.dumps(BODY)]
    ended: list[int] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as runs:
        assert runs.stdin is not None
        assert runs.stdout is not None
        for name in ("run.jsonl", "run.db"):
            for every in (3, 7):
                for has_arrived in (False, True):
                    served.world.account.tasks.clear()
                    journal = tmp_path / f"{every}-{has_arrived}-{name}"
                    with _killing(served, every, has_arrived=has_arrived):
                        codes = list(_until_done(runs, journal))
                    ended += codes
                    assert set(codes) == {0, -signal.SIGKILL}
                    assert len(served.world.account.tasks) == 4
        runs.stdin.close()
    assert ended.count(-signal.SIGKILL) > 10


def _until_done(runs: Any, journal: Path) -> Iterator[int]:
    code = -1
    while code != 0:
        runs.stdin.write(f"{journal}\n")
        runs.stdin.flush()
        code = int(runs.stdout.readline())
        assert code in (0, -signal.SIGKILL), "the run must end well, or be killed"
        yield code


def _prompts(name: str, count: int) -> list[dict[str, Any]]:
    return [{**BODY, "prompt": f"{name} {one}", "external_task_id": f"{name}-{one}"} for one in range(count)]


def test_threads_share_a_client(served: MockHandle) -> None:
    """32 threads with one client: each create, get and wait gets its own answer."""
    with Kling(api_key=served.api_key, base_url=served.url) as client, ThreadPoolExecutor(32) as pool:

        def story(body: Any) -> tuple[str, str]:
            made = client.text_to_video.create(**body)
            assert made.task_info is not None
            assert made.task_info.external_task_id == body["external_task_id"]
            assert client.text_to_video.get(body["external_task_id"]).task_id == made.task_id
            return made.task_id, body["external_task_id"]

        made = list(pool.map(story, _prompts("thread", 256)))
        served.advance(600)
        tasks = [client.text_to_video.task(one) for one, _ in made]
        parts = list(pool.map(lambda at: client.wait_all(tasks[at::4]), range(4)))
    assert len({one for one, _ in made}) == 256
    assert sorted(one.task_id for part in parts for one in part) == sorted(one for one, _ in made)
    told = {one.task_id: one.last.task_info.external_task_id for one in tasks if one.last and one.last.task_info}
    assert told == dict(made)


def test_tasks_share_a_client(served: MockHandle) -> None:
    """200 asyncio tasks with one client: the same."""

    async def story() -> list[tuple[str, str]]:
        async with AsyncKling(api_key=served.api_key, base_url=served.url) as client:

            async def one(body: Any) -> tuple[str, str]:
                made = await client.text_to_video.create(**body)
                assert (await client.text_to_video.get(body["external_task_id"])).task_id == made.task_id
                return made.task_id, body["external_task_id"]

            made = await asyncio.gather(*map(one, _prompts("task", 200)))
            served.advance(600)
            tasks = [client.text_to_video.task(each) for each, _ in made]
            await asyncio.gather(*(client.wait_all(tasks[at::4]) for at in range(4)))
            assert {each.task_id: each.last.task_info.external_task_id for each in tasks} == dict(made)  # type: ignore[union-attr]  # they have ended
            return made

    assert len({one for one, _ in asyncio.run(story())}) == 200
