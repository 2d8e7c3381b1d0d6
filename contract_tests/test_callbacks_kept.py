"""Callbacks outlive the process where a file keeps the accounts: each comes at least once, in the order of its task."""

import json
import sqlite3
import sys
import urllib.request
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from conftest import BODY, CREATE, START_MS, Bench, CompiledOnce
from hypothesis import example, given, settings
from hypothesis import strategies as st
from receiving import STATES, Got, Receiver, by_task, receiver
from stored_server import asked, serving

from kling_mock.clock import Clock
from kling_mock.dispatcher import AT_ONCE
from kling_mock.post import Post
from kling_mock.settings import API_KEY, Settings
from kling_spec.bundle import current

__all__ = ["receiver"]  # a fixture

_HOOK = "http://127.0.0.1:9/hook"
_kills = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no SIGKILL; ends when the test finds another way to kill there"
)


class Kept:
    """A mock in this process whose accounts are in a file, and a receiver of its callbacks that may be away."""

    def __init__(self, path: Path, **more: Any) -> None:
        self._settings = Settings(store=str(path), quotas=False, callback_retries=3, **more)
        self.is_away = False
        self.heard: list[Post] = []
        self.tried: list[Post] = []
        self.mock = self._opened(Clock(speed=0, start_ms=START_MS))
        self.http.post("/_mock/webhook-secret", content=b"{}").raise_for_status()

    def _opened(self, clock: Clock | None = None) -> Bench:
        made = Bench(CompiledOnce(current(), self._settings, clock=clock or Clock(speed=0), send=self._send))
        self.http = made.http()
        return made

    def create(self, url: str = _HOOK, key: str = API_KEY) -> None:
        """Start a task with a callback URL."""
        headers = {"authorization": f"Bearer {key}"}
        self.http.post(CREATE, json={**BODY, "callback_url": url}, headers=headers).raise_for_status()

    def _send(self, post: Post) -> int:
        self.tried.append(post)
        if self.is_away:
            raise OSError("away")
        self.heard.append(post)
        return 200

    def rows(self) -> list[tuple[str, int]]:
        """Return how many messages the file holds of each account."""
        assert self.mock.world.keeper is not None
        file = self.mock.world.keeper._file
        return file.execute("select account, count(*) from waiting group by account").fetchall()

    def do(self, step: str) -> None:
        """Create a task, let time pass, let the receiver come and go, or open the file anew."""
        if step == "create":
            self.create()
        elif step == "turn":
            self.is_away = not self.is_away
        elif step == "reopen":
            self.mock.world.close()
            self.mock = self._opened()
        else:
            self.http.post("/_mock/clock/advance", json={"seconds": float(step)}).raise_for_status()


def _told(found: list[Post]) -> dict[str, list[str]]:
    return by_task([Got("", {}, one.body) for one in found])


