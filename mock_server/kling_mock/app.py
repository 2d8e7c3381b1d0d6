"""Carries the mock in a FastAPI app.

The mocked operations are plain Starlette routes that read bytes and answer bytes: five times cheaper than routes with
models, and the core has checked everything already. FastAPI gives the documents of the control API and of the mocked
one (`/_mock/docs`, `/_mock/openapi.json`).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

from fastapi import FastAPI
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from .dispatcher import Dispatcher
from .request import Answer, Request, json_answer
from .world import World

_VERBS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def app(world: World) -> FastAPI:
    """Return the ASGI app of a mock."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with Dispatcher(world):
            yield

    made = FastAPI(title="kling-mock", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)

    async def endpoint(http: HttpRequest) -> Response:
        try:
            body = await _body(http, world.settings.most_bytes)
        except ClientDisconnect:
            return Response(status_code=499)
        if body is None:
            return _response(_too_large(world))
        request = _request(http, body)
        if request.path.startswith("/_mock/"):  # may make a film or deliver callbacks: not on the event loop
            return _response(await asyncio.to_thread(world.handle, request))
        return _response(world.handle(request))

    for route in world.routes.all:
        made.router.routes.append(Route(world.settings.prefix + route.path, endpoint, methods=_VERBS))
    made.router.routes.append(Route("/{rest:path}", endpoint, methods=_VERBS))
    return made


async def _body(http: HttpRequest, most: int) -> bytes | None:
    """Return the body, None when it is larger than `most` bytes; no more than that is ever held."""
    told = http.headers.get("content-length", "0")
    if told.isdigit() and int(told) > most:
        return None
    chunks, size = [], 0
    async for chunk in http.stream():
        size += len(chunk)
        if size > most:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _request(http: HttpRequest, body: bytes) -> Request:
    scope = http.scope
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)) if scope["query_string"] else {}
    return Request(verb=scope["method"], path=raw.partition(b"?")[0].decode("latin-1"), query=query, headers=headers, body=body)


def _response(answer: Answer) -> Response:
    return Response(answer.body, status_code=answer.status, headers=dict(answer.headers))


def _too_large(world: World) -> Answer:
    said = world.messages.said("too_large", limit=world.settings.most_bytes)
    body = {"code": said.code, "message": said.text, "request_id": world.ids.request_id()}
    return json_answer(said.http, body, {"connection": "close"})
