"""Runs the mock behind a socket."""

import gc
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import TracebackType

import uvicorn

from .app import app
from .errors import CannotStart
from .line import Protocol
from .world import World


def bound(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises `CannotStart` when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(1024)
    except (OSError, OverflowError) as error:
        made.close()
        is_name = isinstance(error, socket.gaierror)
        hint = "choose another with --host" if is_name else "choose another with --port, or --port 0 for a free one"
        raise CannotStart(f"cannot listen on {host}:{port}: {error}; {hint}") from error
    return made


def url(listening: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, world: World, *, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._world = world
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on SIGINT and SIGTERM and exit 0; uvicorn's own way raises the signal again at the end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for feed in tuple(self._world.feeds):  # they would go on as long as their readers wish
            feed.close()
        await super().shutdown(sockets)


def _server(world: World, *, ready: Callable[[], None]) -> _Server:
    config = uvicorn.Config(
        app(world),
        http=Protocol,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
        proxy_headers=False,  # the mock reads x-forwarded-… itself
        lifespan="on",
    )
    return _Server(config, world, ready=ready)


def serve(world: World, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; requests in flight are finished. `ready` is called with the URL."""
    listening = bound(host, port)
    gc.collect()
    gc.freeze()  # the bundle lives as long as the process: collections need not walk through it again
    gc.set_threshold(10_000)  # requests leave no cycles behind, tasks are kept: looking often finds nothing
    _server(world, ready=lambda: ready(url(listening))).run(sockets=[listening])


class Running:
    """A mock that serves in a thread: `with Running(world) as mock: mock.url`."""

    def __init__(self, world: World, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.world = world
        self._socket = bound(host, port)
        self.url = url(self._socket)
        self._is_ready = Event()
        self._server = _server(world, ready=self._is_ready.set)
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, name="kling-mock", daemon=True)

    def __enter__(self) -> "Running":
        self._thread.start()
        if not self._is_ready.wait(timeout=10):
            raise CannotStart(f"{self.url}: the server did not become ready within 10 s")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._socket.close()
