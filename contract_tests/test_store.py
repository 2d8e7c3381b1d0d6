"""Accounts that outlive the process: snapshots, and the SQLite file."""

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from conftest import BODY, CREATE, START_MS, Bench, bench
from hypothesis import given, settings
from hypothesis import strategies as st
from stored_server import asked, serving

from kling_mock.clock import Clock
from kling_mock.errors import CannotStart
from kling_mock.keeper import Keeper
from kling_mock.settings import API_KEY, Settings
from kling_mock.world import World
from kling_spec.bundle import current
from kling_spec.document import Document

_STEPS = st.lists(
    st.sampled_from(["create", "external", "fail", "advance", "polls", "look", "voice", "drop"]), min_size=1, max_size=12
)


def _kept(doc: Document, path: Path, **more: Any) -> Bench:
    """Return a mock whose accounts are in a file."""
    world = World(
        doc, Settings(store=str(path), any_id=True, **more), clock=Clock(speed=0, start_ms=START_MS), send=lambda post: 200
    )
    return Bench(world)


def _do(mock: Bench, step: str, number: int) -> None:
    """Do one thing to the default account."""
    headers = {"authorization": f"Bearer {API_KEY}"}
    if step in ("create", "external"):
        mock.post({**BODY, **({"external_task_id": f"x{number}"} if step == "external" else {})})
    elif step == "look":
        for task in list(mock.world.account.tasks):
            mock.http().get(f"{CREATE}/{task.id}", headers=headers)
    elif step == "voice":
        mock.post(
            {"voice_name": f"v{number}", "voice_url": "https://media.example.com/a.mp3"}, path="/v1/general/custom-voices"
        )
    else:
        body: Any = {
            "fail": ("fail-next", {}),
            "advance": ("clock/advance", {"seconds": 1}),
            "polls": ("", {"polls": 1}),
            "drop": ("reset", {}),
        }[step]
        verb, path = ("PATCH", "accounts/default") if step == "polls" else ("POST", body[0])
        mock.http().request(verb, f"/_mock/{path}", content=json.dumps(body[1]))


def _seen(mock: Bench) -> Any:
    """Return all that a caller can see of the default account."""
    headers = {"authorization": f"Bearer {API_KEY}"}
    asked = json.dumps({"start_time": 0, "end_time": START_MS * 2})
    with mock.http() as http:
        tasks = [http.get(path, headers=headers).json()["data"] for path in (CREATE, "/v1/general/custom-voices")]
        ledger = http.post("/account/billing/package", content=asked, headers=headers).json()["data"]
        return tasks, ledger, http.get("/_mock/accounts/default").json()


@settings(max_examples=8)
@given(_STEPS)
def test_a_file_holds_all_that_was_answered(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    """Opened anew after any steps, the file gives the same tasks, ledger, units, places and settings."""
    path = tmp_path_factory.mktemp("store") / "kling.db"
    mock = _kept(current(), path)
    for number, step in enumerate(steps):
        _do(mock, step, number)
    before = _seen(mock)
    mock.world.close()
    again = _kept(current(), path)
    assert _seen(again) == before
    ids = {task.id for task in again.world.account.tasks}
    again.world.advance(600)
    assert again.post().json()["data"]["task_id"] not in ids
    again.world.close()


@pytest.fixture(scope="module")
def lenient(ruled_doc: Document) -> Bench:
    """One mock for all examples: making one takes longer than an example."""
    return bench(ruled_doc, Settings(any_id=True))


@given(_STEPS)
def test_a_snapshot_can_be_restored(lenient: Bench, steps: list[str]) -> None:
    """Restored later, a snapshot gives back what there was."""
    mock = lenient
    mock.http().patch("/_mock/accounts/default", content=b'{"polls": 0}')
    mock.world.account.reset()
    for number, step in enumerate(steps):
        _do(mock, step, number)
    before = _seen(mock)
    taken = mock.http().get("/_mock/accounts/default/snapshot")
    for number, step in enumerate(["create", "advance", "voice", *steps]):
        _do(mock, step, 100 + number)
    assert mock.http().put("/_mock/accounts/default/snapshot", content=taken.content).status_code == 200
    assert _seen(mock) == before


def test_a_snapshot_of_another_format_is_refused(mock: Bench) -> None:
    """What is no snapshot, or of a format that is not known, changes nothing."""
    mock.post()
    taken = mock.http().get("/_mock/accounts/default/snapshot").json()
    taken["account"]["format"] = 99
    for wrong in (taken, {}, {**taken, "tasks": [[1]]}):
        answer = mock.http().put("/_mock/accounts/default/snapshot", content=json.dumps(wrong))
        assert answer.status_code == 400
        assert answer.json()["error"]
    assert len(mock.world.account.tasks) == 1


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes) -> None:
    """One clear line and exit 2; the file is left as it was."""
    path = tmp_path / "broken.db"
    path.write_bytes(content)
    command = [sys.executable, "-m", "kling_mock", "serve", "--port", "0", "--store", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"--store {path}" in done.stderr
    assert path.read_bytes() == content


def test_a_file_has_one_process(tmp_path: Path, ruled_doc: Document) -> None:
    """A file that another process has, or that is not ours, is refused."""
    mock = _kept(ruled_doc, tmp_path / "kling.db")
    with pytest.raises(CannotStart, match="locked"):
        Keeper(tmp_path / "kling.db")
    mock.world.close()
    with pytest.raises(CannotStart, match="unable to open"):
        Keeper(tmp_path / "none" / "kling.db")


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no SIGKILL; ends when the test finds another way to kill there"
)
def test_a_killed_server_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """Killed in the middle of creates, and started again on the same file, every task that a caller was told of is there."""
    path = tmp_path / "kling.db"
    told: set[str] = set()
    for kill_at in (1, 20, 60):
        with serving(path) as (process, url), ThreadPoolExecutor(8) as pool:
            assert told <= {one["task_id"] for one in asked(f"{url}{CREATE}?pageSize=500")["data"]}

            def create(
                number: int, url: str = url, process: "subprocess.Popen[str]" = process, kill_at: int = kill_at
            ) -> str | None:
                try:
                    found: str = asked(f"{url}{CREATE}", BODY)["data"]["task_id"]
                except (OSError, HTTPException):  # killed before or within the answer
                    return None
                if number == kill_at:
                    process.send_signal(signal.SIGKILL)
                return found

            told |= {one for one in pool.map(create, range(100)) if one is not None}
    assert len(told) > 50
    with serving(path) as (_, url):
        assert told <= {one["task_id"] for one in asked(f"{url}{CREATE}?pageSize=500")["data"]}


def test_accounts_come_back_with_their_keys(tmp_path: Path) -> None:
    """Other accounts are in the file as well; one that was deleted is not."""
    mock = _kept(current(), tmp_path / "kling.db")
    kept, gone = [mock.http().post("/_mock/accounts", content=b"{}").json() for _ in range(2)]
    assert mock.post(token=kept["api_key"]).json()["code"] == 0
    mock.http().delete(f"/_mock/accounts/{gone['id']}", headers={"x-kling-mock-account": gone["id"]})
    mock.world.close()
    again = _kept(current(), tmp_path / "kling.db")
    assert {one.id for one in again.world.accounts} == {"default", kept["id"]}
    assert len(again.world.accounts.get(kept["id"]).tasks) == 1
    assert again.post(token=kept["api_key"]).json()["code"] == 0
    assert again.post(token=gone["api_key"]).json()["code"] == 1002
    again.world.close()
