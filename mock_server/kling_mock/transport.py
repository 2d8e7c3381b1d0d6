"""The mock as a transport for httpx2: no socket, no server, the same answers."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from urllib.parse import parse_qsl

import anyio
import httpx2

from .request import Answer, Request
from .trouble import Trouble
from .world import World

_NO_TROUBLE = Trouble()


class MockTransport(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Answers the requests of an httpx2 client, sync or async, with a mock in this process.

    `httpx2.Client(transport=MockTransport(world))` and `httpx2.AsyncClient(transport=MockTransport(world))`.
    Faults of the connection are the exceptions that a socket gives, read timeouts included.
    """

    def __init__(
        self,
        world: World,
        *,
        sleep: Callable[[float], object] = time.sleep,
        sleep_async: Callable[[float], Awaitable[object]] = anyio.sleep,
    ) -> None:
        """Answer with `world`; slow answers are waited for with `sleep` and `sleep_async`, which take seconds."""
        self.world = world
        self._sleep = sleep
        self._sleep_async = sleep_async

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the mock's answer."""
        answer = self.world.handle(_request(request, request.read()))
        if answer.trouble is None:
            return _response(answer, request)
        way = _Way(answer, answer.trouble, request)
        self._sleep(way.patience(answer.trouble.delay))
        return way.response(_Cut(way, self._sleep, self._sleep_async))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the mock's answer."""
        answer = self.world.handle(_request(request, await request.aread()))
        if answer.trouble is None:
            return _response(answer, request)
        way = _Way(answer, answer.trouble, request)
        await self._sleep_async(way.patience(answer.trouble.delay))
        return way.response(_Cut(way, self._sleep, self._sleep_async))


class _Way:
    """The way of an answer to its caller, when it is in trouble."""

    def __init__(self, answer: Answer, trouble: Trouble, request: httpx2.Request) -> None:
        self.answer = answer
        self.trouble = trouble
        self._request = request
        self._timeout: float | None = request.extensions.get("timeout", {}).get("read")

    def patience(self, seconds: float) -> float:
        """Return how long the caller waits for something that takes some time."""
        return seconds if self._timeout is None else min(seconds, self._timeout)

    def check(self, seconds: float) -> None:
        """Raise `ReadTimeout` where something takes longer than the caller waits."""
        if self.patience(seconds) < seconds:
            raise httpx2.ReadTimeout("timed out", request=self._request)

    def response(self, stream: "_Cut") -> httpx2.Response:
        """Return the answer, or what comes of it. Raises what a socket would."""
        self.check(self.trouble.delay)
        match self.trouble.cut:
            case "":
                return _response(self.answer, self._request)
            case "reset":
                raise httpx2.ReadError("[Errno 104] Connection reset by peer", request=self._request)
            case "unanswered":
                raise httpx2.RemoteProtocolError("Server disconnected without sending a response.", request=self._request)
            case _:
                headers = {**self.answer.headers, "content-length": str(len(self.answer.body))}
                return httpx2.Response(self.answer.status, headers=headers, stream=stream, request=self._request)

    def end(self) -> None:
        """Raise what comes after the part of the body that came."""
        self.check(self.trouble.hold)
        came, said = len(self.trouble.part(self.answer.body)), len(self.answer.body)
        raise httpx2.RemoteProtocolError(
            f"peer closed connection without sending complete message body (received {came} bytes, expected {said})",
            request=self._request,
        )


class _Cut(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """The part of a body that comes, and the wait for the rest."""

    def __init__(self, way: _Way, sleep: Callable[[float], object], sleep_async: Callable[[float], Awaitable[object]]) -> None:
        self._way = way
        self._sleep = sleep
        self._sleep_async = sleep_async

    def __iter__(self) -> Iterator[bytes]:
        yield self._way.trouble.part(self._way.answer.body)
        self._sleep(self._way.patience(self._way.trouble.hold))
        self._way.end()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._way.trouble.part(self._way.answer.body)
        await self._sleep_async(self._way.patience(self._way.trouble.hold))
        self._way.end()


def _request(request: httpx2.Request, body: bytes) -> Request:
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    headers = {name.lower(): value for name, value in request.headers.items()}
    asked = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    return Request(verb=request.method, path=path, query=asked, headers=headers, body=body)


def _response(answer: Answer, request: httpx2.Request) -> httpx2.Response:
    content = answer.body if answer.stream is None else b"".join(answer.stream)
    return httpx2.Response(answer.status, headers=dict(answer.headers), content=content, request=request)
