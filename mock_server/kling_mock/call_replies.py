"""Fills the replies of calls that answer at once: the documented example, with ids, URLs and units of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kling_spec.rules import raw

from .assets import asset_url
from .recipe import Recipe

Schema = Mapping[str, Any]
_NUMBERED = ("face",)
"""Kinds whose ids count from 0 in each reply."""


@dataclass(frozen=True)
class CallContext:
    """What a call can say beside its example."""

    now: int
    body: Mapping[str, Any]
    snowflake: Callable[[], str]
    folder: str  # the URL before the names of results
    seed: int
    units: str
    lists: Mapping[str, Sequence[Mapping[str, Any]]]  # by the kind of x-kling-ref: pack, deduction
    words: Mapping[str, Any]  # what is said of the lists: count, next_cursor, has_more
    given: Callable[[str, str, float], None]  # told of each id that a reply gives: kind, id, and seconds of a sound
    seconds: float = 5.0  # the length that the example tells
    makes: bool = True  # ids are new in each reply; those of presets are always the same


def filled(example: Any, schema: Schema, context: CallContext) -> Any:
    """Return a reply like the documented example."""
    kind, make = schema.get("x-kling-ref", {}).get("kind"), schema.get("x-kling-make", {})
    if "echo" in make:
        said = raw(context.body, make["echo"])
        return example if said is None else said
    if schema.get("type") == "array":
        return context.lists[kind] if kind in context.lists else [filled(one, schema["items"], context) for one in example]
    if isinstance(example, dict):
        members = schema.get("properties", {})
        context = _timed(example, members, context)
        made = {name: filled(one, members.get(name, {}), context) for name, one in example.items()}
        told = {**context.words, "created_at": context.now, "updated_at": context.now}
        return {name: told.get(name, one) for name, one in made.items()}
    if kind:
        return _id(example, schema, context)
    return _scalar(example, schema, context)


def _timed(example: Mapping[str, Any], members: Mapping[str, Schema], context: CallContext) -> CallContext:
    """Return the context with the length that an example tells, so that the file has it too."""
    told = (one for name, one in example.items() if members.get(name, {}).get("x-kling-unit") == "s-as-text")
    found = next(told, None)
    return context if found is None else replace(context, seconds=float(found))


def _id(example: Any, schema: Schema, context: CallContext) -> Any:
    kind = schema["x-kling-ref"]["kind"]
    found = context.snowflake() if context.makes and kind not in _NUMBERED else example
    context.given(kind, str(found), context.seconds)
    return int(found) if schema.get("type") == "integer" else found


def _scalar(example: Any, schema: Schema, context: CallContext) -> Any:
    media = schema.get("x-kling-media")
    if media and example:
        made = Recipe(kind=media["kind"], seed=context.seed, width=512, height=512, format=media.get("format", ""))
        return asset_url(context.folder, made.lasting(context.seconds), made_ms=context.now)
    return context.units if schema.get("x-kling-unit") == "units-as-text" else example


def standing_ids(example: Any, schema: Schema) -> Iterator[tuple[str, str]]:
    """Yield kind and id of everything that a reply gives and that could always be there: presets."""
    kind = schema.get("x-kling-ref", {}).get("kind")
    if isinstance(example, list):
        for one in example:
            yield from standing_ids(one, schema.get("items", {}))
    elif isinstance(example, dict):
        for name, one in example.items():
            yield from standing_ids(one, schema.get("properties", {}).get(name, {}))
    elif kind and kind not in _NUMBERED:
        yield kind, str(example)
