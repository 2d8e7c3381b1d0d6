"""Takes callbacks on a free loopback port."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Condition, Thread
from typing import Any


@dataclass(frozen=True)
class Callback:
    """One callback as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Receiver:
    """Listens from `with` on. Each case asks for an address of its own."""

    def __init__(self) -> None:
        self._came: dict[str, list[Callback]] = {}
        self._changed = Condition()
        self._numbers = count()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="kling-contract callbacks", daemon=True
        )

    def __enter__(self) -> "Receiver":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def address(self) -> str:
        """Return a URL that nobody else posts to."""
        return f"http://127.0.0.1:{self._server.server_port}/callback/{next(self._numbers)}"

    def came(self, url: str, *, least: int = 0, seconds: float = 0.0) -> list[Callback]:
        """Return what came for an address, after waiting at most so long for so many."""
        path = url[url.index("/callback/") :]
        with self._changed:
            self._changed.wait_for(lambda: len(self._came.get(path, ())) >= least, timeout=seconds)
            return list(self._came.get(path, ()))

    def take(self, callback: Callback) -> None:
        """Keep a callback."""
        with self._changed:
            self._came.setdefault(callback.path, []).append(callback)
            self._changed.notify_all()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            receiver.take(Callback(self.path, {name.lower(): one for name, one in self.headers.items()}, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing of one's own."""

    return Handler
