"""The command `python -m kling_site`."""

from pathlib import Path
from typing import Annotated

import typer

from kling_spec.console import guarded
from kling_spec.errors import SpecError
from kling_spec.load import home

from .build import build
from .errors import SiteBroken

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: python -m kling_site --out /tmp/site")
def site(
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write here; default: site/ of this checkout.")] = None,
) -> None:
    """Build the reference, the guides and the changelogs as a site that needs no network."""
    root = home().parent
    folder = out or root / "site"
    built = build(root, folder)
    print(f"{folder / 'index.html'}: {built.pages} pages, {built.links} links hold")


if __name__ == "__main__":
    guarded(app, SiteBroken, SpecError, OSError)
