"""Carries the mock in a FastAPI app, with a short way in front.

The mocked operations are plain Starlette routes of the FastAPI app whose endpoint reads bytes and answers bytes. A
request for one of them is handed to that endpoint before the middleware and routing of FastAPI, which would cost more
than the answer (docs/decisions/0006); life cycle, control API and everything else go through the app.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .line import arrives
from .request import JSON, Answer, Request
from .streams import send_stream
from .world import World

_JSON = (b"content-type", b"application/json")
_MOST_AT_ONCE = 16 * 1024  # bytes of a body without much media: it is answered on the event loop
_VERBS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def app(world: World) -> ASGIApp:
    """Return the ASGI app of a mock."""
    return _Endpoint(world, _fastapi(world, _Endpoint(world)))


def _fastapi(world: World, endpoint: ASGIApp) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with world.dispatcher:
            yield
        world.close()

    made = FastAPI(title="kling-mock", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    for route in world.routes.all:
        made.router.routes.append(Route(world.settings.prefix + route.path, endpoint, methods=_VERBS))
    made.router.routes.append(Route("/{rest:path}", endpoint, methods=_VERBS))
    return made


class _Endpoint:
    """Answers any request with the mock, as an ASGI app; what is not for the mocked API goes to `rest`, where there is one."""

    def __init__(self, world: World, rest: ASGIApp | None = None) -> None:
        self._world = world
        self._rest = rest
        self._latest: tuple[list[tuple[bytes, bytes]], Mapping[str, str]] = ([], {})  # headers: a caller's are often the same
        self._most = world.settings.most_bytes
        self._most_at_once = 0 if world.settings.fetch_media else _MOST_AT_ONCE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._rest is not None and (scope["type"] != "http" or scope["path"].startswith("/_mock/")):
            await self._rest(scope, receive, send)
            return
        latest, headers = self._latest
        if scope["headers"] != latest:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            self._latest = scope["headers"], headers
        message = await receive()
        if message.get("more_body", False) or message["type"] == "http.disconnect":
            try:
                body = await _body(message, headers, receive, self._most)
            except _CallerGone:
                return
        else:  # of most requests: spares a coroutine
            body = message.get("body", b"")
        if body is None or len(body) > self._most:
            answer = self._world.too_large(_request(scope, headers, b""))
        elif scope["path"].startswith("/_mock/") or len(body) > self._most_at_once:
            # May make a film, deliver callbacks, look into media or fetch them: not on the event loop.
            answer = await asyncio.to_thread(self._world.handle, _request(scope, headers, body))
        else:
            answer = self._world.handle(_request(scope, headers, body))
        if answer.headers is JSON and answer.trouble is None:  # most answers
            reply_headers = [_JSON, (b"content-length", b"%d" % len(answer.body))]
            await send({"type": "http.response.start", "status": answer.status, "headers": reply_headers})
            await send({"type": "http.response.body", "body": answer.body})
        elif answer.trouble is None or await arrives(answer, answer.trouble, scope, receive, send):
            await _send(answer, receive, send)


class _CallerGone(Exception):
    """The caller hung up before the request was whole."""


async def _body(message: Message, headers: Mapping[str, str], receive: Receive, most: int) -> bytes | None:
    """Return the body that begins in a message, None when it is larger than `most` bytes; no more than that is held."""
    told = headers.get("content-length", "0")
    if told.isdigit() and int(told) > most:
        return None
    chunks: list[bytes] = []
    size, has_more = 0, True
    while has_more:
        if message["type"] == "http.disconnect":
            raise _CallerGone
        chunk, has_more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if size > most:
            return None
        chunks.append(chunk)
        if has_more:
            message = await receive()
    return b"".join(chunks)


def _request(scope: Scope, headers: Mapping[str, str], body: bytes) -> Request:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)) if scope["query_string"] else {}
    path, caller = raw.partition(b"?")[0].decode("latin-1"), scope.get("client") or ("127.0.0.1", 0)
    return Request(scope["method"], path, query, headers, body, caller[0])


async def _send(answer: Answer, receive: Receive, send: Send) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    if "content-length" not in answer.headers and answer.stream is None:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.stream is not None:
        await send_stream(answer.stream, receive, send)
        return
    await send({"type": "http.response.body", "body": answer.body})
