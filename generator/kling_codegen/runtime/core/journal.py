"""The journal of a batch: lines of JSON that are there after a crash, in a file that one run at a time holds."""

import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

from kling.errors import JournalRefused

_HEAD = b'{"kling_batch":1}\n'
_SQLITE = (".db", ".sqlite", ".sqlite3")


class Lines:
    """A text file. A last line that was torn by a crash is taken away."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+b")
        try:
            _lock(self._file.fileno())
        except OSError:
            self._file.close()
            raise

    def read(self) -> bytes:
        self._file.seek(0)
        text = self._file.read()
        if text.startswith(_HEAD) or _HEAD.startswith(text):  # else it is somebody's file of another kind: let it be
            text = text[: text.rfind(b"\n") + 1]
            self._file.truncate(len(text))
        return text

    def write(self, line: bytes, *, sure: bool) -> None:
        self._file.write(line)
        self._file.flush()
        if sure:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class Table:
    """An SQLite file. Every line is a transaction."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        hold = ("PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE")
        try:
            for said in (*hold, "CREATE TABLE IF NOT EXISTS kling_batch (line BLOB NOT NULL)", "COMMIT"):
                self._database.execute(said)
        except sqlite3.Error:
            self._database.close()
            raise

    def read(self) -> bytes:
        return b"".join(line for (line,) in self._database.execute("SELECT line FROM kling_batch ORDER BY rowid"))

    def write(self, line: bytes, *, sure: bool) -> None:
        self._database.execute("INSERT INTO kling_batch VALUES (?)", (line,))

    def close(self) -> None:
        self._database.close()


class Journal:
    """What has happened so far. Raises `JournalRefused` when another run holds the file, or it is no journal."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._store = Table(path) if path.suffix in _SQLITE else Lines(path)
        except (BlockingIOError, PermissionError, sqlite3.Error) as error:
            raise JournalRefused(f"{path}: another run holds this journal, or it cannot be written: {error}") from error
        self.close = self._store.close

    def read(self) -> list[dict[str, Any]]:
        """Return the lines so far; begins a new journal."""
        text = self._store.read()
        if not text:
            self._store.write(_HEAD, sure=True)
        head, *lines = (text or _HEAD).splitlines(keepends=True)
        if head != _HEAD:
            raise JournalRefused(f"{self.path}: this is not the journal of a batch; choose another name")
        try:
            return [json.loads(line) for line in lines]
        except ValueError as error:
            raise JournalRefused(f"{self.path}: the journal is damaged: {error}") from error

    def write(self, said: dict[str, Any], *, sure: bool = False) -> None:
        """Append a line; `sure` when it must be there even if the power fails now."""
        self._store.write(json.dumps(said, separators=(",", ":")).encode() + b"\n", sure=sure)


def _lock(file: int) -> None:
    """Hold a file until it is closed, or this process ends. Raises `OSError` when another one holds it."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(file, 2**30, os.SEEK_SET)  # far behind the text: what is locked there cannot be read
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
