"""What each role answers, once a request has passed the gate. Endpoints are not known by name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import structs

from kling_spec.document import Document, below

from . import ledger, polls, sources
from .account import Account
from .assets import asset_url
from .call_replies import CallContext, filled
from .charges import Cost
from .errors import Refusal
from .gate import Visit
from .lane import Delivery
from .recipe import Recipe, length_text
from .request import json_answer
from .source import Source
from .task_replies import TaskReply
from .tasks import NEVER, Task, Way
from .waiting import Waiting

if TYPE_CHECKING:
    from .world import World

_NO_ECHO: Mapping[str, Any] = {}  # one for all tasks that keep nothing


def create(world: "World", visit: Visit) -> Document:
    """Start a task."""
    account, cost = visit.caller, visit.cost
    assert cost is not None, "the balance is looked at before"
    telling = world.tellings[visit.target.family]
    task = _task(world, visit, telling, cost)
    if visit.script is not None:
        task = visit.script.shaped(task)
        account.faults.send_astray(task, visit.script.callbacks)
    account.tasks.add(task)
    ends, now = task.begins[-1], task.begins[0]
    account.slots.take(cost.kind, visit.places, task.id, until_ms=ends)
    if task.reason:
        account.wallet.hold(cost.kind, cost.units, task.id, now=now, until_ms=ends)
    else:
        account.wallet.take(cost.kind, cost.units, task.id, now=now, at_ms=ends, about=cost.about)
        kinds = telling.kinds
        for place, one in enumerate(task.result_ids if kinds else ()):
            account.register.give(kinds[place % len(kinds)], one, ends)
    for place in range(len(task.begins)) if task.callback_url else ():
        announce(world, account, task, place)
    return telling.created(task)


def get(world: "World", visit: Visit) -> Document:
    """Tell one task."""
    wanted = visit.path["id"]
    task = visit.caller.tasks.find(visit.target.family, wanted)
    if task is None:
        raise Refusal(world.messages.said("task_unknown", value=wanted))
    now = visit.now
    return world.tellings[task.family].told(
        polls.looked_at(visit.caller, task, now, partial(announce, world, visit.caller)), now
    )


def page(world: "World", visit: Visit) -> list[Document]:
    """Tell one page of tasks."""
    family, now = visit.target.family, visit.now
    asked = {one["name"]: visit.query.get(one["name"], one["schema"].get("default")) for one in visit.target.parameters}
    found = visit.caller.tasks.page(family, asked["pageNum"], asked["pageSize"])
    return [world.tellings[family].told(task, now) for task in found]


def delete(world: "World", visit: Visit) -> Document:
    """Take back an id that was given, and answer with a task that is over."""
    for one in world.wanted(visit):
        task, own = sources.maker(visit.caller, one.value), f"{one.kind}_deleted"
        if not visit.caller.register.take_back(one.kind, one.value) and not world.settings.any_id:
            is_gone = task is not None and task.is_gone and own in world.messages
            raise Refusal(world.messages.said(own) if is_gone else world.unknown(one))
        if task is not None and not task.is_gone:
            _take_away(world, visit.caller, task)
    now = visit.now
    return {"task_id": visit.caller.ids.snowflake(now), "task_status": "succeed"}


def _take_away(world: "World", account: Account, task: Task) -> None:
    """Tell what a task made as deleted; where replies have no word for it, leave the task out of the pages."""
    account.tasks.replace(structs.replace(task, is_gone=True))
    if not world.tellings[task.family].lists_gone:
        account.tasks.unlist(task)


def call(world: "World", visit: Visit) -> Any:
    """Answer at once, like the documented example."""
    account, operation, cost = visit.caller, visit.target, visit.cost
    assert cost is not None, "the balance is looked at before"
    now = visit.now
    made_id = account.ids.snowflake(now)
    account.wallet.take(cost.kind, cost.units, made_id, now=now, at_ms=now, about=cost.about)
    schema = world.call_schemas[operation.id]
    part = ledger.deductions(account, visit.body, now, _rows(schema)) if _rows(schema) else ledger.Part((), "")
    context = CallContext(
        now=now,
        body=_repeated(world, visit, visit.body),
        snowflake=partial(account.ids.snowflake, now),
        folder=world.folder(visit),
        seed=account.seed,
        units=cost.text,
        lists={"pack": ledger.packs(account, visit.query, now), "deduction": part.rows},
        words=part.words,
        given=partial(_given, account, now, visit.media.source),
        makes=operation.verb == "POST",
    )
    return filled(operation.reply_example["data"], schema, context)


def _given(account: Account, now: int, source: Source | None, kind: str, value: str, seconds: float) -> None:
    register = account.register
    if (kind, value) not in register.standing:
        register.give(kind, value, now)
    if kind in sources.SOUNDS:
        register.stands[value] = Source(value, "", f"{seconds:g}", seconds)
    elif kind in sources.FILMS and source is not None:
        register.stands[value] = source._replace(id=source.id or account.ids.snowflake(now))


def _rows(schema: Document) -> Document:
    """Return the members of the ledger's rows that a reply has; none for other replies."""
    if schema.get("x-kling-ref", {}).get("kind") == "deduction":
        found: Document = schema["items"]["properties"]
        return found
    return next((found for one in below(schema) if (found := _rows(one))), {})


