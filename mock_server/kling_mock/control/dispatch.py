"""Finds the control for a request and answers in plain JSON, not the vendor's envelope."""

import re
from collections.abc import Mapping
from hmac import compare_digest
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from kling_mock.accounts import DEFAULT
from kling_mock.request import Answer, Request, json_answer

from . import account, assets, callbacks, document, faults, journal, metrics, scenarios, server, time, webhook
from .call import Call, Control

if TYPE_CHECKING:
    from kling_mock.world import World

PREFIX = "/_mock"
CONTROLS: tuple[Control, ...] = (
    *server.CONTROLS,
    *account.CONTROLS,
    *time.CONTROLS,
    *faults.CONTROLS,
    *scenarios.CONTROLS,
    *callbacks.CONTROLS,
    *webhook.CONTROLS,
    *assets.CONTROLS,
    *document.CONTROLS,
    *journal.CONTROLS,
    *metrics.CONTROLS,
)
_BY_VERB: Mapping[str, list[tuple[re.Pattern[str], Control]]] = {
    verb: [(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", PREFIX + one.path)), one) for one in CONTROLS if one.verb == verb]
    for verb in {one.verb for one in CONTROLS}
}


_OPEN = (f"{PREFIX}/health", f"{PREFIX}/ready")
_RESULT = re.compile(rf"{PREFIX}/(accounts/[^/]+/)?assets/")


def answer(world: "World", request: Request) -> Answer:
    """Answer a request to the control API: 404 for what is not there, 400 for what is wrong with it."""
    if not _may(world, request):
        said = {"www-authenticate": "Bearer"}
        return json_answer(
            401, {"error": "the control API asks for a token: Authorization: Bearer <the --control-token>"}, said
        )
    for pattern, control in _BY_VERB.get(request.verb, ()):
        found = pattern.fullmatch(request.path)
        if found:
            return _answered(world, request, control, {name: unquote(one) for name, one in found.groupdict().items()})
    known = ", ".join(f"{one.verb} {PREFIX}{one.path}" for one in CONTROLS)
    return json_answer(404, {"error": f"{request.verb} {request.path} is not part of the control API; it has {known}"})


def _may(world: "World", request: Request) -> bool:
    """Say whether a request has the token, where one is asked for. Results, health and readiness are for all."""
    token = world.settings.control_token
    is_open = request.path in _OPEN or _RESULT.match(request.path) is not None
    said = request.headers.get("authorization", "").encode()
    return not token or is_open or compare_digest(said, f"Bearer {token}".encode())


def _answered(world: "World", request: Request, control: Control, path: Mapping[str, str]) -> Answer:
    try:
        body = control.decode(request.body or b"{}")
        asked = request.query.get("account_id") or request.headers.get("x-kling-mock-account") or DEFAULT
        account = world.accounts.get(asked)
        made = control.answer(Call(world, account, path, request, body))
        if request.verb != "GET":
            world.keep(account)
    except KeyError as error:
        return json_answer(404, {"error": str(error.args[0])})
    except (ValueError, msgspec.MsgspecError) as error:
        return json_answer(400, {"error": str(error)})
    return made if isinstance(made, Answer) else json_answer(200, made)
