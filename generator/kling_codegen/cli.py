"""The command `kling-codegen`."""

import gc
from pathlib import Path
from typing import Annotated

import typer

from kling_spec.console import guarded
from kling_spec.errors import SpecError
from kling_spec.load import home, load

from . import patches
from .files import differences, write
from .memory import Memory
from .render import generate
from .sync import SyncFailed

MEMORY = ".types.json"
"""Beside the generated files, and no part of them: what the type generator made of them."""
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
    folder = out or home().parent / "generated"
    memory = Memory(folder / MEMORY)
    hand_written = patches.read(folder)
    files = generate(load(spec), as_of, memory, patches.classes(hand_written))
    gone = list(patches.findings(hand_written, files)) if hand_written else []
    if check:
        _compare(files, folder, gone)
        return
    changed = write(files, folder)
    memory.keep()
    print("\n".join(gone), end="\n" if gone else "")
    print("\n".join([*changed, f"{len(changed)} of {len(files)} files changed in {folder}"]))


def _compare(files: dict[str, str], folder: Path, gone: list[str]) -> None:
    stale = list(differences(files, folder))
    for _, diff in stale:
        print(diff)
    print(f"{len(stale)} of {len(files)} files are stale in {folder}" + ("; run make generate" if stale else ""))
    print("\n".join(gone), end="\n" if gone else "")
    raise typer.Exit(1 if stale or gone else 0)


def main() -> None:
    """Run `kling-codegen`."""
    gc.disable()  # one short run: looking for cycles among all the schemas takes a tenth of it, and finds nothing to free
    guarded(app, SpecError, SyncFailed, patches.PatchUnreadable, OSError)
