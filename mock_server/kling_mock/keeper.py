"""Keeps accounts in a SQLite file, so that they outlive the process: what was answered is in the file."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock

import msgspec

from .account import Account
from .errors import CannotStart
from .lane import Delivery
from .saved import FORMAT, Deducted, Snapshot, Standing, deducted, snapshot, standing
from .tasks import Task
from .waiting import Waiting, waiting

_APPLICATION = 0x6B6C696E  # "klin", in the file's header
_TABLES = """
create table account (id text primary key, said blob not null);
create table task (account text, id text, said blob not null, primary key (account, id));
create table given (account text, kind text, value text, at_ms integer, primary key (account, kind, value));
create table deduction (account text, place integer, said blob not null, primary key (account, place)) without rowid;
create table waiting (account text, number integer, said blob not null, primary key (account, number)) without rowid;
"""


_ACCOUNT = "insert into account values (?, ?) on conflict (id) do update set said = excluded.said"
_TASK = "insert into task values (?, ?, ?) on conflict (account, id) do update set said = excluded.said"


class Keeper:
    """A file of accounts. One process has it at a time."""

    def __init__(self, path: Path) -> None:
        """Open a file, made when there is none. Raises `CannotStart` for one that cannot be used."""
        self._path = path
        self._lock = Lock()
        try:
            self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
            self._file.executescript("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;")
            self._begin()
        except sqlite3.Error as error:
            raise CannotStart(f"--store {path}: {error}; name another file, or a new one") from error

    def load(self) -> Iterator[Snapshot]:
        """Yield the accounts of the file. Raises `CannotStart` where one cannot be read."""
        try:
            for (said,) in self._file.execute("select said from account order by rowid").fetchall():
                yield self._loaded(msgspec.json.decode(said, type=Standing))
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            raise CannotStart(f"--store {self._path}: {error}; the file is damaged or of another version") from error

    def keep(self, account: Account) -> None:
        """Write what changed of an account since the last time, all of it or nothing. Raises `OSError` on a full disk."""
        changes, outbox = account.changes(), account.outbox
        if changes is None:
            outbox.write = partial(self.keep_deliveries, account)
        with self._written():
            planned = outbox.changes(anew=changes is None)
            if changes is None:  # new, or made anew
                self._clear(account.id)
                found = snapshot(account)
                self._put(account.id, found.tasks, found.given, enumerate(found.deductions))
            else:
                places = [(place, deducted(one)) for place, one in changes.deductions]
                self._put(account.id, changes.tasks, changes.given, places)
            self._put_deliveries(account.id, planned)
            self._file.execute(_ACCOUNT, (account.id, msgspec.json.encode(standing(account))))
        outbox.kept(planned)
        account.watch()

    def keep_deliveries(self, account: Account) -> None:
        """Write what became of an account's callbacks; its lock is not needed for that. Raises `OSError` like `keep`."""
        with self._written():
            found = account.outbox.changes(anew=False)
            self._put_deliveries(account.id, found)
        account.outbox.kept(found)

    def forget(self, account: Account) -> None:
        """Take an account out of the file."""
        account.outbox.unwatched()
        with self._written():
            self._clear(account.id)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @contextmanager
    def _written(self) -> Iterator[None]:
        """Write all of what is done inside, or nothing."""
        with self._lock:
            try:
                self._file.execute("begin")
                yield
                self._file.execute("commit")
            except sqlite3.Error as error:
                if self._file.in_transaction:
                    self._file.execute("rollback")
                raise OSError(f"--store {self._path}: {error}") from error

    def _begin(self) -> None:
        (application,) = self._file.execute("pragma application_id").fetchone()
        (version,) = self._file.execute("pragma user_version").fetchone()
        is_new = self._file.execute("select count(*) from sqlite_master").fetchone() == (0,)
        if is_new:
            head = f"pragma application_id = {_APPLICATION}; pragma user_version = {FORMAT};"
            self._file.executescript(f"begin; {_TABLES} {head} commit;")
        elif application != _APPLICATION:
            raise sqlite3.DatabaseError("not a file of kling-mock")
        elif version != FORMAT:
            raise sqlite3.DatabaseError(f"format {version}, and this version knows format {FORMAT}")

    def _loaded(self, found: Standing) -> Snapshot:
        asked, of = self._file.execute, [found.id]
        tasks = asked("select said from task where account = ? order by rowid", of)
        given = asked("select kind, value, at_ms from given where account = ? order by rowid", of)
        deductions = asked("select said from deduction where account = ? order by place", of)
        messages = asked("select said from waiting where account = ? order by number", of)
        return Snapshot(
            account=found,
            tasks=[msgspec.json.decode(said, type=Task) for (said,) in tasks],
            given=given.fetchall(),
            deductions=[msgspec.json.decode(said, type=Deducted) for (said,) in deductions],
            waiting=[msgspec.json.decode(said, type=Waiting) for (said,) in messages],
        )

    def _put(
        self,
        id: str,
        tasks: Iterable[Task | str],
        given: Iterable[tuple[str, str, int | None]],
        deductions: Iterable[tuple[int, Deducted]],
    ) -> None:
        """Write rows; a task that is told by its id alone, and an id without a time, are taken out."""
        for task in tasks:
            if isinstance(task, str):
                self._file.execute("delete from task where account = ? and id = ?", (id, task))
            else:
                row = (id, task.id, msgspec.json.encode(task))
                self._file.execute(_TASK, row)
        for kind, value, at_ms in given:
            self._file.execute("delete from given where account = ? and kind = ? and value = ?", (id, kind, value))
            if at_ms is not None:
                self._file.execute("insert into given values (?, ?, ?, ?)", (id, kind, value, at_ms))
        for place, said in deductions:
            self._file.execute("insert or replace into deduction values (?, ?, ?)", (id, place, msgspec.json.encode(said)))

    def _put_deliveries(self, id: str, found: Mapping[int, Delivery | None]) -> None:
        """Write the rows of deliveries; of one that is done, None, the row is taken out."""
        for number, one in found.items():
            if one is None:
                self._file.execute("delete from waiting where account = ? and number = ?", (id, number))
            else:
                rows = [(id, number, msgspec.json.encode(said)) for said in waiting([one])]
                self._file.executemany("insert or replace into waiting values (?, ?, ?)", rows)

    def _clear(self, id: str) -> None:
        self._file.execute("delete from account where id = ?", [id])
        for table in ("task", "given", "deduction", "waiting"):
            self._file.execute(f"delete from {table} where account = ?", [id])  # noqa: S608 (names of ours)
