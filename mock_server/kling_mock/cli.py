"""The command `kling-mock`."""

import os
import secrets
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kling_spec.bundle import current
from kling_spec.cli import guarded
from kling_spec.errors import SpecError

from .errors import CannotStart
from .settings import ACCESS_KEY, API_KEY, SECRET_KEY, Settings


class Fidelity(StrEnum):
    """Whom to believe where the service does otherwise than it says."""

    OBSERVED = "observed"
    DOCUMENTED = "documented"


app = typer.Typer(
    no_args_is_help=True, add_completion=True, help="An offline Kling: lifecycles, callbacks, error codes, playable results."
)


@app.callback()
def _root() -> None:
    """Keep `serve` a word of its own."""


@app.command(epilog="Example: kling-mock serve --port 8080 --speed 10")
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8080,
    seed: Annotated[int, typer.Option(help="Fixes ids, durations and results.")] = 0,
    speed: Annotated[float, typer.Option(min=0.0, help="How much faster than real time tasks run; 0 stands still.")] = 1.0,
    access_key: Annotated[str, typer.Option(envvar="KLING_ACCESS_KEY", help="The account's access key.")] = ACCESS_KEY,
    secret_key: Annotated[
        str, typer.Option(envvar="KLING_SECRET_KEY", help="Its secret key.", show_default=False)
    ] = SECRET_KEY,
    api_key: Annotated[str, typer.Option(envvar="KLING_API_KEY", help="Its API key.", show_default=False)] = API_KEY,
    asset_origin: Annotated[
        str, typer.Option(metavar="URL", help="The URL before results; default: the one that was called.")
    ] = "",
    prefix: Annotated[str, typer.Option(metavar="/PATH", help="A path before all others, as gateways have.")] = "",
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Serve the API of a day, like 2026-03-18.")] = None,
    control_token: Annotated[
        str,
        typer.Option(envvar="KLING_MOCK_TOKEN", help="Ask for it at /_mock; off loopback one is made when none is given."),
    ] = "",
    accept_any_key: Annotated[
        bool, typer.Option("--accept-any-key", help="Let every key in; each has an account of its own.")
    ] = False,
    units: Annotated[float, typer.Option(min=0, help="Units in each resource pack of a new account.")] = 10_000,
    slots: Annotated[
        int | None, typer.Option(min=0, help="Tasks that run at once; default: as many as the spec's packs allow.")
    ] = None,
    quotas: Annotated[bool, typer.Option(help="Limit units, running tasks and requests a second.")] = True,
    realistic: Annotated[
        bool, typer.Option("--realistic", help="Let tasks take as long as they were seen to: minutes, not seconds.")
    ] = False,
    any_id: Annotated[bool, typer.Option("--any-id", help="Take ids of results that were never given.")] = False,
    lenient_models: Annotated[bool, typer.Option("--lenient-models", help="Take what the tables of models deny.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse all that the spec does not allow.")] = False,
    store: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the accounts in a SQLite file; default: memory.")
    ] = None,
    fidelity: Annotated[
        Fidelity, typer.Option(help="Behave as the service was seen to, or as its table of errors says.")
    ] = Fidelity.OBSERVED,
    spec: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder with head.yaml; default: this checkout's.")
    ] = None,
) -> None:
    """Serve the API until Ctrl-C or SIGTERM."""
    from .callbacks import is_loopback
    from .server import serve as run
    from .world import World

    settings = Settings(
        seed=seed,
        speed=speed,
        access_key=access_key,
        secret_key=secret_key,
        api_key=api_key,
        asset_origin=asset_origin,
        prefix=_prefix(prefix),
        strict=strict,
        any_id=any_id,
        fidelity=fidelity.value,
        store=str(store or ""),
        accept_any_key=accept_any_key,
        control_token=control_token or ("" if is_loopback(f"http://{_netloc(host)}") else secrets.token_urlsafe(24)),
        units=Decimal(str(units)),
        slots=slots,
        quotas=quotas,
        realistic=realistic,
        lenient_models=lenient_models,
    )
    world = World(current(spec, as_of), settings)
    if settings.control_token and not control_token:
        print(f"control token: {settings.control_token}", flush=True)
    run(world, host=host, port=port, ready=lambda url: print(f"listening on {url}{settings.prefix}", flush=True))


def _netloc(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _prefix(text: str) -> str:
    if text and (not text.startswith("/") or "{" in text):
        raise typer.BadParameter(f"a prefix begins with a slash; got {text!r}", param_hint="--prefix")
    return text.rstrip("/")


def main() -> None:
    """Run `kling-mock`. Ctrl-C ends it like SIGTERM."""
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    guarded(app, SpecError, CannotStart, OSError)
