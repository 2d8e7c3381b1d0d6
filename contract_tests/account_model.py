"""What an account must look like, told from the spec's lifecycles, limits and prices alone: the model of test_states.

It knows no code of the mock. How long a task stays in a state is known as a span only; each look narrows it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from kling_spec.document import Document, Operation, operations
from kling_spec.lifecycle import Lifecycle, lifecycle
from kling_spec.prices import row_of, units
from kling_spec.rules import value
from kling_spec.shape import defaults_of

NEVER = 2**62
UNKNOWN = "unknown"
"""How a task of a snapshot tells of itself: what waited to be told is no part of that."""
OWN = ("callback_url", "external_task_id")  # members that a test gives itself


@dataclass(frozen=True)
class Case:
    """A create that is paid by what it asks for, and what it takes."""

    operation: Operation = field(repr=False)
    body: Document
    life: Lifecycle = field(repr=False)
    kind: str  # of the pack
    units: Decimal
    places: int


def cases(bundle: Document) -> Iterator[tuple[str, Case]]:
    """Yield name and case of each example of a create whose price does not go by the length of its source."""
    catalogues = bundle["x-kling-catalogues"]
    prices, kinds = catalogues["prices"]["prices"], catalogues["limits"]["limits"]["packs"]
    families = {tag["name"]: tag["x-kling-family"] for tag in bundle["tags"]}
    for one in operations(bundle):
        price = prices.get(one.price or "")
        if one.role != "create" or price is None or any(not {"units"} & row.keys() for row in price["rows"]):
            continue
        name = families[one.family]["lifecycle"]
        life = lifecycle(name, catalogues["lifecycles"]["lifecycles"][name])
        assert life is not None
        for label, example in one.examples.items():
            body = {name: said for name, said in example.items() if name not in OWN}
            places = _places(price, body, defaults_of(one.request or {}), per=kinds[price["pack"]]["per"])
            if places is not None:
                cost = units(price, body, defaults_of(one.request or {}))
                yield f"{one.id}-{label}", Case(one, body, life, price["pack"], cost, places)


def _places(price: Document, body: Document, defaults: Document, *, per: str) -> int | None:
    """Return how many places a task takes; None where the price does not say how many pictures there will be."""
    row = row_of(price, body, defaults) or {}
    if per == "task":
        return 1
    number = value(body, row["times"], defaults) if "times" in row else None
    return number if isinstance(number, int) else None


@dataclass(frozen=True)
class Task:
    """One task as it is known so far."""

    id: str
    case: Case
    external: str
    way: tuple[str, ...]
    begins: tuple[tuple[int, int], ...]  # the earliest and the latest time of each state
    polled: bool  # moves on by looks
    heard: str = ""  # how it tells of itself: in order, duplicate, reorder, drop; empty: not at all
    looks: int = 0  # since its last state
    place: int = 0  # in its way, when it was last seen

    @property
    def state(self) -> str:
        return self.way[self.place]

    @property
    def is_over(self) -> bool:
        return self.place == len(self.way) - 1

    @property
    def has_failed(self) -> bool:
        return self.is_over and self.case.life.verdict(self.state) == "failed"

    def seen(self, told: Mapping[str, Any], now: int) -> "Task":
        """Return the task as a reply tells it. Raises `AssertionError` for what it cannot be."""
        place, begin = self.way.index(told[self.case.life.field]), told["updated_at"]
        earliest, latest = self.begins[place]
        assert earliest <= begin <= min(latest, now), f"{told} at {now}: {self.begins}"
        begins = list(self.begins)
        begins[place] = begin, begin
        if place + 1 < len(self.way) and not self.polled:
            least, most = self.case.life.seconds.get(self.way[place], (0.0, 0.0))
            lowest, highest = begins[place + 1]
            assert now < highest, f"{told} at {now}: late for {self.way[place + 1]}, {self.begins}"
            if highest < NEVER:
                begins[place + 1] = max(lowest, begin + int(least * 1000), now + 1), min(highest, begin + int(most * 1000) + 1)
        return replace(self, place=place, begins=tuple(begins))

    def looked_at(self, now: int, polls: int) -> "Task":
        """Return the task after one more look at it, where looks move it on."""
        if not self.polled or self.is_over or self.begins[self.place + 1][0] > NEVER:
            return self
        looks = self.looks + 1
        if not polls or looks < polls:
            return replace(self, looks=looks)
        begins = tuple((now, now) if at == self.place + 1 else one for at, one in enumerate(self.begins))
        return replace(self, looks=0, place=self.place + 1, begins=begins)

    def calls(self) -> list[str]:
        """Return the states that its callbacks have told of so far, in order."""
        so_far = list(self.way[: self.place + 1])
        told: dict[str, list[str]] = {
            "": [],
            "drop": [],
            "in order": so_far,
            "duplicate": [state for state in so_far for _ in range(2)],
            "reorder": so_far[::-1] if self.is_over else [],
        }
        return told[self.heard]


def began(case: Case, id: str, now: int, *, fails: bool, stuck: bool, polled: bool) -> Task:
    """Return a task that begins now."""
    way = case.life.path(fails=fails)
    begins, low, high = [(now, now)], float(now), float(now)
    for state in way[:-1]:
        least, most = case.life.seconds.get(state, (0.0, 0.0))
        low, high = low + least * 1000, high + most * 1000
        begins.append((NEVER, NEVER) if polled else (int(low), int(high) + 1))
    if stuck:
        begins[-1] = NEVER + 1, NEVER + 1
    return Task(id, case, "", way, tuple(begins), polled)


@dataclass
class Pack:
    """What an account has of one kind."""

    units: Decimal
    slots: int


@dataclass
class Account:
    """All that is known of an account."""

    packs: dict[str, Pack]
    now: int
    tasks: dict[str, Task] = field(default_factory=dict)  # in the order they were made
    faults: list[Mapping[str, Any]] = field(default_factory=list)  # each for one create
    polls: int = 0
    state: str = "normal"

    def left(self, kind: str) -> Decimal:
        """Return the units left: a task that has failed gave its own back."""
        taken = (one.case.units for one in self.tasks.values() if one.case.kind == kind and not one.has_failed)
        return self.packs[kind].units - sum(taken, Decimal(0))

    def used(self, kind: str) -> int:
        """Return the places that are taken: of tasks that are not over."""
        return sum(one.case.places for one in self.tasks.values() if one.case.kind == kind and not one.is_over)

    def refusal(self, case: Case, external: str) -> int:
        """Return the code that a create is refused with before it meets a fault; 0 when it is not."""
        standing = {"normal": 0, "abnormal": 1100, "arrears": 1101}[self.state]
        if standing:
            return standing
        if external and any(one.external == external for one in self.tasks.values()):
            return 1201
        if self.left(case.kind) < case.units:
            return 1102
        return 1303 if self.used(case.kind) + case.places > self.packs[case.kind].slots else 0

    def struck(self) -> dict[str, Mapping[str, Any]]:
        """Take the faults that a create meets: of each part the first that waits."""
        met: dict[str, Mapping[str, Any]] = {}
        for one in list(self.faults):
            part = {"code": "answer", "fail": "end", "stuck": "end", "callbacks": "callbacks"}[one["kind"]]
            if part not in met:
                met[part] = one
                self.faults.remove(one)
        return met
