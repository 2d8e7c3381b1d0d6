"""The command `kling`: its groups, and what becomes of errors."""

import json
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

import kling
from kling import errors
from kling._core.jobs import read
from kling._core.operation import family

from .commands import FAMILIES, OUTPUT, WAITING, Family, Session, add
from .options import dashed, local, parameter
from .show import progress

CODES: dict[int, tuple[type[BaseException], ...]] = {
    2: (errors.RuleBroken, errors.JournalRefused, OSError, TypeError, ValueError),  # what the client does not take, too
    3: (errors.CredentialsMissing, errors.AuthError),
    4: (errors.AccountError, errors.RateError),
    5: (errors.ConnectionFailed, errors.TaskTimeout),
    1: (errors.KlingError,),
    130: (KeyboardInterrupt,),
}
"""The errors of each exit code; the first that fits counts."""
_TOLD = f"""Make videos, images and sounds with the Kling AI API (unofficial).

kling-toolkit {kling.__version__}, for the API of {kling.SPEC_DATE}."""
_EPILOG = """Exit codes: 0 done; 1 the task failed, or the service refused; 2 the command or the request is wrong; \
3 credentials; 4 the account cannot pay, or is at a limit; 5 no connection, or time is over; 130 Ctrl-C.

Environment: KLING_API_KEY, or KLING_ACCESS_KEY and KLING_SECRET_KEY; KLING_BASE_URL; KLING_WEBHOOK_SECRET."""
_MOST_BYTES = 1024**2  # of a callback


class Root(TyperGroup):
    """Turns a warning into a line on standard error, and an error into lines and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("default", r"\w+\.\w+.* is no longer taken from ", DeprecationWarning)
                warnings.showwarning = lambda message, *_: print(f"kling: warning: {message}", file=sys.stderr)
                return super().invoke(ctx)
        except (errors.KlingError, OSError, TypeError, ValueError, KeyboardInterrupt) as error:
            if isinstance(error, BrokenPipeError):
                raise  # nobody reads on: typer ends quietly
            told = [str(error) or "stopped"]
            if isinstance(error, errors.RuleBroken):
                told = [f"{error.operation} was not sent", *map(str, error.violations)]
            lines = [f"kling: {type(error).__name__}: " + "\n  ".join(told), *getattr(error, "__notes__", ())]
            print("\n".join(lines), file=sys.stderr)
            raise typer.Exit(next(code for code, kinds in CODES.items() if isinstance(error, kinds))) from None


def _names() -> list[str]:
    return [dashed(name) for name in FAMILIES if family(name).lifecycle is not None]


def _of(at: Session, said: str) -> Any:
    if said not in _names():
        raise typer.BadParameter(f"{said!r} is no family of tasks; there are {', '.join(_names())}", param_hint="FAMILY")
    return getattr(at.client, said.replace("-", "_"))


def _found(at: Session, name: str, task_id: str) -> Any:
    with progress(f"task {task_id}"):
        return _of(at, name).get(task_id)


def _wait(at: Session, name: str, task_id: str, **how: Any) -> None:
    at.follow(_of(at, name).task(task_id), **how)


def _download(at: Session, output: str | None, **who: str) -> None:
    at.save(_found(at, **who), output or "./")


def _list(at: Session, names: list[str], limit: int) -> None:
    with progress("tasks"):
        found = [(name, one) for name in names or _names() for one in islice(_of(at, name).pages(), limit)]
    newest = sorted(found, key=lambda one: -int(one[1].created_at))[:limit]
    at.show([{"family": name, **task.model_dump(mode="json", exclude_none=True)} for name, task in newest])


def _job(job: dict[str, Any]) -> dict[str, Any]:
    """Return a job with paths where it names files of this machine."""
    name, _, method = str(job.get("call")).partition(".")
    known = family(name).operations.get(method) if name in FAMILIES else None
    return {**job, "arguments": local(job.get("arguments", {}), known.body or {})} if known else job


def _run(at: Session, jobs: str, journal: str | None, retry_failed: bool, output: str | None) -> None:
    def move(now: Any) -> None:
        bar(completed=now.total - now.left, total=now.total, description=f"{now.running} running")

    with progress(jobs) as bar:
        said = map(_job, read(Path(jobs)))
        made = at.client.batch(said, journal=journal or f"{jobs}.journal", retry_failed=retry_failed, on_progress=move)
        for one in made:
            row = {"id": one.job.id, **{name: getattr(one, name) for name in ("verdict", "task_id", "units", "reason")}}
            print(json.dumps(row, ensure_ascii=False) if at.is_json else "  ".join(filter(None, row.values())), flush=True)
            if output and one.verdict == "done":
                at.client.download_all(one.task, output)
    now = made.summary
    print(f"kling: {now.done} done, {now.failed} failed, {now.left} left, {now.units} units", file=sys.stderr)
    raise typer.Exit(0 if now.done == now.total else 1)


def server(port: int, secret: str | None, on_task: Callable[[Any], object]) -> Any:
    """Return an HTTP server on loopback that hands over each task whose callback is taken."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    from kling import webhooks  # late: it brings pydantic along

    webhooks.app(on_task, secret=secret)  # a secret that is none is told now, not to each sender

    class Callbacks(BaseHTTPRequestHandler):
        timeout = 10  # seconds for a sender that says nothing

        def do_POST(self) -> None:
            size = self.headers.get("content-length", "")
            status, said = (413, b"too large") if size else (411, b"content-length is needed")
            if size.isdecimal() and int(size) <= _MOST_BYTES:
                status, said = webhooks.handle("POST", self.headers, self.rfile.read(int(size)), on_task, secret=secret)
            self.send_response(status)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            with suppress(ConnectionError):  # the sender has gone
                self.wfile.write(said)

    return ThreadingHTTPServer(("127.0.0.1", port), Callbacks)


