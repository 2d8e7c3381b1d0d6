"""Fetches a result, to a temporary name first."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kling.errors import ConnectionFailed, DownloadFailed

if TYPE_CHECKING:
    from httpx2 import AsyncClient

MOST_BYTES = 2 * 1024**3


async def download(
    http: "AsyncClient",
    url: str,
    path: Path,
    *,
    most_bytes: int = MOST_BYTES,
    on_progress: Callable[[int, int | None], object] | None = None,
) -> Path:
    """Write what `url` holds to `path` and return the path.

    The file appears under its name only when it is whole. `on_progress` is called with the bytes so far and, where
    the server told it, the bytes in all. Raises `DownloadFailed` when the server says no or sends more than
    `most_bytes`, `ConnectionFailed` when the connection breaks. No credentials are sent.
    """
    from httpx2 import HTTPError

    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        await _fetched(http, url, part, most_bytes=most_bytes, on_progress=on_progress)
        part.replace(path)
    except HTTPError as error:
        raise ConnectionFailed(f"GET {url}: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return path


async def _fetched(
    http: "AsyncClient", url: str, part: Path, *, most_bytes: int, on_progress: Callable[[int, int | None], object] | None
) -> None:
    async with http.stream("GET", url, follow_redirects=True) as response:
        if response.status_code != 200:
            raise DownloadFailed(f"GET {url}: HTTP {response.status_code}; results are kept for 30 days")
        length = response.headers.get("content-length")
        so_far = 0
        with part.open("wb") as file:
            async for chunk in response.aiter_bytes():
                so_far += len(chunk)
                if so_far > most_bytes:
                    raise DownloadFailed(f"GET {url}: more than {most_bytes} bytes")
                file.write(chunk)
                if on_progress is not None:
                    on_progress(so_far, int(length) if length and length.isdigit() else None)
