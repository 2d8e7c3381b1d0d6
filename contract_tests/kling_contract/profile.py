"""What kind of server is checked, and what is let pass there."""

from collections.abc import Mapping
from dataclasses import dataclass

OFFLINE, GATEWAY, LIVE_FREE = "offline", "gateway", "live-free"
EVERYWHERE = frozenset({OFFLINE, GATEWAY, LIVE_FREE})
UNCHARGED = frozenset({OFFLINE, GATEWAY})  # where nothing has to be free

DEVIATIONS: Mapping[str, str] = {
    "own-404": "a path or method that the API does not have may be answered with a 404 or 405 page of the gateway's own",
    "envelope-members": "replies may have further members beside code, message, request_id and data",
    "own-401": "a refused Authorization may have a body of the gateway's own, as long as the status is 401 or 403",
    "lower-rate": "a request may be refused with 1302 by a limit of the gateway's own; it is sent again later",
}
"""What a gateway may do otherwise, by name."""


@dataclass(frozen=True)
class Profile:
    """How a kind of server is checked."""

    name: str
    about: str
    tolerates: frozenset[str] = frozenset()
    is_guarded: bool = False  # only what cannot be charged is sent
    rate: float = 0.0  # requests a second; 0: any number
    most_requests: int | None = None
    jobs: int = 4


PROFILES: Mapping[str, Profile] = {
    OFFLINE: Profile(OFFLINE, "a mock: everything is checked"),
    GATEWAY: Profile(
        GATEWAY, "a service that relays the API under a prefix: tasks are made, and paid for", frozenset(DEVIATIONS), jobs=1
    ),
    LIVE_FREE: Profile(
        LIVE_FREE,
        "the service itself: only what cannot be charged is sent",
        is_guarded=True,
        rate=1.0,
        most_requests=500,
        jobs=1,
    ),
}
