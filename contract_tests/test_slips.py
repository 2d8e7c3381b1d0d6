"""A slip of whoever calls is told in words that name it: file and line, argument, method; never a traceback of ours."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from kling_runs import CREATE, Run, runner

from kling import Kling, RuleBroken
from kling._cli.app import server
from kling_mock.handle import MockHandle

BOAT: dict[str, Any] = {"call": "text_to_video.create", "arguments": {"model_name": "kling-v2-6", "prompt": "A paper boat"}}


@pytest.fixture
def run(served: MockHandle) -> Run:
    """The command as an account of its own."""
    return runner(served.new_account())


@pytest.fixture
def client() -> Iterator[Kling]:
    """A client that sends nothing."""
    with Kling(api_key="not sent") as made:
        yield made


@pytest.mark.parametrize("line", ["{bad", "[1]", "7"])
def test_a_line_that_is_no_job_is_named(line: str, client: Kling, run: Run, tmp_path: Path) -> None:
    """Of a file of jobs the line is told, by the client and by the command."""
    path = tmp_path / "jobs.jsonl"
    path.write_text(f"{json.dumps(BOAT)}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(f"{path}:3: no job")):
        client.batch(path, journal=tmp_path / "journal")
    assert f"{path}:3: no job" in run("batch", "run", str(path), code=2).stderr


def test_what_is_no_job_is_told(client: Kling, tmp_path: Path) -> None:
    """Neither half a pair, nor a name in place of a method, nor arguments that are a list."""
    name, method = "text_to_video.create", client.text_to_video.create
    wrong: list[Any] = [5, (method,), (name, {}), (print, {}), {"call": name, "arguments": []}, {**BOAT, "more": 1}]
    for one in wrong:
        with pytest.raises(ValueError, match="a job holds call"):
            client.batch([one], journal=tmp_path / "journal")


def test_download_says_what_takes_a_task(served: MockHandle, tmp_path: Path) -> None:
    """A task in place of its result is the commonest slip."""
    account = served.new_account()
    with Kling(api_key=account.api_key, base_url=account.url) as client:
        made: Any = client.text_to_video.create(**BOAT["arguments"])
        with pytest.raises(TypeError, match=r"TaskCreated\. download_all takes a task"):
            client.download(made, tmp_path / "boat.mp4")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_in_no_range(number: float, client: Kling) -> None:
    """JSON cannot say it, so it is not sent."""
    with pytest.raises(RuleBroken, match="cfg_scale must be from 0 to 1"):
        client.text_to_video.create(model_name="kling-v2-5-turbo", prompt="x", cfg_scale=number)


def test_a_picture_that_is_not_there_is_told(run: Run) -> None:
    """A name of a file that is mistyped is not sent as if it were base64."""
    boat = ["image-to-video", "create", "--model-name", "kling-v2-6", "--prompt", "x", "--image"]
    for name in ("baot.png", "."):
        assert f"directory: '{name}'" in run(*boat, name, code=2).stderr


def test_how_to_go_on_is_the_last_line(served: MockHandle, run: Run) -> None:
    """It leads to the same service and puts results in the same place."""
    where = ["--base-url", served.url, "--output", "boats/"]
    told = run(*CREATE, "--wait", "--wait-timeout", "0", *where, code=5, KLING_BASE_URL=None).stderr.splitlines()
    assert told[0].startswith("kling: TaskTimeout: ")
    assert re.fullmatch(r"kling: to go on: kling tasks wait text-to-video \d+ --base-url \S+ --output boats/", told[-1])


def test_numbers_and_bodies_of_the_command(run: Run, tmp_path: Path) -> None:
    """The option is named that a value was for."""
    assert "--limit" in run("tasks", "list", "--limit", "-1", code=2).output
    for text in ("[]", "{"):
        (tmp_path / "body.json").write_text(text, encoding="utf-8")
        assert "no JSON object in" in run(*CREATE, "--json-body", str(tmp_path / "body.json"), code=2).output


@pytest.mark.parametrize(
    ("option", "value", "said"), [("--port", "99999", "--port"), ("--secret", "whsec_***", "must be whsec_")]
)
def test_listening_begins_with_a_port_and_a_secret(run: Run, option: str, value: str, said: str) -> None:
    """What could never take a callback does not begin to listen."""
    assert said in run("webhook", "listen", "--port", "0", option, value, code=2).output


def test_a_callback_without_a_length_is_told_why() -> None:
    """It is not too large; nobody knows how large it is."""
    with server(0, None, print) as listening:
        thread = Thread(target=listening.serve_forever)
        thread.start()
        try:
            told = httpx2.post(f"http://127.0.0.1:{listening.server_port}/", content=iter([b"{}"]), trust_env=False)
        finally:
            listening.shutdown()
            thread.join()
    assert (told.status_code, told.text) == (411, "content-length is needed")
