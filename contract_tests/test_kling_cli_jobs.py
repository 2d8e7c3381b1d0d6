"""The command `kling`: files of this machine, prices, and batches."""

import base64
import json
import re
import shlex
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from kling_runs import CREATE, Run, runner

from kling import Kling
from kling._cli import commands
from kling._sync.transport import Clock
from kling_mock.handle import MockHandle
from kling_mock.request import Answer, Request

_PIXEL = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_JOBS = [
    {"id": f"boat-{number}", "call": "text_to_video.create", "arguments": {"model_name": "kling-v2-6", "prompt": "x"}}
    for number in range(4)
]


@pytest.fixture
def account(served: MockHandle) -> MockHandle:
    """An account of its own."""
    return served.new_account()


@pytest.fixture
def run(account: MockHandle, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `kling`; its time, and the mock's, passes when it sleeps."""

    class Hand(Clock):
        at = 0.0

        def now(self) -> float:
            return self.at

        def unix(self) -> float:
            return account.account.clock.now() / 1000

        def sleep(self, seconds: float) -> None:
            self.at += seconds
            account.advance(seconds)

    monkeypatch.setattr(commands, "Kling", lambda **said: Kling(**said, clock=Hand()))
    return runner(account)


@pytest.fixture
def sent(served: MockHandle, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The bodies that the mock gets."""
    bodies: list[Any] = []
    real = served.world.handle

    def handle(request: Request) -> Answer:
        bodies.append(json.loads(request.body or b"null"))
        return real(request)

    monkeypatch.setattr(served.world, "handle", handle)
    return bodies


def test_media_are_files_of_this_machine(run: Run, sent: list[Any], tmp_path: Path) -> None:
    """A path, or @path, is sent as base64, in objects too; what is no media is text whatever its name."""
    path = tmp_path / "boat.png"
    path.write_bytes(base64.b64decode(_PIXEL))
    for said in (str(path), f"@{path}"):
        run("image-to-video", "create", "--model-name", "kling-v3", "--image", said, "--prompt", str(path), "--no-check")
        assert sent[-1]["image"].encode() == _PIXEL
        assert sent[-1]["prompt"] == str(path)
    images = json.dumps([{"image": str(path)}])
    run("image-omni", "create", "--prompt", "<<<image_1>>>", "--image-list", images, "--no-check")
    assert sent[-1]["image_list"][0]["image"].encode() == _PIXEL
    told = run("image-to-video", "create", "--model-name", "kling-v3", "--prompt", "x", "--image", str(path), code=2).stderr
    job = {"call": "image_to_video.create", "arguments": {"model_name": "kling-v3", "prompt": "x", "image": str(path)}}
    (tmp_path / "jobs.jsonl").write_text(json.dumps(job), encoding="utf-8")
    run("batch", "run", str(tmp_path / "jobs.jsonl"), "--no-check", code=1)
    assert [one["image"] for one in sent if one and "image" in one][-1].encode() == _PIXEL
    assert len([one for one in sent if one and "image" in one]) == 3
    assert "image must have sides of at least 300 pixels; it is 1 x 1" in told


def test_estimates_need_no_account(run: Run, sent: list[Any]) -> None:
    """The units of a call, by its arguments; rules count; what goes by the length of media wants that length."""
    free = {"KLING_API_KEY": None, "KLING_BASE_URL": None}
    for seconds in ("5", "10"):
        said: dict[str, Any] = {"model_name": "kling-v3", "prompt": "x", "duration": seconds}
        found = run("estimate", "text-to-video", "create", "--json-body", "-", "--json", text=json.dumps(said), **free)
        units = Kling(api_key="x").estimate(Kling(api_key="x").text_to_video.create, **said)
        assert json.loads(found.stdout) == {"operation": "text_to_video.create", "units": str(units)}
    assert "was not sent" in run("estimate", *CREATE[:2], code=2, **free).stderr
    lips = ["--session-id", "s", "--face-choose", json.dumps([_FACE])]
    assert "for_seconds" in run("estimate", "lip-sync", "create", *lips, code=1, **free).stderr
    assert (
        Decimal(
            json.loads(run("estimate", "lip-sync", "create", *lips, "--source-seconds", "7", "--json", **free).stdout)["units"]
        )
        > 0
    )
    assert sent == []


_FACE = {"face_id": "1", "audio_id": "2", "sound_start_time": 0, "sound_end_time": 5000, "sound_insert_time": 0}


def test_a_batch_is_run_once(run: Run, account: MockHandle, tmp_path: Path) -> None:
    """A line a job, results in a folder, a journal beside the file; a second run starts nothing; failures exit 1."""
    jobs = tmp_path / "jobs.jsonl"
    jobs.write_text("\n".join([*map(json.dumps, _JOBS), ""]), encoding="utf-8")
    account.fail_next("no luck")
    found = run("batch", "run", str(jobs), "--json", "--output", f"{tmp_path}/all/", code=1)
    told = {one["id"]: one for one in map(json.loads, found.stdout.splitlines())}
    assert [told[f"boat-{number}"]["verdict"] for number in range(4)] == ["failed", "done", "done", "done"]
    assert told["boat-0"]["reason"] == "no luck"
    assert found.stderr.splitlines()[-1] == "kling: 3 done, 1 failed, 0 left, 4.5 units"
    assert len(list((tmp_path / "all").iterdir())) == 3
    assert (tmp_path / "jobs.jsonl.journal").is_file()
    run("batch", "run", str(jobs), "--retry-failed")
    assert len(account.account.tasks) == 5
    jobs.write_text('{"call": "text_to_video.nope"}', encoding="utf-8")
    for wrong, words in ((str(jobs), "no call that a batch can make"), (str(tmp_path / "none"), "No such file")):
        assert words in run("batch", "run", wrong, code=2).stderr


_BLOCKS = re.findall(
    r"```console\n\$ (.*)\n((?:.*\n)*?)```", (Path(__file__).parent.parent / "docs/guides/cli.md").read_text("utf-8")
)


def _alike(text: str) -> list[list[str]]:
    """Return the words of each line; ids, moments and addresses of all runs look alike."""
    same = re.sub(r"kling-[0-9a-f]{32}|\d{13,}|https?://\S+", "…", text)
    return [line.split() for line in same.splitlines()]


def test_the_guide_is_true(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of docs/guides/cli.md prints what the guide says."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jobs.jsonl").write_text(json.dumps({**_JOBS[0], "id": "boat"}), encoding="utf-8")
    assert len(_BLOCKS) == 7
    for command, output in _BLOCKS:
        found = run(*shlex.split(command)[1:], code=2 if "RuleBroken" in output else 0)
        assert _alike(found.stdout + found.stderr) == _alike(output)
