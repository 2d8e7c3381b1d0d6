"""A receiver of callbacks that counts what it hears: which, how many, and how many at once. Run by uvicorn."""

import asyncio
import json
import time
from typing import Any

from starlette.types import Receive, Scope, Send

WORK = 0.005  # seconds that it takes over each: a receiver stores what it is told


class _Heard:
    """What was heard since the last time somebody asked to forget."""

    def __init__(self) -> None:
        self.changes: set[tuple[str, str]] = set()  # task and state
        self.all = self.most = 0
        self.first = self.last = 0.0

    def note(self, body: bytes, at_once: int) -> None:
        said = json.loads(body)
        self.changes.add((said["task_id"], said["task_status"]))
        self.all, self.most, self.last = self.all + 1, max(self.most, at_once), time.perf_counter()
        self.first = self.first or self.last

    def told(self) -> dict[str, Any]:
        return {"changes": len(self.changes), "all": self.all, "most": self.most, "seconds": self.last - self.first}


heard = _Heard()
under_way = 0


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Hear a POST; a GET of /heard tells what was heard, and one of /forget forgets it."""
    global heard, under_way
    assert scope["type"] == "http", "it has nothing to start or to end"
    if scope["method"] == "POST":
        under_way += 1
        body = await _body(receive)
        heard.note(body, under_way)
        await asyncio.sleep(WORK)
        under_way -= 1
    elif scope["path"] == "/forget":
        heard = _Heard()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(heard.told()).encode() if scope["path"] == "/heard" else b""})


async def _body(receive: Receive) -> bytes:
    body, has_more = b"", True
    while has_more:
        message = await receive()
        body, has_more = body + message.get("body", b""), message.get("more_body", False)
    return body
