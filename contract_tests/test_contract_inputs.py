"""The suite is used wrongly, or on servers that mean no good: one line, and nothing lost."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx2
import pytest
from typer.testing import CliRunner

from kling_contract import baseline
from kling_contract.cli import app
from kling_contract.errors import BaselineWrong, ContractError, NoAnswer, TargetUnusable, Tripped
from kling_contract.finding import Report
from kling_contract.guard import Guard
from kling_contract.keys import Keys
from kling_contract.opened import Options, opened
from kling_contract.profile import GATEWAY
from kling_contract.report import WRITERS, as_json
from kling_contract.target import Asked, Target
from kling_mock.clock import Clock
from kling_mock.request import Answer, Request
from kling_mock.settings import ACCESS_KEY, API_KEY, SECRET_KEY, Settings
from kling_mock.transport import MockTransport
from kling_mock.world import World
from kling_spec.document import Document
from kling_spec.load import Spec

URL = "http://live.test"
CREATE = "/v1/videos/text2video"
NO = {"code": 1001, "message": "no"}


@pytest.fixture(autouse=True)
def _loaded_once(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kling_contract.opened.load", lambda folder: spec)


def _why(*arguments: str) -> str:
    """Return the error that a run ends with before anything is sent."""
    result = CliRunner().invoke(app, ["run", "--base-url", URL, *arguments], env={"KLING_API_KEY": ""})
    return str(result.exception) if isinstance(result.exception, ContractError) else result.output


@pytest.mark.parametrize("ending", WRITERS)
def test_a_report_that_cannot_be_written_is_told_first(ending: str, tmp_path: Path) -> None:
    """A folder that is not there would lose the report of a run of ten minutes."""
    assert "there is no folder" in _why("--report", str(tmp_path / "gone" / f"a{ending}"))
    (tmp_path / f"folder{ending}").mkdir()
    assert "is a folder" in _why("--report", str(tmp_path / f"folder{ending}"))


def test_half_a_pair_of_keys_is_told() -> None:
    """A check of the account's keys would be left out without a word."""
    assert "go together" in _why("--access-key", "a")
    assert "go together" in _why("--secret-key", "a")


@pytest.mark.parametrize("key", ["abc\ndef", "abc def", "ключ", "\x00"])
def test_a_key_that_no_header_holds_is_not_told(key: str) -> None:
    """The error says which option it was, and keeps the key to itself."""
    said = _why("--api-key", key)
    assert "--api-key has a character" in said
    assert key not in said


def test_a_wait_without_end_is_refused() -> None:
    """Sockets take no infinite timeout."""
    assert "--timeout" in _why("--timeout", "inf")


def test_a_check_twice_is_one(ruled_doc: Document) -> None:
    """Nothing is made twice of a name that is given twice."""
    world = World(ruled_doc, Settings(), clock=Clock(speed=0))
    options = Options(URL, transport=MockTransport(world), checks=("auth-none", "auth-none"))
    with opened(options) as ready:
        assert len({one.case.element for one in ready.planned}) == len(ready.planned) > 50


@pytest.mark.parametrize("host", ["api-singapore.klingai.com.", "API-SINGAPORE.KLINGAI.COM", "api-singapore.klingai.com:443"])
def test_the_service_is_known_by_any_spelling(host: str) -> None:
    """A name that ends in a full stop is the same host: no profile that costs runs there."""
    with pytest.raises(TargetUnusable, match="is the service itself"), opened(Options(f"https://{host}", profile=GATEWAY)):
        pytest.fail("it was opened")


@pytest.mark.parametrize("data", [b"\xd0\x00", b"[]", b"7", b"[" * 100_000, b'{"counts": {}, "findings": [], "results": 7}'])
def test_what_is_no_report_is_not_accepted(data: bytes) -> None:
    """Of no file is there more to say than that it is none of our reports."""
    with pytest.raises(ContractError, match="not a JSON report"):
        as_json.read(data)


