"""The command `kling-spec impact`."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from .as_of import checked_date
from .impact import Impact, Judge, Refusal
from .load import home, load
from .recorded import Recorded, read
from .yaml_json import read as read_yaml

_PATIENCE = 2.0  # seconds before progress is shown


def impact_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An HTTP archive (.har), or the mock's journal as JSON lines.")],
    at: Annotated[str, typer.Option("--at", metavar="DATE", help="The day whose API is asked, like 2026-09-15.")] = "today",
    spec: Annotated[
        Path | None, typer.Option("--spec", metavar="DIR", help="The folder with head.yaml; default: this checkout's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Say which recorded requests the API of a day would refuse, and why. Exit 1 when there is any."""
    folder = spec or home()
    changelog = folder / "changelog.yaml"
    entries = read_yaml(changelog)["entries"] if changelog.is_file() else []
    judge = Judge(load(folder), None if at == "today" else checked_date(at), entries)
    found = judge.impact(_watched(read(file)))
    if as_json:
        print(json.dumps({**asdict(found), "refused": found.refused}, indent=1, ensure_ascii=False))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for style, line in lines(found):
            console.print(Text(line, style=style))
    raise typer.Exit(1 if found.refused else 0)


def lines(found: Impact) -> Iterator[tuple[str, str]]:
    """Yield each line of the report with its style."""
    yield "bold", f"{found.requests} requests against the API of {found.date}: {found.refused} would be refused"
    if found.not_judged:
        yield "yellow", f"{found.not_judged} bodies were not kept whole and are not judged"
    if found.foreign:
        yield "", f"{found.foreign} requests went to other services"
    for one in found.refusals:
        yield "", ""
        yield from _refusal(one)
    if found.ignored:
        yield "", ""
        yield "bold", "Taken, but these members mean nothing on that day:"
        yield from (("", f"  {count} × {name}") for name, count in found.ignored.items())


def _refusal(one: Refusal) -> Iterator[tuple[str, str]]:
    yield "bold red", f"{one.count} × {one.verb} {one.path}{f'  {one.operation}' if one.operation else ''}"
    for reason in one.reasons:
        yield "", f"    {reason.message} [{reason.rule or reason.kind}]"
        if reason.changelog:
            yield "dim", f"      {reason.changelog}"
    more = f" and {one.count - len(one.places)} more" if one.count > len(one.places) else ""
    yield "dim", f"    at {', '.join(one.places)}{more}"
    if one.before:
        yield "dim", f"    {'all' if one.before == one.count else one.before} refused when recorded, too"


def _watched(requests: list[Recorded]) -> Iterable[Recorded]:
    """Yield the requests; a bar is shown on a terminal when it takes long."""
    console = Console(stderr=True)
    started, bar = time.monotonic(), Progress(console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("replaying", total=len(requests), visible=True)
    is_shown = False
    try:
        for number, one in enumerate(requests):
            if not is_shown and time.monotonic() - started > _PATIENCE:
                bar.start()
                is_shown = True
            if number % 200 == 0:
                bar.update(task, completed=number)
            yield one
    finally:
        bar.stop()
