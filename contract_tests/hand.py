"""A clock that is moved by hand, and clients of a mock that live by it: nobody sleeps, and every request is noted."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
from conftest import Bench

from kling import AsyncKling, Kling
from kling._async.transport import AsyncClock
from kling._sync.transport import Clock
from kling_mock.transport import MockTransport

Fault = Callable[[httpx2.Request], httpx2.Response | None]
"""Answers in place of the mock, or raises, or gives None: then the mock answers."""


class Hand(Clock):
    """Time passes when somebody sleeps, for the mock too."""

    def __init__(self, mock: Bench) -> None:
        self.mock, self.at, self.slept = mock, 1000.0, list[float]()
        self.ring: Callable[[], object] = lambda: None  # called at every sleep

    def now(self) -> float:
        return self.at

    def unix(self) -> float:
        return self.mock.world.account.clock.now() / 1000

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ring()
        self.at += seconds
        self.mock.world.advance(seconds)


class AsyncHand(AsyncClock):
    """The same for the async half."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand

    def now(self) -> float:
        return self.hand.at

    def unix(self) -> float:
        return self.hand.unix()

    async def sleep(self, seconds: float) -> None:
        self.hand.sleep(seconds)
        await asyncio.sleep(0)


class Noting(MockTransport):
    """Notes when each request came, and lets a fault answer in place of the mock."""

    def __init__(self, hand: Hand, fault: Fault | None = None) -> None:
        super().__init__(hand.mock.world)
        self.hand, self.fault = hand, fault
        self.asked: list[tuple[float, str, str]] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._faulty(request) or super().handle_request(request)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._faulty(request) or await super().handle_async_request(request)

    def _faulty(self, request: httpx2.Request) -> httpx2.Response | None:
        self.asked.append((self.hand.at, request.method, request.url.raw_path.decode()))
        return self.fault(request) if self.fault else None

    @property
    def times(self) -> list[float]:
        """When looks came, in seconds after the start."""
        return [round(at - 1000, 6) for at, verb, _ in self.asked if verb == "GET"]


def _said(hand: Hand, **more: Any) -> dict[str, Any]:
    return {"api_key": hand.mock.world.settings.api_key, "base_url": "http://mock.test", "max_retries": 0, **more}


def sync_client(hand: Hand, fault: Fault | None = None, **more: Any) -> tuple[Kling, Noting]:
    """Return a sync client, and what notes its requests."""
    noting = Noting(hand, fault)
    return Kling(**_said(hand, **more), http_client=httpx2.Client(transport=noting), clock=hand), noting


def async_client(hand: Hand, fault: Fault | None = None, **more: Any) -> tuple[AsyncKling, Noting]:
    """Return an async client, and what notes its requests."""
    noting = Noting(hand, fault)
    http = httpx2.AsyncClient(transport=noting)
    return AsyncKling(**_said(hand, **more), http_client=http, clock=AsyncHand(hand)), noting
