"""What the commands share, and those of the families: one for every operation, made when it is asked for."""

import inspect
import json
import os
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

from kling import Kling, KlingError, PriceUnknown, TaskFailed
from kling._core.operation import Operation, family
from kling._core.settings import HOSTS

from .options import Argument, arguments, dashed, parameter
from .show import answer, progress

FAMILIES = {name: str(one.__doc__) for name, one in vars(Kling).items() if isinstance(one, cached_property)}
"""The families of the client, and their titles."""
COMMON = [
    parameter(name, kind, default, told, flag=flag, values=lambda: HOSTS, rich_help_panel="Options of every command")
    for name, kind, default, flag, told in [
        ("is_json", bool, False, "--json", "Print JSON: one object, or one a line."),
        ("region", str | None, None, "--region", f"{' or '.join(HOSTS)}. Default singapore."),
        ("base_url", str | None, None, "--base-url", "The URL of the API, in place of a region; also KLING_BASE_URL."),
        ("timeout", float, 60.0, "--timeout", "Seconds to wait for each part of an answer. Default 60."),
        ("max_retries", int, 2, "--max-retries", "How often a request is sent again when that is safe. Default 2."),
        ("check", bool, True, "--check/--no-check", "Look at requests before they are sent. Default yes."),
    ]
]
OUTPUT = parameter("output", str | None, None, "Put results here: a file, or a folder with a slash behind.", flag="--output")
WAITING = [
    OUTPUT,
    parameter("seconds", float, 900.0, "How long to wait for the task. Default 900.", flag="--wait-timeout"),
    parameter("interval", float | None, None, "Seconds between two looks at the task.", flag="--interval"),
]
_TOLD = "A file with arguments as a JSON object, - for standard input. Options go before it."
_BODY = parameter("json_body", str | None, None, _TOLD, flag="--json-body", metavar="FILE")
_WAIT = parameter("wait", bool, False, "Wait until the task has ended.", flag="--wait")
_SOURCE = parameter("seconds", float | None, None, "How long the media are that are worked on.", flag="--source-seconds")


@dataclass(frozen=True)
class Session:
    """One run of a command."""

    is_json: bool
    said: dict[str, Any]  # arguments of the client

    @cached_property
    def client(self) -> Kling:
        """Return the client, made when it is needed. Raises `CredentialsMissing`."""
        return Kling(**self.said)

    def show(self, data: Any) -> None:
        """Print an answer."""
        answer(data, as_json=self.is_json)

    def follow(self, task: Any, output: str | None, seconds: float, interval: float | None) -> None:
        """Wait for a task, print it and save its results; whatever breaks that off, say how to go on."""
        try:
            with progress(f"task {task.task_id}"):
                done = task.wait(timeout=seconds, interval=interval)
            self.show(done)
            if output:
                self.save(done, output)
        except TaskFailed:
            raise
        except (KeyboardInterrupt, KlingError, OSError) as error:
            again = {"region": self.said["region"], "base-url": self.said["base_url"], "output": output}
            more = [word for name, one in again.items() if one for word in (f"--{name}", one)]
            words = ["kling", "tasks", "wait", dashed(task.family), task.task_id, *more]
            error.add_note(f"kling: to go on: {shlex.join(words)}")
            raise

    def save(self, task: Any, output: str) -> None:
        """Download the results of a task. Of a sound in two formats the one is taken that the file is named after."""
        from kling._core.results import files  # late: it is seldom needed

        path = Path(output)
        folder = path if output.endswith(("/", os.sep)) or path.is_dir() else path.parent
        folder.mkdir(parents=True, exist_ok=True)
        found = files(task, folder, watermarked=False)
        if folder != path:
            found = [one for one in found if one[1].suffix == path.suffix] or found
            numbers = [f"-{number}" for number, _ in enumerate(found, 1)] if len(found) > 1 else [""]
            found = [(url, path.with_stem(path.stem + number)) for (url, _), number in zip(found, numbers, strict=True)]
        for url, to in found:
            with progress(to.name) as move:
                self.client.download(url, to, on_progress=partial(_moved, move))
            print(f"saved {to}", file=sys.stderr)