def announce(world: "World", account: Account, task: Task, place: int) -> None:
    """Plan the callback for a state, where the task has a callback_url and it is known when the state comes."""
    if task.callback_url and task.begins[place] < NEVER:
        telling = world.tellings[task.family]
        for told, at_ms in account.faults.announced(task, place):
            body = partial(_callback, telling, task, task.begins[told])
            account.outbox.put(at_ms, task.callback_url, body, task_id=task.id, state=task.way.states[told])


def announce_again(world: "World", account: Account, found: Iterable[Waiting], *, same: bool) -> None:
    """Plan callbacks that were still to come; `same` says that they are the same messages, with the same ids."""
    outbox = account.outbox
    for one in found:
        task = account.tasks.of_id(one.task_id)
        if task is None:  # its create was not answered, or it was forgotten since
            continue
        at = task.begins[task.way.states.index(one.state)]
        body, words = partial(_callback, world.tellings[task.family], task, at), {"task_id": task.id, "state": one.state}
        if same:
            outbox.plan(Delivery(one.due_ms, one.number, task.callback_url, body, attempt=one.attempt, **words))
        else:
            outbox.put(one.due_ms, task.callback_url, body, **words)


def _callback(telling: TaskReply, task: Task, at: int) -> bytes:
    return json_answer(200, telling.told(task, at)).body


def _task(world: "World", visit: Visit, telling: TaskReply, cost: Cost) -> Task:
    account, body, operation = visit.caller, visit.body, visit.target
    now, number = visit.now, len(account.tasks)
    task_id, *result_ids = account.ids.snowflakes(now, 1 + visit.ids)
    reason = visit.script.reason(world.messages) if visit.script is not None else ""
    watermark = body.get("watermark_info")
    echo, way = visit.echo, world.way(visit, telling, fails=bool(reason))
    kept = {name: echo[name] for name in telling.echoed if name in echo} if telling.echoed else _NO_ECHO
    if not reason and visit.media.failure:
        reason, way = visit.media.failure, Way.early(telling.lifecycle, visit.media.fails_in)
    return Task(  # by place: names would cost as much again
        task_id,
        operation.family,
        str(body.get("external_task_id") or ""),
        way,
        polls.begins(way, now) if account.polls else way.begins(now, seed=f"{account.seed} {number}"),
        tuple(result_ids),
        _shaped(cost.pattern, telling, task_id) if telling.shapes else cost.pattern,
        bool(watermark.get("enabled")) if isinstance(watermark, dict) else None,
        cost.text,
        world.folder(visit),
        reason,
        str(body.get("callback_url") or ""),
        (_repeated(world, visit, kept) if visit.looks else kept) or _NO_ECHO,
        None,
        _parent(world, visit, now) if visit.media.is_parent else None,
    )


def _shaped(pattern: Recipe, telling: TaskReply, task_id: str) -> Recipe:
    """Return a recipe that is longer where a family adds to a film, by more or less as the id says, or has a sound."""
    low, high = telling.adds or (0.0, 0.0)
    longer = pattern.lasting(pattern.seconds + low + (high - low) * (int(task_id) % 9) / 8)
    return replace(longer, sound=longer.sound or telling.makes_sound)


def _parent(world: "World", visit: Visit, now: int) -> Source | None:
    """Return the film that a task works on, with all that a reply tells: what is not known is that of a plain film."""
    source = visit.media.source
    if source is None:
        return None
    plain = Recipe("video", seed=visit.caller.seed % 2**64)
    return source._replace(
        id=source.id or visit.caller.ids.snowflake(now),
        url=source.url or asset_url(world.folder(visit), plain, made_ms=now),
        length=source.length or length_text(plain.seconds, plain.fps),
    )


def _repeated(world: "World", visit: Visit, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reply may repeat of a body: media that came as base64 are at a URL by then."""
    if all(one.url for one in visit.looks):
        return body
    uploads, account = world.uploads[visit.target.id], visit.caller
    found: Mapping[str, Any] = uploads.hosted(body, world.folder(visit), seed=account.seed, now_ms=visit.now)
    return found


HANDLERS: Mapping[str, Callable[["World", Visit], Any]] = {
    "create": create,
    "get": get,
    "page": page,
    "delete": delete,
    "call": call,
}
