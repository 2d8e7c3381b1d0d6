"""What goes wrong on purpose: every kind of fault over a socket and in process, where and when it strikes, and how it is asked for."""

import asyncio
import json
import socket
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any, get_args

import httpx2
import pytest
from conftest import BODY, CREATE
from struck import headers

from kling_mock.clock import Clock
from kling_mock.faults import KINDS, AnyFault
from kling_mock.handle import MockHandle
from kling_mock.request import Request
from kling_mock.server import Running
from kling_mock.transport import MockTransport
from kling_mock.world import World
from kling_spec.bundle import current

Outcome = tuple[Any, ...]
_OK = (200, "application/json", 0)


@pytest.fixture
def mock(served: MockHandle) -> MockHandle:
    """A fresh account."""
    return served.new_account()


def _outcome(answer: httpx2.Response) -> Outcome:
    kind = answer.headers.get("content-type", "")
    return answer.status_code, kind, answer.json()["code"] if kind == "application/json" else len(answer.content) > 0


def _over_socket(mock: MockHandle, fault: str, timeout: float) -> Outcome:
    try:
        with httpx2.Client(timeout=timeout, trust_env=False) as http:
            return _outcome(http.post(mock.url + CREATE, json=BODY, headers=headers(mock, fault)))
    except httpx2.HTTPError as error:
        return (type(error),)


def _in_process(mock: MockHandle, fault: str, timeout: float) -> Outcome:
    slept: list[float] = []
    transport = MockTransport(mock.world, sleep=slept.append)
    try:
        with httpx2.Client(transport=transport, timeout=timeout, base_url="http://mock.test") as http:
            return _outcome(http.post(CREATE, json=BODY, headers=headers(mock, fault)))
    except httpx2.HTTPError as error:
        return (type(error),)
    finally:
        assert max(slept, default=0) <= timeout


def _in_process_async(mock: MockHandle, fault: str, timeout: float) -> Outcome:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def run() -> Outcome:
        transport = MockTransport(mock.world, sleep_async=sleep)
        async with httpx2.AsyncClient(transport=transport, timeout=timeout, base_url="http://mock.test") as http:
            return _outcome(await http.post(CREATE, json=BODY, headers=headers(mock, fault)))

    try:
        return asyncio.run(run())
    except httpx2.HTTPError as error:
        return (type(error),)
    finally:
        assert max(slept, default=0) <= timeout


_CARRIERS = [_over_socket, _in_process, _in_process_async]
_CASES: list[tuple[str, float, Outcome, int]] = [
    # the fault, the caller's time limit in seconds, what comes of a create, tasks that were started
    ("code=1303", 5, (429, "application/json", 1303), 0),
    ("code=5000; message=no", 5, (500, "application/json", 5000), 0),
    ("html", 5, (200, "text/html", True), 0),
    ("html=503; reached=true", 5, (503, "text/html", True), 1),
    ("html=599; body=<p>", 5, (599, "text/html", True), 0),
    ("gateway", 5, (502, "", False), 0),
    ("gateway=504; reached=true", 5, (504, "", False), 1),
    ("reset", 5, (httpx2.ReadError,), 0),
    ("lost-answer", 5, (httpx2.RemoteProtocolError,), 1),
    ("truncate", 5, (httpx2.RemoteProtocolError,), 1),
    ("truncate=0", 5, (httpx2.RemoteProtocolError,), 1),
    ("truncate=0.999", 5, (httpx2.RemoteProtocolError,), 1),
    ("stall=0.02", 5, (httpx2.RemoteProtocolError,), 1),
    ("stall", 0.05, (httpx2.ReadTimeout,), 1),
    ("slow=0.02", 5, _OK, 1),
    ("slow=30", 0.05, (httpx2.ReadTimeout,), 1),
    ("slow=0.02, code=1303", 5, (429, "application/json", 1303), 0),
    ("slow=0.02, reset", 5, (httpx2.ReadError,), 0),
    ("html=502, truncate", 5, (httpx2.RemoteProtocolError,), 0),
    ("gateway, truncate", 5, (502, "", False), 0),
    ("lost-answer, reset", 5, (httpx2.RemoteProtocolError,), 1),
    ("fail=image_pixels", 5, _OK, 1),
    ("stuck", 5, _OK, 1),
    ("expire=60", 5, _OK, 1),
    ("callbacks=drop", 5, _OK, 1),
]


