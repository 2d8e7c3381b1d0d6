"""Sends an answer that comes bit by bit, without keeping others waiting."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from contextlib import aclosing

from starlette.types import Receive, Send


async def send_stream(stream: Iterable[bytes], receive: Receive, send: Send) -> None:
    """Send a stream until it ends or the caller leaves. Where it can be read with `async for` it is, else in a thread."""
    sending = asyncio.create_task(_send_all(stream, send))
    leaving = asyncio.create_task(_left(receive))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in (sending, leaving):
            one.cancel()
        await asyncio.wait({sending, leaving})
    if not sending.cancelled():
        sending.result()


async def _send_all(stream: Iterable[bytes], send: Send) -> None:
    async with aclosing(_chunks(stream)) as chunks:
        async for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _chunks(stream: Iterable[bytes]) -> AsyncGenerator[bytes]:
    if isinstance(stream, AsyncIterable):
        async for chunk in stream:
            yield chunk
        return
    waiting = iter(stream)
    while (chunk := await asyncio.to_thread(next, waiting, None)) is not None:
        yield chunk


async def _left(receive: Receive) -> None:
    """Return once the caller has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
