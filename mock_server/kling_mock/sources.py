"""The film or sound that a request works on: named by an id, or by the URL of a result of this mock."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .assets import asset, asset_url
from .ids import before
from .probe import Facts
from .recipe import Recipe, length_text
from .source import Source

if TYPE_CHECKING:
    from .account import Account
    from .references import Wanted
    from .tasks import Task

_OWN = re.compile(r"https?://[^/?#]+(?:/[^?#]*)?/_mock/(?:accounts/[^/?#]+/)?assets/(?P<name>[^/?#]+)(?:\?(?P<query>[^#]*))?")
_MOST_RESULTS = 16  # ids that a task gives: how far back the id of the task is looked for
FILMS, SOUNDS = ("video", "session"), ("audio",)


def own_recipe(url: str, *, now_ms: int) -> Recipe | None:
    """Return how to make the file behind a URL of this mock; None for a URL of others.

    Raises `LookupError` for a result that is no longer kept or never was.
    """
    found = "/_mock/" in url and _OWN.fullmatch(url)
    if not found:
        return None
    try:
        recipe = asset(found["name"], found["query"] or "", now_ms=now_ms)
    except ValueError as error:
        raise LookupError(url) from error
    if recipe is None:
        raise LookupError(url)
    return recipe


def facts_of(recipe: Recipe) -> Facts:
    """Return what the file of a recipe is; its bytes are not counted, as it may not be made yet."""
    if recipe.kind == "audio":
        return Facts(recipe.format, 0, seconds=recipe.seconds)
    if recipe.kind == "image":
        return Facts(recipe.format, 0, recipe.width, recipe.height)
    return Facts(recipe.format, 0, recipe.width, recipe.height, recipe.seconds, recipe.fps)


def of_facts(url: str, facts: Facts) -> Source:
    """Return a film or sound that was looked at."""
    return Source("", url, _text(facts.seconds), facts.seconds, facts.width, facts.height)


def of_recipe(id: str, url: str, recipe: Recipe) -> Source:
    """Return a film or sound of this mock."""
    if recipe.kind == "audio":
        return Source(id, url, _text(recipe.seconds), recipe.seconds)
    return Source(id, url, length_text(recipe.seconds, recipe.fps), recipe.seconds, recipe.width, recipe.height)


def named(account: "Account", found: "list[Wanted]", kinds: tuple[str, ...]) -> Source | None:
    """Return the first film or sound that ids of some kinds name; None where no id does."""
    return next((_known(account, one) for one in found if one.kind in kinds), None)


def _known(account: "Account", one: "Wanted") -> Source:
    """Return what an id stands for; of an id that was never given no more than a URL is known."""
    kept = account.register.stands.get(one.value)
    if kept is not None:
        return kept
    task = maker(account, one.value)
    if task is not None and task.pattern.kind == "video":
        return of_recipe(one.value, asset_url(task.folder, task.recipe, made_ms=task.begins[-1]), task.pattern)
    return Source(one.value, "")


def maker(account: "Account", result_id: str) -> "Task | None":
    """Return the task that gave a result its id. Its own id is one of those right before: no index is kept of millions."""
    for wanted in _before(result_id):
        task = account.tasks.of_id(wanted)
        if task is not None:
            return task if result_id in task.result_ids else None
    return None


def _before(id: str) -> Iterator[str]:
    for _ in range(_MOST_RESULTS if id.isdigit() and len(id) == 18 else 0):
        id = before(id)
        yield id


def _text(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")
