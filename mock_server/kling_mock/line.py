"""Plays faults of the connection over a socket. ASGI has no word for them, so they reach for uvicorn's transport.

What a caller sees, of a server on loopback:

    reset       ECONNRESET (a TCP RST) before any byte of an answer
    unanswered  the end of the stream (a FIN) before any byte of an answer
    truncated   the head, fewer bytes than content-length says, the end of the stream
    stalled     the head, fewer bytes than content-length says, nothing more until `hold` is over, the end of the stream

Waiting holds up nobody: neither the event loop nor an account. It is over early when the caller leaves or the server
ends.
"""

import asyncio
import socket
import struct
import sys
from collections.abc import Awaitable
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .request import Answer
from .trouble import Trouble

_STATE = "kling_mock.line"
_DROP = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)  # SO_LINGER of 0 s: closing sends a RST


class CannotCut(RuntimeError):
    """The server that carries the app gives no way to a connection; `kling-mock serve` and the fixtures do."""


class Line:
    """A caller's connection."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.ending = asyncio.Event()  # the server ends

    def reset(self) -> None:
        """End it at once with a RST."""
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DROP)
        self._transport.abort()

    def close(self) -> None:
        """Send what was written and end it."""
        self._transport.close()


class Protocol(HttpToolsProtocol):
    """HTTP whose requests know their connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base
        super().connection_made(transport)
        self._line = Line(transport)
        self.app_state = {**self.app_state, _STATE: self._line}

    def shutdown(self) -> None:
        self._line.ending.set()
        super().shutdown()


async def arrives(answer: Answer, trouble: Trouble, scope: Scope, receive: Receive, send: Send) -> bool:
    """Play what happens to an answer; say whether it is still to be sent.

    Raises `CannotCut` where the connection is to end and the server gives no way to it.
    """
    line: Line | None = scope.get("state", {}).get(_STATE)
    await _pause(trouble.delay, line, receive)
    if not trouble.cut:
        return True
    if line is None:
        raise CannotCut(f"no {trouble.cut} connection here: this server gives no way to it; use kling-mock serve")
    if trouble.cut in ("truncated", "stalled"):
        await _send_part(answer, trouble, send)
    await _pause(trouble.hold, line, receive)
    (line.reset if trouble.cut == "reset" else line.close)()
    while (await receive())["type"] != "http.disconnect":  # not before: uvicorn would answer 500 for a silent app
        pass
    return False


async def _send_part(answer: Answer, trouble: Trouble, send: Send) -> None:
    told = {name.lower(): value for name, value in answer.headers.items()} | {"content-length": str(len(answer.body))}
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": trouble.part(answer.body), "more_body": True})


async def _pause(seconds: float, line: Line | None, receive: Receive) -> None:
    """Wait, at most until the caller leaves or the server ends."""
    if not seconds:
        return
    ends: list[Awaitable[Any]] = [receive(), *([line.ending.wait()] if line else [])]
    waiting = [asyncio.ensure_future(one) for one in ends]
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()
