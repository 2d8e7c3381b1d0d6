"""What is sent again, what is looked up, and what is told to the caller: nothing is paid twice."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from conftest import Bench
from hypothesis import given
from hypothesis import strategies as st

from kling import (
    ApiError,
    ConcurrencyExceeded,
    ConnectionFailed,
    Kling,
    KlingError,
    NotDelivered,
    ReplyMalformed,
    RequestTimeout,
)
from kling._core.retry import Retries, outcome
from kling_mock.transport import MockTransport
from kling_spec.load import load

Fault = Callable[[httpx2.Request, Callable[[httpx2.Request], httpx2.Response]], httpx2.Response]


class Faulty(httpx2.BaseTransport):
    """Hands the first requests to faults, in turn, and the others to the mock."""

    def __init__(self, mock: Bench, faults: list[Fault]) -> None:
        self._real = MockTransport(mock.world)
        self._faults: Iterator[Fault] = iter(faults)
        self.sent: list[str] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request.method)
        fault = next(self._faults, None)
        return self._real.handle_request(request) if fault is None else fault(request, self._real.handle_request)


def _refused(request: httpx2.Request, real: Any) -> httpx2.Response:
    raise httpx2.ConnectError("refused")


def _lost(request: httpx2.Request, real: Any) -> httpx2.Response:
    """The request arrives; its answer does not."""
    real(request)
    raise httpx2.ReadTimeout("slow")


def _vanished(request: httpx2.Request, real: Any) -> httpx2.Response:
    """The request does not arrive, and nobody can tell."""
    raise httpx2.ReadTimeout("slow")


def _late(request: httpx2.Request, real: Any) -> httpx2.Response:
    """A look-up that finds nothing yet, just before the create arrives after all."""
    return httpx2.Response(400, json={"code": 1201, "message": "Task not found by id/external id: x"})


def _says(status: int, code: int) -> Fault:
    return lambda request, real: httpx2.Response(status, json={"code": code, "message": "m", "request_id": "r"})


def _html(request: httpx2.Request, real: Any) -> httpx2.Response:
    real(request)
    return httpx2.Response(502, content=b"<html>bad gateway</html>")


def _caller(mock: Bench, faults: list[Fault], **more: Any) -> tuple[Kling, Faulty, list[float]]:
    """Return a client that meets these faults, its transport, and the waits it made."""
    transport, slept = Faulty(mock, faults), list[float]()
    said = {"max_retries": 2, **more}
    client = Kling(
        api_key=mock.world.settings.api_key, base_url="http://mock.test", http_client=httpx2.Client(transport=transport), **said
    )

    def sleep(seconds: float) -> None:
        slept.append(seconds)

    client._transport.sleep = sleep  # type: ignore[method-assign]  # no test sleeps
    return client, transport, slept


_BODY: Any = {"model_name": "kling-v3", "prompt": "A paper boat"}

_CREATES: list[tuple[str, list[Fault], list[str]]] = [
    ("no connection: sent again", [_refused, _refused], ["POST", "POST", "POST"]),
    ("too much at once: sent again", [_says(429, 1303)], ["POST", "POST"]),
    ("answer lost: looked up, not sent again", [_lost], ["POST", "GET"]),
    ("never arrived: looked up, then sent again", [_vanished], ["POST", "GET", "POST"]),
    ("server error: looked up, then sent again", [_says(500, 5000)], ["POST", "GET", "POST"]),
    ("bare 502 after the create went through: looked up", [_html], ["POST", "GET"]),
    ("arrived after the look-up: the duplicate is looked up", [_lost, _late], ["POST", "GET", "POST", "GET"]),
]


@pytest.mark.parametrize(("faults", "sent"), [one[1:] for one in _CREATES], ids=[one[0] for one in _CREATES])
def test_exactly_one_task_is_started(faults: list[Fault], sent: list[str], mock: Bench) -> None:
    """Whatever happens to request or answer, the create ends with the one task there is."""
    client, transport, slept = _caller(mock, faults)
    made = client.text_to_video.create(**_BODY)
    assert [one.id for one in mock.world.account.tasks.page("text_to_video", 1, 9)] == [made.task_id]
    assert transport.sent == sent
    assert all(one >= 1 for one in slept)


def test_the_callers_own_id_is_used(mock: Bench) -> None:
    """A create with an external_task_id is looked up by that one."""
    client, _, _ = _caller(mock, [_lost])
    made = client.text_to_video.create(**_BODY, external_task_id="mine")
    assert client.text_to_video.get("mine").task_id == made.task_id


@pytest.mark.parametrize("code", [1000, 1100, 1101, 1102, 1103, 1200, 1201, 1203, 1301, 1304])
def test_what_asking_again_cannot_help_is_not_repeated(code: int, mock: Bench) -> None:
    """An empty wallet is 429 too, and is not asked twice."""
    status = next(one["http"] for one in load().catalogues["errors"]["errors"] if one["code"] == code)
    client, transport, _ = _caller(mock, [_says(status, code)] * 3)
    with pytest.raises(ApiError):
        client.text_to_video.create(**_BODY)
    assert transport.sent == ["POST"]


@pytest.mark.parametrize("fault", [_refused, _vanished, _says(503, 5001), _says(429, 1302), _html])
def test_a_read_is_asked_again(fault: Fault, mock: Bench) -> None:
    """Reads change nothing, so they are repeated."""
    client, transport, _ = _caller(mock, [fault, fault])
    assert client.text_to_video.page() == []
    assert transport.sent == ["GET"] * 3


@pytest.mark.parametrize("fault", [_lost, _says(500, 5000), _html])
def test_a_call_that_costs_and_cannot_be_looked_up_is_not_repeated(fault: Fault, mock: Bench) -> None:
    """A synchronous call has no task to look for: the caller decides."""
    client, transport, _ = _caller(mock, [fault])
    with pytest.raises((ConnectionFailed, ApiError, ReplyMalformed)):
        client.image_recognize.recognize(image="https://a.example/x.png")
    assert transport.sent == ["POST"]


def test_a_look_up_that_fails_tells_the_first_error(mock: Bench) -> None:
    """When nobody can tell whether the task runs, the create is not repeated."""
    client, transport, _ = _caller(mock, [_vanished, _vanished])
    with pytest.raises(RequestTimeout) as caught:
        client.text_to_video.create(**_BODY)
    assert transport.sent == ["POST", "GET"]
    assert isinstance(caught.value.__cause__, KlingError)


def test_tries_end(mock: Bench) -> None:
    """After the limit the last error is told; without retries at once."""
    for limit in (0, 1, 3):
        client, transport, slept = _caller(mock, [_says(429, 1303)] * 9, max_retries=limit)
        with pytest.raises(ConcurrencyExceeded):
            client.text_to_video.create(**_BODY)
        assert (len(transport.sent), len(slept)) == (limit + 1, limit)


@given(attempt=st.integers(0, 40), chance=st.floats(0, 1, exclude_max=True))
def test_waits_grow_and_are_bounded(attempt: int, chance: float) -> None:
    """The first wait is at least a second; later ones are twice as long, never above one and a half times the most."""
    delay = Retries(chance=lambda: chance).delay(attempt)
    assert min(30.0, 2.0**attempt) <= delay <= min(30.0, 2.0**attempt) * 1.5


def test_every_code_has_an_outcome() -> None:
    """The retry verdict of the catalogue decides; codes that nobody knows count by their HTTP status."""
    assert outcome(NotDelivered("x")) == "never_delivered"
    assert outcome(ApiError(code=4711, http=400, message="")) == "answered"
    assert outcome(ApiError(code=4711, http=500, message="")) == "possibly_running"
    assert outcome(ConcurrencyExceeded(code=1303, http=429, message="")) == "refused"
