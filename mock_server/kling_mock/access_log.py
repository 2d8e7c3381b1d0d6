"""Writes a line of JSON for each request."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import FileIO

from .account import Account
from .entries import json_line, secrets, task_id
from .errors import CannotStart
from .journal import Record
from .mask import mask_of

STDERR = "-"
log = logging.getLogger("kling_mock")


class AccessLog:
    """A listener of the recorder. Writes at once; when nobody reads any more it ends, and the server goes on."""

    def __init__(self, file: FileIO) -> None:
        """Write to a file without a buffer of its own."""
        self._file: FileIO | None = file

    def __call__(self, account: Account, record: Record) -> None:
        """Write a line."""
        if self._file is None:
            return
        try:
            self._file.write(line(account, record))
        except OSError as error:  # a pipe without a reader, a full disk
            self._file = None
            if not isinstance(error, BrokenPipeError):
                log.error("the access log ends: %s", error)


def line(account: Account, record: Record) -> bytes:
    """Return what is told of a request; of its query, headers and bodies nothing."""
    mask = mask_of(secrets(account, record.request))
    told = {
        "time": datetime.fromtimestamp(record.wall, UTC).isoformat(timespec="milliseconds"),
        "account_id": account.id,
        "operation": record.operation,
        "verb": mask.text(record.request.verb),
        "path": mask.text(record.request.path),
        "status": record.answer.status,
        "code": record.code,
        "ms": round(record.seconds * 1000, 3),
        "task_id": mask.text(task_id(record)),
        "bytes": record.reply_bytes,
    }
    return json_line(told) + b"\n"


@contextmanager
def opened(path: str) -> Iterator[AccessLog | None]:
    """Give a log that is written to a file, or to standard error for `-`; none for an empty path.

    Raises `CannotStart` for a file that cannot be written.
    """
    if not path:
        yield None
        return
    is_file = path != STDERR
    try:
        file = FileIO(path if is_file else os.dup(2), "ab")
    except OSError as error:
        raise CannotStart(f"--access-log {path}: {error.strerror}") from error
    with file:
        yield AccessLog(file)
