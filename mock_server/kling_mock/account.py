"""One set of credentials and all that belongs to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from threading import RLock
from typing import Any, NamedTuple

from .callbacks import Outbox
from .clock import Clock
from .ids import Ids
from .journal import Journal
from .rates import Rates
from .references import Register
from .slots import Slots
from .standing import Faults
from .tasks import Task, TaskStore
from .wallet import DAY_MS, Deduction, Pack, Wallet

STATES = ("normal", "abnormal", "arrears")
"""What an account can be: fine, 1100, 1101."""


class Changes(NamedTuple):
    """What changed of an account."""

    tasks: Sequence[Task | str]  # new states, and the ids of those that are gone
    given: Sequence[tuple[str, str, int | None]]  # kind, id, and from when it can be used; None: taken back
    deductions: Sequence[tuple[int, Deduction]]  # by place


@dataclass
class Account:
    """One set of credentials and all that belongs to it: nothing is shared with another account."""

    id: str
    access_key: str
    secret_key: str = field(repr=False)  # empty: any signature will do
    api_key: str = field(repr=False)
    seed: int
    clock: Clock
    ids: Ids
    wallet: Wallet
    outbox: Outbox
    rates: Rates
    tasks: TaskStore = field(default_factory=TaskStore)
    register: Register = field(default_factory=Register)
    slots: Slots = field(default_factory=Slots)
    state: str = "normal"  # one of STATES
    allowed_ips: frozenset[str] = frozenset()  # empty: any
    denied: frozenset[str] = frozenset()  # operations, families and models that it may not use
    polls: int = 0  # how many looks take a task to its next state; 0: time does
    looks: dict[str, int] = field(default_factory=dict)  # at each task that moves on by looks
    faults: Faults = field(init=False)
    journal: Journal = field(default_factory=Journal)
    lock: RLock = field(default_factory=RLock, repr=False)

    def __post_init__(self) -> None:
        self.faults = Faults(self.seed)

    def watch(self) -> None:
        """Begin to note what changes, from nothing."""
        self.tasks.noted, self.register.noted, self.wallet.noted = [], [], []

    def changes(self) -> "Changes | None":
        """Return what changed since `watch`; None when nobody watches, or all is anew."""
        tasks, given, deductions = self.tasks.noted, self.register.noted, self.wallet.noted
        if tasks is None or given is None or deductions is None:
            return None
        return Changes(tasks, given, deductions)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what nobody may be told."""
        return self.secret_key, self.api_key, self.access_key, *(one.text for one in self.outbox.secrets.all)

    def ended(self, task: Task) -> None:
        """Free what a task held, now that it is known when it ended, and give what it made."""
        ends = task.begins[-1]
        self.slots.move(task.id, until_ms=ends)
        self.wallet.move(task.id, until_ms=ends)
        self.register.move(frozenset(task.result_ids), ends)

    def reset(self) -> None:
        """Forget tasks, calls, what was scripted and is under way; keys, clock and packs stay, the packs full again."""
        with self.lock:
            self.tasks.clear()
            self.register.given.clear()
            self.register.stands.clear()
            self.slots.clear()
            self.looks.clear()
            self.rates.clear()
            self.wallet.refill()
            self.faults.clear()
            self.outbox.clear()
            self.tasks.noted = None  # all is anew
            self.journal.clear()


def packs(kinds: Mapping[str, Mapping[str, Any]], *, now: int, units: Decimal, slots: int | None = None) -> list[Pack]:
    """Return a fresh pack of each kind of limits.yaml that lasts a year; `slots` None takes the kind's own number."""
    made = []
    for number, (kind, limits) in enumerate(kinds.items()):
        places = limits["slots"] if slots is None else slots
        made.append(
            Pack(
                name=f"Mock-{kind.replace('_', '-').title()}-{units:f}Units-{places}Con-12Months",
                id=f"{number + 1:032x}",
                kind=kind,
                units=units,
                left=units,
                slots=places,
                bought_ms=now,
                until_ms=now + 365 * DAY_MS,
            )
        )
    return made