def _listen(at: Session, port: int, secret: str | None) -> None:
    with server(port, secret, at.show) as served:
        how = "" if secret else "; no secret, so nothing is verified"
        print(f"kling: listening on http://127.0.0.1:{served.server_port}{how}", file=sys.stderr, flush=True)
        try:
            served.serve_forever()
        except KeyboardInterrupt:
            return  # the way to end it


_FAMILY = parameter("name", str, ..., "The family of the task, like the word before create.", values=_names, metavar="FAMILY")
_FAMILIES = parameter("names", list[str], [], "Only of these families.", values=_names, metavar="FAMILY...")
_ID = parameter("task_id", str, ..., "The task's id, or the external_task_id it was created with.", metavar="ID")
_LIMIT = parameter("limit", int, 20, "How many. Default 20.", flag="--limit", min=1)
_JOBS = parameter("jobs", str, ..., 'JSON lines of {"call": "family.create", "arguments": {…}}.', metavar="JOBS")
_JOURNAL = parameter("journal", str | None, None, "Default JOBS.journal; .db is SQLite.", flag="--journal")
_AGAIN = parameter("retry_failed", bool, False, "Start anew what has failed before.", flag="--retry-failed")
_PORT = parameter("port", int, 9000, "Default 9000; 0 takes a free one.", flag="--port", min=0, max=65535)
_SECRET = parameter("secret", str | None, None, "Better given as:", flag="--secret", envvar="KLING_WEBHOOK_SECRET")

_TELLS = {
    "tasks": "Tasks of any family.",
    "batch": "Many calls, each made once.",
    "estimate": "What a call will cost. Sends nothing, needs no keys.",
    "webhook": "Take callbacks.",
}

app = typer.Typer(cls=Root, help=_TOLD, no_args_is_help=True, epilog=_EPILOG, pretty_exceptions_enable=False)
groups = {name: typer.Typer(no_args_is_help=True, help=told) for name, told in _TELLS.items()}
for _name, _group in groups.items():
    app.add_typer(_group, name=_name)
for _name, _title in FAMILIES.items():
    for _group in (app, groups["estimate"]):
        _family = typer.Typer(cls=Family, no_args_is_help=True, help=_title)
        _group.add_typer(_family, name=dashed(_name), rich_help_panel="Families")

tasks, batch, webhook = groups["tasks"], groups["batch"], groups["webhook"]
add(tasks, "get", "Look at one task.", lambda at, **who: at.show(_found(at, **who)), _FAMILY, _ID)
add(tasks, "list", "List the account's tasks, the newest first.", _list, _FAMILIES, _LIMIT)
add(tasks, "wait", "Wait until a task has ended, print it and save its results.", _wait, _FAMILY, _ID, *WAITING)
add(tasks, "download", "Save the results of a task that has ended, by default in this folder.", _download, _FAMILY, _ID, OUTPUT)
add(batch, "run", "Make the calls of a file; begun again, it goes on where it ended.", _run, _JOBS, _JOURNAL, _AGAIN, OUTPUT)
add(
    webhook,
    "listen",
    "Print the task of each signed callback until Ctrl-C. Listens on loopback.",
    _listen,
    _PORT,
    _SECRET,
)
