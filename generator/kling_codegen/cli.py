"""The command `kling-codegen`."""

import gc
from pathlib import Path
from typing import Annotated

import typer

from kling_spec.console import guarded
from kling_spec.errors import SpecError
from kling_spec.load import home, load

from .files import differences
from .making import Made, made
from .patches import PatchUnreadable
from .sync import SyncFailed

app = typer.Typer(add_completion=True)


@app.command(epilog="Example: kling-codegen --check")
def codegen(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 and show a diff when files are stale.")] = False,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Make the client of a day, like 2026-03-18.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write here; default: generated/ of this checkout.")] = None,
    spec: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder with head.yaml; default: the checkout's.")
    ] = None,
) -> None:
    """Make the client, the bundle and COVERAGE.md out of the spec."""
    found = made(load(spec), out or home().parent / "generated", as_of)
    if check:
        _compare(found)
        return
    changed = found.write()
    print("\n".join([*found.gone, *changed, f"{len(changed)} of {len(found.files)} files changed in {found.folder}"]))


def _compare(found: Made) -> None:
    stale = list(differences(found.files, found.folder))
    for _, diff in stale:
        print(diff)
    summary = f"{len(stale)} of {len(found.files)} files are stale in {found.folder}"
    print("\n".join([summary + ("; run make generate" if stale else ""), *found.gone]))
    raise typer.Exit(1 if stale or found.gone else 0)


def main() -> None:
    """Run `kling-codegen`."""
    gc.disable()  # one short run: looking for cycles among all the schemas takes a tenth of it, and finds nothing to free
    guarded(app, SpecError, SyncFailed, PatchUnreadable, OSError)
