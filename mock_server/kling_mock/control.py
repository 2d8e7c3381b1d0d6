"""The control API under /_mock: health, clock, failures, deliveries, result files."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from . import assets
from .errors import Problem
from .request import Answer, Request, json_answer

if TYPE_CHECKING:
    from .world import World

_MOST_HEADER = 4096


def answer(world: "World", request: Request) -> Answer:
    """Answer a request to the control API: 404 and 400 are plain JSON, not the vendor's envelope."""
    if request.path.startswith(assets.PATH) and request.verb in ("GET", "HEAD"):
        return _asset(world, request)
    found = _ROUTES.get((request.verb, request.path))
    if found is None:
        known = ", ".join(f"{verb} {path}" for verb, path in _ROUTES)
        return json_answer(404, {"error": f"{request.verb} {request.path} is not part of the control API; it has {known}"})
    try:
        return json_answer(200, found(world, _body(request)))
    except (ValueError, KeyError, TypeError) as error:
        return json_answer(400, {"error": f"{type(error).__name__}: {error}"})


def detail_header(problems: tuple[Problem, ...]) -> dict[str, str]:
    """Return all that is wrong with a request as a header, at most 4 KiB of it."""
    if not problems:
        return {}
    shown = [vars(one) for one in problems]
    while len(shown) > 1 and len(json.dumps(shown)) > _MOST_HEADER:
        shown.pop()
    return {"x-kling-mock-detail": json.dumps(shown)[:_MOST_HEADER]}


def _body(request: Request) -> dict[str, Any]:
    found = json.loads(request.body or b"{}")
    if not isinstance(found, dict):
        raise ValueError("the body must be a JSON object")
    return found


def _health(world: "World", body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "status": "ok",
        "as_of": world.bundle["info"]["version"],
        "operations": sum(len(one.verbs) for one in world.routes.all),
    }


def _advance(world: "World", body: Mapping[str, Any]) -> dict[str, Any]:
    made = world.advance(float(body["seconds"]))
    return {
        "now": world.clock.now(),
        "delivered": [{"url": one.url, "status": one.status, "problem": one.problem} for one in made],
    }


def _fail_next(world: "World", body: Mapping[str, Any]) -> dict[str, Any]:
    known = world.messages.task_failures
    reason = str(body.get("reason", "risk_control"))
    world.account.next_failures.extend([known[reason]["text"] if reason in known else reason] * int(body.get("count", 1)))
    return {"waiting": list(world.account.next_failures)}


def _fault_next(world: "World", body: Mapping[str, Any]) -> dict[str, Any]:
    world.messages.of_code(int(body["code"]))  # KeyError for a code that the catalogue does not have
    world.account.next_faults.extend([int(body["code"])] * int(body.get("count", 1)))
    return {"waiting": list(world.account.next_faults)}


def _callbacks(world: "World", body: Mapping[str, Any]) -> dict[str, Any]:
    return {"deliveries": [{**vars(one), "body": one.body.decode()} for one in world.outbox.log]}


def _reset(world: "World", body: Mapping[str, Any]) -> dict[str, Any]:
    with world.account.lock:
        world.account.tasks.clear()
        world.account.next_failures.clear()
        world.account.next_faults.clear()
        world.outbox.clear()
    return {"tasks": len(world.account.tasks)}


_ROUTES: Mapping[tuple[str, str], Callable[["World", Mapping[str, Any]], dict[str, Any]]] = {
    ("GET", "/_mock/health"): _health,
    ("POST", "/_mock/clock/advance"): _advance,
    ("POST", "/_mock/fail-next"): _fail_next,
    ("POST", "/_mock/fault-next"): _fault_next,
    ("GET", "/_mock/callbacks"): _callbacks,
    ("POST", "/_mock/reset"): _reset,
}


def _asset(world: "World", request: Request) -> Answer:
    try:
        recipe = assets.asset(request.path.removeprefix(assets.PATH), dict(request.query), now_ms=world.clock.now())
    except ValueError as error:
        return json_answer(404, {"error": f"no such result: {error}"})
    if recipe is None:
        return json_answer(404, {"error": "this result is no longer kept"})
    path = world.shelf.get(recipe)
    headers = {"content-type": recipe.media_type, "content-length": str(path.stat().st_size)}
    return Answer(200, b"" if request.verb == "HEAD" else path.read_bytes(), headers)
