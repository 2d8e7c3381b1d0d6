"""A file on its way: under a hidden name beside its place until it is whole, so that a broken download can go on."""

import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from .errors import ConnectionFailed, DownloadFailed
from .results import HasUrl

_PAGES = ("text/html", "text/xml", "application/json", "application/xml", "application/problem+json")
_PASSING = (429, 500, 502, 503, 504)


class Part:
    """One download. A note beside the part says where it is from and of which version."""

    def __init__(
        self,
        result: str | HasUrl,
        path: Path,
        *,
        on_progress: Callable[[int, int | None], object] | None = None,
        most_bytes: int = 2 * 1024**3,
        allow_private: bool | None = None,
    ) -> None:
        if not isinstance(result, str) and not hasattr(result, "url"):
            raise TypeError(f"download takes one result, or a URL; got a {type(result).__name__}. download_all takes a task")
        self.url = (result if isinstance(result, str) else result.url) or ""
        self.source = self.url.partition("?")[0]  # what follows is a signature: it differs each time, and is nobody's business
        if not self.source.lower().startswith(("http://", "https://")):
            raise DownloadFailed(f"there is nothing to fetch: {self.source[:80]!r} is no http address")
        self.path, self.allow_private = path, allow_private
        self._file, self._note = path.with_name(f".{path.name}.part"), path.with_name(f".{path.name}.from")
        self._on_progress, self._most_bytes = on_progress, most_bytes
        self._so_far, self._refusal = 0, ""
        self._total: int | None = None

    def headers(self) -> dict[str, str]:
        """Return the headers that ask for what is missing."""
        version = self._version()
        asked = {"Range": f"bytes={self._file.stat().st_size}-", "If-Range": version} if version else {}
        return {"Accept-Encoding": "identity", **asked}

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Look at the head of an answer; False when the part is of no use any more and all is to be asked for.

        Raises `ConnectionFailed` for an answer that may be another one in a moment: what is here is kept.
        """
        if status in _PASSING:
            raise ConnectionFailed(f"HTTP {status}")
        found = re.fullmatch(r"bytes ([0-9]+)-[0-9]+/([0-9]+)", headers.get("content-range", ""))
        if self._version() and status in (206, 416):
            self._so_far = self._file.stat().st_size
            if not found or int(found[1]) != self._so_far:
                self._forget()
                return False
            self._total = int(found[2])
        else:
            self._forget()
            self._so_far, length = 0, headers.get("content-length", "")
            self._total = int(length) if length.isdecimal() and "content-encoding" not in headers else None
            self._refusal = self._refused(status, headers.get("content-type", "").partition(";")[0].strip().lower())
            if not self._refusal:
                self._start(headers)
        if self._total is not None and self._total > self._most_bytes:
            raise DownloadFailed(f"GET {self.source}: {self._total} bytes are more than {self._most_bytes}")
        return True

    def _refused(self, status: int, kind: str) -> str:
        """Return why an answer is no file; empty when it may be one."""
        if status == 200 and (kind not in _PAGES or self.path.suffix.lower() in (".html", ".json", ".xml")):
            return ""
        ends = next((one for name, one in parse_qsl(urlsplit(self.url).query) if name.lower() == "expires"), "")
        is_over = ends.isdecimal() and len(ends) < 12 and int(ends) < time.time()
        said = f", and this address ended on {time.strftime('%Y-%m-%d', time.gmtime(int(ends)))}" if is_over else ""
        return f"GET {self.source}: HTTP {status} with {kind or 'nothing'}; results are kept for 30 days{said}"

    def _start(self, headers: Mapping[str, str]) -> None:
        tag = headers.get("etag", "")
        version = tag if tag and not tag.startswith("W/") else headers.get("last-modified", "")
        self._file.write_bytes(b"")
        if version:
            self._note.write_text(json.dumps([self.source, version]), encoding="utf-8")

    def add(self, chunk: bytes) -> None:
        """Write the next bytes."""
        if self._refusal:
            raise DownloadFailed(f"{self._refusal}: {chunk[:300].decode('utf-8', 'replace')}")
        self._so_far += len(chunk)
        if self._so_far > self._most_bytes:
            raise DownloadFailed(f"GET {self.source}: more than {self._most_bytes} bytes")
        with self._file.open("ab") as file:
            file.write(chunk)
        if self._on_progress is not None:
            self._on_progress(self._so_far, self._total)

    def finish(self) -> Path:
        """Give the file its name. Raises `ConnectionFailed` when it is not whole."""
        if self._refusal:
            raise DownloadFailed(self._refusal)
        if self._total is not None and self._so_far != self._total:
            raise ConnectionFailed(f"it ended after {self._so_far} of {self._total} bytes")
        self._file.replace(self.path)
        self._forget()
        return self.path

    def _version(self) -> str:
        """Return which version the part is of; empty when there is none to go on with."""
        try:
            source, version = json.loads(self._note.read_bytes())
        except (OSError, ValueError):
            return ""
        return str(version) if source == self.source and self._file.is_file() else ""

    def _forget(self) -> None:
        self._file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Keep what can be gone on with, and nothing else."""
        if not self._version() or (kind is not None and issubclass(kind, DownloadFailed)):
            self._forget()
