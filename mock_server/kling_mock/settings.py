"""How a mock behaves."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scenario import ScenarioFile

ACCESS_KEY = "kling-mock-access-key-0000000000"
SECRET_KEY = "kling-mock-secret-key-0000000000"  # noqa: S105 (not a secret: it opens this mock only)
API_KEY = "api-key-kling-mock-0000000000000000000000000000000000000"
JOURNAL = 1000


@dataclass(frozen=True)
class Settings:
    """How a mock behaves. Made once, never changed."""

    seed: int = 0
    speed: float = 1.0
    realistic: bool = False  # tasks take as long as the service was seen to take
    control_token: str = ""  # that the control API asks for; empty: none
    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY
    api_key: str = API_KEY
    asset_origin: str = ""  # the URL before result paths; empty: the one the request was sent to
    prefix: str = ""  # a path before all others, as gateways have
    accept_any_key: bool = False  # each unknown key opens an account of its own
    quotas: bool = True  # units, places for running tasks, and requests a second are limited
    units: Decimal = Decimal(10_000)  # in each pack of a new account
    slots: int | None = None  # places in each pack; None: as many as the spec says
    any_id: bool = False  # take ids of results that were never given
    any_media: bool = False  # take media whatever they hold
    fetch_media: bool = False  # follow the URLs of media that lead to this machine
    lenient_models: bool = False  # take what the tables of models deny
    fidelity: str = "observed"  # or "documented": what the vendor's table says, where the service does otherwise
    most_tasks: int = 1_000_000  # of an account; above it the oldest that have ended are forgotten
    strict: bool = False  # refuse all that the spec does not allow
    store: str = ""  # the SQLite file that keeps the accounts; empty: memory alone
    most_bytes: int = 32 * 1024 * 1024  # of a request body
    wall: Callable[[], float] = time.time  # Unix seconds, for the tokens of callers
    journal: int = JOURNAL  # calls that each account's journal keeps; 0: none
    scenarios: tuple["ScenarioFile", ...] = ()  # that every account begins with
    callback_timeout: float = 5.0  # seconds a receiver has for its answer
    callback_retries: int = 0  # how often a delivery that failed is tried again, after 1, 2, 4 … s of the account's clock
    callback_hosts: frozenset[str] = frozenset()  # that callbacks may go to, beside this machine