@settings(max_examples=15)
@given(st.lists(st.sampled_from(["create", "create", "turn", "reopen", "0.5", "3", "20"]), min_size=2, max_size=14))
@example(["create", "turn", "3", "reopen", "turn"])  # the next change is due before the next try of the one before it
def test_what_was_not_made_is_made_after_a_restart(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    """However often the file is opened anew, each change is told or given up once, in order, all tries with one id."""
    kept = Kept(tmp_path_factory.mktemp("kept") / "kling.db")
    for step in [*steps, "create", "reopen", *(["turn"] if kept.is_away else []), "600"]:
        kept.do(step)
    tasks = {task.id for task in kept.mock.world.account.tasks}
    ids = {(one.headers["webhook-id"], one.body) for one in kept.tried}
    assert len(ids) == len({id for id, _ in ids}) == len({body for _, body in ids}) == len(tasks) * len(STATES)
    tries = Counter(one.headers["webhook-id"] for one in kept.tried)
    assert max(tries.values()) <= 4
    given_up = {id for id, number in tries.items() if number == 4} - {one.headers["webhook-id"] for one in kept.heard}
    assert len(kept.heard) == len(ids) - len(given_up)
    for states in _told(kept.tried).values():
        assert [state for state, _ in groupby(states)] == STATES
    assert kept.mock.world.account.outbox.waiting == []
    kept.mock.world.close()


def test_the_file_forgets_what_is_done(tmp_path: Path) -> None:
    """Deliveries that were made, given up, reset or deleted with their account leave nothing behind."""
    kept = Kept(tmp_path / "kling.db")
    http = kept.http
    other = http.post("/_mock/accounts", content=b"{}").json()
    kept.create()
    kept.create(key=other["api_key"])
    assert kept.rows() == [(other["id"], 3), ("default", 3)]
    http.delete(f"/_mock/accounts/{other['id']}")
    http.post("/_mock/clock/advance", json={"seconds": 600})
    assert kept.rows() == []
    kept.create()
    kept.create("http://elsewhere.example/")
    assert kept.rows() == [("default", 3)]
    http.post("/_mock/reset")
    assert kept.rows() == []
    kept.mock.world.close()


def test_a_snapshot_has_what_is_still_to_come(tmp_path: Path) -> None:
    """Restored, an account tells what was waiting when the snapshot was taken, as new messages."""
    kept = Kept(tmp_path / "kling.db")
    http = kept.http
    kept.do("create")
    kept.mock.world.account.outbox.settle(START_MS)
    taken = http.get("/_mock/accounts/default/snapshot").content
    kept.do("600")
    http.put("/_mock/accounts/default/snapshot", content=taken).raise_for_status()
    kept.do("600")
    assert list(_told(kept.heard).values()) == [STATES + STATES[1:]]
    assert len({one.headers["webhook-id"] for one in kept.heard}) == 5
    kept.mock.world.close()


def test_a_full_disk_holds_up_no_callback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be written is told in the log and written with the next change; the next callback goes out."""
    kept = Kept(tmp_path / "kling.db")
    kept.do("create")
    outbox = kept.mock.world.account.outbox

    def full() -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "write", full)
        kept.mock.world.account.clock.advance(600)
        outbox.settle(kept.mock.world.account.clock.now())
    assert list(_told(kept.heard).values()) == [STATES]
    assert caplog.text.count("what became of a callback cannot be kept") == 3
    kept.do("create")
    assert kept.rows() == [("default", 3)]
    kept.mock.world.close()


def _left(path: Path) -> list[Any]:
    """Return the messages that a file holds, once nobody has it open."""
    with sqlite3.connect(path) as file:
        return file.execute("select said from waiting").fetchall()


def _rest(arrivals: Receiver, wanted: set[tuple[str, str]]) -> None:
    """Return once everything that is wanted has arrived."""
    seen = {(one.said["task_id"], one.said["task_status"]) for one in list(arrivals.got)}
    while wanted - seen:
        one = arrivals.arrivals.get(timeout=20)
        seen.add((one.said["task_id"], one.said["task_status"]))


@_kills
def test_a_killed_server_tells_the_rest(tmp_path: Path, receiver: Receiver) -> None:
    """What hung at the kill comes again with the same id, what waited behind it comes, what was made does not."""
    path = tmp_path / "kling.db"
    with serving(path, "--speed", "1000") as (process, url):
        asked(f"{url}/_mock/webhook-secret", {})
        tasks = [asked(url + CREATE, {**BODY, "callback_url": receiver.url})["data"]["task_id"] for _ in range(6)]
        hanging = receiver.url.replace("/hook", "/hang")
        hung = [asked(url + CREATE, {**BODY, "callback_url": hanging})["data"]["task_id"] for _ in range(3)]
        receiver.arrived(6 * 3 + 3)
        while len(asked(f"{url}/_mock/callbacks")["deliveries"]) < 6 * 3:  # written before they are told
            pass
        process.kill()
    receiver.release.set()
    with serving(path, "--speed", "1000") as (process, url):
        receiver.arrived(3 * 3)
        while len(asked(f"{url}/_mock/callbacks")["deliveries"]) < 3 * 3:
            pass
        process.terminate()
        assert process.wait(20) == 0
    assert by_task(receiver.got) == {**dict.fromkeys(tasks, STATES), **{one: [STATES[0], *STATES] for one in hung}}
    ids = Counter(one.headers["webhook-id"] for one in receiver.got)
    assert sorted(ids.values()) == [1] * (9 * 3 - 3) + [2] * 3
    assert len({(one.headers["webhook-id"], one.raw) for one in receiver.got}) == len(ids)
    assert _left(path) == []


@_kills
@pytest.mark.parametrize("kill_at", [1, 35, 70])
def test_a_server_killed_in_the_middle_tells_each_at_least_once(tmp_path: Path, receiver: Receiver, kill_at: int) -> None:
    """Killed among deliveries, each change arrives, in order; twice only what was under way."""
    path = tmp_path / "kling.db"
    with serving(path, "--speed", "0") as (process, url):
        tasks = [asked(url + CREATE, {**BODY, "callback_url": receiver.url})["data"]["task_id"] for _ in range(40)]
        receiver.arrived(40)
        body = json.dumps({"clock": {"now_ms": asked(f"{url}/_mock/clock")["now"] + 600_000, "speed": 1}}).encode()
        change = urllib.request.Request(f"{url}/_mock/accounts/default", data=body, method="PATCH")
        urllib.request.urlopen(change, timeout=20).close()
        receiver.arrived(kill_at)
        process.kill()
    before = len(receiver.got)
    with serving(path) as (process, url):
        _rest(receiver, {(one, state) for one in tasks for state in STATES})
        process.terminate()
        assert process.wait(20) == 0
    told = by_task(receiver.got)
    assert {task: [state for state, _ in groupby(states)] for task, states in told.items()} == dict.fromkeys(tasks, STATES)
    assert {len(list(same)) for states in told.values() for _, same in groupby(states)} <= {1, 2}
    twice = sum(map(len, told.values())) - len(tasks) * len(STATES)
    assert twice <= AT_ONCE
    assert before + len(receiver.got[before:]) == len(tasks) * len(STATES) + twice
    assert _left(path) == []
