"""What a task has made: the URLs of its files, and the names they get here."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Protocol, TypedDict
from urllib.parse import unquote, urlsplit

from .errors import DownloadFailed


class HasUrl(Protocol):
    """A result: anything with a url."""

    @property
    def url(self) -> str | None: ...


class DownloadOptions(TypedDict, total=False):
    """How files are fetched."""

    on_progress: Callable[[int, int | None], object] | None
    """Called with the bytes so far and, where the server told it, the bytes in all."""
    most_bytes: int
    """The size that a file may have; 2 GiB by default."""
    allow_private: bool | None
    """Whether hosts with private addresses are asked. By default only when the API's own address is private."""


def files(task: Any, folder: Path, *, watermarked: bool) -> list[tuple[str, Path]]:
    """Return URL and path of each result of a task. Raises `DownloadFailed` when it has none."""
    result = getattr(task, "task_result", None)
    urls = [] if result is None else list(_urls(result.model_dump(), watermarked=watermarked))
    if not urls:
        raise DownloadFailed(f"task {task.task_id} has no such results; its status is {getattr(task, 'task_status', None)}")
    stem = re.sub(r"[^\w-]", "_", task.task_id) + ("-watermarked" if watermarked else "")
    return [(url, folder / f"{stem}-{number}{_suffix(url)}") for number, url in enumerate(urls, 1)]


def _urls(node: Any, *, watermarked: bool) -> Iterator[str]:
    for name, one in node.items() if isinstance(node, dict) else (("", one) for one in node):
        if isinstance(one, dict | list):
            yield from _urls(one, watermarked=watermarked)
        elif one and re.search(r"(^|_)url(_|$)", name) and ("watermark" in name) is watermarked:
            yield str(one)


def _suffix(url: str) -> str:
    found = PurePosixPath(unquote(urlsplit(url).path)).suffix.lower()
    return found if re.fullmatch(r"\.[a-z0-9]{1,5}", found) else ""
