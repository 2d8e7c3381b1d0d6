"""The mock itself: a request in, an answer out. Nothing here knows of sockets.

The way of a request: `handle` → the checks of `gate`, the first refusal wins → the handler of the operation's role →
envelope. Endpoints are not known by name: a role and the bundle are all there is.
"""

import logging
import tempfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kling_spec.document import Document, Operation, operations
from kling_spec.lifecycle import Lifecycle, lifecycle
from kling_spec.prices import text as decimal_text
from kling_spec.prices import units as priced

from . import control
from .account import Account, first_pack
from .auth import Door
from .callbacks import Delivered, Outbox, Send, http_sender
from .clock import Clock
from .errors import Messages, Refusal, Said
from .gate import ORDER, Visit
from .ids import Ids
from .law import Law
from .recipe import Recipe
from .replies import CallContext, TaskReply, filled
from .request import Answer, Request, json_answer
from .results import recipe
from .routes import Routes
from .settings import Settings
from .tasks import Task, timeline

if TYPE_CHECKING:
    from .shelf import Shelf

log = logging.getLogger("kling_mock")


class World:
    """A mock of the API in `bundle`, a ruled bundle. Safe to share between threads."""

    def __init__(
        self, bundle: Document, settings: Settings | None = None, *, clock: Clock | None = None, send: Send | None = None
    ) -> None:
        self.settings = settings or Settings()
        self.bundle = bundle
        self._catalogues = bundle["x-kling-catalogues"]
        self.messages = Messages(self._catalogues["errors"])
        self.routes = Routes(bundle, self.settings.prefix)
        self.clock = clock or Clock(speed=self.settings.speed)
        self.ids = Ids(self.settings.seed)
        self.account = self._first_account()
        has_api_keys = "ApiKey" in bundle["components"]["securitySchemes"]
        self.door = Door([self.account], self.messages, self.settings, api_keys=has_api_keys)
        self.outbox = Outbox(send or http_sender(self.settings.callback_timeout))
        self._compile()

    def _first_account(self) -> Account:
        said = self.settings
        return Account(
            access_key=said.access_key,
            secret_key=said.secret_key,
            api_key=said.api_key,
            clock=self.clock,
            ids=self.ids,
            packs=[first_pack(self.clock)],
        )

    def _compile(self) -> None:
        found = list(operations(self.bundle))
        strict = self.settings.strict
        self.laws = {one.id: Law(one.request or {}, self.messages, strict=strict) for one in found if one.request is not None}
        self.query_laws = {
            one.id: Law(_query_schema(one), self.messages, strict=strict) for one in found if _query_schema(one)["properties"]
        }
        self.unique_fields = {one.id: _unique_fields(one) for one in found}
        families = {tag["name"]: tag["x-kling-family"] for tag in self.bundle["tags"]}
        lifecycles = self._catalogues["lifecycles"]["lifecycles"]
        self.lifecycles = {name: lifecycle(one["lifecycle"], lifecycles[one["lifecycle"]]) for name, one in families.items()}
        self.tellings = {one.family: TaskReply.of(one, self._lifecycle(one)) for one in found if one.role == "get"}

    def _lifecycle(self, operation: Operation) -> Lifecycle:
        found = self.lifecycles[operation.family]
        assert found is not None, f"{operation.id}: a family with tasks has a lifecycle"
        return found

    @cached_property
    def shelf(self) -> "Shelf":
        """Where made results are kept. Late: the codecs take a while to load."""
        from .shelf import Shelf

        return Shelf(Path(tempfile.gettempdir()) / "kling-mock-results")

    def handle(self, request: Request) -> Answer:
        """Return the answer to a request. Never raises: what goes wrong inside is an answer with code 5000."""
        try:
            if request.path.startswith("/_mock/"):
                return control.answer(self, request)
            return self._answered(request)
        except Refusal as refusal:
            return self._refused(refusal)
        except Exception:  # a fault of the mock must not look like a dropped connection
            log.exception("the mock failed at %s %s", request.verb, request.path)
            return self._refused(Refusal(self.messages.of_code(5000)))

    def _answered(self, request: Request) -> Answer:
        visit = Visit(request=request, world=self)
        for check in ORDER[:2]:
            check(visit)
        with visit.caller.lock:
            for check in ORDER[2:]:
                check(visit)
            data = _HANDLERS[visit.target.role](self, visit)
        return json_answer(
            200, {"code": 0, "message": self.messages.success, "request_id": self.ids.request_id(), "data": data}
        )

    def _refused(self, refusal: Refusal) -> Answer:
        said: Said = refusal.said
        headers = {**said.headers, **control.detail_header(refusal.problems)}
        return json_answer(said.http, {"code": said.code, "message": said.text, "request_id": self.ids.request_id()}, headers)

    def advance(self, seconds: float) -> list[Delivered]:
        """Move the clock forward and make all that fell due, in order."""
        self.clock.advance(seconds)
        return self.outbox.settle(self.clock.now())

    def create(self, visit: Visit) -> Document:
        """Start a task."""
        task = self._task(visit)
        visit.caller.tasks.add(task)
        if not task.reason:
            visit.caller.charge(Decimal(task.units))
        telling = self.tellings[task.family]
        if task.callback_url:
            for _, begins in task.timeline:
                self.outbox.put(begins, task.callback_url, partial(self._callback, telling, task, begins))
        return telling.created(task)

    def _callback(self, telling: TaskReply, task: Task, at: int) -> bytes:
        return json_answer(200, telling.told(task, at)).body

    def _task(self, visit: Visit) -> Task:
        account, body, operation = visit.caller, visit.body, visit.target
        now = account.clock.now()
        task_id = account.ids.snowflake(now)
        reason = account.next_failures.popleft() if account.next_failures else ""
        watermark = body.get("watermark_info")
        made = recipe(
            operation, body, self._catalogues["models"]["models"], defaults=self.laws[operation.id].defaults, seed=int(task_id)
        )
        return Task(
            id=task_id,
            family=operation.family,
            external_id=str(body.get("external_task_id") or ""),
            timeline=timeline(
                self._lifecycle(operation), start=now, fails=bool(reason), seed=f"{self.settings.seed} {len(account.tasks)}"
            ),
            result_id=account.ids.snowflake(now),
            recipe=made.token(),
            watermark=bool(watermark.get("enabled")) if isinstance(watermark, dict) else None,
            units=self._units(operation, body, made),
            origin=self._origin(visit.request),
            reason=reason,
            callback_url=str(body.get("callback_url") or ""),
        )

    def _units(self, operation: Operation, body: Mapping[str, Any], made: Recipe) -> str:
        price = self._catalogues["prices"]["prices"].get(operation.price or "")
        defaults = self.laws[operation.id].defaults
        return decimal_text(priced(price, body, defaults, source_seconds=made.seconds)) if price else "0"

    def _origin(self, request: Request) -> str:
        return self.settings.asset_origin.rstrip("/") or request.origin

    def get(self, visit: Visit) -> Document:
        """Tell one task."""
        wanted = visit.path["id"]
        task = visit.caller.tasks.find(visit.target.family, wanted)
        if task is None:
            raise Refusal(self.messages.said("task_unknown", value=wanted))
        return self.tellings[task.family].told(task, visit.caller.clock.now())

    def page(self, visit: Visit) -> list[Document]:
        """Tell one page of tasks."""
        family, now = visit.target.family, visit.caller.clock.now()
        number, size = (visit.query.get(one["name"], one["schema"]["default"]) for one in visit.target.parameters)
        return [self.tellings[family].told(task, now) for task in visit.caller.tasks.page(family, number, size)]

    def call(self, visit: Visit) -> Any:
        """Answer at once, like the documented example."""
        account, operation = visit.caller, visit.target
        now = account.clock.now()
        wanted = visit.query.get("resource_pack_name")
        packs = [one.told(now) for one in account.packs if wanted in (None, one.name)]
        units = Decimal(self._units(operation, visit.body, Recipe(kind="video", seed=0))) if operation.price else Decimal(0)
        account.charge(units)
        context = CallContext(
            snowflake=partial(account.ids.snowflake, now),
            origin=self._origin(visit.request),
            seed=self.settings.seed,
            units=decimal_text(units),
            lists={"pack": packs},
        )
        return filled(operation.reply_example["data"], self._call_schemas(operation), context)

    def _call_schemas(self, operation: Operation) -> Document:
        from kling_spec.document import inlined

        return inlined(operation.data, operation.document)


def _query_schema(operation: Operation) -> Document:
    asked = [one for one in operation.parameters if one["in"] == "query"]
    required = [one["name"] for one in asked if one.get("required")]
    members = {one["name"]: one["schema"] for one in asked}
    return {"type": "object", "properties": members, "required": required, "additionalProperties": False}


def _unique_fields(operation: Operation) -> tuple[str, ...]:
    rules = (operation.request or {}).get("x-kling-rules", [])
    return tuple(rule["field"] for rule in rules if rule["kind"] == "unique")


_HANDLERS: Mapping[str, Callable[[World, Visit], Any]] = {
    "create": World.create,
    "get": World.get,
    "page": World.page,
    "call": World.call,
}
