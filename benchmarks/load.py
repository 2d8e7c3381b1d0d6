"""The load generator: raw sockets that are kept open, each with one request under way."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from .figures import BenchFailed

CONNECTIONS = 16
LIMIT = 60  # seconds
Wanted = tuple[bytes, bytes]
"""How an answer must begin, and what its body must hold."""
DONE: Wanted = (b"HTTP/1.1 200", b'"code":0')
REFUSED: Wanted = (b"HTTP/1.1 400", b'"code":1201')
_Loop = Callable[[], asyncio.AbstractEventLoop]


@dataclass
class Load:
    """What became of some requests."""

    waiting: Iterator[bytes]
    left: int
    wanted: Wanted
    seconds: list[float] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    problem: str = ""


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last one is whole."""

    def __init__(self, load: Load, done: asyncio.Event) -> None:
        self._load, self._done = load, done
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head):
            self._note(head, body)
            self._answer = b""
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        self._stop("the server closed the connection")

    def _send(self) -> None:
        request = next(self._load.waiting, None)
        if request is not None:
            self._sent = time.perf_counter()
            self._transport.write(request)

    def _note(self, head: bytes, body: bytes) -> None:
        load = self._load
        load.seconds.append(time.perf_counter() - self._sent)
        load.bodies.append(body)
        load.left -= 1
        if not (head.startswith(load.wanted[0]) and load.wanted[1] in body):
            self._stop(f"the server refused: {head.partition(bytes((13,)))[0].decode()} {body[:300].decode()}")
        elif load.left == 0:
            self._done.set()

    def _stop(self, problem: str) -> None:
        if not self._done.is_set():
            self._load.problem = problem
            self._done.set()


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def post(path: str, body: bytes, token: str) -> bytes:
    """Return a request that creates something."""
    return _head("POST", path, token) + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def get(path: str, token: str) -> bytes:
    """Return a request that looks at something."""
    return _head("GET", path, token) + b"\r\n"


def _head(verb: str, path: str, token: str) -> bytes:
    return f"{verb} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n".encode()


def drive(port: int, requests: Sequence[bytes], *, connections: int = CONNECTIONS, wanted: Wanted = DONE) -> Load:
    """Send all requests and return what became of them. Raises `BenchFailed` when one is answered otherwise than wanted."""
    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
        try:
            load: Load = runner.run(_driven(port, requests, connections, wanted))
        except TimeoutError as error:
            raise BenchFailed(f"the server did not answer {len(requests)} requests within {LIMIT} s") from error
    if load.problem:
        raise BenchFailed(load.problem)
    return load


async def _driven(port: int, requests: Sequence[bytes], connections: int, wanted: Wanted) -> Load:
    load, done, loop = Load(iter(requests), len(requests), wanted), asyncio.Event(), asyncio.get_running_loop()
    transports = []
    try:
        async with asyncio.timeout(LIMIT):
            for _ in range(connections):
                transports.append((await loop.create_connection(lambda: _Connection(load, done), "127.0.0.1", port))[0])
            await done.wait()
    finally:
        for one in transports:
            one.abort()
    return load


def _fast_loop() -> _Loop | None:
    try:
        from uvloop import new_event_loop
    except ImportError:  # it does not exist for Windows
        return None
    return new_event_loop
