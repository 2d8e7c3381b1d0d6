"""What the server counts, as Prometheus reads it, and the access log."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import pytest
from conftest import BODY, CREATE, Bench

from kling_mock.access_log import AccessLog, opened
from kling_mock.callbacks import Delivered
from kling_mock.errors import CannotStart
from kling_mock.lane import Delivery
from kling_mock.metrics import Metrics
from kling_mock.post import Reply
from kling_mock.recorder import Recorder
from kling_mock.settings import API_KEY

_SERVE = "import sys; from kling_mock.cli import main; sys.argv[0] = 'kling-mock'; main()"
_SAMPLE = re.compile(r'([a-z_]+)((?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})?) (-?[0-9.e+-]+)')
Samples = dict[str, float]


def _parsed(text: str) -> Samples:
    """Return the samples of an exposition by name and labels; each must be of a metric with help and type."""
    assert text.endswith("\n")
    found: Samples = {}
    kinds: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("# "):
            _, word, name, rest = line.split(" ", 3)
            assert word in ("HELP", "TYPE")
            assert name not in kinds, f"{name} is told twice"
            kinds |= {name: rest} if word == "TYPE" else {}
            continue
        sample = _SAMPLE.fullmatch(line)
        assert sample, line
        name, labels, value = sample.groups()
        assert any(name in (one, *(f"{one}{end}" for end in _ENDS[kind])) for one, kind in kinds.items()), line
        assert name + labels not in found, line
        found[name + labels] = float(value)
    return found


_ENDS = {"histogram": ("_bucket", "_sum", "_count"), "counter": (), "gauge": ()}


def _metrics(mock: Bench) -> Samples:
    answer = mock.http().get("/_mock/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return _parsed(answer.text)


def test_everything_is_counted(mock: Bench) -> None:
    """Requests by operation and code, seconds, tasks, callbacks, accounts, and what is served."""
    for _ in range(3):
        mock.post({**BODY, "callback_url": "http://127.0.0.1:9/x"})
    mock.post({"prompt": ""})
    mock.http().get("/v1/none")
    mock.http().post("/_mock/accounts", content=b"{}")
    told = _metrics(mock)
    assert told['kling_mock_requests_total{operation="text_to_video.create",code="0"}'] == 3
    assert told['kling_mock_requests_total{operation="text_to_video.create",code="1201"}'] == 1
    assert told['kling_mock_requests_total{operation="",code="1202"}'] == 1
    assert told['kling_mock_request_seconds_count{operation="text_to_video.create"}'] == 4
    assert told['kling_mock_tasks{family="text_to_video",state="running"}'] == 3
    assert told["kling_mock_accounts"] == 2
    assert told["kling_mock_journal_dropped"] == 0
    assert told["kling_mock_uptime_seconds"] > 0
    assert any(one.startswith("kling_mock_info{version=") and 'as_of="20' in one for one in told)
    mock.world.advance(600)
    told = _metrics(mock)
    assert told['kling_mock_tasks{family="text_to_video",state="running"}'] == 0
    assert told['kling_mock_tasks{family="text_to_video",state="ended"}'] == 3
    assert told['kling_mock_callbacks_total{result="2xx"}'] == 9


def test_callbacks_that_fail_are_counted() -> None:
    """A receiver that says no, one that is not there, and one that may not be told."""
    recorder = Recorder(success="")
    one = Delivery(0, 1, "http://x", bytes)
    for sent_ms, reply in ((0, Reply(503)), (0, Reply(None, silence="gone")), (None, Reply(None, silence="not sent"))):
        recorder.delivered(Delivered(1, one, sent_ms, {}, reply))
    told = _parsed(recorder.metrics.text({}, [], accounts=0, dropped=0))
    assert {one: told[one] for one in told if "callbacks" in one} == {
        'kling_mock_callbacks_total{result="5xx"}': 1,
        'kling_mock_callbacks_total{result="refused"}': 1,
        'kling_mock_callbacks_total{result="unreachable"}': 1,
    }


def test_a_histogram_adds_up() -> None:
    """Buckets are cumulative, the last is the count, a value on a bound is below it, the sum is the sum."""
    metrics = Metrics()
    for seconds in (0.0001, 0.0002, 0.3, 60.0):
        metrics.answered("one", 0, seconds)
    metrics.answered("one", 1201, 0.0002)
    told = _parsed(metrics.text({}, [], accounts=0, dropped=0))
    buckets = [value for name, value in told.items() if "_bucket" in name]
    assert buckets == sorted(buckets)
    assert (buckets[0], buckets[-1]) == (1, 5)
    assert told['kling_mock_request_seconds_count{operation="one"}'] == 5
    assert told['kling_mock_request_seconds_sum{operation="one"}'] == pytest.approx(60.3005)


def test_labels_are_escaped_and_bounded() -> None:
    """No label breaks the format, and no flood of names fills the memory."""
    metrics = Metrics()
    metrics.answered('a"b\\c\nd', 0, 0.1)
    for number in range(5000):
        metrics.answered(f"name-{number}", number, 0.1)
    told = _parsed(metrics.text({"version": '"'}, [], accounts=0, dropped=0))
    counts = {name: value for name, value in told.items() if name.startswith("kling_mock_requests_total")}
    assert len(counts) <= 2001
    assert sum(counts.values()) == 5001


def test_threads_lose_no_count() -> None:
    """Many threads count at once, and every request is there."""
    metrics = Metrics()

    def count(times: int) -> None:
        for _ in range(times):
            metrics.answered("one", 0, 0.1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, [5000] * 8))
    told = _parsed(metrics.text({}, [], accounts=0, dropped=0))
    assert told['kling_mock_requests_total{operation="one",code="0"}'] == 40_000


def test_a_line_a_request(mock: Bench, tmp_path: Path) -> None:
    """Each request is one JSON object a line, there as soon as it is answered; no secret and no query in it."""
    path = tmp_path / "access.jsonl"
    path.write_text("before\n")
    with opened(str(path)) as mock.world.recorder.listener:
        task = mock.post().json()["data"]["task_id"]
        mock.http().get(f"{CREATE}/{API_KEY}?secret=s3cret")
        first, made, missed = path.read_text().splitlines()
    assert first == "before"
    told = json.loads(made)
    assert list(told) == ["time", "account_id", "operation", "verb", "path", "status", "code", "ms", "task_id", "bytes"]
    assert (told["account_id"], told["operation"], told["code"], told["task_id"]) == (
        "default",
        "text_to_video.create",
        0,
        task,
    )
    assert API_KEY not in missed
    assert "s3cret" not in missed
    assert json.loads(missed)["path"] == f"{CREATE}/***"


def test_a_closed_pipe_ends_the_log_alone(mock: Bench) -> None:
    """When nobody reads the log any more, requests are answered on."""
    reader, writer = os.pipe()
    with FileIO(writer, "wb") as file:
        mock.world.recorder.listener = AccessLog(file)
        mock.post()
        assert b'"code":0' in os.read(reader, 4096)
        os.close(reader)
        assert [mock.post().json()["code"] for _ in range(3)] == [0, 0, 0]


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that is not there stops the start with one line; without a path there is no log."""
    with pytest.raises(CannotStart, match="--access-log"), opened(str(tmp_path / "none" / "x")):
        pass
    with opened("") as log:
        assert log is None


@contextmanager
def _serving(*flags: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-c", _SERVE, "serve", "--port", "0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().removeprefix("listening on ").strip()
        finally:
            process.kill()


def test_the_flags() -> None:
    """`--access-log -` writes to standard error at once, `--journal 1` keeps one call; metrics are there without asking."""
    with _serving("--access-log", "-", "--journal", "1", "--api-key", "the-only-key") as (process, url):
        assert process.stderr is not None
        for number in range(2):
            request = urllib.request.Request(
                f"{url}{CREATE}?pageNum={number + 1}", headers={"Authorization": "Bearer the-only-key"}
            )
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert answer.status == 200
            assert json.loads(process.stderr.readline())["operation"] == "text_to_video.page"
        with urllib.request.urlopen(f"{url}/_mock/journal", timeout=10) as answer:
            assert json.load(answer)["dropped"] == 1
        with urllib.request.urlopen(f"{url}/_mock/metrics", timeout=10) as answer:
            assert _parsed(answer.read().decode())["kling_mock_journal_dropped"] == 1
