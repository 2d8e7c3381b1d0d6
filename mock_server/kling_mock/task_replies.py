"""Tells tasks as the reply schemas of the spec have it.

Which members a reply has is the schema's affair; this module knows the API's words (task_id, task_status …) and the marks
x-kling-ref, x-kling-media, x-kling-unit and x-kling-make, not the families.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from kling_spec.document import Document, Operation, below
from kling_spec.lifecycle import Lifecycle
from kling_spec.rules import holds, raw

from .assets import asset_url
from .recipe import Recipe, length_text
from .tasks import Task, Way

Schema = Mapping[str, Any]


class Moment(NamedTuple):
    """A task at a time."""

    task: Task
    state: str
    verdict: str
    since: int
    kinds: tuple[str, ...]  # of the ids that a result gives

    @property
    def is_done(self) -> bool:
        return self.verdict == "done"


@dataclass(frozen=True)
class TaskReply:
    """How the tasks of one family are told."""

    schema: Schema
    lifecycle: Lifecycle

    @classmethod
    def of(cls, operation: Operation, lifecycle: Lifecycle) -> "TaskReply":
        """Return the telling of the family whose `get` this is."""
        return cls(operation.data_schema, lifecycle)

    @cached_property
    def echoed(self) -> frozenset[str]:
        """Return the request fields that a result repeats or is counted by; tasks keep these."""
        return frozenset(_echoed(self.schema))

    @cached_property
    def result(self) -> Schema:
        """Return the schema of task_result, without members where the family has none."""
        found: Schema = self.schema["properties"].get("task_result", {"properties": {}})
        return found

    def ids_needed(self, body: Mapping[str, Any]) -> int:
        """Return how many ids the results of a task will have."""
        return self._ids_always or self._ids_with(body)

    @cached_property
    def _ids_always(self) -> int:
        """Return how many ids there are whatever was asked for; 0 where that counts."""
        return 0 if self.echoed else self._ids_with({})

    def _ids_with(self, body: Mapping[str, Any]) -> int:
        return max([1, *[_count(one, body) for one in self._lists]]) * max(1, len(self.kinds))

    @cached_property
    def _lists(self) -> list[Schema]:
        return [one for one in self.result["properties"].values() if one.get("type") == "array"]

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of things that a result gives ids to: video, voice … The ids of a task take turns."""
        return tuple(sorted(set(_marks(self.result, "x-kling-ref", "kind"))))

    @cached_property
    def adds(self) -> tuple[float, float] | None:
        """Return how many seconds, at least and at most, a result is longer than what it was made from."""
        low_high = next(_marks(self.result, "x-kling-make", "adds"), None)
        return low_high and (low_high[0], low_high[1])

    @cached_property
    def makes_sound(self) -> bool:
        """Say whether a result is a film and its sound."""
        return {"video", "sound"} <= {*self.kinds}

    @cached_property
    def shapes(self) -> bool:
        """Say whether what is made differs from what the request tells."""
        return bool(self.adds) or self.makes_sound

    @cached_property
    def lists_gone(self) -> bool:
        """Say whether what was deleted is still told, as deleted."""
        return any(_marks(self.result, "x-kling-make", "gone"))

    @cached_property
    def ways(self) -> Mapping[bool, Way]:
        """Return the way of the tasks that fail (True) and of those that do not."""
        return {fails: Way.of(self.lifecycle, fails=fails) for fails in (True, False)}

    def told(self, task: Task, now: int) -> Document:
        """Return the task as a query at `now` answers it."""
        state, since = task.at(now)
        at = Moment(task, state, self.lifecycle.verdict(state), since, self.kinds)
        members = self.schema["properties"]
        made = {name: make(at, members[name]) for name, make in _MEMBERS.items() if name in members}
        return {name: one for name, one in made.items() if one is not None}

    def created(self, task: Task) -> Document:
        """Return the task as its create answers it."""
        state, since = task.way.states[0], task.begins[0]
        info = _info(task, {})
        return {"task_id": task.id, "task_info": info, "task_status": state, "created_at": since, "updated_at": since}


def _echoed(schema: Schema) -> Iterator[str]:
    make = schema.get("x-kling-make", {})
    if "echo" in make:
        yield make["echo"].partition(".")[0]
    if isinstance(make.get("count"), str):
        yield make["count"]
    yield from make.get("when", {})
    for one in below(schema):
        yield from _echoed(one)


