"""Faults of downloads: only those that were asked for; a client goes on where it broke off, and says when it cannot."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from struck import codes

from kling import AsyncKling, ConnectionFailed, DownloadFailed, Kling
from kling_mock.assets import KEPT_MS, asset_folder, asset_url
from kling_mock.faults import KINDS
from kling_mock.handle import MockHandle, running
from kling_mock.recipe import Recipe
from kling_mock.scenario import named, shipped
from kling_mock.settings import Settings
from kling_mock.transport import MockTransport

CLIP = Recipe("video", 5, 128, 96, seconds=1, fps=12)
Asked = dict[str, Any]


@pytest.fixture
def mock(served: MockHandle) -> MockHandle:
    """A fresh account."""
    return served.new_account()


@pytest.fixture(scope="module")
def film(served: MockHandle) -> bytes:
    """What a whole download gives."""
    return served.world.shelf.get(CLIP).read_bytes()


def _url(mock: MockHandle) -> str:
    """Return where a film of an account lies that was made now."""
    return asset_url(asset_folder(mock.url, mock.account.id), CLIP, made_ms=mock.account.clock.now())


Carrier = Callable[[MockHandle], httpx2.Client]
_CARRIERS: list[Carrier] = [
    lambda mock: httpx2.Client(trust_env=False),
    lambda mock: httpx2.Client(transport=MockTransport(mock.world, sleep=lambda seconds: None)),
]
_carried = pytest.mark.parametrize("carrier", _CARRIERS, ids=["socket", "process"])


def _outcome(http: httpx2.Client, url: str, timeout: float, **asked: str) -> tuple[Any, ...]:
    try:
        answer = http.get(url, headers=asked, timeout=timeout)
        return answer.status_code, answer.headers.get("content-type"), len(answer.content) > 1000
    except httpx2.HTTPError as error:
        return (type(error),)


_WHOLE = (200, "video/mp4", True)
_CASES: list[tuple[str, Asked, float, tuple[Any, ...]]] = [
    ("code=5000", {"code": 5000}, 5, (500, "application/json", False)),
    ("html", {}, 5, (200, "text/html", False)),
    ("html=503; reached=true", {"status": 503, "reached": True}, 5, (503, "text/html", False)),
    ("gateway=503", {"status": 503}, 5, (503, None, False)),
    ("reset", {}, 5, (httpx2.ReadError,)),
    ("lost-answer", {}, 5, (httpx2.RemoteProtocolError,)),
    ("truncate", {}, 5, (httpx2.RemoteProtocolError,)),
    ("stall=0.02", {"seconds": 0.02}, 5, (httpx2.RemoteProtocolError,)),
    ("stall", {}, 0.1, (httpx2.ReadTimeout,)),
    ("slow=0.02", {"seconds": 0.02}, 5, _WHOLE),
    ("slow=30", {"seconds": 30}, 0.1, (httpx2.ReadTimeout,)),
    ("expire", {}, 5, (404, "application/json", False)),
    ("expire=60", {"seconds": 60}, 5, _WHOLE),
]


@_carried
@pytest.mark.parametrize(("header", "details", "timeout", "expected"), _CASES, ids=[one[0] for one in _CASES])
def test_every_kind_strikes_a_download(
    mock: MockHandle, film: bytes, carrier: Carrier, header: str, details: Asked, timeout: float, expected: Any
) -> None:
    """By the control API and by the header it is the same, over a socket and in process; the next download is whole."""
    kind = header.partition("=")[0].partition(";")[0]
    with carrier(mock) as http:
        assert _outcome(http, _url(mock), timeout, **{"x-kling-mock-fault": header}) == expected
        assert mock.faults() == []
        mock.fault(kind, role="download", times=1, **details)
        assert _outcome(http, _url(mock), timeout) == expected
        assert [one["fired"] for one in mock.faults()] == [1]
        assert http.get(_url(mock)).content == film


def test_the_cases_have_every_kind() -> None:
    """A new kind of fault is tried on downloads because it exists, or says that it is none of theirs."""
    kinds = {header.partition("=")[0].partition(";")[0] for header, *_ in _CASES}
    assert kinds == {name for name, one in KINDS.items() if one.of_downloads}


@pytest.mark.parametrize(
    ("where", "is_struck"),
    [
        ({}, False),
        ({"operation": "*"}, False),
        ({"operation": "*.*"}, False),
        ({"role": "get"}, False),
        ({"operation": "assets.download"}, True),
        ({"operation": "assets.*"}, True),
        ({"role": "download"}, True),
        ({"role": "download", "operation": "*"}, True),
    ],
)
def test_only_who_asks_for_downloads_strikes_them(mock: MockHandle, where: Asked, is_struck: bool) -> None:
    """A pattern for everything is for the API; a fault of downloads strikes no request to the API."""
    mock.fault("code", code=5000, **where)
    with _CARRIERS[1](mock) as http:
        assert (http.get(_url(mock)).status_code == 500) is is_struck
    if is_struck:
        assert codes(mock, 1) == [0]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "fail", "role": "download"}, "it can strike no operation"),
        ({"kind": "stuck", "operation": "assets.*"}, "it can strike no operation"),
        ({"kind": "reset", "operation": "assets.download", "role": "get"}, "it can strike no operation"),
        ({"kind": "reset", "operation": "assets.downlod"}, "did you mean assets.download?"),
        ({"kind": "reset", "operation": "*.download"}, "it can strike no operation"),
    ],
)
def test_what_no_download_can_meet_is_refused(mock: MockHandle, fault: Asked, said: str) -> None:
    """What is about tasks, and what is misspelt, is told."""
    with pytest.raises(ValueError, match=re.escape(said)):
        mock.control("POST", "/faults", {"faults": [fault]})


def test_an_account_has_its_own(mock: MockHandle, served: MockHandle) -> None:
    """Faults strike the downloads of their account alone; a header that cannot be read is told."""
    mock.fault("gateway", role="download")
    with _CARRIERS[1](mock) as http:
        assert [http.get(_url(one)).status_code for one in (mock, served.new_account(), served)] == [502, 200, 200]
        wrong = http.get(_url(mock), headers={"x-kling-mock-fault": "nothing"})
        assert (wrong.status_code, wrong.json()["error"].startswith("x-kling-mock-fault: no fault 'nothing'")) == (400, True)


def test_what_is_not_there_meets_no_fault(mock: MockHandle) -> None:
    """A file that is no longer kept, or never was, is told first and uses up nothing; HEAD has nothing to cut."""
    mock.fault("truncate", role="download", times=1)
    old = asset_url(asset_folder(mock.url, mock.account.id), CLIP, made_ms=mock.account.clock.now() - KEPT_MS - 1000)
    with _CARRIERS[0](mock) as http:
        assert [http.get(one).status_code for one in (old, _url(mock).replace(CLIP.token(), "x"))] == [404, 404]
        assert mock.faults()[0]["fired"] == 0
        head = http.head(_url(mock))
        assert (head.status_code, head.content, head.headers["x-kling-mock-fault"]) == (200, b"", "truncate")


def test_faults_of_downloads_survive_in_a_file(tmp_path: Path) -> None:
    """How often one has struck is in the file of --store."""
    with running(Settings(store=str(tmp_path / "kling.db"))) as mock, _CARRIERS[1](mock) as http:
        mock.fault("gateway", role="download", times=2)
        assert http.get(_url(mock)).status_code == 502
    with running(Settings(store=str(tmp_path / "kling.db"))) as mock, _CARRIERS[1](mock) as http:
        assert [http.get(_url(mock)).status_code for _ in range(2)] == [502, 200]


class Watched:
    """A client of an account whose downloads are looked at, and that does not really wait between two attempts."""

    def __init__(self, mock: MockHandle, carrier: Carrier, retries: int = 3) -> None:
        self.asked: list[str | None] = []
        self._http = carrier(mock)
        self._http.event_hooks = {"request": [lambda request: self.asked.append(request.headers.get("range"))]}
        self.client = Kling(api_key=mock.api_key, base_url=mock.url, http_client=self._http, max_retries=retries)
        vars(self.client._transport)["sleep"] = lambda seconds: None

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()


@_carried
def test_a_client_goes_on_where_a_download_broke_off(mock: MockHandle, film: bytes, carrier: Carrier, tmp_path: Path) -> None:
    """After parts and a reset it asks for what is missing, and the file is whole."""
    mock.fault("truncate", role="download", times=2, kept=0.4)
    mock.fault("reset", role="download", times=1)
    with Watched(mock, carrier) as watched:
        path = watched.client.download(_url(mock), tmp_path / "boat.mp4")
    first = int(len(film) * 0.4)
    second = first + int((len(film) - first) * 0.4)
    assert watched.asked == [None, f"bytes={first}-", f"bytes={second}-", f"bytes={second}-"]
    assert path.read_bytes() == film
    assert [one.name for one in tmp_path.iterdir()] == ["boat.mp4"]


@_carried
@pytest.mark.parametrize("kind", ["truncate", "reset", "lost-answer"])
def test_a_client_says_when_it_cannot_go_on(mock: MockHandle, film: bytes, carrier: Carrier, kind: str, tmp_path: Path) -> None:
    """After its attempts the error names the file; once the connection is well, the next call fetches the rest."""
    mock.fault(kind, role="download")
    with Watched(mock, carrier) as watched:
        with pytest.raises(ConnectionFailed, match=r"GET http://\S+\.mp4: "):
            watched.client.download(_url(mock), tmp_path / "boat.mp4")
        assert len(watched.asked) == 4
        assert not (tmp_path / "boat.mp4").exists()
        mock.clear_faults()
        assert watched.client.download(_url(mock), tmp_path / "boat.mp4").read_bytes() == film
    assert (watched.asked[-1] is None) is (kind != "truncate")


@_carried
@pytest.mark.parametrize(
    ("kind", "said"),
    [("html", "HTTP 200 with text/html"), ("code=1201", "HTTP 400 with application/json"), ("expire", "HTTP 404")],
)
def test_a_client_takes_no_page_for_a_film(mock: MockHandle, carrier: Carrier, kind: str, said: str, tmp_path: Path) -> None:
    """What is no film, or has expired early, ends with an error that says what came; nothing is left behind."""
    name, _, code = kind.partition("=")
    mock.fault(name, role="download", **({"code": int(code)} if code else {}))
    with Watched(mock, carrier) as watched, pytest.raises(DownloadFailed, match=re.escape(said)):
        watched.client.download(_url(mock), tmp_path / "boat.mp4")
    assert list(tmp_path.iterdir()) == []


def test_an_asynchronous_client_goes_on_too(mock: MockHandle, film: bytes, tmp_path: Path) -> None:
    """The same over the asynchronous transport."""
    mock.fault("truncate", role="download", times=2)

    async def at_once(seconds: float) -> None: ...

    async def run() -> Path:
        http = httpx2.AsyncClient(transport=MockTransport(mock.world))
        async with AsyncKling(api_key=mock.api_key, base_url=mock.url, http_client=http) as client:
            vars(client._transport)["sleep"] = at_once
            return await client.download(_url(mock), tmp_path / "boat.mp4")

    assert asyncio.run(run()).read_bytes() == film


def test_the_shipped_scenario_breaks_downloads(mock: MockHandle, film: bytes, tmp_path: Path) -> None:
    """A client as it comes gets through, at the third try; requests to the API are well."""
    assert "broken-downloads" in shipped()
    assert {one.role for one in named("broken-downloads").told.faults} == {"download"}
    mock.scenario("broken-downloads")
    assert codes(mock, 1) == [0]
    with Watched(mock, _CARRIERS[0], retries=2) as watched:
        assert watched.client.download(_url(mock), tmp_path / "boat.mp4").read_bytes() == film
    assert len(watched.asked) == 3
    assert {one["fired"] for one in mock.faults()} == {1}
