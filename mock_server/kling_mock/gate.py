"""What stands between a request and its operation. The first refusal wins; the order is data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from kling_spec.document import Operation
from kling_spec.rules import is_given

from .account import Account
from .charges import Cost
from .errors import Refusal
from .fault_header import parsed
from .request import Request, json_answer
from .script import HEADER, Script
from .source import NOTHING, Media

if TYPE_CHECKING:
    from .uploads import Look
    from .world import World

_decode = msgspec.json.Decoder().decode
_MOST_DEPTH = 64
_EMPTY: dict[str, Any] = {}


class Visit:
    """One request on its way through the gate; each check adds what it found out.

    What it does not add is read from the class: a dataclass takes four times as long to make.
    """

    target: Operation  # by route
    caller: Account  # by auth
    now: int = 0  # on the caller's clock; by auth
    path: Mapping[str, str] = _EMPTY
    query: Mapping[str, Any] = _EMPTY
    body: dict[str, Any] = _EMPTY
    looks: "Sequence[Look]" = ()  # at the media of the body
    media: Media = NOTHING
    cost: Cost | None = None  # of what a pack pays for or holds
    echo: Mapping[str, Any] = _EMPTY  # the body with defaults, where the result repeats some of it
    ids: int = 1  # that the results of its task need
    places: int = 0  # of the pack's slots that its task takes
    script: Script | None = None  # the faults that it meets
    refused: Refusal | None = None  # by one of those

    def __init__(self, request: Request, world: "World") -> None:
        self.request = request
        self.world = world


def route(visit: Visit) -> None:
    """Refuse a path or method that the API does not have."""
    request = visit.request
    found, visit.path = visit.world.routes.find(request.path)
    operation = found.verbs.get(request.verb) if found else None
    if operation is None:
        said = visit.world.messages.said("no_route", method=request.verb, path=request.path)
        raise Refusal(replace(said, headers={"allow": found.allow}) if found else said)
    visit.target = operation


def auth(visit: Visit) -> None:
    """Refuse a caller who is not known."""
    visit.caller = visit.world.door.account(visit.request.headers)
    visit.now = visit.caller.clock.now()


def standing(visit: Visit) -> None:
    """Refuse an account that is in no good state."""
    if visit.caller.state != "normal":
        raise Refusal(visit.world.messages.said(_STANDING[visit.caller.state]))


def address(visit: Visit) -> None:
    """Refuse a caller who is not on the account's list; behind a proxy the first forwarded address counts."""
    allowed = visit.caller.allowed_ips
    if allowed:
        said = visit.request.headers.get("x-forwarded-for", visit.request.client)
        if said.partition(",")[0].strip() not in allowed:
            raise Refusal(visit.world.messages.said("ip_not_allowed"))


def permission(visit: Visit) -> None:
    """Refuse an operation or family that the account may not use."""
    if visit.caller.denied:
        _permitted(visit, visit.target.id, visit.target.family)


def rate(visit: Visit) -> None:
    """Refuse a request that comes too soon after others."""
    if visit.world.settings.quotas:
        caller, operation = visit.caller, visit.target.id
        if not caller.rates.limits(operation):
            return
        with caller.lock:
            is_let = caller.rates.lets(operation, visit.now)
        if not is_let:
            raise Refusal(visit.world.messages.said("too_fast"))


