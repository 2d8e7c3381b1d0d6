"""The command `kling-contract`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from typer import Option

from kling_spec.console import guarded
from kling_spec.errors import SpecError

from . import baseline as baselines
from .errors import ContractError, TargetUnusable
from .exchange import Exchange
from .finding import Report, Result
from .keys import Keys, checked
from .opened import Opened, Options, opened
from .profile import PROFILES
from .report import text, writable, write
from .report.as_json import read as read_report

app = typer.Typer(
    no_args_is_help=True, add_completion=True, help="Check that a server is the Kling AI API that the spec describes."
)


class ProfileName(StrEnum):
    """What kind of server is checked."""

    OFFLINE = "offline"
    GATEWAY = "gateway"
    LIVE_FREE = "live-free"


class Fidelity(StrEnum):
    """Whom to believe where the service does otherwise than it says."""

    OBSERVED = "observed"
    DOCUMENTED = "documented"


BaseUrl = Annotated[str, Option(metavar="URL", envvar="KLING_BASE_URL", help="The server, with the prefix of a gateway.")]
AccessKey = Annotated[str, Option(envvar="KLING_ACCESS_KEY", help="The access key.", show_default=False)]
SecretKey = Annotated[str, Option(envvar="KLING_SECRET_KEY", help="Its secret key.", show_default=False)]
ApiKey = Annotated[str, Option(envvar="KLING_API_KEY", help="Or an API key.", show_default=False)]
ProfileOption = Annotated[ProfileName, Option(help="What kind of server it is; kling-contract checks tells what each has.")]
Families = Annotated[list[str] | None, Option("--family", metavar="F", help="Only operations of a family. Repeatable.")]
Checks = Annotated[list[str] | None, Option("--check", metavar="C", help="Only a check. Repeatable.")]
AsOf = Annotated[str | None, Option(metavar="DATE", help="The API as it stood on a day, like 2026-03-18.")]
Reports = Annotated[
    list[Path] | None, Option("--report", metavar="FILE", help=".html, .xml (JUnit), .sarif, .json or .txt. Repeatable.")
]
Baseline = Annotated[Path | None, Option(metavar="FILE", help="Findings that are known: they do not fail the run.")]
DryRun = Annotated[bool, Option("--dry-run", help="Send nothing; print what each case would send first.")]
MostRequests = Annotated[
    int | None, Option("--max-requests", min=1, metavar="N", help="Send no more requests (live-free: 500).")
]
Rate = Annotated[float | None, Option(min=0, metavar="R", help="Requests a second; 0: any number (live-free: 1).")]
Jobs = Annotated[
    int | None, Option(min=1, max=64, metavar="N", help="Cases at the same time (offline: 4; live-free: always 1).")
]
Timeout = Annotated[float, Option(min=0.1, max=3600, metavar="S", help="Seconds to wait for an answer.")]
MayCharge = Annotated[
    bool, Option("--may-charge", help="Start tasks on a server that is not our mock, though they may cost money.")
]
ControlToken = Annotated[
    str, Option(envvar="KLING_MOCK_TOKEN", help="The token of kling-mock's control API.", show_default=False)
]
Faithful = Annotated[Fidelity, Option(help="Expect what the service was seen to do, or what its table of errors says.")]
SpecDir = Annotated[Path | None, Option("--spec", metavar="DIR", help="The folder with head.yaml; default: this checkout's.")]


@app.command(epilog="Example: kling-contract run --base-url http://127.0.0.1:8080 --report contract.html --report contract.xml")
def run(
    base_url: BaseUrl,
    access_key: AccessKey = "",
    secret_key: SecretKey = "",
    api_key: ApiKey = "",
    profile: ProfileOption = ProfileName.OFFLINE,
    family: Families = None,
    check: Checks = None,
    as_of: AsOf = None,
    report: Reports = None,
    baseline: Baseline = None,
    dry_run: DryRun = False,
    max_requests: MostRequests = None,
    rate: Rate = None,
    jobs: Jobs = None,
    timeout: Timeout = 10.0,
    may_charge: MayCharge = False,
    control_token: ControlToken = "",
    fidelity: Faithful = Fidelity.OBSERVED,
    spec: SpecDir = None,
) -> None:
    """Check a server. Exit 0: it agrees with the spec; 1: findings; 2: it cannot be checked; 130: interrupted."""
    for path in report or ():
        writable(path)
    options = Options(
        base_url=base_url,
        keys=checked(Keys(access_key.strip(), secret_key.strip(), api_key.strip())),
        profile=profile,
        families=tuple(family or ()),
        checks=tuple(check or ()),
        as_of=as_of,
        fidelity=fidelity,
        spec=spec,
        timeout=timeout,
        rate=rate,
        most_requests=max_requests,
        jobs=jobs,
        control_token=control_token,
        may_charge=may_charge,
        on_dry=_would_send(access_key, secret_key, api_key) if dry_run else None,
    )
    raise typer.Exit(ran(options, reports=report or [], baseline=baseline))


def ran(options: Options, *, reports: list[Path], baseline: Path | None) -> int:
    """Run, print and write the reports, and return the exit code."""
    known = baselines.read(baseline) if baseline else ()
    with opened(options) as ready:
        if options.on_dry is not None:
            ready.run.jobs = 1
        with _progress(ready) as progress:
            made = ready.go(progress)
    failure = ready.run.failure
    made = baselines.applied(made, known, date.today()) if baseline else made
    sys.stdout.write(f"{made.requests} requests would be sent\n" if options.on_dry else text.written(made))
    for path in reports:
        write(made, path)
    if isinstance(failure, TargetUnusable):
        raise failure
    return 130 if isinstance(failure, KeyboardInterrupt) else int(bool(made.findings))


def _would_send(*secrets: str) -> Callable[[Exchange], object]:
    def show(exchange: Exchange) -> None:
        print(exchange.curl(secrets))

    return show


@contextmanager
def _progress(ready: Opened) -> Iterator[Callable[[Result], object]]:
    """Show how far a run is on standard error, where somebody sees it."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=len(ready.planned))
        findings = 0

        def show(result: Result) -> None:
            nonlocal findings
            findings += result.outcome == "failed"
            bar.update(task, advance=1, description=f"{result.check} · {findings} findings")

        yield show


@app.command(epilog="Example: kling-contract checks")
def checks() -> None:
    """List the checks, and the profiles that have each."""
    from .checks import CHECKS
    from .conformance import CHECKS as OF_ANSWERS

    width = max(len(one.id) for one in CHECKS)
    for one in CHECKS:
        print(f"{one.id:{width}}  {one.title} ({', '.join(name for name in PROFILES if name in one.profiles)})")
    for info in OF_ANSWERS:
        print(f"{info.id:{width}}  {info.title} (looked at in every answer)")


@app.command(epilog="Example: kling-contract accept contract.json --reason 'bug 1234' --until 2026-12-31 > known.json")
def accept(
    report: Annotated[Path, typer.Argument(help="A JSON report of a run.")],
    reason: Annotated[str, Option(help="Why its findings are accepted.")],
    until: Annotated[datetime, Option(formats=["%Y-%m-%d"], metavar="DATE", help="The last day they are.")],
) -> None:
    """Print a baseline of all findings of a report."""
    found: Report = read_report(report.read_bytes())
    sys.stdout.write(baselines.written(found, reason=reason, until=until.date()))


def main() -> None:
    """Run `kling-contract`."""
    guarded(app, ContractError, SpecError, OSError)
