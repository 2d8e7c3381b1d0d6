"""The media of a request: decoded, looked at, and held against the limits of their fields.

URLs of others are taken unseen, unless the settings let loopback be fetched; base64 and results of this mock are always
looked at. What is found is told in two ways, as by the service: a refusal at create, or a task that fails.
"""

import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kling_spec.document import below

from . import sources
from .assets import asset_url
from .broken import Pointer
from .errors import Messages, Problem, Refusal
from .fetch import FetchFailed, fetched, is_loopback
from .media_limits import MB, Excess, Limits, failing, refused, too_large
from .probe import HEAD, Facts, probed, probed_bytes
from .recipe import Recipe
from .source import NOTHING, Media, Source

if TYPE_CHECKING:
    from .gate import Visit

Schema = Mapping[str, Any]
_KINDS = ("image", "video", "audio")
_MOST_MB = 200  # of a file without a limit of its own
_UNREACHABLE = Excess("media_unreachable", "url", "no contents", {})
_NOT_BASE64 = Excess("not_base64", "base64", "not base64", {})


class Look(NamedTuple):
    """One medium of a body, and what was found out about it."""

    at: Pointer
    media: Limits
    url: str  # empty for base64
    facts: Facts | None  # None for a URL that was not followed
    broken: tuple[Excess, ...] = ()
    recipe: Recipe | None = None  # of a result of this mock

    @property
    def is_unseen(self) -> bool:
        """Say whether nothing is known of it, and nothing is made of it."""
        return self.facts is None and not self.broken and self.media["kind"] == "image"


class Uploads:
    """The fields of one operation that take media or name a film or sound by its id."""

    def __init__(self, schema: Schema, messages: Messages) -> None:
        self._messages = messages
        self.schema = leading(schema)
        self.is_parent = any(kind in sources.FILMS for kind in _kinds(schema))
        names_sound = any(kind in sources.SOUNDS for kind in _kinds(schema))
        self.names = self.is_parent or names_sound
        self.speaks = names_sound or any(media["kind"] == "audio" for media in _limits(self.schema))

    def looks(self, body: Mapping[str, Any], *, now_ms: int, fetch: bool) -> list[Look]:
        """Return what the media of a body are; `fetch` follows the URLs that lead to this machine."""
        return [_look(at, media, value, now_ms, fetch) for at, media, value in given(body, self.schema)]

    def settled(self, visit: "Visit") -> Media:
        """Return what the media of a request came to. Raises `Refusal` for what the service does not take.

        That something cannot be fetched is said last, as was seen. A call has no task to fail: it refuses.
        """
        if not self.names and all(one.is_unseen for one in visit.looks):
            return NOTHING
        self._refuse([(look, excess) for look in visit.looks for excess in look.broken])
        why = next((why for one in visit.looks if one.facts and (why := failing(one.facts, one.media))), "")
        said = self._messages.task_failures[why] if why else {}
        if said and visit.target.role != "create":
            raise Refusal(self._messages.of_code(1201, said["text"]))
        source = _source(visit, names=self.names)
        least, most = said.get("seconds", (0, 0))
        size, text = _size(visit.looks, source), said.get("text", "")
        return Media(source, self.is_parent, size, self.speaks, text, (least, most))

    def hosted(self, body: Mapping[str, Any], folder: str, *, seed: int, now_ms: int) -> Any:
        """Return a body with a URL in place of each base64."""
        return _hosted(body, self.schema, lambda kind: asset_url(folder, Recipe(kind, seed % 2**64), made_ms=now_ms))

    def _refuse(self, found: list[tuple[Look, Excess]]) -> None:
        if found:
            _, first = min(found, key=lambda one: one[1] == _UNREACHABLE)
            problems = tuple(_problem(look, excess) for look, excess in found)
            raise Refusal(self._messages.said(first.situation, **first.words), problems)


def uploads(schema: Schema, messages: Messages) -> Uploads | None:
    """Return the media of an operation; None where there are none."""
    made = Uploads(schema, messages)
    return made if made.schema or made.names else None


def leading(schema: Schema) -> Schema:
    """Return only what leads to media in a schema, so that looking for them costs little; empty where nothing does."""
    media = schema.get("x-kling-media", {})
    kept = {"x-kling-media": media} if media.get("kind") in _KINDS else {}
    members = {name: found for name, one in schema.get("properties", {}).items() if (found := leading(one))}
    items = leading(schema["items"]) if "items" in schema else {}
    return {**kept, **({"properties": members} if members else {}), **({"items": items} if items else {})}


