"""The deliveries of an account."""

from typing import Any

from .call import Call, Control


def deliveries(call: Call) -> dict[str, Any]:
    """List what was posted to callback URLs, and what became of it."""
    return {"deliveries": [{**vars(one), "body": one.body.decode()} for one in call.account.outbox.log]}


CONTROLS = (Control("GET", "/callbacks", deliveries),)
