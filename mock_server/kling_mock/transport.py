"""The mock as a transport for httpx2: no socket, no server, the same answers."""

from urllib.parse import parse_qsl

import httpx2

from .request import Answer, Request
from .world import World


class MockTransport(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Answers the requests of an httpx2 client, sync or async, with a mock in this process.

    `httpx2.Client(transport=MockTransport(world))` and `httpx2.AsyncClient(transport=MockTransport(world))`.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the mock's answer."""
        return _response(self.world.handle(_request(request, request.read())), request)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the mock's answer."""
        return _response(self.world.handle(_request(request, await request.aread())), request)


def _request(request: httpx2.Request, body: bytes) -> Request:
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    headers = {name.lower(): value for name, value in request.headers.items()}
    asked = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    return Request(verb=request.method, path=path, query=asked, headers=headers, body=body)


def _response(answer: Answer, request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(answer.status, headers=dict(answer.headers), content=answer.body, request=request)
