"""What the callers of a mock with faults send."""

from typing import Any

import httpx2
from conftest import BODY, CREATE

from kling_mock.handle import MockHandle
from kling_mock.transport import MockTransport


def headers(mock: MockHandle, fault: str | None = None) -> dict[str, str]:
    """Return the headers of the account's owner, who may ask for a fault."""
    asked = {} if fault is None else {"X-Kling-Mock-Fault": fault}
    return {"authorization": f"Bearer {mock.api_key}", **asked}


def create(mock: MockHandle, fault: str | None = None, **more: Any) -> httpx2.Response:
    """Start a video task in process and return the answer."""
    with httpx2.Client(transport=MockTransport(mock.world), base_url="http://mock.test") as http:
        return http.post(CREATE, json={**BODY, **more}, headers=headers(mock, fault))


def look(mock: MockHandle, path: str = "") -> Any:
    """Return the first page of the video tasks, or one task, in process."""
    with httpx2.Client(transport=MockTransport(mock.world), base_url="http://mock.test") as http:
        return http.get(CREATE + path, headers=headers(mock)).json()


def codes(mock: MockHandle, number: int) -> list[int]:
    """Return the codes of some creates, one after the other."""
    return [create(mock).json()["code"] for _ in range(number)]
