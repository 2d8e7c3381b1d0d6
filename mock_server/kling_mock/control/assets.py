"""The files of results."""

from kling_mock.assets import KEPT_MS, asset
from kling_mock.files import served
from kling_mock.request import Answer, json_answer

from .call import Call, Control


def result(call: Call) -> Answer:
    """Answer with the file that a result's URL leads to, or a range of it; 404 once it is no longer kept."""
    owner = call.world.accounts.get(call.path["id"]) if "id" in call.path else call.account
    try:
        recipe = asset(call.path["name"], dict(call.request.query), now_ms=owner.clock.now())
    except ValueError as error:
        return json_answer(404, {"error": f"no such result: {error}"})
    if recipe is None:
        return json_answer(404, {"error": "this result is no longer kept"})
    until = call.request.query.get("Expires", "")
    made_ms = int(until[:12]) * 1000 - KEPT_MS if until.isdecimal() else 0
    return served(call.world.shelf.get(recipe), call.request, media_type=recipe.media_type, made_ms=max(made_ms, 0))


CONTROLS = tuple(
    Control(verb, path, result) for verb in ("GET", "HEAD") for path in ("/assets/{name}", "/accounts/{id}/assets/{name}")
)
