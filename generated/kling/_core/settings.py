"""How a client behaves."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .credentials import Credentials
from .retry import Retries
from .shape import Violation

HOSTS = {"singapore": "https://api-singapore.klingai.com", "beijing": "https://api-beijing.klingai.com"}


@dataclass(frozen=True)
class Settings:
    """How a client behaves. Made once, never changed."""

    credentials: Credentials = field(repr=False)
    base_url: str = HOSTS["singapore"]
    timeout: float = 60.0  # seconds one request may take
    check: bool = True  # look at a request before it is sent
    strict: bool = False  # refuse also what the service was seen to tolerate
    strict_models: bool = True  # refuse what the model tables deny
    retries: Retries = field(default_factory=Retries)
    jitter: Callable[[], float] = lambda: 1.0  # what a polling interval is multiplied with

    def refused(self, found: list[Violation]) -> list[Violation]:
        """Return those violations that keep a request from being sent."""
        return [one for one in found if (self.strict or not one.tolerated) and (self.strict_models or one.kind != "table")]


def base_url(given: str | None, region: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """Return the URL that paths are put behind: the given one, else the region's, else KLING_BASE_URL, else Singapore."""
    if given is None and region is None:
        given = environment.get("KLING_BASE_URL")
    if given is None and (region or "singapore") not in HOSTS:
        raise ValueError(f"region must be {' or '.join(HOSTS)}; got {region!r}")
    return (given or HOSTS[region or "singapore"]).rstrip("/")
