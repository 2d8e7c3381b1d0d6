"""Downloads of results: the file, or what the faults that were asked for leave of it."""

from typing import TYPE_CHECKING

from msgspec import structs

from .account import Account
from .assets import KEPT_MS, asset
from .errors import Refusal
from .fault_header import parsed
from .faults import DOWNLOAD
from .files import served
from .recipe import Recipe
from .request import Answer, Request, json_answer
from .script import HEADER, NOTHING, Script

if TYPE_CHECKING:
    from .world import World

_GONE = json_answer(404, {"error": "this result is no longer kept"})


def download(world: "World", owner: Account, name: str, request: Request) -> Answer:
    """Return the file of a name, or a range of it; 404 once it is no longer kept."""
    now = owner.clock.now()
    try:
        recipe = asset(name, dict(request.query), now_ms=now)
    except ValueError as error:
        return json_answer(404, {"error": f"no such result: {error}"})
    if recipe is None:
        return _GONE
    until = request.query.get("Expires", "")
    made_ms = max(int(until[:12]) * 1000 - KEPT_MS, 0) if until.isdecimal() else 0
    try:
        script = _script(world, owner, request)
    except ValueError as error:
        return json_answer(400, {"error": f"{HEADER}: {error}"})
    if script is None:
        return _file(world, recipe, request, made_ms)
    return script.played(_left(world, script, recipe, request, made_ms=made_ms, now=now))


def _file(world: "World", recipe: Recipe, request: Request, made_ms: int) -> Answer:
    return served(world.shelf.get(recipe), request, media_type=recipe.media_type, made_ms=made_ms)


def _script(world: "World", owner: Account, request: Request) -> Script | None:
    """Return what a download meets: what its header asks for, then what stands. Raises `ValueError` for the header."""
    asked = request.headers.get(HEADER)
    if not asked and not owner.faults.live:
        return None
    own = [structs.replace(one, role="download") for one in parsed(asked, world)] if asked else []
    with owner.lock:
        script = owner.faults.script(DOWNLOAD, "download", own)
        if script is not None:
            world.keep(owner)
    return script


def _left(world: "World", script: Script, recipe: Recipe, request: Request, *, made_ms: int, now: int) -> Answer:
    """Return what there is to send, in one piece: it may be cut."""
    if not script.reaches:
        return NOTHING
    try:
        script.refuse(world.messages)
    except Refusal as refusal:
        return world.refused(refusal)
    if script.results is not None and now >= made_ms + script.results.seconds * 1000:
        return _GONE
    answer = _file(world, recipe, request, made_ms)
    return answer if answer.stream is None else structs.replace(answer, body=b"".join(answer.stream), stream=None)
