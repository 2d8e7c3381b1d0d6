"""The secrets that an account signs callbacks with."""

from typing import Any

import msgspec

from .call import Call, Control


class NewSecret(msgspec.Struct, forbid_unknown_fields=True):
    """A secret to sign with."""

    secret: str = ""  # whsec_ and base64; empty: one is made


class Rotation(NewSecret, forbid_unknown_fields=True):
    """A secret to go over to."""

    emergency: bool = False  # the old one does not sign for 7 days more


def start(call: Call) -> dict[str, Any]:
    """Sign callbacks from now on, with this secret alone; the answer is the only place that tells it."""
    return {"secret": call.account.outbox.secrets.start(call.body.secret), **told(call)}


def rotate(call: Call) -> dict[str, Any]:
    """Go over to another secret; the old one signs beside it for 7 days of the account's clock."""
    said: Rotation = call.body
    made = call.account.outbox.secrets.rotate(said.secret, now=call.account.clock.now(), emergency=said.emergency)
    return {"secret": made, **told(call)}


def drop(call: Call) -> dict[str, Any]:
    """Sign callbacks no more, or with ?old=true only with the newest secret."""
    call.account.outbox.secrets.drop(old_only=call.request.query.get("old") == "true")
    return told(call)


def told(call: Call) -> dict[str, Any]:
    """Tell how many secrets sign callbacks."""
    return {"signing": len(call.account.outbox.secrets.valid(call.account.clock.now()))}


CONTROLS = (
    Control("POST", "/webhook-secret", start, NewSecret, example={"secret": ""}),
    Control("POST", "/webhook-secret/rotate", rotate, Rotation, example={"emergency": True}),
    Control("GET", "/webhook-secret", told),
    Control("DELETE", "/webhook-secret", drop, asks=(("old", "true: only those that were followed by another"),)),
)
