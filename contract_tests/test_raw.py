"""Raw bytes at the mock's socket: whatever comes, the answer is the envelope or a clean close, and it goes on."""

import errno
import json
import logging
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kling_mock.handle import MockHandle, running
from kling_mock.settings import API_KEY, Settings
from kling_spec.bundle import current
from kling_spec.document import operations

pytestmark = pytest.mark.generated
_MOST = 200_000
_HEAD = f"host: mock\r\nauthorization: Bearer {API_KEY}\r\ncontent-type: application/json\r\nconnection: close\r\n"


def _valid() -> Iterator[bytes]:
    """Yield a request of each operation, as a caller would send it."""
    for one in operations(current()):
        body = json.dumps(next(iter(one.examples.values()), {})).encode() if one.request is not None else b""
        path = one.path.replace("{id}", "1")
        yield f"{one.verb} {path} HTTP/1.1\r\n{_HEAD}content-length: {len(body)}\r\n\r\n".encode() + body


_REQUESTS = list(_valid())
_JUNK = [
    b"\0",
    b"\r\n",
    b"\xff\xfe",
    b"{" * 500,
    b"[" * 200_000,
    b'{"a":1,"a":2}',
    b"9" * 5000,
    b"content-length: 9\r\n",
    b"%",
    b"1e400",
]
_POSITION = st.floats(0, 1, exclude_max=True)


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """Draw a request with some of its bytes taken away, doubled or replaced."""
    text = draw(st.sampled_from(_REQUESTS))
    for _ in range(draw(st.integers(1, 4))):
        start = int(draw(_POSITION) * len(text))
        end = min(len(text), start + draw(st.integers(0, 30)))
        put = draw(st.one_of(st.just(b""), st.binary(max_size=20), st.sampled_from(_JUNK), st.just(text[start:end] * 2)))
        text = text[:start] + put + text[end:]
    return text


def _body(content: bytes) -> bytes:
    """Return a create with this body."""
    return f"POST /v1/videos/text2video HTTP/1.1\r\n{_HEAD}content-length: {len(content)}\r\n\r\n".encode() + content


@pytest.fixture(scope="module")
def served() -> Iterator[MockHandle]:
    """A mock that takes small bodies only."""
    with running(Settings(most_bytes=_MOST, quotas=False, any_id=True)) as handle:
        yield handle


def _answer(served: MockHandle, content: bytes) -> bytes:
    """Return all that comes back for some bytes."""
    host, port = served.url.removeprefix("http://").split(":")
    got = b""
    with socket.create_connection((host, int(port)), timeout=10) as line:
        try:
            line.sendall(content)
            line.shutdown(socket.SHUT_WR)
        except OSError as error:  # the mock has read enough, and closed
            if error.errno not in (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN):
                raise
        while part := _part(line):
            got += part
    return got


def _part(line: socket.socket) -> bytes:
    """Return what comes next; nothing once the mock has closed, be it with a reset."""
    try:
        return line.recv(65536)
    except ConnectionResetError:
        return b""


def _rest(got: bytes) -> bytes:
    """Check one answer and return what follows: the vendor's envelope, the control API's, or plain HTTP for no HTTP at all."""
    head, _, rest = got.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    assert status < 500, got
    told = re.search(rb"content-length: (\d+)", head)
    length = int(told[1]) if told and not rest.startswith(b"HTTP/1.1 ") else 0 if told else len(rest)
    body, rest = rest[:length], rest[length:]
    if body.startswith(b"{"):
        said: Any = json.loads(body)
        assert said.keys() == {"code", "message", "request_id"} or said.keys() == {"error"} or said["code"] == 0
    elif status != 400:
        assert body == b"" or got.startswith(b"HTTP/1.1 200"), got
    return rest


@given(st.one_of(_mutated(), st.binary(max_size=300), st.binary(max_size=2000).map(_body)))
@example(_body(b"[" * 100_000))
@example(_body(b'{"prompt":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}"))
@example(_body(b'{"model_name":"kling-v2-6","prompt":"x","duration":' + b"9" * 10_000 + b"}"))
@example(_body(b'{"prompt":"a","prompt":"b"}'))
@example(_body(b"\xff\xfe\x00{}"))
@example(_body(b'{"prompt":"\\ud800"}'))
@example(_body(b" " * (_MOST + 1)))
@example(b"GET / HTTP/9.9\r\n\r\n")
@example(b"POST /v1/videos/text2video HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")
def test_any_bytes(served: MockHandle, content: bytes) -> None:
    """No bytes make the mock fail: never a 5xx, never something that is neither envelope nor close."""
    got = _answer(served, content)
    while got.startswith(b"HTTP/1.1 "):
        got = _rest(got)
    assert got == b""


def test_it_is_well_afterwards(served: MockHandle, caplog: pytest.LogCaptureFixture) -> None:
    """After all that a create is answered, and nothing was logged as an error."""
    with caplog.at_level(logging.ERROR):
        _answer(served, b"POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\n")
        got = _answer(served, _body(b'{"model_name":"kling-v2-6","prompt":"x"}'))
    assert b'"code":0' in got
    assert not caplog.records
