"""What will go wrong."""

from typing import Annotated, Any

import msgspec

from kling_mock.faults import AnyFault, Code, Fail, flaw

from .call import Call, Control


class FailNext(msgspec.Struct, forbid_unknown_fields=True):
    """How the next tasks fail."""

    reason: str = "risk_control"  # a name of the catalogue, or the text itself
    count: Annotated[int, msgspec.Meta(ge=1)] = 1


class FaultNext(msgspec.Struct, forbid_unknown_fields=True):
    """How the next requests are refused."""

    code: int  # of the error table
    count: Annotated[int, msgspec.Meta(ge=1)] = 1


class NewFaults(msgspec.Struct, forbid_unknown_fields=True):
    """Faults to add."""

    faults: list[AnyFault]


def fail_next(call: Call) -> dict[str, Any]:
    """Let the next tasks fail."""
    said: FailNext = call.body
    _add(call, Fail(reason=said.reason, times=said.count))
    known = call.world.messages.task_failures
    waiting = [(one.fault.reason, one.left) for one in call.account.faults.live if isinstance(one.fault, Fail)]
    return {"waiting": [known[name]["text"] if name in known else name for name, left in waiting for _ in range(left)]}


def fault_next(call: Call) -> dict[str, Any]:
    """Refuse the next requests that would be answered."""
    said: FaultNext = call.body
    _add(call, Code(code=said.code, times=said.count))
    waiting = [(one.fault.code, one.left) for one in call.account.faults.live if isinstance(one.fault, Code)]
    return {"waiting": [code for code, left in waiting for _ in range(left)]}


def add(call: Call) -> dict[str, Any]:
    """Let requests meet faults, besides those that stand already."""
    return {"faults": _add(call, *call.body.faults)}


def tell(call: Call) -> dict[str, Any]:
    """List the faults, and how many requests each was for (matched) and struck (fired)."""
    with call.account.lock:
        return {"faults": [one.told() for one in call.account.faults.told()]}


def remove(call: Call) -> dict[str, Any]:
    """Forget one fault."""
    with call.account.lock:
        call.account.faults.remove(call.path["id"])
    return tell(call)


def remove_all(call: Call) -> dict[str, Any]:
    """Forget all faults."""
    with call.account.lock:
        call.account.faults.remove_all()
    return tell(call)


def _add(call: Call, *faults: AnyFault) -> list[dict[str, Any]]:
    for number, one in enumerate(faults):
        found = flaw(one, call.world.messages, call.world.operations)
        if found is not None:
            raise ValueError(f"faults[{number}].{found[0]}: {found[1]}")
    with call.account.lock:
        return [call.account.faults.add(one).told() for one in faults]


CONTROLS = (
    Control("GET", "/faults", tell),
    Control("POST", "/faults", add, NewFaults, example={"faults": [{"kind": "lost-answer", "role": "create", "times": 1}]}),
    Control("DELETE", "/faults", remove_all),
    Control("DELETE", "/faults/{id}", remove),
    Control("POST", "/fail-next", fail_next, FailNext, example={"reason": "risk_control"}),
    Control("POST", "/fault-next", fault_next, FaultNext, example={"code": 1303, "count": 2}),
)