@pytest.mark.parametrize("carrier", _CARRIERS)
@pytest.mark.parametrize(("fault", "timeout", "expected", "tasks"), _CASES, ids=[one[0] for one in _CASES])
def test_every_kind_is_the_same_in_process_as_over_a_socket(
    mock: MockHandle, carrier: Callable[..., Outcome], fault: str, timeout: float, expected: Outcome, tasks: int
) -> None:
    """A fault is the same answer or the same exception over a socket, in process and in process asynchronously."""
    assert carrier(mock, fault, timeout) == expected
    assert len(mock.account.tasks) == tasks


def test_the_cases_have_every_kind() -> None:
    """A new kind of fault is tested because it exists."""
    assert {one.partition("=")[0].partition(";")[0] for one, *_ in _CASES} >= set(KINDS)
    assert set(KINDS.values()) == set(get_args(AnyFault))


def _wire(mock: MockHandle, fault: str) -> tuple[bytes, str]:
    """Return the bytes that come to a raw socket after a create, and how the connection ends."""
    body = json.dumps(BODY)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers(mock, fault).items())
    host, port = mock.url.removeprefix("http://").split(":")
    came = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"POST {CREATE} HTTP/1.1\r\nHost: x\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        try:
            while chunk := connection.recv(65536):
                came += chunk
        except ConnectionResetError:
            return came, "reset"
    return came, "closed"


def test_a_reset_a_close_and_a_part_differ_on_the_wire(mock: MockHandle) -> None:
    """RST without a byte, FIN without a byte, and FIN within the body that content-length promised."""
    assert _wire(mock, "reset") == (b"", "reset")
    assert _wire(mock, "lost-answer") == (b"", "closed")
    for fault in ("truncate", "stall=0.01"):
        came, end = _wire(mock, fault)
        head, _, part = came.partition(b"\r\n\r\n")
        told = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        assert (end, head[:15]) == ("closed", b"HTTP/1.1 200 OK")
        assert len(part) == told // 2


def test_nothing_of_faults_is_logged(
    mock: MockHandle, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A connection that was cut on purpose is no error of the server."""
    for fault in ("reset", "lost-answer", "truncate", "stall=0.01"):
        _wire(mock, fault)
    assert (caplog.text, capfd.readouterr()) == ("", ("", ""))


@pytest.mark.parametrize("fault", ["slow=60", "stall=60", "slow=60, reset"])
def test_waiting_holds_up_neither_others_nor_the_end(fault: str) -> None:
    """While an answer waits the same account is answered; the end of the server cuts the wait short."""
    world = World(current(), clock=Clock(speed=0))
    came, ended, handle = Event(), [], world.handle

    def handled(request: Request) -> Any:
        answer = handle(request)
        came.set()
        return answer

    world.handle = handled  # type: ignore[method-assign]  # to know when the slow request has arrived
    with Running(world) as server:
        mock = MockHandle(server.url, world, world.account)
        caller = Thread(target=lambda: ended.append(_wire(mock, fault)))
        caller.start()
        assert came.wait(10)
        assert _over_socket(mock, "slow=0", 10) == _OK
        before = time.monotonic()
    assert time.monotonic() - before < 4
    caller.join(10)
    came_bytes, end = ended[0]
    assert end == ("reset" if "reset" in fault else "closed")
    assert came_bytes.endswith(b"}") == (fault == "slow=60")
