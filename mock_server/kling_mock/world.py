"""The mock itself: a request in, an answer out. Nothing here knows of sockets.

The way of a request: `handle` → the checks of `gate`, the first refusal wins → the handler of the operation's role →
envelope. Endpoints are not known by name: a role and the bundle are all there is.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kling_spec.document import Document, Operation, operations
from kling_spec.lifecycle import Lifecycle, lifecycle
from kling_spec.rules import is_given, value

from . import control
from .account import Account, packs
from .accounts import DEFAULT, Accounts
from .assets import asset_folder
from .auth import Door
from .call_replies import standing_ids
from .callbacks import Delivered, Outbox
from .charges import Charges, Cost
from .clock import Clock
from .dispatcher import Dispatcher, Send
from .errors import Messages, Refusal, Said, detail_header
from .gate import FINDING, ORDER, Visit, checks
from .handlers import HANDLERS, announce_again
from .ids import Ids
from .journal import Journal
from .keeper import Keeper
from .law import Law
from .memo import Memo
from .rates import Rates
from .recorder import Recorder
from .references import Register, Wanted, referring, wanted
from .request import Answer, Request, json_answer
from .routes import Routes
from .saved import Snapshot, restore
from .script import NOTHING, Script
from .settings import Settings
from .task_replies import TaskReply
from .tasks import TaskStore, Way
from .uploads import Uploads, uploads
from .wallet import Wallet

if TYPE_CHECKING:
    from .feed import Feed
    from .shelf import Shelf

_MOST_FOLDERS = 1024  # callers choose the host that they name
log = logging.getLogger("kling_mock")


class World:
    """A mock of the API in `bundle`, a ruled bundle. Safe to share between threads."""

    def __init__(
        self, bundle: Document, settings: Settings | None = None, *, clock: Clock | None = None, send: Send | None = None
    ) -> None:
        self.settings = settings or Settings()
        self.bundle = bundle
        self._catalogues = bundle["x-kling-catalogues"]
        self._limits = self._catalogues["limits"]["limits"]
        self.pack_kinds: Mapping[str, Mapping[str, Any]] = self._limits["packs"]
        self._per_picture = frozenset(kind for kind, one in self.pack_kinds.items() if one["per"] == "picture")
        self._folders: dict[tuple[str | None, str | None, str], str] = {}
        self.messages = Messages(self._catalogues["errors"], fidelity=self.settings.fidelity)
        self._compile()
        self.routes = Routes(bundle, self.settings.prefix)
        self.ids = Ids(self.settings.seed)
        self.feeds: set[Feed] = set()  # that somebody reads
        self.recorder = Recorder(success=self.messages.success)
        self.dispatcher = Dispatcher(self.settings, send)
        self.dispatcher = Dispatcher(self.settings, send)
        said = self.settings
        self.account = self.opened(
            DEFAULT, access_key=said.access_key, secret_key=said.secret_key, api_key=said.api_key, clock=clock
        )
        self.accounts = Accounts(self.account)
        has_api_keys = "ApiKey" in bundle["components"]["securitySchemes"]
        stranger = self._stranger if said.accept_any_key else None
        self.keeper = Keeper(Path(said.store)) if said.store else None
        if self.keeper is not None:
            self._load(self.keeper)
        self.door = Door(self.accounts, self.messages, said, api_keys=has_api_keys, stranger=stranger)

    def opened(
        self, id: str, *, access_key: str, secret_key: str, api_key: str, seed: int | None = None, clock: Clock | None = None
    ) -> Account:
        """Return a fresh account that the server does not know yet."""
        seed = self.settings.seed if seed is None else seed
        clock = clock or Clock(speed=self.settings.speed)
        made = packs(self.pack_kinds, now=clock.now(), units=self.settings.units, slots=self.settings.slots)
        account = Account(
            id=id,
            access_key=access_key,
            secret_key=secret_key,
            api_key=api_key,
            seed=seed,
            clock=clock,
            ids=Ids(seed),
            wallet=Wallet(made),
            rates=Rates(0, dict(self._limits["calls_per_second"])),
            outbox=Outbox(self.dispatcher, clock, self.settings, name=f"{id} {seed}", told=self.recorder.delivered),
            tasks=TaskStore(self.settings.most_tasks),
            register=Register(standing=self._standing_ids),
            journal=Journal(self.settings.journal),
        )
        for one in self.settings.scenarios:
            one.play(self, account)
        account.faults.keep()
        return account

    def _load(self, keeper: Keeper) -> None:
        """Make the accounts what the file says; the default account keeps the keys it was started with."""
        for one in keeper.load():
            found = one.account
            account = self.account
            if found.id != DEFAULT:
                account = self.opened(found.id, access_key=found.access_key, secret_key=found.secret_key, api_key=found.api_key)
                self.accounts.add(account)
            self.restore(account, one, runs_on=True)
        for account in self.accounts:
            keeper.keep(account)

    def restore(self, account: Account, found: Snapshot, *, runs_on: bool) -> None:
        """Make an account what a snapshot says, with the callbacks that were still to come; see `saved.restore`."""
        with account.lock:  # no task may be made halfway
            account.outbox.clear()
            restore(account, found, runs_on=runs_on)
            for task in list(account.tasks):
                if task.is_gone and not self.tellings[task.family].lists_gone:
                    account.tasks.unlist(task)
            if runs_on:
                account.outbox.messages = found.account.messages
            announce_again(self, account, found.waiting, same=runs_on)
        account.outbox.wake()  # the clock may have been set back

    def keep(self, account: Account) -> None:
        """Write what changed of an account, where a file keeps them."""
        if self.keeper is not None:
            with account.lock:
                if account in self.accounts:  # not deleted meanwhile
                    self.keeper.keep(account)

    def close(self) -> None:
        """Close the file that keeps the accounts."""
        if self.keeper is not None:
            self.keeper.close()

    def _stranger(self, access_key: str, api_key: str) -> Account:
        """Open an account for keys that nobody has."""
        with self._strangers:
            known = self.accounts.of_access_key(access_key) or self.accounts.of_api_key(api_key)
            if known is not None:
                return known
            name = sha256(f"{access_key} {api_key}".encode()).hexdigest()[:12]
            account = self.opened(
                f"any-{name}", access_key=access_key or f"any-{name}", secret_key="", api_key=api_key or f"any-{name}"
            )
            self.accounts.add(account)
            return account

    def _compile(self) -> None:
        found = list(operations(self.bundle))
        self.operations = {one.id: one for one in found}
        how = {"strict": self.settings.strict, "lenient_models": self.settings.lenient_models}
        self.laws = {one.id: Law(one.request or {}, self.messages, **how) for one in found if one.request is not None}
        self.query_laws: Mapping[str, Law] = {
            one.id: Law(_query_schema(one), self.messages, **how) for one in found if _query_schema(one)["properties"]
        }
        self.uploads: Mapping[str, Uploads] = {
            name: made for name, law in self.laws.items() if (made := uploads(law.schema, self.messages)) is not None
        }
        self._referring = {name: referring(law.schema) for name, law in self.laws.items()}
        self.unique_fields: Mapping[str, tuple[str, ...]] = {one.id: _unique_fields(one) for one in found}
        self._families = families = {tag["name"]: tag["x-kling-family"] for tag in self.bundle["tags"]}
        self._ways: Memo[Way] = Memo()
        lifecycles = self._catalogues["lifecycles"]["lifecycles"]
        self.lifecycles = {name: lifecycle(one["lifecycle"], lifecycles[one["lifecycle"]]) for name, one in families.items()}
        self.tellings = {one.family: TaskReply.of(one, self._lifecycle(one)) for one in found if one.role == "get"}
        self.call_schemas = {one.id: one.data_schema for one in found if one.role == "call"}
        self.charges = Charges(self._catalogues["prices"]["prices"], self._catalogues["models"]["models"], families)
        presets = {known for one in found if one.verb == "GET" for known in self._standing(one)}
        presets -= {known for one in found if one.verb == "POST" for known in self._standing(one)}  # made, so not always there
        voices = {("speech_voice", name) for name in self._catalogues.get("voices", {}).get("voices", {})}
        self._standing_ids = frozenset(presets | voices)
        self._strangers = Lock()
        self._checks = {one.id: checks(self, one) for one in found}

    def _standing(self, operation: Operation) -> Iterator[tuple[str, str]]:
        """Yield the ids that the example of a call gives."""
        if operation.role == "call":
            yield from standing_ids(operation.reply_example["data"], self.call_schemas[operation.id])

    def _lifecycle(self, operation: Operation) -> Lifecycle:
        found = self.lifecycles[operation.family]
        assert found is not None, f"{operation.id}: a family with tasks has a lifecycle"
        return found

    @cached_property
    def shelf(self) -> "Shelf":
        """Where made results are kept. Late: the codecs take a while to load."""
        from .shelf import Shelf, results_folder

        return Shelf(results_folder())

    def handle(self, request: Request) -> Answer:
        """Return the answer to a request. Never raises: what goes wrong inside is an answer with code 5000."""
        if request.path.startswith("/_mock/"):
            try:
                return control.answer(self, request)
            except Exception:
                return self.refused(self._failed(request))
        return self._noted(Visit(request, self), self._answered)

    def too_large(self, request: Request) -> Answer:
        """Refuse a request whose body was not read to its end."""
        said = self.messages.said("too_large", limit=self.settings.most_bytes)
        refusal = Refusal(replace(said, headers={"connection": "close"}))
        if request.path.startswith("/_mock/"):
            return self.refused(refusal)

        def refused(visit: Visit) -> Answer:
            found, visit.path = self.routes.find(request.path)
            operation = found.verbs.get(request.verb) if found else None
            if operation is not None:
                visit.target = operation
            raise refusal

        return self._noted(Visit(request, self), refused)

    def _noted(self, visit: Visit, answered: Callable[[Visit], Answer]) -> Answer:
        begin = perf_counter()
        refusal: Refusal | None = None
        try:
            answer = answered(visit)
            refusal = visit.refused
        except Refusal as said:
            refusal, answer = said, self.refused(said)
        except Exception:  # a fault of the mock must not look like a dropped connection
            refusal = self._failed(visit.request)
            answer = self.refused(refusal)
        self.recorder.note(visit, answer, begin, refusal)
        return answer

    def _failed(self, request: Request) -> Refusal:
        log.exception("the mock failed at %s %s", request.verb, request.path)
        return Refusal(self.messages.of_code(5000))

    def _answered(self, visit: Visit) -> Answer:
        for check in ORDER[:FINDING]:
            check(visit)
        checks = self._checks[visit.target.id]
        for check in checks.open:
            check(visit)
        with visit.caller.lock:
            for check in checks.locked:
                check(visit)
            if visit.script is not None:
                return self._played(visit, visit.script)
            data = HANDLERS[visit.target.role](self, visit)
            if self.keeper is not None and (visit.target.role not in ("get", "page") or visit.caller.polls):
                self.keep(visit.caller)
        return self._accepted(data)

    def _played(self, visit: Visit, script: Script) -> Answer:
        """Return what the faults that a request meets leave of its answer."""
        try:
            script.refuse(self.messages)
            answer = self._accepted(HANDLERS[visit.target.role](self, visit)) if script.reaches else NOTHING
        except Refusal as refusal:
            visit.refused, answer = refusal, self.refused(refusal)
        self.keep(visit.caller)
        return script.played(answer)

    def _accepted(self, data: Any) -> Answer:
        return json_answer(
            200, {"code": 0, "message": self.messages.success, "request_id": self.ids.request_id(), "data": data}
        )

    def refused(self, refusal: Refusal) -> Answer:
        """Return what a refused request is answered."""
        said: Said = refusal.said
        headers = {**said.headers, **detail_header(refusal.problems)}
        return json_answer(said.http, {"code": said.code, "message": said.text, "request_id": self.ids.request_id()}, headers)

    def advance(self, seconds: float) -> list[Delivered]:
        """Move the default account's clock forward and make all that fell due, in order."""
        self.account.clock.advance(seconds)
        return self.account.outbox.settle(self.account.clock.now())

    def way(self, visit: Visit, telling: TaskReply, *, fails: bool) -> Way:
        """Return the states that a new task goes through, and how long it stays in each."""
        if not self.settings.realistic:
            return telling.ways[fails]
        model = str(value(visit.body, "model_name", self.laws[visit.target.id].defaults))
        return self._ways.get(
            (visit.target.family, model, fails),
            lambda: Way.of(telling.lifecycle, fails=fails, typical=self._typical(visit.target.family, model)),
        )

    def _typical(self, family: str, model: str) -> float | None:
        """Return the seconds that the service was seen to take, of the family itself, the model, or the kind of result."""
        said = self._families[family]
        by_result = self._catalogues["lifecycles"]["lifecycles"][said["lifecycle"]].get("typical", {})
        found = said.get("seconds") or self._catalogues["models"]["models"].get(model, {}).get("seconds")
        typical: float | None = found or by_result.get(said.get("result"))
        return typical

    def cost(self, visit: Visit) -> Cost:
        """Return what a request costs."""
        law = self.laws.get(visit.target.id)
        return self.charges.cost(visit.target, visit.body, defaults=law.defaults if law else {}, media=visit.media)

    def sized(self, visit: Visit, cost: Cost) -> None:
        """Find out how many ids the results of a task need, and how many slots it takes."""
        telling = self.tellings[visit.target.family]
        if telling.echoed:
            said = {name: one for name, one in visit.body.items() if is_given(one)}
            visit.echo = {**self.laws[visit.target.id].defaults, **said}
        visit.ids = telling.ids_needed(visit.echo)
        visit.places = visit.ids if cost.kind in self._per_picture else 1

    def folder(self, visit: Visit) -> str:
        """Return the URL before the names of results."""
        headers = visit.request.headers
        asked = (headers.get("host"), headers.get("x-forwarded-proto"), visit.caller.id)
        found = self._folders.get(asked)
        if found is None:
            if len(self._folders) >= _MOST_FOLDERS:
                self._folders.clear()
            origin = self.settings.asset_origin.rstrip("/") or visit.request.origin
            found = self._folders[asked] = asset_folder(origin, visit.caller.id)
        return found

    def refers(self, operation_id: str) -> bool:
        """Say whether the requests of an operation may refer to ids."""
        return bool(self._referring.get(operation_id))

    def wanted(self, visit: Visit) -> list[Wanted]:
        """Return the ids that a request's body refers to."""
        schema = self._referring.get(visit.target.id)
        if not schema or visit.body.keys().isdisjoint(schema["properties"]):
            return []
        return list(wanted(visit.body, schema))

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
