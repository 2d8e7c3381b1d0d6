"""The clock of an account."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from kling_mock.clock import Clock

from .call import Call, Control


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    """How far to jump."""

    seconds: float


class ClockChange(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a clock; what is left out stays."""

    now_ms: int | None = None  # milliseconds since 1970
    at: datetime | None = None  # the same as ISO 8601, UTC when no zone is said
    speed: float | None = None  # 0 stands still, 1 runs like the real clock

    def apply(self, clock: Clock) -> None:
        """Change a clock. Raises `ValueError` for a speed or time that it cannot have."""
        at = self.at.replace(tzinfo=self.at.tzinfo or UTC) if self.at else None
        now_ms = int(at.timestamp() * 1000) if at else self.now_ms
        if self.speed is not None:
            clock.run(self.speed)
        if now_ms is not None:
            clock.set(now_ms)


def advance(call: Call) -> dict[str, Any]:
    """Jump forward, make all that falls due on the way in order, and tell it."""
    account = call.account
    before = account.clock.now()
    account.clock.advance(call.body.seconds)
    call.world.keep(account)  # before the first callback tells of a time that a file does not know
    return settled(call, before)


def change(call: Call) -> dict[str, Any]:
    """Set the clock, or let it run at another speed; what is due then is made and told."""
    before = call.account.clock.now()
    call.body.apply(call.account.clock)
    call.world.keep(call.account)
    return settled(call, before)


def tell(call: Call) -> dict[str, Any]:
    """Tell the time of an account."""
    return told(call)


def told(call: Call) -> dict[str, Any]:
    """Return the clock in words."""
    now = call.account.clock.now()
    return {"now": now, "at": datetime.fromtimestamp(now / 1000, UTC).isoformat(), "speed": call.account.clock.speed}


def settled(call: Call, before: int) -> dict[str, Any]:
    """Return the clock with what happened since a time: changes of state and deliveries, in order."""
    account = call.account
    now = account.clock.now()
    delivered = account.outbox.settle(now)
    found = account.tasks.changes(account.slots.running(), before, now)
    changes = [{"task_id": one.task.id, "state": one.state, "at": one.at_ms} for one in found]
    return {
        **told(call),
        "changes": changes,
        "delivered": [{"url": one.url, "status": one.status, "problem": one.problem} for one in delivered],
    }


CONTROLS = (
    Control("GET", "/clock", tell),
    Control("PATCH", "/clock", change, ClockChange, example={"at": "2026-11-01T00:00:00Z", "speed": 0}),
    Control("POST", "/clock/advance", advance, Advance, example={"seconds": 600}),
)
