"""The server itself: is it well, and anew."""

from typing import Any

from .call import Call, Control


def health(call: Call) -> dict[str, Any]:
    """Say that the server runs, and which API it serves."""
    world = call.world
    return {
        "status": "ok",
        "as_of": world.bundle["info"]["version"],
        "operations": sum(len(one.verbs) for one in world.routes.all),
        "accounts": len(world.accounts),
    }


def ready(call: Call) -> dict[str, Any]:
    """Say that requests will be answered."""
    return {"status": "ready"}


def reset(call: Call) -> dict[str, Any]:
    """Forget an account's tasks, calls, faults and deliveries, and fill its packs; keys and clock stay."""
    call.account.reset()
    return {"tasks": len(call.account.tasks)}


CONTROLS = (
    Control("GET", "/health", health),
    Control("GET", "/ready", ready),
    Control("POST", "/reset", reset),
)
