"""The command: options, exit codes, Ctrl-C."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from kling_contract import cli
from kling_contract.keys import Keys
from kling_mock.handle import MockHandle, running

_QUICK = ["--family", "text_to_audio", "--check", "auth-none", "--check", "lifecycle"]


@pytest.fixture(autouse=True)
def _no_keys_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in os.environ if one.startswith("KLING_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def mock() -> Iterator[MockHandle]:
    with running() as made:
        yield made


def exit_of(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Return the exit code of the command in this process."""
    monkeypatch.setattr(sys, "argv", ["kling-contract", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_a_run_that_finds_nothing(
    mock: MockHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0, the report on standard output, and every file that was asked for."""
    files = [tmp_path / f"report{one}" for one in (".html", ".xml", ".sarif", ".json", ".txt")]
    asked = [part for one in files for part in ("--report", str(one))]
    assert exit_of(monkeypatch, "run", "--base-url", mock.url, "--api-key", mock.api_key, *_QUICK, *asked) == 0
    out = capsys.readouterr().out
    assert re.search(r"^\d+ passed; \d+ requests in", out, re.MULTILINE)
    assert files[4].read_text(encoding="utf-8") == out
    assert json.loads(files[3].read_text(encoding="utf-8"))["counts"]["failed"] == 0


def test_a_run_that_finds_something(
    mock: MockHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1; a baseline made of its report makes it 0; an expired one does not."""
    asked = [
        "run",
        "--base-url",
        mock.url,
        "--api-key",
        mock.api_key,
        "--fidelity",
        "documented",
        "--family",
        "text_to_audio",
        "--check",
        "task-unknown",
    ]
    report, known = tmp_path / "report.json", tmp_path / "known.json"
    assert exit_of(monkeypatch, *asked, "--report", str(report)) == 1
    assert "✗ task-unknown:text_to_audio.get" in capsys.readouterr().out
    for until, code in (("2999-12-31", 0), ("2020-01-01", 1)):
        assert exit_of(monkeypatch, "accept", str(report), "--reason", "bug 1234", "--until", until) == 0
        known.write_text(capsys.readouterr().out, encoding="utf-8")
        assert exit_of(monkeypatch, *asked, "--baseline", str(known)) == code
        said = capsys.readouterr().out
        assert ("accepted until 2999-12-31: bug 1234" in said) is (code == 0)
        assert ("baseline: task-unknown:text_to_audio.get: was accepted until 2020-01-01" in said) is (code == 1)


@contextmanager
def serving(body: bytes, content_type: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def silent() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def down() -> Iterator[str]:
    with silent() as url:
        pass
    yield url


_UNUSABLE: dict[str, tuple[Any, str]] = {
    "down": (down, "cannot be checked: no connection: "),
    "slow": (silent, "cannot be checked: no answer within 0.3 s"),
    "html": (lambda: serving(b"<!doctype html>hello", "text/html"), "is not a Kling API: GET /v1/general/ai-multi-shot was answered with HTTP 200 and HTML"),
    "json": (lambda: serving(b'{"hello": 1}', "application/json"), "is not a Kling API"),
}  # fmt: skip


@pytest.mark.parametrize("name", _UNUSABLE)
@pytest.mark.parametrize("profile", ["offline", "gateway", "live-free"])
def test_a_server_that_cannot_be_checked(
    name: str, profile: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on standard error, nothing on standard output, exit 2."""
    server, said = _UNUSABLE[name]
    with server() as url:
        assert exit_of(monkeypatch, "run", "--base-url", url, "--profile", profile, "--timeout", "0.3") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"error {url} ")
    assert said in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--report", "report.pdf"], "a report ends in"),
        (["--baseline", "none.json"], "none.json"),
        (["--family", "text2video"], "no family 'text2video'"),
        (["--check", "nothing"], "kling-contract checks lists them"),
        (["--as-of", "yesterday"], "is not a date"),
        (["--spec", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_asked(
    arguments: list[str],
    said: str,
    mock: MockHandle,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """One line, exit 2, before anything is checked."""
    monkeypatch.chdir(tmp_path)
    assert exit_of(monkeypatch, "run", "--base-url", mock.url, *arguments) == 2
    assert said in capsys.readouterr().err


def test_a_dry_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints requests as curl lines without keys and needs no server; the service itself is a fine address."""
    keys = Keys("ak-1234567890", "sk-" + "0" * 40, "api-key-kling-mine")
    asked = ["run", "--base-url", "https://api-singapore.klingai.com", "--profile", "live-free", "--dry-run"]
    given = ["--access-key", keys.access_key, "--secret-key", keys.secret_key, "--api-key", keys.api_key]
    assert exit_of(monkeypatch, *asked, *given) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert all(one.startswith("curl -X ") and "https://api-singapore.klingai.com/" in one for one in lines)
    assert last == f"{len(lines)} requests would be sent"
    assert len(lines) > 100
    assert not [one for one in keys.secrets if one in "\n".join(lines)]


def test_the_checks_are_listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with what is true when it passes, and the profiles that have it."""
    assert exit_of(monkeypatch, "checks") == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(one.startswith("auth-none") and one.endswith("(offline, gateway, live-free)") for one in lines)
    assert any(one.startswith("rule-broken") and one.endswith("(offline, gateway)") for one in lines)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT; Windows has none")
def test_ctrl_c(tmp_path: Path) -> None:
    """What was done is printed and written, exit 130. The server holds an answer until the signal has been sent."""
    report, came, may_go = tmp_path / "report.json", Event(), Event()

    def hold(account: Any, record: Any) -> None:
        if len(served.account.journal) >= 20:
            came.set()
            may_go.wait(timeout=20)

    with running() as served:
        served.world.recorder.listener = hold
        command = [
            sys.executable,
            "-m",
            "kling_contract",
            "run",
            "--base-url",
            served.url,
            "--report",
            str(report),
            "--jobs",
            "2",
        ]
        with subprocess.Popen(
            [*command, "--check", "auth-none"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert came.wait(timeout=60)
            process.send_signal(signal.SIGINT)
            may_go.set()
            out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")
    assert "ended early: interrupted" in out
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["ended"] == "interrupted"
    assert told["counts"]["passed"] >= 10
    assert "not run: interrupted" in {one["reason"] for one in told["results"]}
