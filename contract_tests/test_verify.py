"""Asserting what a mock was asked: matchers, counts, what came closest, over HTTP, and in pytest's report."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from conftest import BODY, Bench, bench

from kling_mock.handle import MockHandle
from kling_mock.matchers import ABSENT, differences
from kling_mock.settings import API_KEY, Settings
from kling_spec.document import Document

_CREATE = "text_to_video.create"
_SAID = {
    "prompt": "A paper boat",
    "n": 3,
    "flag": True,
    "camera": {"type": "simple", "config": {"zoom": 5, "pan": 0}},
    "shots": [{"index": 1}, {"index": 2}],
    "nothing": None,
}


@pytest.fixture
def handle(mock: Bench) -> MockHandle:
    """What a test holds of the mock in this process."""
    return MockHandle("http://mock.test", mock.world, mock.world.account)


@pytest.mark.parametrize(
    ("expected", "wrong"),
    [
        ({}, []),
        ({"prompt": "A paper boat", "n": 3}, []),
        ({"prompt": "A paper goat"}, ["prompt"]),
        ({"prompt": re.compile("boat$")}, []),
        ({"prompt": re.compile("^boat")}, ["prompt"]),
        ({"n": re.compile("3")}, ["n"]),
        ({"prompt": ..., "nothing": ...}, []),
        ({"prompt": ANY, "flag": ANY}, []),
        ({"absent": ...}, ["absent"]),
        ({"absent": ANY}, ["absent"]),
        ({"absent": ABSENT}, []),
        ({"prompt": ABSENT}, ["prompt"]),
        ({"nothing": None}, []),
        ({"absent": None}, ["absent"]),
        ({"prompt": str, "n": int}, []),
        ({"n": str}, ["n"]),
        ({"n": True}, ["n"]),
        ({"flag": 1}, ["flag"]),
        ({"n": pytest.approx(3.0)}, []),
        ({"prompt": lambda text: "boat" in text}, []),
        ({"prompt": lambda text: "goat" in text}, ["prompt"]),
        ({"camera": {"type": "simple"}}, []),
        ({"camera": {"config": {"zoom": 6}, "type": "x"}}, ["camera.config.zoom", "camera.type"]),
        ({"camera.config.zoom": 5}, []),
        ({"camera.config.none": 5}, ["camera.config.none"]),
        ({"camera": "simple"}, ["camera"]),
        ({"shots": [{"index": 1}, ...]}, []),
        ({"shots": ({"index": 1}, {"index": 3})}, ["shots.1.index"]),
        ({"shots": [{"index": 1}]}, ["shots"]),
        ({"shots.1.index": 2, "shots.2": ABSENT}, []),
    ],
)
def test_matchers(expected: dict[str, Any], wrong: list[str]) -> None:
    """Each way to say what a member is, and the names of those that are not."""
    assert [one.name for one in differences(expected, _SAID)] == wrong


def test_counting(mock: Bench, handle: MockHandle) -> None:
    """Once is enough unless told; refused calls count only when they are asked for, and always as a call that was not to be."""
    handle.assert_not_called("*")
    mock.post()
    mock.post()
    mock.post({**BODY, "model_name": "none"})
    assert [one.number for one in handle.assert_called(_CREATE)] == [1, 2]
    assert [one.number for one in handle.assert_called("*.create", at_least=3, code=...)] == [1, 2, 3]
    assert [one.code for one in handle.assert_called(_CREATE, code=1201, model_name="none")] == [1201]
    assert [one.number for one in handle.calls(_CREATE)] == [1, 2, 3]
    assert [one.number for one in handle.calls(code=0, prompt="A paper boat")] == [1, 2]
    handle.assert_called(_CREATE, times=2)
    handle.assert_called(_CREATE, times=0, prompt="none")
    handle.assert_not_called(_CREATE, prompt="none")
    handle.assert_not_called("*.create", code=1303)
    wrongs: list[dict[str, Any]] = [{"times": 1}, {"times": 0}, {"at_least": 3}, {"times": 4}, {"prompt": "none"}]
    for wrong in wrongs:
        with pytest.raises(AssertionError, match="called"):
            handle.assert_called(_CREATE, **wrong)
    with pytest.raises(AssertionError, match="was called once; expected never"):
        handle.assert_not_called(_CREATE, model_name="none")
    handle.forget_calls()
    handle.assert_not_called(_CREATE)


def test_parameters_are_matched_too(mock: Bench, handle: MockHandle) -> None:
    """Path and query count like the body; numbers of the query are numbers."""
    task = mock.post().json()["data"]["task_id"]
    for path in (f"/v1/videos/text2video/{task}", "/v1/videos/text2video?pageNum=2&pageSize=5"):
        mock.http().get(path, headers={"authorization": f"Bearer {API_KEY}"})
    handle.assert_called("text_to_video.get", id=task)
    handle.assert_called("text_to_video.page", pageNum=2, pageSize=5)


def test_an_operation_that_is_none_is_told(handle: MockHandle) -> None:
    """A name that no call can have would make `assert_not_called` always right."""
    for look in (handle.calls, handle.assert_called, handle.assert_not_called):
        with pytest.raises(ValueError, match=r"did you mean text_to_video\.create"):
            look("text_to_vidio.create")


def test_what_is_masked_or_cut_is_found(mock: Bench, handle: MockHandle) -> None:
    """What a test says is compared as the journal tells it: without secrets, a long picture by its beginning and length."""
    picture, url = "iVBOR" + "A" * 200_000, "http://127.0.0.1:9/hook?token=mine"
    mock.post(
        {"model_name": "kling-v1", "image": picture, "prompt": f"key {API_KEY}", "callback_url": url},
        path="/v1/videos/image2video",
    )
    (one,) = handle.calls("image_to_video.create", image=picture, prompt=f"key {API_KEY}", callback_url=url)
    assert API_KEY not in str(one)
    assert not handle.calls(image=picture + "A")
    with pytest.raises(AssertionError) as failed:
        handle.assert_called("image_to_video.create", code=..., image=f"{picture}B", prompt=API_KEY)
    assert API_KEY not in str(failed.value)
    assert len(str(failed.value)) < 2000


def test_the_closest_calls_are_explained(mock: Bench, handle: MockHandle) -> None:
    """The nearest come first, with each member that differs, and why those that were refused were."""
    mock.post({**BODY, "prompt": "Something else", "duration": "5"})
    mock.post({**BODY, "prompt": "A paper goat", "duration": "10"})
    mock.post({**BODY, "duration": "10", "sound": "maybe", "mode": "fast"})
    mock.post(path="/v1/videos/typo")
    with pytest.raises(AssertionError) as failed:
        handle.assert_called(_CREATE, prompt="A paper boat", duration="10", negative_prompt=ABSENT)
    lines = str(failed.value).splitlines()
    assert lines[0] == f"{_CREATE}(prompt='A paper boat', duration='10', negative_prompt=not given) was not called"
    assert [one[:4] for one in lines if one.startswith("  #")] == ["  #3", "  #2", "  #1"]
    text = "\n".join(lines)
    assert "as expected, but refused: prompt, duration, negative_prompt" in text
    assert "refused: /mode: " in text
    assert "prompt  expected 'A paper boat'\n              got      'A paper goat'\n      as expected: duration" in text
    assert lines[-1] == f"all calls: 2 {_CREATE}, 1 {_CREATE} (refused), 1 POST /v1/videos/typo (not in the API) (refused)"


def test_a_call_of_another_operation_is_near(mock: Bench, handle: MockHandle) -> None:
    """When the operation was not called at all, those with the nearest names come first."""
    mock.post()
    mock.http().get("/v1/images/generations", headers={"authorization": f"Bearer {API_KEY}"})
    with pytest.raises(AssertionError, match=r"(?s)image_to_video.create\(\) was not called\nclosest:\n  #1 text_to_video"):
        handle.assert_called("image_to_video.create")


def test_long_texts_are_shown_where_they_differ(mock: Bench, handle: MockHandle) -> None:
    """Of two texts with a long common beginning the part is shown that differs."""
    mock.post({**BODY, "prompt": f"{'boat ' * 100}in the rain"})
    with pytest.raises(AssertionError) as failed:
        handle.assert_called(_CREATE, prompt=f"{'boat ' * 100}in the snow")
    assert "boat in the snow'" in str(failed.value)
    assert "boat in the rain'" in str(failed.value)


@pytest.mark.parametrize(("most", "said"), [(0, "the journal is off"), (1, "2 earlier calls are no longer kept")])
def test_a_short_journal_is_told(ruled_doc: Document, most: int, said: str) -> None:
    """When calls may be missing because they were not kept, the explanation says so."""
    mock = bench(ruled_doc, Settings(journal=most, quotas=False))
    for _ in range(3):
        mock.post()
    with pytest.raises(AssertionError, match=said):
        MockHandle("http://mock.test", mock.world, mock.world.account).assert_called(_CREATE, times=3)


@pytest.mark.parametrize(
    ("asked", "ok"),
    [
        ({"operation": _CREATE}, True),
        ({"operation": _CREATE, "said": BODY, "times": 1}, True),
        ({"operation": _CREATE, "said": {"prompt": {"$regex": "boat$"}, "mode": {"$absent": True}}}, True),
        ({"operation": _CREATE, "said": {"prompt": {"$any": True}}, "at_least": 2}, False),
        ({"operation": "*.create", "said": {"prompt": "A paper goat"}}, False),
        ({"operation": "*.create", "times": 0}, False),
        ({"operation": "*", "code": None, "times": 2}, True),
    ],
)
def test_asserting_over_http(mock: Bench, asked: dict[str, Any], ok: bool) -> None:
    """Without Python: 200 with the numbers of the calls, or 409 with the explanation."""
    mock.post()
    mock.post({"prompt": ""})
    answer = mock.http().post("/_mock/journal/assert", content=json.dumps(asked))
    assert (answer.status_code, answer.json()["ok"]) == ((200, True) if ok else (409, False))
    assert ("error" in answer.json()) != ok
    assert answer.json()["count"] == len(answer.json()["numbers"])


@pytest.mark.parametrize(
    "asked", [{"operation": "none"}, {}, {"operation": "*", "said": {"prompt": {"$regex": "("}}}, {"operation": "*", "x": 1}]
)
def test_a_wrong_assertion_is_told(mock: Bench, asked: dict[str, Any]) -> None:
    """What cannot be asserted is 400, not a failed assertion."""
    assert mock.http().post("/_mock/journal/assert", content=json.dumps(asked)).status_code == 400


_FAILING = """
def test_it(kling_client, kling_mock):
    kling_client.text_to_video.create(model_name="kling-v2-6", prompt="A paper boat")
    kling_mock.assert_called("text_to_video.create", prompt="A paper goat")

def test_another(kling_mock):
    assert False
"""


def test_the_report_of_a_failing_test(tmp_path: Path) -> None:
    """A failed assertion points at the test's own line, and the calls of that test stand in its report."""
    (tmp_path / "test_it.py").write_text(_FAILING)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "kling_mock.pytest_plugin",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # the plugins of others take a while to load
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path, env=alone)
    out = done.stdout
    assert done.returncode == 1, out + done.stderr
    assert re.search(r"^E +AssertionError: text_to_video.create\(prompt='A paper goat'\) was not called$", out, re.MULTILINE)
    assert "verifying.py" not in out
    assert re.search(r"-- kling mock: calls of this test --+\n#1 text_to_video.create\(.*\) → 200, code 0, task \d+\n", out)
    assert re.search(r"-- kling mock: calls of this test --+\nnone\n", out)
