"""Sends one request and reads its answer."""

import json
import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kling._core.operation import Operation
from kling._core.retry import outcome
from kling._core.settings import Settings
from kling._core.shape import Violation
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
    from httpx2 import Client, Response


class Transport:
    """Owns the HTTP client. One for a client and all its families; safe to share between threads."""

    def __init__(self, settings: Settings, http: "Client | None", *, owns: bool) -> None:
        self.settings = settings
        self._http = http
        self._owns = owns

    @property
    def http(self) -> "Client":
        """Return the HTTP client, made at the first call."""
        if self._http is None:
            from httpx2 import Client

            self._http = Client(timeout=self.settings.timeout)
        return self._http

    def call(
        self, operation: Operation, *, path: Mapping[str, str], query: Mapping[str, Any], body: dict[str, Any] | None
    ) -> Any:
        """Check, send, and return the typed data of the answer.

        Raises `RuleBroken` before anything is sent, `ConnectionFailed` or `RequestTimeout` when no answer came, the
        error class of the code when the service said no.
        """
        if body is not None and self.settings.check:
            self.check(operation, body)
        if body is not None and operation.role == "create" and self.settings.retries.limit:
            self._name(operation, body)
        content = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        url = self.settings.base_url + operation.url(path)
        attempt, deadline = 0, self.now() + self.settings.retries.budget
        while True:
            try:
                return self._signed(operation, url=url, query=query, content=content)
            except KlingError as error:
                delay = self.settings.retries.delay(attempt)
                if attempt >= self.settings.retries.limit or self.now() + delay > deadline:
                    raise
                found = self._after(error, operation, body, delay=delay, is_repeat=attempt > 0)
                if found is not None:
                    return found
            attempt += 1

    def _after(
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
        self.sleep(delay)
        found = self._looked_up(error, operation, mine) if lost else None
        if is_duplicate and found is None:
            raise error
        return found

    def _looked_up(self, error: KlingError, operation: Operation, external_task_id: str) -> Any:
        """Return the task of a create whose answer was lost, None when there is none; raises `error` when nobody can tell."""
        get = operation.sibling("get")
        url = self.settings.base_url + get.url({"id": external_task_id})
        try:
            found = self._signed(get, url=url, query={}, content=None)
        except ParameterInvalid:
            return None
        except KlingError as unknown:
            raise error from unknown
        return operation.model.model_validate(found.model_dump(exclude_none=True))

    def _signed(self, operation: Operation, *, url: str, query: Mapping[str, Any], content: bytes | None) -> Any:
        """Send; a token that was refused is signed anew and the request sent once more."""
        try:
            return self._answered(operation, url=url, query=query, content=content)
        except (AuthorizationExpired, AuthorizationNotYetValid):
            if not self.settings.credentials.renew():
                raise
        return self._answered(operation, url=url, query=query, content=content)

    def _name(self, operation: Operation, body: dict[str, Any]) -> None:
        """Give a create an id of our own, so that it can be looked up when its answer is lost."""
        if operation.takes("external_task_id") and not body.get("external_task_id"):
            body["external_task_id"] = f"kling-{os.urandom(16).hex()}"

    def check(self, operation: Operation, body: dict[str, Any]) -> None:
        """Raise `RuleBroken` with all that keeps a body from being sent."""
        found: list[Violation] = []
        operation.check(body, "", found)
        refused = self.settings.refused(found) if found else []
        if refused:
            raise RuleBroken(operation.id, tuple(refused))

    def _answered(self, operation: Operation, *, url: str, query: Mapping[str, Any], content: bytes | None) -> Any:
        from kling._core.envelope import opened  # late: it brings pydantic along

        response = self._sent(operation.verb, url=url, query=query, content=content)
        return opened(operation, response.status_code, response.content)

    def _sent(self, verb: str, *, url: str, query: Mapping[str, Any], content: bytes | None) -> "Response":
        from httpx2 import ConnectError, ConnectTimeout, HTTPError, PoolTimeout, TimeoutException

        headers = {"Authorization": self.settings.credentials.authorization(), "Content-Type": "application/json"}
        try:
            return self.http.request(verb, url, params=query or None, content=content, headers=headers)
        except (ConnectError, ConnectTimeout, PoolTimeout) as error:
            raise NotDelivered(f"{verb} {url}: {error}") from error
        except TimeoutException as error:
            raise RequestTimeout(f"{verb} {url}: no answer within the time limit") from error
        except HTTPError as error:
            raise ConnectionFailed(f"{verb} {url}: {error}") from error

    def sleep(self, seconds: float) -> None:
        """Wait between two looks at a task."""
        time.sleep(seconds)

    def now(self) -> float:
        """Return seconds on a clock that never goes back."""
        return time.monotonic()

    def close(self) -> None:
        """Close the HTTP client, unless it was the caller's."""
        if self._owns and self._http is not None:
            self._http.close()