def test_accepting_needs_a_reason() -> None:
    """Without one the file that was written could not be read back."""
    from datetime import date

    with pytest.raises(BaselineWrong, match="--reason"):
        baseline.written(Report(URL, "offline", "2026-09-20", (), ()), reason=" ", until=date(2026, 12, 31))


def test_a_baseline_nested_too_deep_is_told(tmp_path: Path) -> None:
    """Whatever the file, it is one line."""
    (tmp_path / "known.json").write_text("[" * 100_000)
    with pytest.raises(BaselineWrong, match=r"known\.json"):
        baseline.read(tmp_path / "known.json")


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, content=b"[" * 100_000),
        httpx2.Response(303, headers={"location": f"{CREATE}/1"}),
        httpx2.Response(307, headers={"location": CREATE}),
    ],
    ids=["nested too deep", "303", "307"],
)
def test_what_is_no_refusal_trips(answer: httpx2.Response) -> None:
    """An answer that cannot be read, and one that sends elsewhere, do not say no to a create."""
    answers = iter([httpx2.Response(401, json=NO), answer])
    guard = Guard(URL, (), readable=frozenset({CREATE}))
    target = Target(URL, transport=httpx2.MockTransport(lambda request: next(answers)), guard=guard)
    target.send(Asked("GET", CREATE, None))
    with pytest.raises(Tripped, match="Nothing more is sent"):
        target.send(Asked("POST", CREATE, None, b"{}"))


@contextmanager
def _endless(part: bytes) -> Iterator[str]:
    """Serve one answer that never ends, and give the address."""

    def serve(listener: socket.socket) -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(65536)
            peer.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            try:
                while True:
                    peer.sendall(b"%x\r\n%s\r\n" % (len(part), part))
            except OSError:  # the client has had enough
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("limit", ["time", "size"])
def test_an_answer_without_end_is_given_up(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However slowly or fast it comes, and though each part is in time."""
    from kling_contract.target import Pace

    hours = iter(range(0, 10**9, 3600))
    pace = Pace(now=lambda: float(next(hours))) if limit == "time" else Pace(now=lambda: 0.0)
    monkeypatch.setattr("kling_contract.target._MOST_BYTES", 2**20)
    with _endless(b" " * 2**12) as url:
        target = Target(url, pace=pace)
        with pytest.raises(NoAnswer, match="did not end within"):
            target.send(Asked("GET", "/", None))
        target.close()


class _Small(World):
    """A mock whose ledgers tell one row a page."""

    def handle(self, request: Request) -> Answer:
        if request.path.startswith("/account/billing/") and b"cursor" not in request.body:
            from msgspec import structs

            body = json.dumps({**json.loads(request.body), "limit": 1}).encode()
            return super().handle(structs.replace(request, body=body))
        return super().handle(request)


def test_a_ledger_of_many_pages_is_read_to_the_end(ruled_doc: Document) -> None:
    """On an account with a past, what was taken for a task may stand on any page."""
    world = _Small(ruled_doc, Settings(), clock=Clock(speed=0))
    keys, families = Keys(ACCESS_KEY, SECRET_KEY, API_KEY), ("text_to_video", "image_generation", "account")

    def wait(seconds: float) -> None:
        world.account.clock.advance(seconds)

    options = Options(
        URL,
        keys,
        GATEWAY,
        families=families,
        checks=("price", "ledger"),
        transport=_NoControl(MockTransport(world)),
        may_charge=True,
        sleep=wait,
    )
    with opened(options) as ready:
        report = ready.go()
    assert report.findings == ()
    assert {one.check for one in report.results if one.outcome == "passed"} >= {"price", "ledger"}


class _NoControl(httpx2.BaseTransport):
    """Relays everything but the control API."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        hidden = request.url.path.startswith("/_mock")
        return httpx2.Response(404, request=request) if hidden else self._inner.handle_request(request)