def _marks(schema: Schema, mark: str, key: str) -> Iterator[Any]:
    if key in schema.get(mark, {}):
        yield schema[mark][key]
    for one in below(schema):
        yield from _marks(one, mark, key)


def _count(schema: Schema, body: Mapping[str, Any]) -> int:
    """Return how many items a list of results has."""
    make = schema.get("x-kling-make", {})
    if "when" in make and not holds(make["when"], body, {}):
        return 0
    count = make.get("count", 1)
    found = body.get(count, 1) if isinstance(count, str) else count
    return int(found) if isinstance(found, int) or (isinstance(found, str) and found.isdigit()) else 1


def _info(task: Task, schema: Schema) -> Document:
    """Return what a task was created with; a create does not tell the parent."""
    told: Document = {"external_task_id": task.external_id} if task.external_id else {}
    if task.parent and "parent_video" in schema.get("properties", {}):
        told["parent_video"] = {"id": task.parent.id, "url": task.parent.url, "duration": task.parent.length}
    return told


def _result(at: Moment, schema: Schema) -> Document:
    return _object(at, schema, at.task.recipe, 0) if at.is_done else {}


def _object(at: Moment, schema: Schema, recipe: Recipe, number: int) -> Document:
    made = {name: _value(at, name, one, recipe, number) for name, one in schema.get("properties", {}).items()}
    return {name: one for name, one in made.items() if one is not None}


def _value(at: Moment, name: str, schema: Schema, recipe: Recipe, number: int) -> Any:
    make, media = schema.get("x-kling-make", {}), schema.get("x-kling-media")
    if "value" in make:
        return make["gone"] if at.task.is_gone and "gone" in make else make["value"]
    if "echo" in make:
        return raw(at.task.echo, make["echo"])
    if media:
        return _url(at, media, recipe, number, name)
    if "x-kling-ref" in schema:
        place = number * len(at.kinds) + at.kinds.index(schema["x-kling-ref"]["kind"])
        found = at.task.result_ids[min(place, len(at.task.result_ids) - 1)]
        return int(found) if schema.get("type") == "integer" else found
    return _plain(at, name, schema, recipe, number)


def _plain(at: Moment, name: str, schema: Schema, recipe: Recipe, number: int) -> Any:
    if schema.get("type") == "array":
        items = [_item(at, schema["items"], recipe, one) for one in range(_count(schema, at.task.echo))]
        return items or None
    if schema.get("x-kling-unit") == "s-as-text":
        return length_text(recipe.seconds, recipe.fps) if recipe.kind == "video" else f"{recipe.seconds:g}"
    return number if name == "index" else None


def _item(at: Moment, schema: Schema, recipe: Recipe, number: int) -> Any:
    return _object(at, schema, recipe, number) if schema.get("type") == "object" else _value(at, "", schema, recipe, number)


def _url(at: Moment, media: Mapping[str, Any], recipe: Recipe, number: int, name: str) -> str | None:
    marked = bool(media.get("watermark"))
    if marked and not at.task.watermark:
        return None
    seed = recipe.seed + number + sum(map(ord, name)) * bool(number or name[-1:].isdigit())
    variant = _variant(at.task.pattern, media["kind"], media.get("format", ""), marked)
    return asset_url(at.task.folder, variant.seeded(seed), made_ms=at.since, kept_ms=at.task.kept_ms)


@lru_cache(maxsize=1024)
def _variant(pattern: Recipe, kind: str, format: str, watermark: bool) -> Recipe:
    made = replace(pattern, kind=kind, format=format, watermark=watermark)
    is_track = kind == "audio" and pattern.kind == "video"
    return made.lasting(float(length_text(pattern.seconds, pattern.fps))) if is_track else made


_MEMBERS: Mapping[str, Callable[[Moment, Schema], Any]] = {
    "task_id": lambda at, schema: at.task.id,
    "task_status": lambda at, schema: at.state,
    "task_status_msg": lambda at, schema: at.task.reason if at.verdict == "failed" else "",
    "task_info": lambda at, schema: _info(at.task, schema),
    "task_result": _result,
    "watermark_info": lambda at, schema: None if at.task.watermark is None else {"enabled": at.task.watermark},
    "final_unit_deduction": lambda at, schema: {"done": at.task.units, "failed": "0"}.get(at.verdict),
    "created_at": lambda at, schema: at.task.begins[0],
    "updated_at": lambda at, schema: at.since,
}
