"""Tells tasks as the reply schemas of the spec have it.

Which members a reply has is the schema's affair; this module knows the API's words (task_id, task_status …) and the marks
x-kling-ref, x-kling-media, x-kling-unit and x-kling-make, not the families.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from kling_spec.document import Document, Operation, below
from kling_spec.lifecycle import Lifecycle
from kling_spec.rules import holds, reader

from .assets import url
from .recipe import Recipe, length_text
from .tasks import Task, Way

Schema = Mapping[str, Any]
_MOST_KNOWN = 1024


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


Make = Callable[[Moment, int], Any]
"""Tells a member of the result of a task, or of one of many results: by its number."""


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

    @cached_property
    def _makers(self) -> list[tuple[str, Callable[[Moment], Any]]]:
        members = self.schema["properties"]
        return [(name, maker(members[name])) for name, maker in _MAKERS.items() if name in members]

    def told(self, task: Task, now: int) -> Document:
        """Return the task as a query at `now` answers it."""
        state, since = task.at(now)
        at = Moment(task, state, self.lifecycle.verdict(state), since, self.kinds)
        return {name: told for name, make in self._makers if (told := make(at)) is not None}

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


def _maker(name: str, schema: Schema) -> Make:
    """Return what tells a member of a result: what its schema says is read once, not for each task."""
    make, media = schema.get("x-kling-make", {}), schema.get("x-kling-media")
    if "value" in make:
        value, gone = make["value"], make.get("gone", make["value"])
        return lambda at, number: gone if at.task.is_gone else value
    if "echo" in make:
        echoed = reader(make["echo"])
        return lambda at, number: echoed(at.task.echo)
    if media:
        return _url_maker(name, media)
    if "x-kling-ref" in schema:
        return _id_maker(schema)
    if schema.get("type") == "array":
        return _list_maker(schema)
    if schema.get("x-kling-unit") == "s-as-text":
        return _length
    return (lambda at, number: number) if name == "index" else _nothing


def _object_maker(schema: Schema) -> Make:
    makers = [(name, _maker(name, one)) for name, one in schema.get("properties", {}).items()]

    def make(at: Moment, number: int) -> Any:
        return {name: told for name, maker in makers if (told := maker(at, number)) is not None}

    return make


def _list_maker(schema: Schema) -> Make:
    items, count = schema["items"], schema.get("x-kling-make", {})
    item = _object_maker(items) if items.get("type") == "object" else _maker("", items)
    always = None if "when" in count or isinstance(count.get("count"), str) else _count(schema, {})

    def make(at: Moment, number: int) -> Any:
        many = _count(schema, at.task.echo) if always is None else always
        return [item(at, one) for one in range(many)] or None

    return make


def _id_maker(schema: Schema) -> Make:
    kind, is_number = schema["x-kling-ref"]["kind"], schema.get("type") == "integer"

    def make(at: Moment, number: int) -> Any:
        ids = at.task.result_ids
        found = ids[min(number * len(at.kinds) + at.kinds.index(kind), len(ids) - 1)]
        return int(found) if is_number else found

    return make


def _url_maker(name: str, media: Mapping[str, Any]) -> Make:
    kind, format, is_marked = media["kind"], media.get("format", ""), bool(media.get("watermark"))
    own, is_one_of_many = sum(map(ord, name)), name[-1:].isdigit()

    known: dict[int, tuple[Recipe, str, str]] = {}  # by identity: hashing a recipe takes longer than all the rest

    def around(pattern: Recipe) -> tuple[Recipe, str, str]:
        """Return the pattern and what stands around the seed in the name of its file."""
        found = known.get(id(pattern))
        if found is None or found[0] is not pattern:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            variant = _variant(pattern, kind, format, is_marked)
            head, tail = variant.around()
            found = known[id(pattern)] = pattern, head, tail + variant.suffix
        return found

    def make(at: Moment, number: int) -> Any:
        task = at.task
        if is_marked and not task.watermark:
            return None
        _, head, tail = around(task.pattern)
        seed = int(task.id) + number + own * bool(number or is_one_of_many)
        return url(task.folder, f"{head}{seed}{tail}", made_ms=at.since, kept_ms=task.kept_ms)

    return make


def _length(at: Moment, number: int) -> str:
    made = at.task.pattern
    return length_text(made.seconds, made.fps) if made.kind == "video" else f"{made.seconds:g}"


def _nothing(at: Moment, number: int) -> None:
    return None


def _variant(pattern: Recipe, kind: str, format: str, watermark: bool) -> Recipe:
    made = replace(pattern, kind=kind, format=format, watermark=watermark)
    is_track = kind == "audio" and pattern.kind == "video"
    return made.lasting(float(length_text(pattern.seconds, pattern.fps))) if is_track else made


def _result_maker(schema: Schema) -> Callable[[Moment], Any]:
    make = _object_maker(schema)
    return lambda at: make(at, 0) if at.is_done else {}


def _info_maker(schema: Schema) -> Callable[[Moment], Any]:
    return lambda at: _info(at.task, schema)


_MAKERS: Mapping[str, Callable[[Schema], Callable[[Moment], Any]]] = {
    "task_id": lambda schema: lambda at: at.task.id,
    "task_status": lambda schema: lambda at: at.state,
    "task_status_msg": lambda schema: lambda at: at.task.reason if at.verdict == "failed" else "",
    "task_info": _info_maker,
    "task_result": _result_maker,
    "watermark_info": lambda schema: lambda at: None if at.task.watermark is None else {"enabled": at.task.watermark},
    "final_unit_deduction": lambda schema: lambda at: {"done": at.task.units, "failed": "0"}.get(at.verdict),
    "created_at": lambda schema: lambda at: at.task.begins[0],
    "updated_at": lambda schema: lambda at: at.since,
}
