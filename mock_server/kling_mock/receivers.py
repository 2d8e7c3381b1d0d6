"""Where callbacks may go: to this machine, and to hosts that are allowed by name."""

import ipaddress
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

PORTS = {"http": 80, "https": 443}
_SAFE = "/?%:@!$&'()*+,;=~[]"


class Receiver(NamedTuple):
    """Who hears callbacks: one server."""

    scheme: str  # http or https
    host: str
    port: int


@lru_cache(maxsize=4096)
def receiver(url: str) -> Receiver:
    """Return the server that a URL leads to. Raises `ValueError` for what no callback can be posted to."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("a callback URL begins with http:// or https:// and names a host")
    return Receiver(parts.scheme, parts.hostname.encode("idna").decode(), parts.port or PORTS[parts.scheme])


def target(url: str) -> str:
    """Return path and query of a URL as they stand in a request, what is not ASCII percent-encoded."""
    parts = urlsplit(url)
    return quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine. Names are not looked up: only `localhost` is one."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def why_not(url: str, allowed: Collection[str]) -> str:
    """Return why nothing is posted to a URL, empty when it may be; a host that is allowed by name may be anywhere."""
    try:
        host = receiver(url).host
    except ValueError as error:
        return f"not sent: {error}"
    if host in allowed or is_loopback(host):
        return ""
    return f"not sent: callbacks go to loopback only, and {host} is not allowed; --callback-host {host} allows it"
