"""Fetches media from this machine, bounded in bytes and time, and from nowhere else."""

import tempfile
import time
from http.client import HTTPException
from ipaddress import ip_address
from typing import IO, Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

_SECONDS = 10.0  # for a whole file
_WAIT = 3.0  # for the next bytes of it
_CHUNK = 1 << 18
_IN_MEMORY = 1 << 22


class FetchFailed(Exception):
    """The contents of a URL could not be had."""


class _OnLoopback(HTTPRedirectHandler):
    """Follows redirects, ten at most as urllib has it, but never away from this machine."""

    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        if not is_loopback(newurl):
            raise FetchFailed(f"{newurl}: a redirect away from this machine")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_opener = build_opener(ProxyHandler({}), _OnLoopback)


def is_loopback(url: str) -> bool:
    """Say whether a URL leads to this machine by its name alone: no name server is asked."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme in ("http", "https") and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False


def fetched(url: str, *, most_bytes: int) -> tuple[IO[bytes], int]:
    """Return the contents of a loopback URL as a file to be closed, and its size; it ends after `most_bytes` and one.

    Raises `FetchFailed` when it cannot be had within 10 s.
    """
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the caller closes it)
    try:
        size = _copied(url, file, most_bytes + 1)
    except (URLError, HTTPException, OSError, ValueError) as error:
        file.close()
        raise FetchFailed(f"{url}: {error}") from error
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file, size


def _copied(url: str, file: IO[bytes], most: int) -> int:
    size, until = 0, time.monotonic() + _SECONDS
    with _opener.open(url, timeout=_WAIT) as answer:
        while size < most and (chunk := answer.read1(min(_CHUNK, most - size))):
            size += file.write(chunk)
            if time.monotonic() > until:
                raise FetchFailed(f"{url}: not whole after {_SECONDS:g} s")
    return size