def _moved(move: Callable[..., None], so_far: int, total: int | None) -> None:
    move(completed=so_far, total=total)


def add(to: typer.Typer, name: str, told: str, do: Callable[..., None], *own: inspect.Parameter) -> None:
    """Make `do`, which takes a session first, a command: with its own parameters and those of every command."""

    def run(is_json: bool, **said: Any) -> None:
        at = Session(is_json, {one.name: said.pop(one.name) for one in COMMON[1:]})
        try:
            do(at, **said)
        finally:
            if "client" in vars(at):
                at.client.close()

    run.__annotations__ = {}  # typer reads the signature
    vars(run)["__signature__"] = inspect.Signature([*own, *COMMON])
    to.command(name, help=told)(run)


class Family(TyperGroup):
    """The operations of one family. Its table is read when one of them is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [dashed(name) for name in self._operations]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        operation = self._operations.get(cmd_name.replace("-", "_"))
        if operation is None:
            return None
        if ctx.parent.info_name == "estimate":
            return _command(operation, _estimate, _BODY, _SOURCE)
        if operation.body is None:
            return _command(operation, _send)
        if operation.role == "create":
            return _command(operation, _send, _BODY, _WAIT, *WAITING)
        return _command(operation, _send, _BODY, *([OUTPUT] if "task_result" in operation.model.model_fields else []))

    @property
    def _operations(self) -> Mapping[str, Operation]:
        return family(str(self.name).replace("-", "_")).operations


def _command(operation: Operation, act: Callable[..., None], *more: inspect.Parameter) -> Any:
    """Return an operation as a command."""
    name = operation.id.partition(".")[0]
    module = vars(import_module(f"kling._sync.families.{name}"))
    method = getattr(next(one for one in module.values() if getattr(one, "_family", "") == name), operation.role)
    taken = arguments(method, operation)
    told = inspect.cleandoc(method.__doc__ or "").partition("\nArgs:")[0].partition("\nSource:")[0]
    own, do = [*(one.parameter for one in taken), *more], partial(_done, act, operation, taken)
    app = typer.Typer(add_completion=False, rich_markup_mode="rich")
    add(app, dashed(operation.role), escape(told), do, *own)
    return typer.main.get_command(app)


def _done(
    act: Callable[..., None],
    operation: Operation,
    taken: list[Argument],
    at: Session,
    json_body: str | None = None,
    **said: Any,
) -> None:
    text = "{}" if json_body is None else sys.stdin.read() if json_body == "-" else Path(json_body).read_text("utf-8")
    try:
        given = {**json.loads(text)}
    except (ValueError, TypeError) as error:
        raise typer.BadParameter(f"no JSON object in {json_body}: {error}", param_hint="--json-body") from error
    for one in taken:
        value = said.pop(one.name)
        given[one.name] = one.value(given.get(one.name) if value is None else value)
    wanted = {one.name for one in taken if one.is_needed}  # the client tells all that is missing, with what else is wrong
    act(at, operation, {name: one for name, one in given.items() if one is not None or name in wanted}, **said)


def _send(at: Session, operation: Operation, said: dict[str, Any], wait: bool = False, **how: Any) -> None:
    resource, output = getattr(at.client, operation.id.partition(".")[0]), how.get("output")
    with progress(operation.id):
        made = getattr(resource, operation.role)(**said)
    if operation.role == "create" and (wait or output):
        at.follow(resource.task(made, said), **how)
        return
    at.show(made)
    if output:
        at.save(made, output)


def _estimate(at: Session, operation: Operation, said: dict[str, Any], seconds: float | None) -> None:
    offline: dict[str, Any] = {**at.said, "api_key": "not sent"}
    client = Kling(**offline)
    try:
        units = client.estimate(getattr(getattr(client, operation.id.partition(".")[0]), operation.role), **said)
    except PriceUnknown as unknown:
        if seconds is None:
            raise
        units = unknown.for_seconds(seconds)
    at.show({"operation": operation.id, "units": str(units)})
