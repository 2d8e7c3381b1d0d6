"""A receiver of callbacks on loopback, an account whose callbacks it gets, and what both know."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Event, Thread
from typing import Any

import pytest
from conftest import BODY, CREATE

from kling_mock.handle import MockHandle, running
from kling_mock.settings import Settings

STATES = ["submitted", "processing", "succeed"]


@dataclass(frozen=True)
class Got:
    """A callback that arrived."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.raw)


class Server(ThreadingHTTPServer):
    """A server that may be asked by many at once and says nothing of callers that went away."""

    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


@dataclass
class Receiver:
    """A receiver of callbacks on loopback."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)  # to answer, the first first; then 200
    arrivals: "Queue[Got]" = field(default_factory=Queue)
    release: Event = field(default_factory=Event)  # lets the paths that begin with /hang answer

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one POST."""
        raw = handler.rfile.read(int(handler.headers["content-length"]))
        one = Got(handler.path, {name.lower(): value for name, value in handler.headers.items()}, raw)
        self.got.append(one)
        self.arrivals.put(one)
        if handler.path.startswith("/hang"):
            self.release.wait(30)
        handler.send_response(self.statuses.pop(0) if self.statuses else 200)
        handler.send_header("x-heard", "yes")
        handler.send_header("location", "/elsewhere")
        handler.end_headers()
        handler.wfile.write(b"heard")

    def arrived(self, count: int) -> list[Got]:
        """Return the next so many callbacks, once they are there."""
        return [self.arrivals.get(timeout=20) for _ in range(count)]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver."""
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with Server(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made
        finally:
            made.release.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on loopback."""
    with receiving() as made:
        yield made


@pytest.fixture(scope="module")
def served() -> Iterator[MockHandle]:
    """A mock in a thread whose clock stands still."""
    with running(Settings(quotas=False, callback_timeout=10)) as handle:
        yield handle


@pytest.fixture
def mock(served: MockHandle) -> Iterator[MockHandle]:
    """An account of its own."""
    made = served.new_account()
    yield made
    made.control("DELETE", f"/accounts/{made.account.id}")


def create(mock: MockHandle, url: str) -> str:
    """Start a task over HTTP and return its id."""
    content = json.dumps({**BODY, "callback_url": url}).encode()
    headers = {"authorization": f"Bearer {mock.api_key}", "content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(mock.url + CREATE, content, headers), timeout=20) as answer:
        return str(json.load(answer)["data"]["task_id"])


def by_task(got: list[Got]) -> dict[str, list[str]]:
    """Return the states that each task was told in, as they came."""
    told: dict[str, list[str]] = {}
    for one in got:
        told.setdefault(one.said["task_id"], []).append(one.said["task_status"])
    return told


def log(mock: MockHandle, query: str = "") -> list[dict[str, Any]]:
    """Return the delivery log."""
    path, _, asked = f"/callbacks{query}".partition("?")
    with urllib.request.urlopen(f"{mock.url}/_mock{path}?{asked}&account_id={mock.account.id}", timeout=20) as answer:
        found: list[dict[str, Any]] = json.load(answer)["deliveries"]
    return found
