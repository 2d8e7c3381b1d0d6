"""Accounts: made, changed, told, deleted."""

import difflib
import ipaddress
import secrets
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

from kling_mock.account import Account
from kling_mock.clock import Clock
from kling_mock.request import Answer
from kling_mock.saved import Snapshot, snapshot
from kling_mock.wallet import DAY_MS, MOST_UNITS, Pack

from .call import Call, Control
from .time import ClockChange

State = Literal["normal", "abnormal", "arrears"]
NotNegative = msgspec.Meta(ge=0)


class NewPack(msgspec.Struct, forbid_unknown_fields=True):
    """A resource pack to give to an account."""

    kind: str  # video, image, try_on
    units: Decimal
    slots: Annotated[int, NotNegative] | None = None  # how much may run at once; None: the kind's own number
    name: str = ""
    days: Annotated[float, msgspec.Meta(ge=0, le=36_500)] = 365  # how long it lasts, from `starts_in_days` on
    starts_in_days: Annotated[float, msgspec.Meta(ge=-36_500, le=36_500)] = 0


class AccountChange(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of an account; what is left out stays."""

    state: State | None = None  # abnormal answers 1100, arrears 1101
    allowed_ips: list[str] | None = None  # others get 1304; empty allows all
    denied: list[str] | None = None  # operations, families and models that get 1103
    requests_per_second: Annotated[float, NotNegative] | None = None  # more get 1302; 0 allows any number
    polls: Annotated[int, NotNegative] | None = None  # how many looks take a task to its next state; 0: time does
    packs: list[NewPack] | None = None  # in place of those it has
    clock: ClockChange | None = None
    callback_retries: Annotated[int, NotNegative] | None = None  # of one that failed, after 1, 2, 4 … s of the clock


class NewAccount(AccountChange, forbid_unknown_fields=True):
    """An account to make. Keys that are not given are made."""

    id: str = ""
    access_key: str = ""
    secret_key: str = ""
    api_key: str = ""
    seed: int | None = None  # fixes ids, durations and results; None: the server's


def make(call: Call) -> dict[str, Any]:
    """Make a fresh account with keys, packs, clock and limits of its own."""
    said: NewAccount = call.body
    clock = Clock(speed=call.world.account.clock.speed, start_ms=call.world.account.clock.now())
    if said.clock is not None:
        said.clock.apply(clock)
    account = call.world.opened(
        said.id or f"account-{secrets.token_hex(6)}",
        access_key=said.access_key or secrets.token_hex(16),
        secret_key=said.secret_key or secrets.token_hex(16),
        api_key=said.api_key or f"api-key-kling-{secrets.token_hex(22)[:43]}",
        seed=said.seed,
        clock=clock,
    )
    changed(call, account, said)  # the clock as well: a scenario of the server may have moved it
    call.world.accounts.add(account)
    call.world.keep(account)
    return {**told(account), "secret_key": account.secret_key, "api_key": account.api_key}


def accounts(call: Call) -> dict[str, Any]:
    """List the accounts."""
    return {"accounts": [told(one) for one in call.world.accounts]}


def one(call: Call) -> dict[str, Any]:
    """Tell one account."""
    return told(call.world.accounts.get(call.path["id"]))


def change(call: Call) -> dict[str, Any]:
    """Change an account."""
    account = call.world.accounts.get(call.path["id"])
    changed(call, account, call.body)
    call.world.keep(account)
    return told(account)


def delete(call: Call) -> dict[str, Any]:
    """Delete an account and all that belongs to it; the default account stays."""
    world = call.world
    account = world.accounts.get(call.path["id"])

    def emptied() -> None:
        account.outbox.clear()
        if world.keeper is not None:  # a new account of the same id must not lose what is kept of it
            world.keeper.forget(account)

    with account.lock:
        world.accounts.remove(account, first=emptied)
        world.door.forget()
    return {"accounts": len(world.accounts)}


def taken(call: Call) -> Answer:
    """Take a snapshot of an account: all it has, secrets included, as JSON that can be restored."""
    return Answer(200, msgspec.json.encode(snapshot(call.world.accounts.get(call.path["id"]))), _JSON)


def restored(call: Call) -> dict[str, Any]:
    """Make an account what a snapshot says; its id and keys stay its own, and its clock goes on from the snapshot's."""
    account = call.world.accounts.get(call.path["id"])
    call.world.restore(account, call.body, runs_on=False)
    call.world.keep(account)
    return told(account)


_JSON = {"content-type": "application/json"}


def told(account: Account) -> dict[str, Any]:
    """Return an account in words, without its secrets."""
    now = account.clock.now()
    return {
        "id": account.id,
        "access_key": account.access_key,
        "state": account.state,
        "now": now,
        "speed": account.clock.speed,
        "tasks": len(account.tasks),
        "running": account.slots.told(now),
        "packs": [
            {**words, "kind": one.kind, "slots": one.slots}
            for words, one in zip(account.wallet.told(now), account.wallet.packs, strict=True)
        ],
        "requests_per_second": account.rates.most,
        "allowed_ips": sorted(account.allowed_ips),
        "denied": sorted(account.denied),
        "polls": account.polls,
        "callback_retries": account.outbox.retries,
    }


def changed(call: Call, account: Account, said: AccountChange) -> None:
    """Change what is said of an account. Raises `ValueError` for what would never match anything."""
    for ip in said.allowed_ips or ():
        ipaddress.ip_address(ip)
    _check_denied(call, said.denied or ())
    with account.lock:
        if said.clock is not None:
            said.clock.apply(account.clock)
            account.outbox.wake()
        account.outbox.retries = account.outbox.retries if said.callback_retries is None else said.callback_retries
        account.state = account.state if said.state is None else said.state
        account.allowed_ips = account.allowed_ips if said.allowed_ips is None else frozenset(said.allowed_ips)
        account.denied = account.denied if said.denied is None else frozenset(said.denied)
        account.rates.most = account.rates.most if said.requests_per_second is None else said.requests_per_second
        account.polls = account.polls if said.polls is None else said.polls
        if said.packs is not None:
            account.wallet.replace([_pack(call, account, one) for one in said.packs])


def _check_denied(call: Call, names: Iterable[str]) -> None:
    bundle = call.world.bundle
    models = bundle["x-kling-catalogues"]["models"]["models"]
    known = {*call.world.operations, *(one["name"] for one in bundle["tags"]), *models}
    for one in names:
        if one not in known:
            near = " or ".join(difflib.get_close_matches(one, known, n=3))
            raise ValueError(f"no operation, family or model {one!r}" + (f"; did you mean {near}?" if near else ""))


def _pack(call: Call, account: Account, said: NewPack) -> Pack:
    if not (said.units.is_finite() and 0 <= said.units <= MOST_UNITS):
        raise ValueError(f"a pack has 0 to {MOST_UNITS:,} units; got {said.units}")
    kinds = call.world.pack_kinds
    if said.kind not in kinds:
        raise ValueError(f"no kind of pack {said.kind!r}; there are {', '.join(kinds)}")
    places = kinds[said.kind]["slots"] if said.slots is None else said.slots
    start = account.clock.now() + int(said.starts_in_days * DAY_MS)
    return Pack(
        name=said.name or f"Mock-{said.kind.replace('_', '-').title()}-{said.units:f}Units-{places}Con",
        id=secrets.token_hex(16),
        kind=said.kind,
        units=said.units,
        left=said.units,
        slots=places,
        bought_ms=start,
        until_ms=start + int(said.days * DAY_MS),
    )


CONTROLS = (
    Control("POST", "/accounts", make, NewAccount, example={"clock": {"speed": 0}, "packs": [{"kind": "video", "units": 10}]}),
    Control("GET", "/accounts", accounts),
    Control("GET", "/accounts/{id}", one),
    Control("PATCH", "/accounts/{id}", change, AccountChange, example={"state": "arrears"}),
    Control("DELETE", "/accounts/{id}", delete),
    Control("GET", "/accounts/{id}/snapshot", taken),
    Control("PUT", "/accounts/{id}/snapshot", restored, takes=Snapshot),
)
