"""The mock itself: a request in, an answer out. Nothing here knows of sockets.

The way of a request: `handle` → the checks of `gate`, the first refusal wins → the handler of the operation's role →
envelope. Endpoints are not known by name: a role and the bundle are all there is.
"""

import logging
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kling_spec.document import Document, Operation, operations
from kling_spec.lifecycle import Lifecycle, lifecycle

from . import control
from .account import Account, first_pack
from .auth import Door
from .call_replies import standing_ids
from .callbacks import Delivered, Outbox, Send, http_sender
from .charges import Charges
from .clock import Clock
from .errors import Messages, Refusal, Said
from .gate import ORDER, Visit
from .handlers import HANDLERS
from .ids import Ids
from .law import Law
from .references import Wanted, referring, wanted
from .request import Answer, Request, json_answer
from .results import Patterns
from .routes import Routes
from .settings import Settings
from .task_replies import TaskReply

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
        self.charges = Charges(self._catalogues["prices"]["prices"])
        self.patterns = Patterns(self._catalogues["models"]["models"])
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
        how = {"strict": self.settings.strict, "lenient_models": self.settings.lenient_models}
        self.laws = {one.id: Law(one.request or {}, self.messages, **how) for one in found if one.request is not None}
        self.query_laws = {
            one.id: Law(_query_schema(one), self.messages, **how) for one in found if _query_schema(one)["properties"]
        }
        self._referring = {name: referring(law.schema) for name, law in self.laws.items()}
        self.unique_fields = {one.id: _unique_fields(one) for one in found}
        families = {tag["name"]: tag["x-kling-family"] for tag in self.bundle["tags"]}
        lifecycles = self._catalogues["lifecycles"]["lifecycles"]
        self.lifecycles = {name: lifecycle(one["lifecycle"], lifecycles[one["lifecycle"]]) for name, one in families.items()}
        self.tellings = {one.family: TaskReply.of(one, self._lifecycle(one)) for one in found if one.role == "get"}
        self.call_schemas = {one.id: one.data_schema for one in found if one.role == "call"}
        presets = {known for one in found for known in self._standing(one)}
        voices = {("speech_voice", name) for name in self._catalogues.get("voices", {}).get("voices", {})}
        self.account.register.standing = frozenset(presets | voices)

    def _standing(self, operation: Operation) -> Iterator[tuple[str, str]]:
        """Yield the ids that are always there: those of presets."""
        if operation.role == "call":
            yield from standing_ids(operation.reply_example["data"], self.call_schemas[operation.id])

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
            data = HANDLERS[visit.target.role](self, visit)
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

    def origin(self, request: Request) -> str:
        """Return the URL before results."""
        return self.settings.asset_origin.rstrip("/") or request.origin

    def wanted(self, visit: Visit) -> list[Wanted]:
        """Return the ids that a request's body refers to."""
        schema = self._referring.get(visit.target.id)
        return list(wanted(visit.body, schema)) if schema else []

    def unknown(self, one: Wanted) -> Said:
        """Return what the service says of an id it does not know."""
        own = f"{one.kind}_unknown"
        situation = own if own in self.messages else "reference_unknown"
        return self.messages.said(situation, field=one.field, value=one.value)


def _query_schema(operation: Operation) -> Document:
    asked = [one for one in operation.parameters if one["in"] == "query"]
    required = [one["name"] for one in asked if one.get("required")]
    members = {one["name"]: one["schema"] for one in asked}
    return {"type": "object", "properties": members, "required": required, "additionalProperties": False}


def _unique_fields(operation: Operation) -> tuple[str, ...]:
    rules = (operation.request or {}).get("x-kling-rules", [])
    return tuple(rule["field"] for rule in rules if rule["kind"] == "unique")
