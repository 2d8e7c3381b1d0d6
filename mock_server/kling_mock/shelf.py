"""Keeps made files on disk, whole and within a limit."""

import contextlib
import os
import re
import secrets
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from .media import make
from .recipe import TOKEN, Recipe

STALE_SECONDS = 3600  # a part file this much older than a new file was left by a killed process
OURS = re.compile(rf"{TOKEN.pattern}\.[a-z0-9]{{3}}|\.[0-9a-f]{{16}}\.part")  # what a shelf may take away


def results_folder() -> Path:
    """Return where results are kept: a folder for each user of the machine, as none may write into another's."""
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""
    return Path(tempfile.gettempdir()) / f"kling-mock-results{user}"


class Shelf:
    """The made files, kept in a folder up to a limit, so that a second download costs nothing.

    Several threads and processes may share the folder: a file appears whole or not at all, and files that are not ours
    stay. Threads make a file once; two processes may both make it, and put the same bytes over the same bytes.
    """

    def __init__(self, folder: Path, most_bytes: int = 512 * 1024 * 1024) -> None:
        """Keep files in `folder`, made when first needed; the longest unused ones go above `most_bytes`."""
        self.folder = folder
        self.most_bytes = most_bytes
        self._making = threading.Lock()  # one at a time also bounds the memory

    def get(self, recipe: Recipe) -> Path:
        """Return the path of the finished file, making it at the first call.

        Open it soon: it may be evicted once newer files pass the limit. The newest is kept even when it is larger.
        Raises `OSError` when it cannot be written (a full disk), and leaves no partial file behind.
        """
        path = self.folder / f"{recipe.token()}{recipe.suffix}"
        if _touched(path):
            return path
        with self._making:
            if not _touched(path):
                _write(path, make(recipe))
                _evict(self.folder, newest=path, most_bytes=self.most_bytes)
        return path


def _touched(path: Path) -> bool:
    """Say whether a file is there, and mark it as just used."""
    with contextlib.suppress(FileNotFoundError):
        os.utime(path)
        return True
    return False


def _write(path: Path, content: bytes) -> None:
    """Put a file there whole or not at all, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # some file systems find out only here that the disk is full
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _evict(folder: Path, *, newest: Path, most_bytes: int) -> None:
    """Take away the longest unused files until the rest fit; a file in use on Windows stays for now."""
    found = sorted(_found(folder), key=lambda seen: seen[1].st_mtime)
    total = sum(known.st_size for _, known in found)
    fresh = found[-1][1].st_mtime - STALE_SECONDS if found else 0
    for path, known in found:
        is_kept = path == newest or (path.suffix == ".part" and known.st_mtime > fresh)
        if total > most_bytes and not is_kept:
            with contextlib.suppress(OSError):
                path.unlink()
                total -= known.st_size


def _found(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Give the files of a shelf; one that another process takes away meanwhile is left out."""
    for path in folder.iterdir():
        if OURS.fullmatch(path.name):
            with contextlib.suppress(FileNotFoundError):
                yield path, path.stat()
