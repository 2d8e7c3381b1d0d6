"""What each role answers, once a request has passed the gate. Endpoints are not known by name."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from sys import intern
from typing import TYPE_CHECKING, Any

from kling_spec.document import Document, Operation

from .account import Account
from .call_replies import CallContext, filled
from .errors import Refusal
from .gate import Visit
from .recipe import Recipe
from .request import json_answer
from .task_replies import TaskReply
from .tasks import Task

if TYPE_CHECKING:
    from .world import World

_NO_ECHO: Mapping[str, Any] = {}  # one for all tasks that keep nothing


def create(world: "World", visit: Visit) -> Document:
    """Start a task."""
    telling = world.tellings[visit.target.family]
    task = _task(world, visit, telling)
    visit.caller.tasks.add(task)
    if not task.reason:
        visit.caller.charge(Decimal(task.units))
        for kind in telling.kinds:
            for one in task.result_ids:
                visit.caller.register.give(kind, one, task.begins[-1])
    if task.callback_url:
        for begins in task.begins:
            world.outbox.put(begins, task.callback_url, partial(_callback, telling, task, begins))
    return telling.created(task)


def get(world: "World", visit: Visit) -> Document:
    """Tell one task."""
    wanted = visit.path["id"]
    task = visit.caller.tasks.find(visit.target.family, wanted)
    if task is None:
        raise Refusal(world.messages.said("task_unknown", value=wanted))
    return world.tellings[task.family].told(task, visit.caller.clock.now())


def page(world: "World", visit: Visit) -> list[Document]:
    """Tell one page of tasks."""
    family, now = visit.target.family, visit.caller.clock.now()
    asked = {one["name"]: visit.query.get(one["name"], one["schema"].get("default")) for one in visit.target.parameters}
    found = visit.caller.tasks.page(family, asked["pageNum"], asked["pageSize"])
    return [world.tellings[family].told(task, now) for task in found]


def delete(world: "World", visit: Visit) -> Document:
    """Take back an id that was given, and answer with a task that is over."""
    for one in world.wanted(visit):
        if not visit.caller.register.take_back(one.kind, one.value) and not world.settings.any_id:
            raise Refusal(world.unknown(one))
    now = visit.caller.clock.now()
    return {"task_id": visit.caller.ids.snowflake(now), "task_status": "succeed"}


def call(world: "World", visit: Visit) -> Any:
    """Answer at once, like the documented example."""
    account, operation = visit.caller, visit.target
    now = account.clock.now()
    units = _units(world, operation, visit.body, Recipe(kind="video", seed=0))
    account.charge(Decimal(units))
    context = CallContext(
        now=now,
        body=visit.body,
        snowflake=partial(account.ids.snowflake, now),
        origin=world.origin(visit.request),
        seed=world.settings.seed,
        units=units,
        lists={"pack": _packs(account, visit.query.get("resource_pack_name"), now)},
        given=partial(_given, account, now),
    )
    return filled(operation.reply_example["data"], world.call_schemas[operation.id], context)


def _given(account: Account, now: int, kind: str, value: str) -> None:
    if (kind, value) not in account.register.standing:
        account.register.give(kind, value, now)


def _packs(account: Account, name: object, now: int) -> list[Document]:
    return [one.told(now) for one in account.packs if name in (None, one.name)]


def _callback(telling: TaskReply, task: Task, at: int) -> bytes:
    return json_answer(200, telling.told(task, at)).body


def _task(world: "World", visit: Visit, telling: TaskReply) -> Task:
    account, body, operation = visit.caller, visit.body, visit.target
    now, number = account.clock.now(), len(account.tasks)
    task_id = account.ids.snowflake(now)
    reason = account.next_failures.popleft() if account.next_failures else ""
    watermark = body.get("watermark_info")
    defaults = world.laws[operation.id].defaults
    pattern = world.patterns.get(operation, body, defaults=defaults)
    echo, way = {**defaults, **body} if telling.echoed else _NO_ECHO, telling.ways[bool(reason)]
    return Task(
        id=task_id,
        family=operation.family,
        external_id=str(body.get("external_task_id") or ""),
        way=way,
        begins=way.begins(now, seed=f"{world.settings.seed} {number}"),
        result_ids=tuple(account.ids.snowflake(now) for _ in range(telling.ids_needed(echo))),
        pattern=pattern,
        watermark=bool(watermark.get("enabled")) if isinstance(watermark, dict) else None,
        units=_units(world, operation, body, pattern),
        origin=intern(world.origin(visit.request)),
        reason=reason,
        callback_url=str(body.get("callback_url") or ""),
        echo={name: echo[name] for name in telling.echoed if name in echo} or _NO_ECHO,
    )


def _units(world: "World", operation: Operation, body: Mapping[str, Any], made: Recipe) -> str:
    defaults = world.laws[operation.id].defaults if operation.id in world.laws else {}
    return world.charges.units(operation, body, defaults=defaults, seconds=made.seconds)


HANDLERS: Mapping[str, Callable[["World", Visit], Any]] = {
    "create": create,
    "get": get,
    "page": page,
    "delete": delete,
    "call": call,
}
