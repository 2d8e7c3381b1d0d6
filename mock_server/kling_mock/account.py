"""One set of credentials and all that belongs to it."""

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from threading import RLock
from typing import Any

from .clock import Clock
from .ids import Ids
from .references import Register
from .tasks import TaskStore

DAY = 86_400_000


@dataclass
class Pack:
    """A prepaid resource pack."""

    name: str
    id: str
    units: Decimal
    bought_ms: int
    until_ms: int
    left: Decimal

    def told(self, now: int) -> dict[str, Any]:
        """Return the pack in the words of the account query."""
        return {
            "resource_pack_name": self.name,
            "resource_pack_id": self.id,
            "resource_pack_type": "decreasing_total",
            "total_quantity": float(self.units),
            "remaining_quantity": float(self.left),
            "purchase_time": self.bought_ms,
            "effective_time": self.bought_ms,
            "invalid_time": self.until_ms,
            "status": "expired" if now >= self.until_ms else "online" if self.left > 0 else "runOut",
        }


@dataclass
class Account:
    """One set of credentials and all that belongs to it."""

    access_key: str
    secret_key: str = field(repr=False)
    api_key: str = field(repr=False)
    clock: Clock
    ids: Ids
    tasks: TaskStore = field(default_factory=TaskStore)
    register: Register = field(default_factory=Register)
    packs: list[Pack] = field(default_factory=list)
    next_failures: deque[str] = field(default_factory=deque)  # reasons with which the next creates will fail
    next_faults: deque[int] = field(default_factory=deque)  # codes with which the next requests will be refused
    lock: RLock = field(default_factory=RLock, repr=False)

    def charge(self, units: Decimal) -> None:
        """Take units from the first pack that has any left."""
        for pack in self.packs:
            taken = min(pack.left, units)
            pack.left -= taken
            units -= taken


def first_pack(clock: Clock, units: int = 10_000) -> Pack:
    """Return a fresh pack that lasts a year of the account's clock."""
    now = clock.now()
    return Pack(
        name=f"Mock-Video-{units}Units",
        id=f"{units:032x}",
        units=Decimal(units),
        left=Decimal(units),
        bought_ms=now,
        until_ms=now + 365 * DAY,
    )
