"""Sends one request and reads its answer."""

import asyncio
import json
import os
import time
from collections.abc import Mapping
from copy import copy
from functools import cached_property
from logging import DEBUG
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

from kling._core.credentials import AsyncProvider, server_time
from kling._core.operation import Operation
from kling._core.retry import asked_for, outcome
from kling._core.settings import Settings
from kling._core.shape import Violation
from kling._core.watch import LOGGER, Asked, watched
from kling.errors import (
    AuthorizationExpired,
    AuthorizationNotYetValid,
    ConnectionFailed,
    KlingError,
    NotDelivered,
    ParameterInvalid,
    RequestTimeout,
    RuleBroken,
)

if TYPE_CHECKING:
    from httpx2 import URL, AsyncClient, Response

    from kling._core.polling import Pace


class AsyncClock:
    """The real time. A test gives a client one of its own, which is moved by hand."""

    def now(self) -> float:
        return time.monotonic()

    def unix(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class AsyncTransport:
    """Owns the HTTP client. One for a client and all its families; safe to share between tasks."""

    def __init__(
        self,
        settings: Settings,
        http: "AsyncClient | None",
        *,
        owns: bool,
        connecting: Mapping[str, Any],
        clock: AsyncClock | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or AsyncClock()
        self._http = http
        self._owns = owns
        self._making = Lock()  # many may make the first call at once
        self._connecting = connecting
        self._urls: dict[str, URL] = {}

    @property
    def http(self) -> "AsyncClient":
        """Return the HTTP client, made at the first call."""
        if self._http is None:
            from httpx2 import AsyncClient

            with self._making:
                self._http = self._http or AsyncClient(timeout=60.0, **self._connecting)
        return self._http

    @cached_property
    def pace(self) -> "Pace":
        """Return what was learnt of polling."""
        from kling._core.polling import Pace

        return Pace(self.settings.retries.chance)

    def using(self, settings: Settings) -> Self:
        """Return a transport with other settings and the same connections, which stay this one's to close."""
        made = copy(self)
        made._http, made._owns, made.settings = self.http, False, settings
        return made

    async def call(
        self, operation: Operation, *, path: Mapping[str, str], query: Mapping[str, Any], body: dict[str, Any] | None
    ) -> Any:
        """Check, send, and return the typed data of the answer.

        Raises `RuleBroken` before anything is sent, `ConnectionFailed` or `RequestTimeout` when no answer came, the
        error class of the code when the service said no.
        """
        settings = self.settings
        wrong = None
        if body is not None and operation.media:
            body, wrong = await self._prepared(operation, body)
        if body is not None and settings.check:
            self.check(operation, body, wrong)
        if body is not None and settings.extra_body:
            body = {**body, **settings.extra_body}
        if settings.extra_query:
            query = {**query, **settings.extra_query}
        if body is not None and operation.role == "create" and settings.retries.limit:
            self._name(operation, body)
        content = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        asked = Asked(operation, self._url(operation, path), query, content)
        attempt, deadline = 0, self.now() + settings.retries.budget
        while True:
            try:
                return await self._signed(asked)
            except KlingError as error:
                delay = max(settings.retries.delay(attempt), asked_for(error))
                if attempt >= settings.retries.limit or self.now() + delay > deadline:
                    raise
                found = await self._after(error, operation, body, delay=delay, is_repeat=attempt > 0)
                if found is not None:
                    return found
            attempt += 1
            asked = asked._replace(number=attempt)

    async def _after(
        self, error: KlingError, operation: Operation, body: dict[str, Any] | None, *, delay: float, is_repeat: bool
    ) -> Any:
        """Wait where the request may be sent again, and return None; return the task that a lost create has started.

        Raises `error` where neither is possible. A repeated create that is refused as a duplicate had arrived after all.
        """
        mine = str((body or {}).get("external_task_id") or "") if operation.role == "create" else ""
        is_duplicate = is_repeat and bool(mine) and isinstance(error, ParameterInvalid)
        ended = "possibly_running" if is_duplicate else outcome(error)
        lost = ended == "possibly_running" and operation.verb != "GET"
        if ended == "answered" or (lost and not mine):
            raise error
        await self.sleep(delay)
        found = await self._looked_up(error, operation, mine) if lost else None
        if is_duplicate and found is None:
            raise error
        return found

    async def _looked_up(self, error: KlingError, operation: Operation, external_task_id: str) -> Any:
        """Return the task of a create whose answer was lost, None when there is none; raises `error` when nobody can tell."""
        from kling._core.raw import recast  # late: it brings pydantic along

        get = operation.sibling("get")
        try:
            found = await self._signed(Asked(get, self._url(get, {"id": external_task_id})))
        except ParameterInvalid:
            return None
        except KlingError as unknown:
            raise error from unknown
        return recast(found, operation.model)

    async def _signed(self, asked: Asked) -> Any:
        """Send; a token that was refused is signed anew, by the service's clock, and the request sent once more."""
        try:
            return await self._answered(asked)
        except (AuthorizationExpired, AuthorizationNotYetValid) as error:
            if not self.settings.credentials.renew(server_time(error.headers)):
                raise
        return await self._answered(asked)

    def _url(self, operation: Operation, path: Mapping[str, str]) -> "URL":
        """Return the whole URL; those without an id are the same for every call, and taken apart once."""
        found = None if path else self._urls.get(operation.path)
        if found is None:
            from httpx2 import URL

            found = URL(self.settings.base_url + operation.url(path))
            if not path:
                self._urls[operation.path] = found
        return found

    def _name(self, operation: Operation, body: dict[str, Any]) -> None:
        """Give a create an id of our own, so that it can be looked up when its answer is lost."""
        if operation.takes("external_task_id") and not body.get("external_task_id"):
            body["external_task_id"] = f"kling-{os.urandom(16).hex()}"

    async def _prepared(self, operation: Operation, body: dict[str, Any]) -> tuple[dict[str, Any], list[Violation]]:
        """Return a body with the content of files as base64, and what is wrong with them."""
        from kling._core.media import is_ready, prepared

        if is_ready(operation.media, body):
            return body, []
        return await asyncio.to_thread(prepared, operation.media, body, look=self.settings.check)

    def check(self, operation: Operation, body: dict[str, Any], wrong: list[Violation] | None = None) -> None:
        """Raise `RuleBroken` with all that keeps a body from being sent; `wrong` is what was found before."""
        found = [] if wrong is None else wrong
        operation.check(body, "", found)
        refused = self.settings.refused(found) if found else []
        if refused:
            raise RuleBroken(operation.id, tuple(refused))

    async def _answered(self, asked: Asked) -> Any:
        from kling._core.envelope import opened  # late: it brings pydantic along

        if self.settings.is_watched or LOGGER.isEnabledFor(DEBUG):
            return await self._watched(asked)
        response = await self._sent(asked)
        return opened(asked.operation, response.status_code, response.content, response.headers)

    async def _watched(self, asked: Asked) -> Any:
        """Send, and tell hooks and log; return the answer as it came where that was asked for."""
        from kling._core.envelope import opened, request_id
        from kling._core.raw import RawResponse

        with watched(self.settings, asked, self.now) as attempt:
            response = await self._sent(asked, attempt.headers)
            attempt.status, attempt.body = response.status_code, response.content
            data = opened(asked.operation, response.status_code, response.content, response.headers)
            attempt.request_id = request_id(response.content)
        if not self.settings.is_raw:
            return data
        return RawResponse(response.status_code, response.headers, attempt.request_id, response.content, data)

    async def _sent(self, asked: Asked, more: Mapping[str, str] = {}) -> "Response":
        from httpx2 import ConnectError, ConnectTimeout, HTTPError, PoolTimeout, TimeoutException

        settings, who = self.settings, self.settings.credentials
        if isinstance(who, AsyncProvider):
            who = await who.ask()
        headers = {"Authorization": who.authorization(), **settings.headers, **more}
        verb, url, query = asked.operation.verb, asked.url, asked.query or None
        try:
            return await self.http.request(verb, url, params=query, content=asked.content, headers=headers, **settings.sending)
        except (ConnectError, ConnectTimeout, PoolTimeout) as error:
            raise NotDelivered(f"{verb} {url}: {error}") from error
        except TimeoutException as error:
            raise RequestTimeout(f"{verb} {url}: no answer within the time limit") from error
        except HTTPError as error:
            raise ConnectionFailed(f"{verb} {url}: {error}") from error

    async def sleep(self, seconds: float) -> None:
        """Wait between two looks at a task."""
        await self.clock.sleep(seconds)

    def now(self) -> float:
        """Return seconds on a clock that never goes back."""
        return self.clock.now()

    async def aclose(self) -> None:
        """Close the HTTP client, unless it was the caller's."""
        if self._owns and self._http is not None:
            await self._http.aclose()
