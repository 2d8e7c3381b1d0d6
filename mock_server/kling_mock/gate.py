"""What stands between a request and its operation. The first refusal wins; the order is data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from kling_spec.document import Operation
from kling_spec.rules import is_given

from .account import Account
from .errors import Refusal
from .request import Request

if TYPE_CHECKING:
    from .world import World

_decode = msgspec.json.Decoder().decode
_MOST_DEPTH = 64


@dataclass
class Visit:
    """One request on its way through the gate; each check adds what it found out."""

    request: Request
    world: "World"
    operation: Operation | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    account: Account | None = None
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def caller(self) -> Account:
        assert self.account is not None, "auth comes before"
        return self.account

    @property
    def target(self) -> Operation:
        assert self.operation is not None, "route comes before"
        return self.operation


def route(visit: Visit) -> None:
    """Refuse a path or method that the API does not have."""
    request = visit.request
    found, visit.path = visit.world.routes.find(request.path)
    visit.operation = found.verbs.get(request.verb) if found else None
    if visit.operation is None:
        said = visit.world.messages.said("no_route", method=request.verb, path=request.path)
        raise Refusal(replace(said, headers={"allow": found.allow}) if found else said)


def auth(visit: Visit) -> None:
    """Refuse a caller who is not known."""
    visit.account = visit.world.door.account(visit.request.headers)


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


def references(visit: Visit) -> None:
    """Refuse an id that was not given, or no longer can be used. A delete answers for its own."""
    if visit.world.settings.any_id or visit.target.role == "delete":
        return
    now = visit.caller.clock.now()
    for one in visit.world.wanted(visit):
        if not visit.caller.register.knows(one, now):
            raise Refusal(visit.world.unknown(one))


def unique(visit: Visit) -> None:
    """Refuse a value that the account has used before."""
    for name in visit.world.unique_fields.get(visit.target.id, ()):
        value = visit.body.get(name)
        if is_given(value) and visit.caller.tasks.has_external(str(value)):
            raise Refusal(visit.world.messages.said("duplicate", value=value))


def scripted_fault(visit: Visit) -> None:
    """Refuse with the code that a test has asked for."""
    if visit.caller.next_faults:
        raise Refusal(visit.world.messages.of_code(visit.caller.next_faults.popleft()))


ORDER: tuple[Callable[[Visit], None], ...] = (
    route,
    auth,
    body_is_json,
    parameters,
    schema_and_rules,
    references,
    unique,
    scripted_fault,
)


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
