"""What will go wrong."""

from typing import Any

import msgspec

from .call import Call, Control


class FailNext(msgspec.Struct, forbid_unknown_fields=True):
    """How the next tasks fail."""

    reason: str = "risk_control"  # a name of the catalogue, or the text itself
    count: int = 1


class FaultNext(msgspec.Struct, forbid_unknown_fields=True):
    """How the next requests are refused."""

    code: int  # of the error table
    count: int = 1


def fail_next(call: Call) -> dict[str, Any]:
    """Let the next tasks fail."""
    said: FailNext = call.body
    known = call.world.messages.task_failures
    call.account.next_failures.extend([known[said.reason]["text"] if said.reason in known else said.reason] * said.count)
    return {"waiting": list(call.account.next_failures)}


def fault_next(call: Call) -> dict[str, Any]:
    """Refuse the next requests that would be answered."""
    said: FaultNext = call.body
    if said.code not in call.world.messages.codes:
        raise ValueError(f"no code {said.code}; the error table has {', '.join(map(str, call.world.messages.codes))}")
    call.account.next_faults.extend([said.code] * said.count)
    return {"waiting": list(call.account.next_faults)}


CONTROLS = (
    Control("POST", "/fail-next", fail_next, FailNext, example={"reason": "risk_control"}),
    Control("POST", "/fault-next", fault_next, FaultNext, example={"code": 1303, "count": 2}),
)
