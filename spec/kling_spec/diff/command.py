"""The command `kling-spec diff`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from kling_spec.errors import SpecError

from .changes import Changes
from .compare import diff
from .report import lines
from .sides import side

_STYLES = {"head": "bold", "breaking": "bold red", "risky": "bold yellow", "safe": "bold green", "entry": "bold"}


class Form(StrEnum):
    """What a report is written as."""

    text = "text"
    markdown = "markdown"
    json = "json"
    html = "html"


class Limit(StrEnum):
    """What a comparison fails on."""

    breaking = "breaking"
    risky = "risky"
    any = "any"


_SUFFIXES = {".md": Form.markdown, ".json": Form.json, ".html": Form.html, ".htm": Form.html}
_STATE = "A day (2026-03-18), today, a bundle (openapi.json), a spec folder, or a revision of git (HEAD~1, v1.0@2026-03-18)."


def diff_command(
    old: Annotated[str, typer.Argument(metavar="OLD", help=_STATE)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same.")] = "today",
    spec: Annotated[
        Path | None, typer.Option("--spec", metavar="DIR", help="The folder with head.yaml; default: this checkout's.")
    ] = None,
    form: Annotated[
        Form | None, typer.Option("--format", help="What to write; default: as the output file is named, else text.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write here instead of to standard output.")
    ] = None,
    fail_on: Annotated[Limit | None, typer.Option("--fail-on", help="Exit 1 when there is a change at least this bad.")] = None,
) -> None:
    """Say what differs between two states of the API, whom it breaks, and what the client's next version must raise."""
    sides = side(old, spec), side(new, spec)
    changes = diff(sides[0].bundle, sides[1].bundle, (sides[0].label, sides[1].label))
    form = form or _SUFFIXES.get(output.suffix.lower() if output else "", Form.text)
    if output is not None:
        _save(_written(changes, form), output)
    elif form is Form.text:
        _show(changes)
    else:
        print(_written(changes, form), end="")
    raise typer.Exit(1 if fail_on is not None and changes.fails(fail_on) else 0)


def _written(changes: Changes, form: Form) -> str:
    made = {Form.text: changes.text, Form.markdown: changes.markdown, Form.json: changes.json, Form.html: changes.html}
    return made[form]()


def _show(changes: Changes) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for kind, line in lines(changes):
        console.print(Text(line, style=_STYLES.get(kind, "")))


def _save(text: str, output: Path) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SpecError(f"{output}: cannot be written: {error.strerror}") from error
