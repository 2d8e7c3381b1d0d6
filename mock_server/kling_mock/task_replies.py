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
        return max([1, *[_count(one, body) for one in self._lists]])

    @cached_property
    def _lists(self) -> list[Schema]:
        return [one for one in self.result["properties"].values() if one.get("type") == "array"]

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Return the kinds of things that a result gives ids to: video, voice …"""
        return frozenset(_kinds(self.result))

    @cached_property
    def ways(self) -> Mapping[bool, Way]:
        """Return the way of the tasks that fail (True) and of those that do not."""
        return {fails: Way.of(self.lifecycle, fails=fails) for fails in (True, False)}

    def told(self, task: Task, now: int) -> Document:
        """Return the task as a query at `now` answers it."""
        state, since = task.at(now)
        at = Moment(task, state, self.lifecycle.verdict(state), since)
        members = self.schema["properties"]
        made = {name: make(at, members[name]) for name, make in _MEMBERS.items() if name in members}
        return {name: one for name, one in made.items() if one is not None}

    def created(self, task: Task) -> Document:
        """Return the task as its create answers it."""
        state, since = task.way.states[0], task.begins[0]
        return {"task_id": task.id, "task_info": _info(task), "task_status": state, "created_at": since, "updated_at": since}


def _echoed(schema: Schema) -> Iterator[str]:
    make = schema.get("x-kling-make", {})
    if "echo" in make:
        yield make["echo"].partition(".")[0]
    if isinstance(make.get("count"), str):
        yield make["count"]
    yield from make.get("when", {})
    for one in below(schema):
        yield from _echoed(one)


def _kinds(schema: Schema) -> Iterator[str]:
    if "x-kling-ref" in schema:
        yield schema["x-kling-ref"]["kind"]
    for one in below(schema):
        yield from _kinds(one)


def _count(schema: Schema, body: Mapping[str, Any]) -> int:
    """Return how many items a list of results has."""
    make = schema.get("x-kling-make", {})
    if "when" in make and not holds(make["when"], body, {}):
        return 0
    count = make.get("count", 1)
    found = body.get(count, 1) if isinstance(count, str) else count
    return int(found) if isinstance(found, int) or (isinstance(found, str) and found.isdigit()) else 1


def _info(task: Task) -> Document:
    return {"external_task_id": task.external_id} if task.external_id else {}


def _result(at: Moment, schema: Schema) -> Document:
    return _object(at, schema, at.task.recipe, 0) if at.is_done else {}


def _object(at: Moment, schema: Schema, recipe: Recipe, number: int) -> Document:
    made = {name: _value(at, name, one, recipe, number) for name, one in schema.get("properties", {}).items()}
    return {name: one for name, one in made.items() if one is not None}


def _value(at: Moment, name: str, schema: Schema, recipe: Recipe, number: int) -> Any:
    make, media = schema.get("x-kling-make", {}), schema.get("x-kling-media")
    if "value" in make:
        return make["value"]
    if "echo" in make:
        return raw(at.task.echo, make["echo"])
    if media:
        return _url(at, media, recipe, number, name)
    if "x-kling-ref" in schema:
        found = at.task.result_ids[min(number, len(at.task.result_ids) - 1)]
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
    return replace(pattern, kind=kind, format=format, watermark=watermark)


_MEMBERS: Mapping[str, Callable[[Moment, Schema], Any]] = {
    "task_id": lambda at, schema: at.task.id,
    "task_status": lambda at, schema: at.state,
    "task_status_msg": lambda at, schema: at.task.reason if at.verdict == "failed" else "",
    "task_info": lambda at, schema: _info(at.task),
    "task_result": _result,
    "watermark_info": lambda at, schema: None if at.task.watermark is None else {"enabled": at.task.watermark},
    "final_unit_deduction": lambda at, schema: {"done": at.task.units, "failed": "0"}.get(at.verdict),
    "created_at": lambda at, schema: at.task.begins[0],
    "updated_at": lambda at, schema: at.since,
}
