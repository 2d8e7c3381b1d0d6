"""The live feed of the journal: to many readers at once, resumed, ended by the reader or by the server."""

import asyncio
import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import httpx2
import pytest
from conftest import BODY, CREATE, Bench, bench

from kling_mock.feed import Feed
from kling_mock.filters import Filter
from kling_mock.handle import MockHandle, running
from kling_mock.settings import Settings
from kling_mock.streams import send_stream
from kling_spec.document import Document

_SERVE = "import sys; from kling_mock.cli import main; sys.argv[0] = 'kling-mock'; main()"


@pytest.fixture(scope="module")
def served() -> Iterator[MockHandle]:
    """A mock behind a socket."""
    with running(Settings(quotas=False)) as handle:
        yield handle


@contextmanager
def _feed(url: str, **headers: str) -> Iterator[http.client.HTTPResponse]:
    """Open a live feed."""
    with closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)) as connection:
        connection.request("GET", "/_mock/journal/events", headers=headers)
        with connection.getresponse() as answer:
            assert answer.headers["content-type"] == "text/event-stream"
            yield answer


def _event(feed: http.client.HTTPResponse) -> tuple[int, Any]:
    """Return the next event of a feed: its id and what it says."""
    lines = list(iter(lambda: feed.readline().strip(), b""))
    assert lines[0].startswith(b"id: "), lines
    return int(lines[0][4:]), json.loads(lines[1].removeprefix(b"data: "))


def test_calls_are_followed_as_they_come(served: MockHandle) -> None:
    """Many readers get each call, those that were and those to come, while the mock answers; Last-Event-ID resumes."""
    own = served.new_account()
    named = {"x-kling-mock-account": own.account.id}
    with httpx2.Client(base_url=served.url, headers={"authorization": f"Bearer {own.api_key}"}) as http, ExitStack() as stack:
        http.post(CREATE, json=BODY)
        feeds = [stack.enter_context(_feed(served.url, **named)) for _ in range(20)]
        assert [_event(one)[0] for one in feeds] == [1] * 20
        http.post(CREATE, json={**BODY, "prompt": "later"})
        assert [_event(one) for one in feeds[1:]] == [_event(feeds[0])] * 19
        http.get(CREATE)
        resumed = stack.enter_context(_feed(served.url, **named, **{"last-event-id": "2"}))
        number, said = _event(resumed)
        assert (number, said["operation"]) == (3, "text_to_video.page")
        anew = stack.enter_context(_feed(served.url, **named, **{"last-event-id": "900"}))
        assert _event(anew)[0] == 1


def test_a_feed_ends_with_its_reader_and_tells_that_it_lives(mock: Bench) -> None:
    """Without calls a comment comes now and then; when the reader leaves, nothing of the feed stays."""

    async def followed() -> list[bytes]:
        feed, sent, has_beaten = Feed(mock.world, mock.world.account, Filter(), heartbeat=0.001), [], asyncio.Event()

        async def send(message: Any) -> None:
            sent.append(message["body"])
            if len(sent) == 3:
                has_beaten.set()

        async def receive() -> Any:
            await has_beaten.wait()
            return {"type": "http.disconnect"}

        await send_stream(feed, receive, send)
        assert not mock.world.feeds
        assert not mock.world.account.journal.followers
        return sent

    mock.post()
    first, *beats = asyncio.run(asyncio.wait_for(followed(), 10))
    assert first.startswith(b"id: 1\ndata: {")
    assert set(beats[:2]) == {b": nothing new\n\n"}


def test_a_stream_that_waits_is_read_in_a_thread() -> None:
    """What is not asynchronous is sent part by part as well, and its failure is not hidden."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append((message["body"], message.get("more_body", False)))

    async def receive() -> Any:
        return await asyncio.Event().wait()

    asyncio.run(send_stream(iter([b"a", b"b"]), receive, send))
    assert sent == [(b"a", True), (b"b", True), (b"", False)]
    with pytest.raises(ZeroDivisionError):
        asyncio.run(send_stream((bytes(1 // zero) for zero in [0]), receive, send))


def test_a_slow_reader_is_told_what_it_missed(ruled_doc: Document) -> None:
    """Calls that were dropped before they were read are counted in a comment."""
    mock = bench(ruled_doc, Settings(journal=2, quotas=False))
    for _ in range(5):
        mock.post()
    parts = list(Feed(mock.world, mock.world.account, Filter(since=1)))
    assert parts[0] == b": 2 calls are no longer kept\n\n"
    assert [one.partition(b"\n")[0] for one in parts[1:]] == [b"id: 4", b"id: 5"]


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no SIGTERM; ends when uvicorn offers another way to stop there"
)
def test_an_open_feed_does_not_keep_the_server() -> None:
    """On SIGTERM a feed that is being read ends as it should, and the server exits 0 at once with nothing to say."""
    command = [sys.executable, "-c", _SERVE, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with _feed(process.stdout.readline().removeprefix("listening on ").strip()) as feed:
            process.send_signal(signal.SIGTERM)
            assert feed.read() == b""  # an end that was cut off would raise
        out, err = process.communicate(timeout=4)  # less than the grace time
        assert (process.returncode, out, err) == (0, "", "")
