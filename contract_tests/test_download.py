"""Results come whole or not at all, go on where they broke off, and no address is asked that must not be."""

import asyncio
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from file_server import FILM, Shelf, patient, serving

from kling import AsyncKling, ConnectionFailed, DownloadFailed, Kling


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A server of one file, on loopback."""
    with serving(Shelf()) as made:
        yield made


@pytest.fixture
def client() -> Iterator[Kling]:
    """A client that does not really wait between two attempts."""
    with patient() as made:
        yield made


def _kept(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


class TestGoingOn:
    """A download that broke off goes on where it ended."""

    def test_within_a_call(self, shelf: Shelf, client: Kling, tmp_path: Path) -> None:
        """Each attempt asks for what is missing, of the same version; progress goes on too."""
        shelf.breaks_after = [100_000, 50_000]
        progress: list[tuple[int, int | None]] = []
        path = client.download(shelf.url + "?sig=1", tmp_path / "boat.mp4", on_progress=lambda *so_far: progress.append(so_far))
        assert path.read_bytes() == FILM
        assert [(one.get("range"), one.get("if-range")) for one in shelf.seen] == [
            (None, None),
            ("bytes=100000-", '"v1"'),
            ("bytes=150000-", '"v1"'),
        ]
        assert progress == sorted(progress)
        assert progress[-1] == (256_000, 256_000)
        assert _kept(tmp_path) == {"boat.mp4"}

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    def test_after_a_server_that_is_busy(self, status: int, shelf: Shelf, client: Kling, tmp_path: Path) -> None:
        """It is asked again, and what is here is kept; when it stays so, that is said, and a later call goes on."""
        shelf.breaks_after, shelf.refuses = [100_000], []
        with pytest.raises(ConnectionFailed, match=f"HTTP {status}"):
            client.download(shelf.url, tmp_path / "boat.mp4", on_progress=lambda *_: shelf.refuses.extend([status] * 3))
        assert _kept(tmp_path) == {".boat.mp4.part", ".boat.mp4.from"}
        shelf.refuses = [status, status]
        assert client.download(shelf.url, tmp_path / "boat.mp4").read_bytes() == FILM
        assert {one.get("range") for one in shelf.seen[1:]} == {"bytes=100000-"}
        assert _kept(tmp_path) == {"boat.mp4"}

    def test_in_a_later_call(self, shelf: Shelf, client: Kling, tmp_path: Path) -> None:
        """After the last attempt the part stays, and another client goes on; the signature of the URL may differ."""
        shelf.breaks_after = [1000, 1000, 1000]
        with pytest.raises(ConnectionFailed):
            client.download(shelf.url + "?sig=1", tmp_path / "boat.mp4")
        assert _kept(tmp_path) == {".boat.mp4.part", ".boat.mp4.from"}
        assert "sig" not in (tmp_path / ".boat.mp4.from").read_text()
        with Kling(api_key="k", base_url="http://127.0.0.1:1") as other:
            assert other.download(shelf.url + "?sig=2", tmp_path / "boat.mp4").read_bytes() == FILM
        assert shelf.seen[-1]["range"] == "bytes=3000-"
        assert _kept(tmp_path) == {"boat.mp4"}

    def test_async_goes_on_too(self, shelf: Shelf, tmp_path: Path) -> None:
        """The async client does the same."""
        shelf.breaks_after = [100_000]

        async def run() -> Path:
            async def at_once(seconds: float) -> None: ...

            async with AsyncKling(api_key="k", base_url="http://127.0.0.1:1") as client:
                vars(client._transport)["sleep"] = at_once
                return await client.download(shelf.url, tmp_path / "boat.mp4")

        assert asyncio.run(run()).read_bytes() == FILM
        assert shelf.seen[1]["range"] == "bytes=100000-"

    @pytest.mark.parametrize(
        "change",
        [
            lambda shelf: shelf.head.update({"ETag": '"v2"'}),
            lambda shelf: setattr(shelf, "range_answer", (416, "bytes */5")),
            lambda shelf: setattr(shelf, "range_answer", (206, "bytes 5-255999/256000")),
            lambda shelf: setattr(shelf, "range_answer", (206, "")),
        ],
        ids=["another version", "beyond the end", "another range", "no range told"],
    )
    def test_a_part_of_no_use_is_thrown_away(
        self, change: Callable[[Shelf], None], shelf: Shelf, client: Kling, tmp_path: Path
    ) -> None:
        """Another version, or an answer that does not fit, starts anew."""
        (tmp_path / "boat.mp4").write_bytes(b"old")
        shelf.breaks_after = [1000] * 3
        with pytest.raises(ConnectionFailed):
            client.download(shelf.url, tmp_path / "boat.mp4")
        assert (tmp_path / "boat.mp4").read_bytes() == b"old"
        change(shelf)
        shelf.content = FILM[::-1]
        assert client.download(shelf.url, tmp_path / "boat.mp4").read_bytes() == FILM[::-1]
        assert _kept(tmp_path) == {"boat.mp4"}

    @pytest.mark.parametrize(
        ("head", "asks"),
        [
            ({"Last-Modified": "Wed, 21 Oct 2026 07:28:00 GMT"}, "Wed, 21 Oct 2026 07:28:00 GMT"),
            ({"ETag": 'W/"v1"'}, None),
            ({"ETag": 'W/"v1"', "Last-Modified": "Wed, 21 Oct 2026 07:28:00 GMT"}, "Wed, 21 Oct 2026 07:28:00 GMT"),
            ({}, None),
        ],
    )
    def test_what_identifies_a_version(
        self, head: dict[str, str], asks: str | None, shelf: Shelf, client: Kling, tmp_path: Path
    ) -> None:
        """A date where there is no strong tag; without either, nothing is kept and all is fetched again."""
        shelf.head, shelf.breaks_after = head, [1000]
        assert client.download(shelf.url, tmp_path / "boat.mp4").read_bytes() == FILM
        assert shelf.seen[1].get("if-range") == asks
        assert _kept(tmp_path) == {"boat.mp4"}

    def test_a_part_of_another_file_is_not_gone_on_with(self, shelf: Shelf, client: Kling, tmp_path: Path) -> None:
        """Two results may have the same date: the address must be the same, too."""
        shelf.breaks_after = [1000] * 3
        with pytest.raises(ConnectionFailed):
            client.download(shelf.url, tmp_path / "boat.mp4")
        assert client.download(shelf.url.replace("boat", "ship"), tmp_path / "boat.mp4").read_bytes() == FILM
        assert "range" not in shelf.seen[-1]


class TestRefused:
    """What is no result leaves nothing behind."""

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"status": 404, "content": b"<Code>NoSuchKey</Code>"}, r"HTTP 404 .*kept for 30 days: <Code>NoSuchKey</Code>"),
            ({"status": 403, "content": b""}, r"HTTP 403 .*kept for 30 days$"),
            (
                {"head": {"Content-Type": "text/html; charset=utf-8"}, "content": b"<h1>Log in</h1>"},
                "HTTP 200 with text/html.*Log in",
            ),
            ({"head": {"Content-Type": "application/json"}, "content": b'{"code": 1}'}, 'application/json.*"code": 1'),
        ],
    )
    def test_pages_are_told(self, change: dict[str, Any], said: str, shelf: Shelf, client: Kling, tmp_path: Path) -> None:
        """A refusal and a page in place of a film are told with their text, without the signature of the URL."""
        for name, value in change.items():
            setattr(shelf, name, value)
        with pytest.raises(DownloadFailed, match=said) as caught:
            client.download(shelf.url + "?Signature=abc", tmp_path / "boat.mp4")
        assert "abc" not in str(caught.value)
        assert _kept(tmp_path) == set()
        assert len(shelf.seen) == 1

    def test_an_address_that_has_ended_is_told(self, shelf: Shelf, client: Kling, tmp_path: Path) -> None:
        """The date stands in the URL."""
        shelf.status = 403
        with pytest.raises(DownloadFailed, match="this address ended on 2024-03-09"):
            client.download(shelf.url + "?Expires=1710000000&Signature=abc", tmp_path / "boat.mp4")
        with pytest.raises(DownloadFailed, match="30 days:"):
            client.download(shelf.url + "?Expires=99999999999", tmp_path / "boat.mp4")

    def test_a_page_that_was_asked_for_is_taken(self, shelf: Shelf, client: Kling, tmp_path: Path) -> None:
        """JSON may go into a .json file."""
        shelf.head = {"Content-Type": "application/json"}
        assert client.download(shelf.url, tmp_path / "boat.json").read_bytes() == FILM

    def test_the_size_has_a_limit(self, shelf: Shelf, client: Kling, tmp_path: Path) -> None:
        """The limit itself is allowed, a byte more is not."""
        assert client.download(shelf.url, tmp_path / "boat.mp4", most_bytes=256_000)
        with pytest.raises(DownloadFailed, match="256000 bytes are more than 255999"):
            client.download(shelf.url, tmp_path / "more.mp4", most_bytes=255_999)
        assert _kept(tmp_path) == {"boat.mp4"}

    def test_a_size_that_is_not_told_has_the_limit_too(self, tmp_path: Path) -> None:
        """What comes is counted."""
        answer = httpx2.MockTransport(lambda request: httpx2.Response(200, content=iter([b"film"] * 10)))
        client = Kling(api_key="k", base_url="http://127.0.0.1:1", http_client=httpx2.Client(transport=answer))
        assert client.download("http://127.0.0.1/x", tmp_path / "x.mp4", most_bytes=40).read_bytes() == b"film" * 10
        with pytest.raises(DownloadFailed, match="more than 39 bytes"):
            client.download("http://127.0.0.1/x", tmp_path / "y.mp4", most_bytes=39)
        assert _kept(tmp_path) == {"x.mp4"}

    @pytest.mark.parametrize(
        "url", ["", "file:///etc/passwd", "ftp://a.example/x", "//a.example/x", "http://[::1", "http://a:b:c/"]
    )
    def test_other_addresses(self, url: str, client: Kling, tmp_path: Path) -> None:
        """Only http and https are asked; a result without a url is told."""
        with pytest.raises(DownloadFailed):
            client.download(url, tmp_path / "x.mp4")
        assert _kept(tmp_path) == set()

    def test_a_file_that_ends_too_early_is_told(self, tmp_path: Path) -> None:
        """Also where the transport does not count."""
        answer = httpx2.MockTransport(lambda request: httpx2.Response(200, content=b"film", headers={"Content-Length": "10"}))
        http = httpx2.Client(transport=answer)
        client = Kling(api_key="k", base_url="http://127.0.0.1:1", http_client=http, max_retries=0)
        with pytest.raises(ConnectionFailed, match="ended after 4 of 10 bytes"):
            client.download("http://127.0.0.1/x", tmp_path / "x.mp4")
        assert _kept(tmp_path) == set()

    def test_an_interrupted_download_keeps_its_part(self, shelf: Shelf, client: Kling, tmp_path: Path) -> None:
        """Whatever the progress callback raises goes through; what is there can be gone on with."""

        def stop(so_far: int, total: int | None) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            client.download(shelf.url, tmp_path / "boat.mp4", on_progress=stop)
        assert _kept(tmp_path) == {".boat.mp4.part", ".boat.mp4.from"}
        assert client.download(shelf.url, tmp_path / "boat.mp4").read_bytes() == FILM


class TestAddresses:
    """No host with a private address is asked, nor told who asks."""

    @pytest.fixture
    def resolver(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
        """Names and their addresses."""
        known: dict[str, list[str]] = {"api.example": ["93.184.215.14"], "cdn.example": ["93.184.215.14", "2606:2800:21f::1"]}

        def look(host: str, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
            if host not in known and not re.fullmatch(r"[0-9a-f.:%]+", host):
                raise socket.gaierror(-2, "Name or service not known")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in known.get(host, [host])]

        monkeypatch.setattr(socket, "getaddrinfo", look)
        return known

    @staticmethod
    def _client(seen: list[httpx2.Request], *, base_url: str = "http://api.example", to: Mapping[str, str] = {}) -> Kling:
        def answer(request: httpx2.Request) -> httpx2.Response:
            seen.append(request)
            where = to.get(str(request.url))
            return httpx2.Response(302, headers={"Location": where}) if where else httpx2.Response(200, content=b"film")

        http = httpx2.Client(
            transport=httpx2.MockTransport(answer),
            headers={"Authorization": "Bearer mine", "Cookie": "a=b"},
            auth=("me", "secret"),
            cookies={"c": "d"},
        )
        return Kling(api_key="k", base_url=base_url, http_client=http)

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.5.5",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "::1",
            "fe80::1%eth0",
            "fd00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
        ],
    )
    def test_private_addresses_are_refused(self, address: str, resolver: dict[str, list[str]], tmp_path: Path) -> None:
        """One private address among several is enough; allow_private asks all the same."""
        resolver["evil.example"] = ["93.184.215.14", address]
        seen: list[httpx2.Request] = []
        client = self._client(seen)
        with pytest.raises(DownloadFailed, match=r"private address .*allow_private"):
            client.download("https://evil.example/x", tmp_path / "x")
        assert seen == []
        assert client.download("https://evil.example/x", tmp_path / "x", allow_private=True).read_bytes() == b"film"

    def test_public_and_unknown_hosts_are_asked(self, resolver: dict[str, list[str]], tmp_path: Path) -> None:
        """A name that is not known here may be known to a proxy."""
        for host in ("cdn.example", "93.184.215.14", "[::ffff:93.184.215.14]", "unknown.example"):
            assert self._client([]).download(f"http://{host}/x", tmp_path / "x").exists()

    def test_a_local_api_may_have_local_results(self, resolver: dict[str, list[str]], tmp_path: Path) -> None:
        """As with the mock; unless it is forbidden."""
        client = self._client([], base_url="http://127.0.0.1:8080")
        assert client.download("http://10.0.0.1/x", tmp_path / "x").exists()
        with pytest.raises(DownloadFailed, match="private address"):
            client.download("http://10.0.0.1/x", tmp_path / "y", allow_private=False)

    def test_redirects_are_looked_at(self, resolver: dict[str, list[str]], tmp_path: Path) -> None:
        """Each host on the way; five redirects and no more."""
        seen: list[httpx2.Request] = []
        client = self._client(seen, to={"http://cdn.example/a": "/b", "http://cdn.example/b": "http://10.0.0.1/c"})
        with pytest.raises(DownloadFailed, match=r"10\.0\.0\.1 has the private address"):
            client.download("http://cdn.example/a", tmp_path / "x")
        assert [one.url.path for one in seen] == ["/a", "/b"]
        way = {f"http://cdn.example/{number}": f"/{number + 1}" for number in range(6)}
        assert self._client([], to=way).download("http://cdn.example/1", tmp_path / "x").exists()
        with pytest.raises(DownloadFailed, match="more than 5 redirects"):
            self._client([], to=way).download("http://cdn.example/0", tmp_path / "y")

    def test_nobody_is_told_who_asks(self, resolver: dict[str, list[str]], tmp_path: Path) -> None:
        """Neither the keys of the client, nor what the caller's own HTTP client would add."""
        seen: list[httpx2.Request] = []
        client = self._client(seen, to={"http://cdn.example/a": "http://cdn.example/b"})
        client.download("http://cdn.example/a", tmp_path / "x")
        assert len(seen) == 2
        for one in seen:
            assert {"authorization", "cookie", "proxy-authorization"}.isdisjoint(one.headers)
