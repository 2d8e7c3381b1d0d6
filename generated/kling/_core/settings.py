"""How a client behaves."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, TypedDict

from .credentials import Credentials, fit_for_header
from .retry import Retries
from .shape import Violation
from .watch import Hook

HOSTS = {"singapore": "https://api-singapore.klingai.com", "beijing": "https://api-beijing.klingai.com"}


class CallOptions(TypedDict, total=False):
    """What can be different for a client, a copy of it (`with_options`), or one call: every method takes these keywords.

    timeout: Seconds to wait for a connection, and for each part of an answer. None leaves it to http_client; else 60.
    max_retries: How often a request is sent again when that is safe (2): when no connection was made, when the service
        said that it started nothing (1302, 1303), and for reads. A create without an answer is looked up by its
        external_task_id before it is sent again; the client makes one when none is given.
    retry_budget: Seconds for all attempts of a call, waiting included (120).
    check: Whether requests are looked at before they are sent (True).
    strict: Refuse also what the service was seen to tolerate (False).
    strict_models: Refuse what the tables of models deny (True).
    extra_headers, extra_query, extra_body: What is sent besides and in place of our own, without a look at it. Those of
        a call are added to those of its client.
    on_request, on_response: Called with an `Attempt` before each request and after its end, at once and in the same
        thread. What they raise ends the call.
    """

    timeout: float | None
    max_retries: int
    retry_budget: float
    check: bool
    strict: bool
    strict_models: bool
    extra_headers: Mapping[str, str]
    extra_query: Mapping[str, str]
    extra_body: Mapping[str, Any]
    on_request: Hook | None
    on_response: Hook | None


@dataclass(frozen=True)
class Settings:
    """How a client behaves. Made once, never changed; `CallOptions` says what the options mean."""

    credentials: Credentials = field(repr=False)
    base_url: str = HOSTS["singapore"]
    timeout: float | None = None
    check: bool = True
    strict: bool = False
    strict_models: bool = True
    retries: Retries = field(default_factory=Retries)
    extra_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    extra_query: Mapping[str, str] = field(default_factory=dict, repr=False)
    extra_body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    on_request: Hook | None = None
    on_response: Hook | None = None
    is_raw: bool = False  # give the answer as it came, too

    def changed(self, options: CallOptions) -> "Settings":
        """Return settings with these options. Raises `TypeError` for an unknown one, as for any unknown argument."""
        said: dict[str, Any] = {**options}
        unknown = said.keys() - CallOptions.__annotations__
        if unknown:
            raise TypeError(f"unknown arguments: {', '.join(sorted(unknown))}; see kling.CallOptions")
        for name in said.keys() & {"extra_headers", "extra_query", "extra_body"}:
            said[name] = {**getattr(self, name), **said[name]}
        limit = said.pop("max_retries", self.retries.limit)
        budget = said.pop("retry_budget", self.retries.budget)
        return replace(self, **said, retries=replace(self.retries, limit=limit, budget=budget))

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Return what every request says beside its Authorization."""
        extra = {name.title(): fit_for_header(name, value) for name, value in self.extra_headers.items()}
        return {"Content-Type": "application/json", "User-Agent": user_agent(), **extra}

    @cached_property
    def sending(self) -> dict[str, Any]:
        """Return the arguments that httpx2 is given only when they were asked for."""
        return {} if self.timeout is None else {"timeout": self.timeout}

    @cached_property
    def is_watched(self) -> bool:
        """Say whether a call has to do more than to give its data."""
        return bool(self.is_raw or self.on_request or self.on_response)

    def refused(self, found: list[Violation]) -> list[Violation]:
        """Return those violations that keep a request from being sent."""
        return [one for one in found if (self.strict or not one.tolerated) and (self.strict_models or one.kind != "table")]


def base_url(given: str | None, region: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """Return the URL that paths are put behind: the given one, else the region's, else KLING_BASE_URL, else Singapore."""
    if given is None and region is None:
        given = environment.get("KLING_BASE_URL")
    if given is None and (region or "singapore") not in HOSTS:
        raise ValueError(f"region must be {' or '.join(HOSTS)}; got {region!r}")
    if given is not None and "@" in given.partition("://")[2].partition("/")[0]:
        raise ValueError("base_url must not hold user and password: they would be sent in place of the credentials")
    return (given or HOSTS[region or "singapore"]).rstrip("/")


@cache
def user_agent() -> str:
    """Return what the client calls itself."""
    from kling import SPEC_DATE, __version__

    return f"kling-toolkit/{__version__} (python {sys.version_info[0]}.{sys.version_info[1]}; spec {SPEC_DATE})"
