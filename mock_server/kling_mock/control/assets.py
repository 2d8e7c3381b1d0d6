"""The files of results."""

from kling_mock.downloads import download
from kling_mock.request import Answer

from .call import Call, Control


def result(call: Call) -> Answer:
    """Answer with the file that a result's URL leads to, or a range of it; 404 once it is no longer kept."""
    owner = call.world.accounts.get(call.path["id"]) if "id" in call.path else call.account
    return download(call.world, owner, call.path["name"], call.request)


CONTROLS = tuple(
    Control(verb, path, result) for verb in ("GET", "HEAD") for path in ("/assets/{name}", "/accounts/{id}/assets/{name}")
)