def given(value: Any, schema: Schema, at: Pointer = ()) -> Iterator[tuple[Pointer, Limits, str]]:
    """Yield every medium of a body with its place and its limits."""
    if isinstance(value, str) and value and "x-kling-media" in schema:
        yield at, schema["x-kling-media"], value
    elif isinstance(value, Mapping):
        for name, one in schema.get("properties", {}).items():
            if name in value:
                yield from given(value[name], one, (*at, name))
    elif isinstance(value, list) and "items" in schema:
        for number, one in enumerate(value):
            yield from given(one, schema["items"], (*at, number))


def _hosted(value: Any, schema: Schema, url: Callable[[str], str]) -> Any:
    media = schema.get("x-kling-media")
    if isinstance(value, str):
        return url(media["kind"]) if media and value and not value.startswith("http") else value
    if isinstance(value, Mapping) and "properties" in schema:
        known = schema["properties"]
        return {name: _hosted(one, known.get(name, {}), url) for name, one in value.items()}
    if isinstance(value, list) and "items" in schema:
        return [_hosted(one, schema["items"], url) for one in value]
    return value


def _look(at: Pointer, media: Limits, value: str, now_ms: int, fetch: bool) -> Look:
    if not value.startswith("http"):
        return _decoded(at, media, value)
    try:
        recipe = sources.own_recipe(value, now_ms=now_ms)
        if recipe is not None:
            facts = sources.facts_of(recipe)
            return Look(at, media, value, facts, tuple(refused(facts, media)), recipe)
        if fetch and is_loopback(value):
            return _followed(at, media, value)
    except (LookupError, FetchFailed):
        return Look(at, media, value, None, (_UNREACHABLE,))
    return Look(at, media, value, None)


def _decoded(at: Pointer, media: Limits, text: str) -> Look:
    """Look at base64. Of a picture only the head is decoded; the schema has seen to it that all of it is base64."""
    size = len(text) // 4 * 3 - text.endswith("=") - text.endswith("==")
    broken = tuple(too_large(size, media))
    if broken:
        return Look(at, media, "", None, broken)
    most = HEAD // 3 * 4 if media["kind"] == "image" else len(text)
    try:
        facts = probed_bytes(binascii.a2b_base64(text[:most], strict_mode=True))
    except binascii.Error:
        return Look(at, media, "", None, (_NOT_BASE64,))
    return Look(at, media, "", facts, tuple(refused(facts, media)))


def _followed(at: Pointer, media: Limits, url: str) -> Look:
    file, size = fetched(url, most_bytes=media.get("most_mb", _MOST_MB) * MB)
    with file:
        broken = tuple(too_large(size, media))
        if broken:
            return Look(at, media, url, None, broken)
        facts = probed(file, size)
    return Look(at, media, url, facts, tuple(refused(facts, media)))


def _problem(look: Look, excess: Excess) -> Problem:
    pointer = "".join(f"/{part}" for part in look.at)
    return Problem(pointer, excess.limit, str(look.media.get(excess.limit, "contents")), excess.got)


def _source(visit: "Visit", *, names: bool) -> Source | None:
    """Return the film that a request works on, else its sound."""
    wanted = visit.world.wanted(visit) if names else []
    for kind, ids in (("video", sources.FILMS), ("audio", sources.SOUNDS)):
        look = next((one for one in visit.looks if one.media["kind"] == kind), None)
        found = sources.named(visit.caller, wanted, ids) if look is None else _seen(look)
        if found is not None:
            return found
    return None


def _seen(look: Look) -> Source:
    if look.recipe is not None:
        return sources.of_recipe("", look.url, look.recipe)
    return sources.of_facts(look.url, look.facts) if look.facts else Source("", look.url)


def _size(looks: Sequence[Look], source: Source | None) -> tuple[int, int] | None:
    for one in looks:
        if one.media["kind"] == "image":
            return (one.facts.width, one.facts.height) if one.facts else None
    return (source.width, source.height) if source and source.width else None


def _kinds(schema: Schema) -> Iterator[str]:
    if "x-kling-ref" in schema:
        yield schema["x-kling-ref"]["kind"]
    for one in below(schema):
        yield from _kinds(one)


def _limits(schema: Schema) -> Iterator[Limits]:
    if "x-kling-media" in schema:
        yield schema["x-kling-media"]
    for one in below(schema):
        yield from _limits(one)
