"""The server that is checked: sends requests at most so fast and so many, and tells everybody what came back."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock

import httpx2

from .errors import BudgetSpent, NoAnswer, RunEnded, Skipped, TargetUnusable
from .exchange import Exchange, Reply
from .guard import Guard, GuardedTransport

_MOST_BYTES = 256 * 2**20  # of one answer: the files of results are answers too
_PATIENT = 6  # times the timeout, which each part of an answer has for itself: then an answer must be whole
_DEAD = 3  # requests in a row without an answer: the server is gone


@dataclass(frozen=True)
class Asked:
    """One request to the API."""

    verb: str
    path: str  # with its query, below the base URL
    authorization: str | None  # None: no header
    body: bytes = b""
    operation: str = ""  # empty for what the API does not have
    is_json: bool = True


@dataclass
class Pace:
    """Lets requests go at most so fast and so many."""

    rate: float = 0.0  # requests a second; 0: any number
    most: int | None = None
    sleep: Callable[[float], object] = time.sleep
    now: Callable[[], float] = time.monotonic
    sent: int = 0
    _next: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def wait(self) -> None:
        """Wait for the turn of a request. Raises `BudgetSpent`."""
        with self._lock:
            if self.most is not None and self.sent >= self.most:
                raise BudgetSpent(f"the budget of {self.most} requests is spent; --max-requests gives more")
            if self.rate:
                early = self._next - self.now()
                if early > 0:
                    self.sleep(early)
                self._next = max(self._next, self.now()) + 1 / self.rate
            self.sent += 1


class Target:
    """A server below a base URL. Safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx2.BaseTransport | None = None,
        guard: Guard | None = None,
        pace: Pace | None = None,
        timeout: float = 10.0,
        on_dry: Callable[[Exchange], object] | None = None,
    ) -> None:
        """Send with `transport`, below which `guard` stands; with `on_dry` nothing is sent, and it is told what would be."""
        self.base_url = base_url.rstrip("/")
        self.pace = pace or Pace()
        self.timeout = timeout
        self.hooks: list[Callable[[Exchange, Reply], object]] = []
        self._on_dry = on_dry
        inner = _Dry() if on_dry else _Bounded(transport or httpx2.HTTPTransport(retries=0), _PATIENT * timeout, self.pace.now)
        guarded = GuardedTransport(inner, guard) if guard else inner
        self.http = httpx2.Client(transport=guarded, timeout=timeout, follow_redirects=False, trust_env=False)
        self._silent = 0

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def send(self, asked: Asked) -> Reply:
        """Return the answer. Raises `NoAnswer`, and what the guard, the pace and a dry run say."""
        headers = {"user-agent": "kling-contract"}
        if asked.authorization is not None:
            headers["authorization"] = asked.authorization
        if asked.body:
            headers["content-type"] = "application/json"
        url = f"{self.base_url}{asked.path}"
        request = self.http.build_request(asked.verb, url, headers=headers, content=asked.body or None)
        exchange = Exchange(asked.operation, asked.verb, url, headers, asked.body)
        begin = self._go(exchange)
        try:
            response = self.http.send(request)
        except httpx2.HTTPError as error:
            raise self._silence(exchange, error) from error
        self._silent = 0
        made = Exchange(
            **{**vars(exchange), "status": response.status_code, "reply": response.content, "reply_headers": response.headers},
        )
        return self._told(made, time.monotonic() - begin)

    def _go(self, exchange: Exchange) -> float:
        if self._on_dry is None:
            self.pace.wait()
        return time.monotonic()

    def _told(self, exchange: Exchange, seconds: float) -> Reply:
        if self._on_dry is not None:
            self.pace.sent += 1
            self._on_dry(exchange)
            raise Skipped("dry run: not sent")
        reply = Reply(Exchange(**{**vars(exchange), "seconds": seconds}))
        for hook in self.hooks:
            hook(reply.exchange, reply)
        return reply

    def _silence(self, exchange: Exchange, error: httpx2.HTTPError) -> NoAnswer | RunEnded:
        self._silent += 1
        why = no_answer(error, self.timeout)
        if self._silent >= _DEAD:
            return TargetUnusable(f"{self.base_url} stopped answering: {why}")
        return NoAnswer(f"{exchange.verb} {exchange.url}: {why}")


def no_answer(error: httpx2.HTTPError, timeout: float) -> str:
    """Return in words why there was no answer."""
    if isinstance(error, httpx2.ConnectTimeout):
        return f"no connection within {timeout:g} s"
    if isinstance(error, httpx2.TimeoutException):
        return f"no answer within {timeout:g} s"
    if isinstance(error, httpx2.ConnectError):
        return f"no connection: {error}"
    return f"{type(error).__name__}: {error}"


class _Bounded(httpx2.BaseTransport):
    """Gives up answers that never end."""

    def __init__(self, inner: httpx2.BaseTransport, seconds: float, now: Callable[[], float]) -> None:
        self._inner, self._seconds, self._now = inner, seconds, now

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._inner.handle_request(request)
        if isinstance(response.stream, httpx2.SyncByteStream) and not response.is_stream_consumed:
            response.stream = _BoundedStream(response.stream, self._seconds, self._now)
        return response

    def close(self) -> None:
        self._inner.close()


class _BoundedStream(httpx2.SyncByteStream):
    def __init__(self, inner: httpx2.SyncByteStream, seconds: float, now: Callable[[], float]) -> None:
        self._inner, self._seconds, self._now = inner, seconds, now

    def __iter__(self) -> Iterator[bytes]:
        end, size = self._now() + self._seconds, 0
        for part in self._inner:
            size += len(part)
            if size > _MOST_BYTES or self._now() > end:
                self.close()
                raise httpx2.ReadError(f"the answer did not end within {self._seconds:g} s and {_MOST_BYTES:,} bytes")
            yield part

    def close(self) -> None:
        self._inner.close()


class _Dry(httpx2.BaseTransport):
    """Sends nothing."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(299, request=request, content=b'{"code": -1, "message": "not sent"}')


def first_look(target: Target, path: str, authorization: str | None, operation: str) -> None:
    """Find out with one free read whether the server is one that can be checked. Raises `TargetUnusable` with one line."""
    url = target.base_url
    try:
        reply = target.send(Asked("GET", path, authorization, operation=operation))
    except NoAnswer as error:
        raise TargetUnusable(f"{url} cannot be checked: {str(error).partition(f'{path}: ')[2] or error}") from error
    if reply.is_envelope:
        return
    kind = reply.exchange.reply_headers.get("content-type", "").partition(";")[0]
    what = (
        "HTML"
        if "html" in kind or reply.exchange.reply[:1] == b"<"
        else "JSON"
        if reply.json is not None
        else kind or "nothing"
    )
    hint = "; is a prefix missing in --base-url?" if reply.status in (404, 405) else ""
    raise TargetUnusable(
        f"{url} is not a Kling API: GET {path} was answered with HTTP {reply.status} and {what}, without code and message{hint}"
    )
