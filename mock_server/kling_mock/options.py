"""The options of `kling-mock serve`. Those named like a member of `Settings` set it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Option

from .clock import FASTEST
from .wallet import MOST_UNITS


class Fidelity(StrEnum):
    """Whom to believe where the service does otherwise than it says."""

    OBSERVED = "observed"
    DOCUMENTED = "documented"


Host = Annotated[str, Option(help="The address to listen on.")]
Port = Annotated[int, Option(min=0, max=65535, help="The port; 0 takes a free one.")]
Scenarios = Annotated[
    list[str] | None,
    Option("--scenario", metavar="NAME|FILE", help="Begin each account with it; kling-mock scenarios lists them. Repeatable."),
]
AsOf = Annotated[str | None, Option(metavar="DATE", help="Serve the API of a day, like 2026-03-18.")]
SpecDir = Annotated[Path | None, Option(metavar="DIR", help="The folder with head.yaml; default: this checkout's.")]

Seed = Annotated[int, Option(help="Fixes ids, durations and results.")]
Speed = Annotated[float, Option(min=0.0, max=FASTEST, help="How much faster than real time tasks run; 0 stands still.")]
Realistic = Annotated[bool, Option("--realistic", help="Let tasks take as long as they were seen to: minutes, not seconds.")]
AccessKey = Annotated[str, Option(envvar="KLING_ACCESS_KEY", help="The account's access key.")]
SecretKey = Annotated[str, Option(envvar="KLING_SECRET_KEY", help="Its secret key.", show_default=False)]
ApiKey = Annotated[str, Option(envvar="KLING_API_KEY", help="Its API key.", show_default=False)]
AnyKey = Annotated[bool, Option("--accept-any-key", help="Let every key in; each has an account of its own.")]
Units = Annotated[float, Option(min=0, max=MOST_UNITS, help="Units in each resource pack of a new account.")]
Places = Annotated[int | None, Option(min=0, help="Tasks that run at once; default: as many as the spec's packs allow.")]
Quotas = Annotated[bool, Option(help="Limit units, running tasks and requests a second.")]
AssetOrigin = Annotated[str, Option(metavar="URL", help="The URL before results; default: the one that was called.")]
Prefix = Annotated[str, Option(metavar="/PATH", help="A path before all others, as gateways have.")]
Store = Annotated[str, Option(metavar="FILE", help="Keep the accounts in a SQLite file; default: memory.")]
ControlToken = Annotated[
    str, Option(envvar="KLING_MOCK_TOKEN", help="Ask for it at /_mock; off loopback one is made when none is given.")
]
Faithful = Annotated[Fidelity, Option(help="Behave as the service was seen to, or as its table of errors says.")]
AnyId = Annotated[bool, Option("--any-id", help="Take ids of results that were never given.")]
LenientModels = Annotated[bool, Option("--lenient-models", help="Take what the tables of models deny.")]
Strict = Annotated[bool, Option("--strict", help="Refuse all that the spec does not allow.")]
Journal = Annotated[int, Option(min=0, metavar="N", help="Calls that each account's journal keeps; 0: none.")]
AccessLog = Annotated[str, Option(metavar="FILE", help="Write a line of JSON for each request; - is standard error.")]
Retries = Annotated[int, Option(min=0, help="How often a callback that failed is sent again, after 1, 2, 4 … s.")]
Hosts = Annotated[
    list[str] | None, Option(metavar="NAME", help="A host that callbacks may go to, beside loopback; repeatable.")
]
AnyMedia = Annotated[bool, Option("--any-media", help="Take media whatever they hold.")]
FetchMedia = Annotated[bool, Option("--fetch-media", help="Fetch media from loopback URLs and hold them against their limits.")]
