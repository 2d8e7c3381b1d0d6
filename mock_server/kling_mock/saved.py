"""An account as data: what a snapshot holds, and what a file keeps."""

import time
from collections.abc import Iterable
from decimal import Decimal

import msgspec
from msgspec import structs

from .account import Account
from .recipe import Recipe
from .references import Register
from .signature import Secret
from .slots import Slots, Taken
from .source import Source
from .standing import StandingFault
from .tasks import Task, Way
from .waiting import Waiting, waiting
from .wallet import About, Deduction, Held, Pack, Wallet

FORMAT = 2
"""Of snapshots and files; another one is refused."""


class Deducted(msgspec.Struct, array_like=True):
    """A deduction whose pack is told by its id."""

    pack: str
    task_id: str
    at_ms: int
    amount: Decimal
    about: About


class HeldUnits(msgspec.Struct, array_like=True):
    """Held units whose pack is told by its id."""

    task_id: str
    until_ms: int
    pack: str
    amount: Decimal


class Standing(msgspec.Struct, forbid_unknown_fields=True):
    """All of an account that does not grow with its tasks."""

    id: str
    access_key: str
    secret_key: str
    api_key: str
    seed: int
    now_ms: int  # on its clock
    wall: float  # Unix seconds when that was read
    speed: float
    last_id: tuple[int, int]  # of its snowflakes
    state: str
    allowed_ips: list[str]
    denied: list[str]
    polls: int
    stands: dict[str, Source]
    callback_retries: int
    webhook_secrets: list[Secret]
    looks: dict[str, int]
    requests_per_second: float
    packs: list[Pack]
    gone: list[Pack]  # that others took the place of
    held: list[HeldUnits]
    slots: dict[str, list[Taken]]
    faults: list[StandingFault]
    messages: int  # that its callbacks have numbers up to
    format: int = FORMAT


class Snapshot(msgspec.Struct, forbid_unknown_fields=True):
    """An account with all it has."""

    account: Standing
    tasks: list[Task]
    given: list[tuple[str, str, int]]  # ids by kind, and from when they can be used
    deductions: list[Deducted]
    waiting: list[Waiting]  # callbacks that are still to come


def standing(account: Account) -> Standing:
    """Return an account without its tasks."""
    wallet = account.wallet
    return Standing(
        id=account.id,
        access_key=account.access_key,
        secret_key=account.secret_key,
        api_key=account.api_key,
        seed=account.seed,
        now_ms=account.clock.now(),
        wall=time.time(),
        speed=account.clock.speed,
        last_id=account.ids.last,
        state=account.state,
        allowed_ips=sorted(account.allowed_ips),
        denied=sorted(account.denied),
        polls=account.polls,
        stands=account.register.stands,
        callback_retries=account.outbox.retries,
        webhook_secrets=list(account.outbox.secrets.all),
        looks=account.looks,
        requests_per_second=account.rates.most,
        packs=wallet.packs,
        gone=wallet.gone,
        held=[HeldUnits(one.task_id, one.until_ms, one.pack.id, one.amount) for one in wallet.held],
        slots=account.slots.taken,
        faults=account.faults.told(),
        messages=account.outbox.messages,
    )


def snapshot(account: Account) -> Snapshot:
    """Return an account with all it has."""
    with account.lock:
        return Snapshot(
            account=standing(account),
            tasks=list(account.tasks),
            given=[(kind, one, at) for kind, known in account.register.given.items() for one, at in known.items()],
            deductions=[deducted(one) for one in account.wallet.taken],
            waiting=waiting(account.outbox.waiting),
        )


def deducted(one: Deduction) -> Deducted:
    """Return a deduction as data."""
    return Deducted(one.pack.id, one.task_id, one.at_ms, one.amount, one.about)


def restore(account: Account, said: Snapshot, *, runs_on: bool) -> None:
    """Make an account what a snapshot says; keys and id stay its own.

    `runs_on` says whether the time since the snapshot was taken has passed on a clock that was running.
    Raises `ValueError` for a snapshot of another format.
    """
    found = said.account
    if found.format != FORMAT:
        raise ValueError(f"a snapshot of format {found.format}; this version knows format {FORMAT}")
    with account.lock:
        since = (time.time() - found.wall) * 1000 * found.speed if runs_on else 0
        account.clock.run(found.speed)
        account.clock.set(found.now_ms + int(since))
        account.seed, account.ids.last = found.seed, found.last_id
        account.state, account.polls, account.looks = found.state, found.polls, dict(found.looks)
        account.outbox.retries, account.outbox.secrets.all = found.callback_retries, tuple(found.webhook_secrets)
        account.allowed_ips, account.denied = frozenset(found.allowed_ips), frozenset(found.denied)
        account.rates.most = found.requests_per_second
        account.faults.restore(found.seed, found.faults)
        account.wallet = _wallet(said)
        account.slots = Slots(found.slots)
        account.register = Register(_given(said.given), found.stands, account.register.standing)
        account.tasks.clear()
        for task in _shared(said.tasks):
            account.tasks.add(task)
        account.tasks.noted = None  # all is anew


def _wallet(said: Snapshot) -> Wallet:
    found = said.account
    packs = {one.id: one for one in (*found.gone, *found.packs)}
    made = Wallet(
        found.packs,
        taken=[Deduction(packs[one.pack], one.task_id, one.at_ms, one.amount, one.about) for one in said.deductions],
        held=[Held(one.task_id, one.until_ms, packs[one.pack], one.amount) for one in found.held],
    )
    made.gone = found.gone
    return made


def _given(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    given: dict[str, dict[str, int]] = {}
    for kind, one, at in rows:
        given.setdefault(kind, {})[one] = at
    return given


def _shared(tasks: Iterable[Task]) -> Iterable[Task]:
    """Yield tasks that share what is equal: there may be millions."""
    ways: dict[Way, Way] = {}
    patterns: dict[Recipe, Recipe] = {}
    for one in tasks:
        yield structs.replace(one, way=ways.setdefault(one.way, one.way), pattern=patterns.setdefault(one.pattern, one.pattern))