def body_is_json(visit: Visit) -> None:
    """Refuse a body that is not one JSON object."""
    if visit.target.request_name is None:
        return
    try:
        body = _decode(visit.request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(visit.world.messages.said("not_json")) from error
    if not isinstance(body, dict) or _is_deep(visit.request.body, body):
        raise Refusal(visit.world.messages.said("not_json"))
    visit.body = body


def parameters(visit: Visit) -> None:
    """Refuse query parameters outside their limits."""
    law = visit.world.query_laws.get(visit.target.id)
    visit.query = law.read_text(dict(visit.request.query)) if law else {}


def schema_and_rules(visit: Visit) -> None:
    """Refuse a body that breaks the schema or a rule."""
    if visit.target.request_name is not None:
        visit.body = visit.world.laws[visit.target.id].read(visit.body)


def look(visit: Visit) -> None:
    """Look at the media of the body; what is wrong with them is said later. Takes its time, so it locks nothing."""
    uploads = visit.world.uploads.get(visit.target.id)
    if uploads is not None and not visit.world.settings.any_media:
        visit.looks = uploads.looks(visit.body, now_ms=visit.caller.clock.now(), fetch=visit.world.settings.fetch_media)


def model_permission(visit: Visit) -> None:
    """Refuse a model that the account may not use."""
    if visit.caller.denied and "model_name" in visit.body:
        _permitted(visit, str(visit.body["model_name"]))


def references(visit: Visit) -> None:
    """Refuse an id that was not given, or no longer can be used. A delete answers for its own."""
    if visit.world.settings.any_id or visit.target.role == "delete":
        return
    now = visit.now
    for one in visit.world.wanted(visit):
        if not visit.caller.register.knows(one, now):
            raise Refusal(visit.world.unknown(one))


def unique(visit: Visit) -> None:
    """Refuse a value that the account has used before."""
    for name in visit.world.unique_fields.get(visit.target.id, ()):
        value = visit.body.get(name)
        if is_given(value) and visit.caller.tasks.has_external(str(value)):
            raise Refusal(visit.world.messages.said("duplicate", value=value))


def media(visit: Visit) -> None:
    """Refuse media that the service does not take."""
    uploads = visit.world.uploads.get(visit.target.id)
    if uploads is not None:
        visit.media = uploads.settled(visit)


def balance(visit: Visit) -> None:
    """Refuse what the account's packs cannot pay."""
    if visit.target.role in ("create", "call"):
        visit.cost = cost = visit.world.cost(visit)
        is_limited = bool(cost.units) and visit.world.settings.quotas
        if is_limited and visit.caller.wallet.left(cost.kind, visit.now) < cost.units:
            raise Refusal(visit.world.messages.said("units_used_up"))


def concurrency(visit: Visit) -> None:
    """Refuse a task beside as many as the account's pack lets run at once."""
    if visit.target.role == "create" and visit.cost is not None:
        visit.world.sized(visit, visit.cost)
        now, kind = visit.now, visit.cost.kind
        if visit.world.settings.quotas and visit.caller.slots.used(kind, now) + visit.places > visit.caller.wallet.slots(
            kind, now
        ):
            raise Refusal(visit.world.messages.said("slots_used_up"))


def scripted_fault(visit: Visit) -> None:
    """Find out what a test wants to go wrong with a request that would be answered."""
    asked, faults = visit.request.headers.get(HEADER), visit.caller.faults
    if asked is None and not faults.live:
        return
    try:
        own = parsed(asked, visit.world) if asked else ()
    except ValueError as error:
        visit.script = Script(instead=json_answer(400, {"error": f"{HEADER}: {error}"}))
    else:
        visit.script = faults.script(visit.target.id, visit.target.role, own)


Check = Callable[[Visit], None]
ORDER: tuple[Check, ...] = (
    route,
    auth,
    standing,
    address,
    permission,
    rate,
    body_is_json,
    parameters,
    schema_and_rules,
    model_permission,
    look,
    references,
    unique,
    media,
    balance,
    concurrency,
    scripted_fault,
)
LOCKED = ORDER.index(references)
"""From here on the checks hold the lock of the account: what they see stays so until the handler is done."""

FINDING = 2
"""So many checks find out which operation is called, and by whom; which of the others count goes by the operation."""

_NEEDED: Mapping[Check, Callable[["World", Operation], bool]] = {
    body_is_json: lambda world, one: one.request_name is not None,
    parameters: lambda world, one: one.id in world.query_laws,
    schema_and_rules: lambda world, one: one.request_name is not None,
    model_permission: lambda world, one: one.request_name is not None,
    look: lambda world, one: one.id in world.uploads,
    references: lambda world, one: one.role != "delete" and world.refers(one.id),
    unique: lambda world, one: bool(world.unique_fields.get(one.id)),
    media: lambda world, one: one.id in world.uploads,
    balance: lambda world, one: one.role in ("create", "call"),
    concurrency: lambda world, one: one.role == "create",
}
"""The checks that have nothing to say about some operations; all others are for every request."""


class Checks(NamedTuple):
    """The checks of one operation, in their order."""

    open: tuple[Check, ...]  # that need no lock
    locked: tuple[Check, ...]


def checks(world: "World", operation: Operation) -> Checks:
    """Return the checks that a request for an operation has to pass once it is known who calls."""

    def needed(found: tuple[Check, ...]) -> tuple[Check, ...]:
        return tuple(one for one in found if one not in _NEEDED or _NEEDED[one](world, operation))

    return Checks(needed(ORDER[FINDING:LOCKED]), needed(ORDER[LOCKED:]))


_STANDING: Mapping[str, str] = {"abnormal": "account_abnormal", "arrears": "account_in_arrears"}


def _permitted(visit: Visit, *names: str) -> None:
    denied = next((one for one in names if one in visit.caller.denied), None)
    if denied is not None:
        raise Refusal(visit.world.messages.said("not_permitted", value=denied))


def _is_deep(text: bytes, body: dict[str, Any]) -> bool:
    """Say whether a body nests deeper than is allowed; one with few brackets cannot."""
    return text.count(b"{") + text.count(b"[") > _MOST_DEPTH and _depth(body) > _MOST_DEPTH


def _depth(value: Any) -> int:
    """Return how deep a value nests, looking no deeper than is allowed."""
    deep, level = 0, [value]
    while level and deep <= _MOST_DEPTH:
        deep += 1
        level = [
            one
            for node in level
            if isinstance(node, dict | list)
            for one in (node.values() if isinstance(node, dict) else node)
        ]
    return deep
