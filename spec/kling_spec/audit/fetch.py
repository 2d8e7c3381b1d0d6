"""Fetches an index and its pages from a server, politely: one at a time, with a pause, and nothing twice that has not moved.

A cache folder keeps each page with its ETag and Last-Modified, so that a run that was broken off goes on where it stood.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from kling_spec.errors import SpecError

from .index import links

if TYPE_CHECKING:
    import httpx2

MOST_BYTES = 4 * 2**20  # of one page
MOST_SECONDS = 30.0  # for one page
MOST_PAGES = 500
_MOST_MOVES = 5
_TRIES = 3
_LONGEST_WAIT = 60.0


class FetchFailed(SpecError):
    """A page could not be fetched; the text says which and why. What was fetched before stays in the cache."""


@dataclass(frozen=True)
class Kept:
    """What the cache knows of an address."""

    url: str
    fetched: float  # seconds since 1970
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True)
class Fetcher:
    """Fetches addresses one after another. Time and waiting come in as arguments."""

    cache: Path
    pause: float = 0.5  # seconds between two requests
    fresh: float = 3600.0  # seconds during which a page is not asked for again
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[str], None] = lambda line: None

    def pages(self, index: str) -> Iterator[tuple[str, str]]:
        """Yield address and text of every page that an index links to on its own host. Raises `FetchFailed`."""
        found = [url for _, url in links(self.text(index), index) if _page(url, index)]
        if not found:
            raise FetchFailed(f"{index}: expected an index with links to pages of the same host; found none")
        if len(found) > MOST_PAGES:
            raise FetchFailed(f"{index}: links to {len(found)} pages; at most {MOST_PAGES} are fetched")
        for number, url in enumerate(dict.fromkeys(map(_as_markdown, found)), 1):
            self.tell(f"{number}/{len(found)} {url}")
            yield url, self.text(url)

    def text(self, url: str) -> str:
        """Return the text at an address, from the cache while that is fresh or the server says it has not moved."""
        name = self.cache / hashlib.sha256(url.encode()).hexdigest()[:32]
        kept = _kept(name.with_suffix(".json"), url)
        if kept is not None and self.clock() - kept.fetched < self.fresh:
            return name.with_suffix(".md").read_text(encoding="utf-8")
        text, answer = self._fetched(url, kept)
        if text is None:
            text = name.with_suffix(".md").read_text(encoding="utf-8")
        self._keep(name, text, Kept(url, self.clock(), answer.get("etag", ""), answer.get("last-modified", "")))
        return text

    def _keep(self, name: Path, text: str, kept: Kept) -> None:
        self.cache.mkdir(parents=True, exist_ok=True)
        _replace(name.with_suffix(".md"), text)
        _replace(name.with_suffix(".json"), json.dumps(asdict(kept)))

    def _fetched(self, url: str, kept: Kept | None) -> tuple[str | None, dict[str, str]]:
        """Return the text, None when it has not moved, and the headers; waits and tries again when the server is busy."""
        for turn in range(1, _TRIES + 1):
            status, headers, body = self._asked(url, kept)
            if status == 304 and kept is not None:
                return None, {"etag": kept.etag, "last-modified": kept.modified} | headers
            if status == 200:
                return _decoded(url, body), headers
            if turn == _TRIES or not (status == 429 or status >= 500):
                raise FetchFailed(f"{url}: the server answered {status}; what was fetched so far is kept: run again to go on")
            self.sleep(_wait(headers.get("retry-after", ""), turn))
        raise AssertionError

    def _asked(self, url: str, kept: Kept | None) -> tuple[int, dict[str, str], bytes]:
        import httpx2

        self.sleep(self.pause)
        headers = {"user-agent": _agent(), "accept": "text/markdown, text/plain;q=0.9, */*;q=0.1"}
        headers |= {"if-none-match": kept.etag} if kept and kept.etag else {}
        headers |= {"if-modified-since": kept.modified} if kept and kept.modified else {}
        is_loopback = _is_loopback(url)
        try:
            with httpx2.Client(timeout=MOST_SECONDS, follow_redirects=False, trust_env=not is_loopback) as client:
                return self._followed(client, url, headers)
        except httpx2.HTTPError as error:
            raise FetchFailed(f"{url}: {error or type(error).__name__}; run again to go on") from error

    def _followed(self, client: "httpx2.Client", url: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        for _ in range(_MOST_MOVES):
            checked_url(url)
            with client.stream("GET", url, headers=headers) as reply:
                if reply.status_code in (301, 302, 303, 307, 308):
                    url = urljoin(url, reply.headers.get("location", ""))
                    continue
                return reply.status_code, dict(reply.headers), self._body(reply, url)
        raise FetchFailed(f"{url}: was sent on more than {_MOST_MOVES} times")

    def _body(self, reply: "httpx2.Response", url: str) -> bytes:
        end, body = self.clock() + MOST_SECONDS, bytearray()
        for part in reply.iter_bytes():
            body += part
            if len(body) > MOST_BYTES:
                raise FetchFailed(f"{url}: is larger than {MOST_BYTES} bytes")
            if self.clock() > end:
                raise FetchFailed(f"{url}: took longer than {MOST_SECONDS:.0f} s")
        return bytes(body)


def checked_url(url: str) -> str:
    """Return the address when it is https, or http on loopback. Raises `FetchFailed`."""
    if urlsplit(url).scheme == "https" or (urlsplit(url).scheme == "http" and _is_loopback(url)):
        return url
    raise FetchFailed(f"{url}: expected an address that begins with https:// (http:// on loopback only)")


def cache_folder() -> Path:
    """Return where fetched pages are kept unless a folder is named."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "kling-toolkit" / "audit"


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _page(url: str, index: str) -> bool:
    return urlsplit(url)[:2] == urlsplit(index)[:2] and url != index


def _as_markdown(url: str) -> str:
    """Return the address of the Markdown of a page: the vendor gives it under the page's own with .md behind."""
    return url if "." in urlsplit(url).path.rpartition("/")[2] else f"{url.rstrip('/')}.md"


def _decoded(url: str, body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FetchFailed(f"{url}: expected text in UTF-8; {error.reason} at byte {error.start}") from error


def _kept(path: Path, url: str) -> Kept | None:
    if not path.is_file() or not path.with_suffix(".md").is_file():
        return None
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        kept = Kept(**data)
    except (ValueError, TypeError):  # a cache entry of another version is as good as none
        return None
    return kept if kept.url == url else None


def _replace(path: Path, text: str) -> None:
    part = path.with_suffix(f"{path.suffix}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _wait(asked: str, turn: int) -> float:
    return min(float(asked) if asked.isdigit() else 2.0**turn, _LONGEST_WAIT)


def _agent() -> str:
    try:
        number = version("kling-toolkit")
    except PackageNotFoundError:
        number = "0"
    return f"kling-toolkit/{number} (kling-spec audit)"
