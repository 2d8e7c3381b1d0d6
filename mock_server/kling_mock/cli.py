"""The command `kling-mock`."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

import typer

from kling_spec.bundle import current
from kling_spec.console import guarded
from kling_spec.errors import SpecError

from . import options as of
from .errors import CannotStart, ScenarioWrong
from .scenario_cli import scenarios
from .settings import ACCESS_KEY, API_KEY, JOURNAL, SECRET_KEY, Settings

app = typer.Typer(
    no_args_is_help=True, add_completion=True, help="An offline Kling: lifecycles, callbacks, error codes, playable results."
)


@app.callback()
def _root() -> None:
    """Keep `serve` a word of its own."""


app.command(epilog="Example: kling-mock scenarios lost-answers > mine.yaml")(scenarios)


@app.command(epilog="Example: kling-mock serve --port 8080 --speed 10")
def serve(
    asked: typer.Context,
    host: of.Host = "127.0.0.1",
    port: of.Port = 8080,
    seed: of.Seed = 0,
    speed: of.Speed = 1.0,
    realistic: of.Realistic = False,
    access_key: of.AccessKey = ACCESS_KEY,
    secret_key: of.SecretKey = SECRET_KEY,
    api_key: of.ApiKey = API_KEY,
    accept_any_key: of.AnyKey = False,
    units: of.Units = 10_000,
    slots: of.Places = None,
    quotas: of.Quotas = True,
    asset_origin: of.AssetOrigin = "",
    prefix: of.Prefix = "",
    store: of.Store = "",
    control_token: of.ControlToken = "",
    fidelity: of.Faithful = of.Fidelity.OBSERVED,
    any_id: of.AnyId = False,
    any_media: of.AnyMedia = False,
    fetch_media: of.FetchMedia = False,
    lenient_models: of.LenientModels = False,
    strict: of.Strict = False,
    scenario: of.Scenarios = None,
    callback_retries: of.Retries = 0,
    callback_host: of.Hosts = None,
    journal: of.Journal = JOURNAL,
    access_log: of.AccessLog = "",
    as_of: of.AsOf = None,
    spec: of.SpecDir = None,
) -> None:
    """Serve the API until Ctrl-C or SIGTERM."""
    from .access_log import opened
    from .server import serve as run
    from .world import World

    settings = _settings(asked.params)
    world = World(current(spec, as_of), settings)
    if settings.control_token and not control_token:
        print(f"control token: {settings.control_token}", flush=True)
    with opened(access_log) as world.recorder.listener:
        run(world, host=host, port=port, ready=lambda url: print(f"listening on {url}{settings.prefix}", flush=True))


def _settings(asked: Mapping[str, Any]) -> Settings:
    """Return what the options say of the mock's behaviour."""
    from .receivers import is_loopback
    from .scenario import loaded

    names = {one.name for one in fields(Settings)}
    said = {name: one for name, one in asked.items() if name in names}
    is_near = is_loopback(asked["host"])
    token = asked["control_token"] or ("" if is_near else secrets.token_urlsafe(24))
    played = tuple(loaded(one) for one in asked["scenario"] or ())
    exact = {
        "scenarios": played,
        "callback_hosts": frozenset(_host(one) for one in asked["callback_host"] or ()),
        "asset_origin": _origin(asked["asset_origin"]),
        "prefix": _prefix(asked["prefix"]),
        "units": Decimal(f"{asked['units']:f}").normalize() + 0,  # 10000, not 10000.0 or 1E+4: packs are named after it
        "control_token": token,
    }
    return Settings(**{**said, **exact})


def _host(text: str) -> str:
    if "/" in text or text.count(":") == 1:  # an IPv6 address has more
        raise typer.BadParameter(f"a host is named without scheme, port and path; got {text!r}", param_hint="--callback-host")
    return text.lower()


def _origin(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise typer.BadParameter(f"a URL begins with http:// or https://; got {text!r}", param_hint="--asset-origin")
    return text


def _prefix(text: str) -> str:
    if text and (not text.startswith("/") or "{" in text):
        raise typer.BadParameter(f"a prefix begins with a slash; got {text!r}", param_hint="--prefix")
    return text.rstrip("/")


def main() -> None:
    """Run `kling-mock`. Ctrl-C ends it like SIGTERM."""
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    guarded(app, SpecError, CannotStart, ScenarioWrong, OSError)
