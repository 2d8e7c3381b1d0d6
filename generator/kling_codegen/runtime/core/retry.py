"""Which requests may be sent again, and when. Decides; neither waits nor sends.

Every attempt ends in one of four ways:

    never_delivered   no connection was made: send it again
    refused           the service said that it started nothing: wait, then send it again
    possibly_running  nobody knows: a read is sent again, a create is looked up first, the rest is told to the caller
    answered          it is over, for better or worse
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from .errors import ApiError, ConnectionFailed, KlingError, NotDelivered, ReplyMalformed


@dataclass(frozen=True)
class Retries:
    """How often and how long a client tries."""

    limit: int = 2  # attempts after the first
    first: float = 1.0  # seconds before the second attempt; the vendor advises at least 1
    most: float = 30.0  # seconds between two attempts
    budget: float = 120.0  # seconds for all attempts of a call, waiting included
    chance: Callable[[], float] = random.random

    def delay(self, attempt: int) -> float:
        """Return the seconds to wait after the given attempt, counted from 0: doubled each time, and up to half more."""
        return min(self.most, self.first * 2.0**attempt) * (1 + self.chance() / 2)


def outcome(error: KlingError) -> str:
    """Return never_delivered, refused, possibly_running or answered."""
    if isinstance(error, NotDelivered):
        return "never_delivered"
    if type(error) is ApiError:  # a code that the table does not have
        return "possibly_running" if error.http >= 500 else "answered"
    if isinstance(error, ApiError):
        return {"backoff": "refused", "careful": "possibly_running"}.get(error.retry, "answered")
    return "possibly_running" if isinstance(error, ConnectionFailed | ReplyMalformed) else "answered"


def asked_for(error: KlingError) -> float:
    """Return the seconds that a refusal asks to wait; 0 when it does not say."""
    said = error.headers.get("retry-after", "") if isinstance(error, ApiError) else ""
    return float(said) if said.isdecimal() else 0.0
