"""The command `kling-spec`."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from . import bundle as bundles
from .audit import commands as audits
from .console import guarded
from .diff.command import diff_command
from .editor import family_schema
from .errors import SpecError
from .findings import Format, told
from .impact_command import impact_command
from .lint import lint as lint_spec
from .load import home, load
from .new import new_family

app = typer.Typer(no_args_is_help=True, add_completion=True, help="Check the spec of the Kling AI API and make bundles of it.")

SpecFolder = Annotated[
    Path | None, typer.Option("--spec", metavar="DIR", help="The folder with head.yaml; default: this checkout's.")
]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The API as it stood on a day, like 2026-03-18.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write here instead of to standard output.")]
IsPlain = Annotated[bool, typer.Option("--plain", help="Leave the cross-field rules as data.")]


@app.command(epilog="Example: kling-spec lint --format github")
def lint(
    spec: SpecFolder = None,
    how: Annotated[Format, typer.Option("--format", help="github prints annotations for GitHub Actions.")] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Say what contradicts itself in the spec, with file and line. Exit 1 when anything does."""
    read = load(spec)
    found = lint_spec(read)
    print(told(found, read, spec or home(), "json" if as_json else how))
    raise typer.Exit(1 if found else 0)


@app.command(epilog="Example: kling-spec bundle --as-of 2026-03-18 --out openapi.json")
def bundle(spec: SpecFolder = None, as_of: AsOf = None, out: Out = None, plain: IsPlain = False) -> None:
    """Make one OpenAPI document of the spec."""
    _write(bundles.text((bundles.plain if plain else bundles.ruled)(load(spec), as_of)), out)


@app.command("as-of", epilog="Example: kling-spec as-of 2026-03-18 > march.json")
def as_of_date(day: Annotated[str, typer.Argument(metavar="DATE")], spec: SpecFolder = None, out: Out = None) -> None:
    """Make the bundle of one day; the same as bundle --as-of DATE."""
    _write(bundles.text(bundles.ruled(load(spec), day)), out)


@app.command(epilog="Example: kling-spec schema --out spec/family.schema.json")
def schema(out: Out = None) -> None:
    """Make the JSON Schema of a family file, for editors."""
    _write(json.dumps(family_schema(), indent=1) + "\n", out)


@app.command(epilog="Example: kling-spec new face_swap")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The family, in snake_case.")], spec: SpecFolder = None
) -> None:
    """Start a family file from a template."""
    path = new_family(name, spec or home(), date.today().strftime("%Y-%m"))
    print(f"{path}: edit it, then make generate")


app.command(epilog="Example: kling-spec audit pages/ --markdown > audit.md")(audits.audit)
app.command(epilog="Example: kling-spec watch --from https://kling.ai/document-api/llms.txt --state pages.json")(audits.watch)
app.command("diff", epilog="Example: kling-spec diff 2026-03-18 today --fail-on breaking")(diff_command)
app.command("impact", epilog="Example: kling-spec impact my_requests.har --at 2026-09-15")(impact_command)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")


def main() -> None:
    """Run `kling-spec`."""
    guarded(app, SpecError, OSError)
