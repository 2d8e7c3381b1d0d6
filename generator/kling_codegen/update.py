"""`make update`: from a change of the reference to a regenerated client, one checked step after the other."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from kling_spec.as_of import checked_date
from kling_spec.bundle import plain
from kling_spec.console import guarded
from kling_spec.diff import Changes, diff
from kling_spec.diff.sides import side
from kling_spec.errors import SpecError
from kling_spec.lint import lint
from kling_spec.load import Spec, home, load

from .drafts import entry, fragment, next_version
from .making import made
from .patches import PatchUnreadable
from .sync import SyncFailed

_SPEC_COMMAND = "from kling_spec.cli import main; main()"
app = typer.Typer(add_completion=True)


class Stopped(SpecError):
    """A step found something to do first."""


class Finished(Exception):
    """A step found that nothing is left to do."""


@dataclass
class Update:
    """What was asked for, and what the steps find out."""

    root: Path
    pages: list[Path]
    index: str | None
    apply: bool
    seen: str | None
    since: str
    tests: bool
    told: list[str] = field(default_factory=list)  # lines of the summary

    @property
    def spec(self) -> Spec:
        return load(self.root / "spec")

    @property
    def changes(self) -> Changes:
        """Return what differs from the released state."""
        folder = self.root / "spec"
        return diff(side(self.since, folder).bundle, plain(load(folder)), (self.since, "now"))


def audit(update: Update) -> str:
    """Hold the captured pages against the spec."""
    if not update.pages and update.index is None:
        return "no pages given; make update PAGES=folder or FROM=https://…/llms.txt holds them against the spec"
    asked = [*map(str, update.pages), *(["--from", update.index] if update.index else [])]
    seen = ["--seen", update.seen] if update.seen else []
    changing = ["--apply", *seen] if update.apply else []
    found = _ran("-c", _SPEC_COMMAND, "audit", *asked, "--spec", str(update.root / "spec"), *changing)
    if found.returncode == 2:
        raise Stopped(found.stderr.strip().removeprefix("error "))
    print(found.stdout + found.stderr, end="")
    if found.returncode == 1 and not update.apply:
        raise Stopped("pages and spec disagree: make update … APPLY=1 writes the mechanical part, the rest is yours to edit")
    by_hand = [one for one in found.stderr.splitlines() if one.startswith("to do: ") and "spec/changelog.yaml" not in one]
    if by_hand and "written: " not in found.stderr:
        raise Stopped("nothing here can be written without thought: edit the spec by the list above, then make update again")
    update.told += [f"{len(by_hand)} to do by hand: step 1 lists them"] if by_hand else []
    return "the mechanical part is written" if found.returncode else "pages and spec agree"


def lints(update: Update) -> str:
    """Look for contradictions in the spec."""
    findings = list(lint(update.spec))
    for one in findings:
        print(f"  {one}")
    if findings:
        raise Stopped(f"{len(findings)} findings: put them right, then make update again")
    return "no findings"


def compare(update: Update) -> str:
    """Say what changed since the last commit, and whom it breaks."""
    changes = update.changes
    if not len(changes):
        raise Finished(
            "\n    ".join([f"the API is what it was at {update.since}: there is nothing to release", *_why_not(update)])
        )
    print(changes.text())
    counts = ", ".join(f"{number} {level}" for level, number in changes.counts.items() if number)
    update.told.append(f"changes since {update.since}: {counts}; verdict {changes.verdict}")
    update.told.append(f"next version: {next_version(update.root / 'pyproject.toml', changes.verdict)}")
    return counts


def regenerate(update: Update) -> str:
    """Write the bundle, the client and the pages anew."""
    found = made(update.spec, update.root / "generated")
    written = found.write()
    update.told += found.gone
    update.told.append(f"{len(written)} files written in generated/")
    return f"{len(written)} files changed"


def changelogs(update: Update) -> str:
    """Draft the entries of both changelogs: the vendor's in spec/changelog.yaml, ours in CHANGELOG.md."""
    changes = update.changes
    date = checked_date(update.seen or update.spec.document["info"]["version"])
    made = [one for one in (entry(update.root, changes, date, update.since), fragment(update.root, changes)) if one]
    update.told += [f"drafted, read and reword it: {one}" for one in made]
    return f"{len(made)} drafts" if made else "nothing to add"


def tests(update: Update) -> str:
    """Run the tests of the spec, and of the families that changed."""
    if not update.tests:
        return "left out"
    folder = update.root / "contract_tests"
    if not folder.is_dir():
        return "there are no tests beside an installed package"
    families = sorted({name.partition(".")[0] for one in update.changes for name in one.operations})
    _tested(folder, ["test_spec.py", "test_catalogues.py"], "not lint_names")
    if families:
        _tested(folder, ["test_rules.py", "test_roundtrip.py", "test_estimate.py"], " or ".join(families))
    return ", ".join(["the spec", *families])


STEPS: tuple[Callable[[Update], str], ...] = (audit, lints, compare, regenerate, changelogs, lints, tests)


@app.command(epilog="Example: make update PAGES=pages APPLY=1")
def update(
    pages: Annotated[list[Path] | None, typer.Argument(metavar="FILE…", help="Captured pages, or folders of them.")] = None,
    index: Annotated[
        str | None, typer.Option("--from", metavar="URL", help="Fetch the pages that this index links to.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write the mechanical part of what the pages say.")] = False,
    seen: Annotated[str | None, typer.Option(metavar="DATE", help="When the pages were seen; default: the spec's day.")] = None,
    since: Annotated[str, typer.Option(metavar="REVISION", help="The released state.")] = "HEAD",
    run_tests: Annotated[bool, typer.Option("--tests/--no-tests", help="Run the tests of what changed.")] = True,
) -> None:
    """Go from a change of the reference to a regenerated client. Stops at the first step that needs you: exit 1."""
    begin = time.monotonic()
    asked = Update(home().parent, pages or [], index, apply, seen, since, run_tests)
    for number, step in enumerate(STEPS, start=1):
        told = (step.__doc__ or "").partition("\n")[0]
        print(f"{number}/{len(STEPS)} {told}", flush=True)
        try:
            print(f"    {step(asked)}", flush=True)
        except Finished as end:
            print(f"    {end}")
            return
        except Stopped as stop:
            print(f"stopped at step {number}: {stop}", file=sys.stderr)
            raise typer.Exit(1) from stop
    print("\n".join([*asked.told, f"done in {time.monotonic() - begin:.0f} s; look at git diff, then make check and commit"]))


def _why_not(update: Update) -> list[str]:
    """Return why what was written is no change yet."""
    today = update.spec.document["info"]["version"]
    if update.apply and update.seen and update.seen > today:
        return [
            f"what is dated {update.seen} is not in force yet: the spec is of {today}; move version in spec/head.yaml",
            *update.told,
        ]
    return update.told


def _tested(folder: Path, files: list[str], wanted: str) -> None:
    found = _ran("-m", "pytest", "-q", "-n", "2", "--no-header", "-k", wanted, *[str(folder / one) for one in files])
    if found.returncode:
        print("\n".join(_last(found.stdout)))
        raise Stopped("tests fail: the lines above name them")


def _last(text: str) -> Iterator[str]:
    yield from text.strip().splitlines()[-40:]


def _ran(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run one of our commands as it would be run by hand."""
    return subprocess.run(  # noqa: S603 (our own command, no shell)
        [sys.executable, *arguments], capture_output=True, text=True, check=False
    )


def main() -> None:
    """Run `make update`."""
    guarded(app, SpecError, SyncFailed, PatchUnreadable, OSError)


if __name__ == "__main__":
    main()
