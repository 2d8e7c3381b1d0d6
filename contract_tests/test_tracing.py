"""What hooks and the log are told of each request."""

import asyncio
import logging
from typing import Any

import httpx2
import pytest
from conftest import BODY
from wire import TASK, Wire, answer, client_of

import kling
from kling import AsyncKling, Attempt, ConcurrencyExceeded

_BODY: Any = BODY


class TestHooks:
    """Tracing."""

    def test_every_attempt_is_told(self) -> None:
        """Before and after, with the same object: what was asked, how it ended, how long it took."""
        wire = Wire(httpx2.ConnectError("refused"), answer(status=429, code=1303), httpx2.ReadTimeout("slow"), answer(TASK))
        begun, ended = list[Attempt](), list[Attempt]()
        clock = iter(range(100))
        client = client_of(wire, max_retries=3, on_request=begun.append)
        client._transport.now = lambda: float(next(clock))  # type: ignore[method-assign]  # moved by hand
        client.text_to_video.create(**_BODY, on_response=ended.append)
        assert [id(one) for one in begun] == [id(one) for one in ended]
        said = [(one.operation, one.number, one.verb, one.status, one.request_id, one.outcome) for one in ended]
        assert said == [
            ("text_to_video.create", 0, "POST", None, None, "never_delivered"),
            ("text_to_video.create", 1, "POST", 429, "r-1", "refused"),
            ("text_to_video.create", 2, "POST", None, None, "possibly_running"),
            ("text_to_video.get", 0, "GET", 200, "r-1", "answered"),
        ]
        assert [type(one.error) for one in ended] == [kling.NotDelivered, ConcurrencyExceeded, kling.RequestTimeout, type(None)]
        assert {one.elapsed for one in ended} == {1.0}
        assert begun[0].url == "http://api.test/v1/videos/text2video"

    def test_a_hook_may_add_headers(self) -> None:
        """So that a trace goes on at the other end."""
        wire = Wire()
        client_of(wire, on_request=lambda one: one.headers.update(traceparent="00-1")).text_to_video.get("1")
        assert wire.sent[0].headers["traceparent"] == "00-1"

    @pytest.mark.parametrize(("name", "sent"), [("on_request", 0), ("on_response", 1)])
    def test_what_a_hook_raises_ends_the_call(self, name: str, sent: int) -> None:
        """It is not swallowed, and nothing is sent again."""
        wire = Wire()

        def broken(attempt: Attempt) -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            client_of(wire, max_retries=2, **{name: broken}).text_to_video.get("1")
        assert len(wire.sent) == sent

    def test_a_cancelled_call_is_told(self) -> None:
        """A span is closed also when the task is cancelled: nobody knows what became of the request."""
        ended = list[Attempt]()

        class Never(httpx2.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
                await asyncio.Event().wait()
                raise AssertionError

        async def story() -> None:
            async with AsyncKling(api_key="k", base_url="http://x.test", transport=Never(), on_response=ended.append) as client:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(client.text_to_video.get("1"), 0.01)

        asyncio.run(story())
        assert [(one.outcome, type(one.error)) for one in ended] == [("possibly_running", asyncio.CancelledError)]


class TestLog:
    """`logging` under the name `kling`."""

    def test_requests_and_answers_are_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        """At debug, a line before and a line after; nothing above debug, and nothing when it is off."""
        client = client_of(Wire(), extra_headers={"X-Inner": "hidden-1"})
        for level in (logging.INFO, logging.DEBUG):
            with caplog.at_level(level, logger="kling"):
                client.text_to_video.create(**_BODY)
        lines = [one.getMessage() for one in caplog.records if one.name == "kling"]
        assert len(lines) == 2
        assert lines[0].startswith("text_to_video.create, attempt 0: POST http://api.test/v1/videos/text2video {")
        assert "A paper boat" in lines[0]
        assert "HTTP 200 after" in lines[1]
        assert "answered, request r-1 {" in lines[1]
        assert "hidden-1" not in caplog.text

    @pytest.mark.parametrize(
        ("said", "hidden", "kept"),
        [
            ("QUJD" * 4000, "QUJD" * 5, "QUJDQUJDQUJDQUJD…"),
            ("https://me:pass-1@host.test/x", "pass-1", "https://***@host.test/x"),
            ("https://cdn.test/a.mp4?sign=token-1&x=2", "token-1", "https://cdn.test/a.mp4?***"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl", "c2lnbmF0dXJl", "***"),
            ("api-key-kling-0123456789", "0123456789", "***"),
            ("word " * 4000, "word " * 500, "… ("),
        ],
        ids=["base64", "password", "signed link", "token", "key", "long"],
    )
    def test_bodies_are_masked_and_cut(self, said: str, hidden: str, kept: str, caplog: pytest.LogCaptureFixture) -> None:
        """Neither what was sent nor what came back shows secrets or media."""
        client = client_of(Wire(answer({**TASK, "task_status_msg": said})), check=False)
        with caplog.at_level(logging.DEBUG, logger="kling"):
            client.text_to_video.create(model_name="kling-v3", prompt=said)
        for line in (one.getMessage() for one in caplog.records if one.name == "kling"):
            assert hidden not in line
            assert kept in line
            assert len(line) < 2300
