"""The mock behind a socket: starts, says so, serves many, delivers callbacks, stops cleanly. And the pytest fixtures."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from kling import Kling
from kling_mock.handle import MockHandle, running
from kling_mock.settings import API_KEY, Settings

_BODY = {"model_name": "kling-v2-6", "prompt": "A paper boat"}
_SERVE = "import sys; from kling_mock.cli import main; sys.argv[0] = 'kling-mock'; main()"


@contextmanager
def _serving(*flags: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `kling-mock serve` and give the process and the URL it prints."""
    environment = {name: one for name, one in os.environ.items() if not name.startswith("KLING_")}
    command = [sys.executable, "-c", _SERVE, "serve", "--port", "0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), process.stderr and process.stderr.read()
        try:
            yield process, line.removeprefix("listening on ").strip()
        finally:
            process.kill()


def _asked(url: str, body: Any = None, key: str = API_KEY) -> dict[str, Any]:
    """Ask with the standard library alone."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data=content, headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            found = json.load(error)
    return found


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no SIGTERM; ends when uvicorn offers another way to stop there"
)
def test_it_serves_and_stops_on_sigterm() -> None:
    """One line when it is ready, answers under its prefix, exit 0 on SIGTERM, nothing on standard error."""
    with _serving("--prefix", "/p", "--seed", "7", "--api-key", "mine", "--speed", "0") as (process, url):
        assert url.endswith("/p")
        made = _asked(f"{url}/v1/videos/text2video", _BODY, key="mine")
        assert made["data"]["task_status"] == "submitted"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")


def test_a_taken_port_is_told() -> None:
    """One clear line and exit 2 when the port is in use."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-c", _SERVE, "serve", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "--port 0" in done.stderr


@pytest.fixture(scope="module")
def served() -> Iterator[MockHandle]:
    """A mock in a thread, for the tests of this file."""
    with running(Settings(most_bytes=100_000, quotas=False)) as handle:
        yield handle


@pytest.fixture
def receiver() -> Iterator[tuple[str, "Queue[Any]"]]:
    """A receiver of callbacks on loopback, and what it got."""
    got: Queue[Any] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.put((self.headers["content-type"], json.loads(self.rfile.read(int(self.headers["content-length"])))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", got
        server.shutdown()
        thread.join()


def test_callbacks_arrive_over_http(served: MockHandle, receiver: tuple[str, "Queue[Any]"]) -> None:
    """Each change of status is one POST of the bare task, JSON with charset, in order."""
    url, got = receiver
    _asked(f"{served.url}/v1/videos/text2video", {**_BODY, "callback_url": url})
    served.advance(600)
    arrived = [got.get(timeout=10) for _ in range(3)]
    assert [body["task_status"] for _, body in arrived] == ["submitted", "processing", "succeed"]
    assert {kind for kind, _ in arrived} == {"application/json; charset=utf-8"}
    assert "code" not in arrived[0][1]


def test_many_clients_at_once(served: MockHandle) -> None:
    """64 clients create at once: every create is answered and every task is another one."""
    with ThreadPoolExecutor(64) as pool:
        made = list(
            pool.map(
                lambda number: _asked(f"{served.url}/v1/videos/text2video", {**_BODY, "external_task_id": f"many-{number}"}),
                range(256),
            )
        )
    assert {one["code"] for one in made} == {0}
    assert len({one["data"]["task_id"] for one in made}) == 256


def test_one_id_is_given_once_under_load(served: MockHandle) -> None:
    """Of many creates with one external_task_id exactly one starts a task."""
    with ThreadPoolExecutor(32) as pool:
        codes = list(
            pool.map(
                lambda _: _asked(f"{served.url}/v1/videos/text2video", {**_BODY, "external_task_id": "race"})["code"], range(64)
            )
        )
    assert sorted(codes) == [0, *[1201] * 63]


@pytest.mark.parametrize("chunked", [True, False])
def test_a_large_body_is_refused_early(served: MockHandle, chunked: bool) -> None:
    """More than the limit is code 1200, whether the length was told or not."""
    size = 300_000
    head = f"POST /v1/videos/text2video HTTP/1.1\r\nHost: x\r\n{'Transfer-Encoding: chunked' if chunked else f'Content-Length: {size}'}\r\n\r\n"
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode())
        connection.sendall(f"{size:x}\r\n".encode() * chunked + b"x" * 150_000)
        answer = connection.recv(65536)
    assert b'"code":1200' in answer


@pytest.mark.parametrize(
    "junk",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
)
def test_malformed_http_does_no_harm(served: MockHandle, junk: bytes) -> None:
    """Nonsense on the wire gets an answer or a closed connection; the next caller is served."""
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(junk)
        connection.recv(65536)
    assert _asked(f"{served.url}/_mock/health")["status"] == "ok"


def test_the_fixtures_give_a_mock_and_its_client(kling_mock: MockHandle, kling_client: Kling) -> None:
    """`kling_mock` and `kling_client` are there for a user's own tests, and time moves by hand."""
    task = kling_client.text_to_video.create(model_name="kling-v2-6", prompt="A paper boat")
    assert kling_client.text_to_video.get(task).task_status == "submitted"
    kling_mock.advance(600)
    assert kling_client.text_to_video.get(task).task_status == "succeed"
    kling_mock.fail_next()
    failed = kling_client.text_to_video.create(model_name="kling-v2-6", prompt="A paper boat")
    kling_mock.advance(600)
    assert kling_client.text_to_video.get(failed).task_status == "failed"
