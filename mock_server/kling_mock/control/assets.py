"""The files of results."""

from kling_mock.assets import asset
from kling_mock.request import Answer, json_answer

from .call import Call, Control


def result(call: Call) -> Answer:
    """Answer with the file that a result's URL leads to; 404 once it is no longer kept."""
    owner = call.world.accounts.get(call.path["id"]) if "id" in call.path else call.account
    try:
        recipe = asset(call.path["name"], dict(call.request.query), now_ms=owner.clock.now())
    except ValueError as error:
        return json_answer(404, {"error": f"no such result: {error}"})
    if recipe is None:
        return json_answer(404, {"error": "this result is no longer kept"})
    path = call.world.shelf.get(recipe)
    headers = {"content-type": recipe.media_type, "content-length": str(path.stat().st_size)}
    return Answer(200, b"" if call.request.verb == "HEAD" else path.read_bytes(), headers)


CONTROLS = tuple(
    Control(verb, path, result) for verb in ("GET", "HEAD") for path in ("/assets/{name}", "/accounts/{id}/assets/{name}")
)
