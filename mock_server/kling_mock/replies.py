"""Fills the reply schemas of the spec: tasks as they stand, and calls that answer at once.

Which members a reply has is the schema's affair; this module knows the API's words (task_id, task_status …) and the
marks x-kling-ref, x-kling-media and x-kling-unit, not the families.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from kling_spec.document import Document, Operation, inlined
from kling_spec.lifecycle import Lifecycle

from .recipe import Recipe, length_text
from .tasks import Task

Schema = Mapping[str, Any]
ASSETS = "/_mock/assets/"


def asset_url(origin: str, recipe: Recipe) -> str:
    """Return where a file can be fetched. The name says all that is needed to make it."""
    return f"{origin}{ASSETS}{recipe.token()}{recipe.suffix}"


@dataclass(frozen=True)
class TaskReply:
    """How the tasks of one family are told."""

    schema: Schema
    lifecycle: Lifecycle

    @classmethod
    def of(cls, operation: Operation, lifecycle: Lifecycle) -> "TaskReply":
        """Return the telling of the family whose `get` this is."""
        return cls(inlined(operation.data, operation.document), lifecycle)

    def told(self, task: Task, now: int) -> Document:
        """Return the task as a query at `now` answers it."""
        state, since = task.at(now)
        verdict = self.lifecycle.verdict(state)
        members = self.schema["properties"]
        made = {name: make(task, state, verdict, since, members[name]) for name, make in _MEMBERS.items() if name in members}
        return {name: one for name, one in made.items() if one is not None}

    def created(self, task: Task) -> Document:
        """Return the task as its create answers it."""
        state, since = task.timeline[0]
        return {"task_id": task.id, "task_info": _info(task), "task_status": state, "created_at": since, "updated_at": since}


def _info(task: Task) -> Document:
    return {"external_task_id": task.external_id} if task.external_id else {}


def _task_info(task: Task, state: str, verdict: str, since: int, schema: Schema) -> Document:
    return _info(task)


def _task_result(task: Task, state: str, verdict: str, since: int, schema: Schema) -> Document:
    if verdict != "done":
        return {}
    recipe = Recipe.parse(task.recipe)
    return {
        name: [_item(task, recipe, one["items"])] for name, one in schema["properties"].items() if one.get("type") == "array"
    }


def _item(task: Task, recipe: Recipe, schema: Schema) -> Document:
    made = {name: _field(name, one, task, recipe) for name, one in schema["properties"].items()}
    return {name: one for name, one in made.items() if one is not None}


def _field(name: str, schema: Schema, task: Task, recipe: Recipe) -> Any:
    media = schema.get("x-kling-media")
    if media and media.get("watermark"):
        return asset_url(task.origin, replace(recipe, watermark=True)) if task.watermark else None
    if media:
        return asset_url(task.origin, recipe)
    if "x-kling-ref" in schema:
        return task.result_id
    if schema.get("x-kling-unit") == "s-as-text":
        return length_text(recipe.seconds, recipe.fps)
    return 0 if name == "index" else None


def _watermark(task: Task, state: str, verdict: str, since: int, schema: Schema) -> Document | None:
    return None if task.watermark is None else {"enabled": task.watermark}


_MEMBERS: Mapping[str, Callable[[Task, str, str, int, Schema], Any]] = {
    "task_id": lambda task, state, verdict, since, schema: task.id,
    "task_status": lambda task, state, verdict, since, schema: state,
    "task_status_msg": lambda task, state, verdict, since, schema: task.reason if verdict == "failed" else "",
    "task_info": _task_info,
    "task_result": _task_result,
    "watermark_info": _watermark,
    "final_unit_deduction": lambda task, state, verdict, since, schema: _units(task, verdict),
    "created_at": lambda task, state, verdict, since, schema: task.timeline[0][1],
    "updated_at": lambda task, state, verdict, since, schema: since,
}


def _units(task: Task, verdict: str) -> str | None:
    return {"done": task.units, "failed": "0"}.get(verdict)


@dataclass(frozen=True)
class CallContext:
    """What a call that answers at once can say beside its example."""

    snowflake: Callable[[], str]
    origin: str
    seed: int
    units: str
    lists: Mapping[str, list[Document]]  # by the kind of x-kling-ref: pack, deduction


def filled(example: Any, schema: Schema, context: CallContext) -> Any:
    """Return a reply like the documented example, with ids, URLs and units of its own."""
    kind = schema.get("x-kling-ref", {}).get("kind")
    if schema.get("type") == "array":
        return context.lists[kind] if kind in context.lists else [filled(one, schema["items"], context) for one in example]
    if isinstance(example, dict):
        members = schema.get("properties", {})
        return {name: filled(one, members.get(name, {}), context) for name, one in example.items()}
    if kind in ("session", "video", "audio", "voice", "element", "task"):
        return context.snowflake()
    if "x-kling-media" in schema and example:
        return asset_url(context.origin, Recipe(kind=schema["x-kling-media"]["kind"], seed=context.seed, width=512, height=512))
    return context.units if schema.get("x-kling-unit") == "units-as-text" else example


def decimal_text(amount: Decimal) -> str:
    """Return an amount as the service writes it."""
    from kling_spec.prices import text

    return text(amount)
