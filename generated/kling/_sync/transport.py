"""Sends one request and reads its answer."""

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kling._core.operation import Operation
from kling._core.settings import Settings
from kling._core.shape import Violation
from kling.errors import AuthorizationExpired, AuthorizationNotYetValid, ConnectionFailed, RequestTimeout, RuleBroken

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
        content = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        url = self.settings.base_url + operation.url(path)
        try:
            return self._answered(operation, url=url, query=query, content=content)
        except (AuthorizationExpired, AuthorizationNotYetValid):
            if not self.settings.credentials.renew():
                raise
        return self._answered(operation, url=url, query=query, content=content)

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
        from httpx2 import HTTPError, TimeoutException

        headers = {"Authorization": self.settings.credentials.authorization(), "Content-Type": "application/json"}
        try:
            return self.http.request(verb, url, params=query or None, content=content, headers=headers)
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
