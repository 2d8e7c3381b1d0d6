"""A wire that ends here: what the client sends is kept, what it is answered is given."""

from typing import Any

import httpx2

from kling import Kling

TASK = {"task_id": "1", "task_status": "submitted", "created_at": 1, "updated_at": 1}


class Wire(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Keeps what is sent; the first answers are given, the others are a task."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.sent: list[httpx2.Request] = []
        self._answers = iter(answers)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.sent.append(request)
        said = next(self._answers, None) or answer(TASK)
        if isinstance(said, Exception):
            raise said
        return said

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return self.handle_request(request)


def answer(data: Any = None, *, status: int = 200, code: int = 0, **headers: str) -> httpx2.Response:
    """Return an answer of the service; `Retry_After="7"` is a header."""
    said = {"code": code, "message": "m", "request_id": "r-1", "data": data}
    return httpx2.Response(status, json=said, headers={name.replace("_", "-"): one for name, one in headers.items()})


def client_of(wire: Wire, **more: Any) -> Kling:
    """Return a client of the wire that tries once and never sleeps."""
    client = Kling(**{"api_key": "k", "base_url": "http://api.test", "transport": wire, "max_retries": 0, **more})
    client._transport.sleep = lambda seconds: None  # type: ignore[method-assign]  # no test sleeps
    return client
