"""Waits for tasks: decides which is looked at when, one request after another. Neither sends nor sleeps.

Work is told as steps. Whoever runs them sleeps, asks (an error goes back into the steps) and hands out what is given;
so the sync and the async client share every decision.
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from functools import partial
from math import ceil, inf
from threading import Lock
from typing import Any, NamedTuple, Protocol, TypedDict, TypeVar

from kling.errors import KlingError, RequestError, TaskTimeout

from .operation import family
from .retry import outcome
from .task import Handle, moment

LEAST = 5.0  # seconds between two looks at a task; up to twice as many
LEAST_WITH_INBOX = 30.0  # the same where callbacks are expected, which may get lost
SLICE = 1.0  # seconds between two looks into an inbox
RATE = 5.0  # looks a second, at most
FEW = 4  # so many tasks of a family are looked at one by one, more by the page
PAGE = 500  # tasks on a page, the most there can be
MOST_PAGES = 1000


class Sleep(NamedTuple):
    seconds: float  # that are to pass


class Ask(NamedTuple):
    call: Callable[[], Any]  # whose answer, or error, is wanted back


class Give(NamedTuple):
    value: Any  # for the caller


T = TypeVar("T")
Steps = Generator[Sleep | Ask | Give, Any, T]
OnUpdate = Callable[[Any], object] | None


class Inbox(Protocol):
    """Holds the tasks that verified callbacks have told of."""

    def get(self, task_id: str) -> object | None:
        """Return the task of the newest callback about it, None when there was none."""
        ...


class Waiting(TypedDict, total=False):
    """How to wait."""

    timeout: float  # seconds until the wait ends; 900
    interval: float | None  # seconds between two looks; None: when such tasks usually end, then 5 to 10
    inbox: Inbox | None  # what callbacks have told


def advanced(steps: Steps[None], said: Any) -> Sleep | Ask | Give | None:
    """Return the next step after the answer, or error, of the last one; None after the last."""
    try:
        return steps.throw(said) if isinstance(said, KlingError) else steps.send(said)
    except StopIteration:
        return None


@dataclass
class Pace:
    """What a client has learnt: how fast it may look, and how long tasks take. Safe to share between threads."""

    chance: Callable[[], float]
    rate: float = RATE
    _free_at: float = 0.0
    _seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def turn(self, now: float) -> float:
        """Take the next turn to ask and return the seconds until it."""
        with self._lock:
            at = max(now, self._free_at)
            self._free_at = at + 1 / self.rate
        return at - now

    def answered(self, *, well: bool) -> None:
        """Ask half as often after a refusal, and a little more often after each answer, up to the most."""
        self.rate = min(RATE, self.rate + RATE / 50) if well else max(RATE / 50, self.rate / 2)

    def typical(self, task: Handle[Any]) -> float:
        """Return the seconds such a task takes: as seen by this client, else of its model, else of the family's fastest."""
        known = family(task.family).seconds
        listed = known.get(task.model) or min(known.values(), default=0.0)
        return self._seconds.get((task.family, task.model), listed)

    def learn(self, task: Handle[Any]) -> None:
        """Remember how long a task has taken, on the service's clock."""
        if task.verdict == "done" and task.created_at:
            took = max(0.0, (moment(task.last, "updated_at") - task.created_at) / 1000)
            key = task.family, task.model
            self._seconds[key] = 0.7 * self._seconds.get(key, took) + 0.3 * took


class Poller:
    """Looks at tasks when they are due, one request at a time. One for a loop; the pace is shared by all loops."""

    def __init__(
        self, transport: Any, *, interval: float | None = None, on_update: OnUpdate = None, inbox: Inbox | None = None
    ) -> None:
        self.due: dict[Handle[Any], float] = {}
        self.deadline = inf  # all are looked at once more then
        self.give: Callable[[Handle[Any]], Give] = Give  # what is handed out of a task that has ended
        self.problem: KlingError | None = None  # why the last look gave nothing
        self._known: dict[tuple[str, str], Handle[Any]] = {}
        self._heard: dict[Handle[Any], str] = {}
        self._pace: Pace = transport.pace
        self._clock, self._interval, self._on_update, self._inbox = transport.clock, interval, on_update, inbox
        self._at: float = transport.now()
        self._spread = 1.0

    def now(self) -> float:
        """Return the time. After a sleep at least its length has passed, whatever the clock says."""
        self._at = max(self._at, self._clock.now())
        return self._at

    def sleep(self, seconds: float) -> Steps[None]:
        """Let time pass."""
        yield Sleep(seconds)
        self._at += seconds

    def rest(self) -> float:
        """Return the seconds until a task is due."""
        rest = max(0.0, min(self.due.values()) - self.now())
        return rest if self._inbox is None else min(rest, SLICE)

    def add(self, task: Handle[Any], *, is_new: bool = False) -> None:
        """Wait for a task too. One that has just been started is first looked at when such tasks usually end."""
        if self._known.setdefault((task.family, task.task_id), task) is not task:
            raise ValueError(f"task {task.task_id} is waited for twice")
        self.due[task] = self._next(task, self.now()) if is_new else self.now()

    def looked(self) -> Steps[None]:
        """Look at what is due in one family, and give the tasks that have ended."""
        self._hear()
        now = self.now()
        first = next((one for one, at in self.due.items() if at <= now), None)
        if first is not None:
            self._spread = 1 + self._pace.chance()
            wanted = [one for one, at in self.due.items() if at <= now and one.family == first.family]
            yield from (self._paged(wanted) if len(wanted) > FEW else self._singly(wanted))

    def _hear(self) -> None:
        """Make due what callbacks tell news of. They only hurry a look: not all kinds of them hold the result."""
        for task in self.due if self._inbox is not None else ():
            told = self._inbox.get(task.task_id) if self._inbox else None
            word = str(getattr(told, "task_status", "") or getattr(told, "status", ""))
            if word and word not in (task.status, self._heard.get(task)):
                self._heard[task] = word
                self.due[task] = self.now()

    def _singly(self, wanted: list[Handle[Any]]) -> Steps[None]:
        began = self.now()
        for task in wanted:
            try:
                found = yield from self._asked(partial(task.resource.get, task.task_id))
            except RequestError as error:  # there is no such task, or none that can be asked for
                task.error, found = error, None
            yield from self._told(task, found, began)

    def _paged(self, wanted: list[Handle[Any]]) -> Steps[None]:
        """Look through the family's tasks, newest first, as far as the wanted ones go; the few left over singly."""
        left, began = {one.task_id: one for one in wanted}, self.now()
        oldest = min(one.created_at for one in wanted)
        for number in range(1, min(len(wanted), MOST_PAGES) + 1):
            page = yield from self._asked(partial(wanted[0].resource.page, number, PAGE))
            for found in page or ():
                task = left.pop(found.task_id, None) or self._known.get((wanted[0].family, found.task_id))
                if task is not None:
                    yield from self._told(task, found, began)
            if page is None or len(page) < PAGE or len(left) <= FEW or page[-1].created_at < oldest:
                break
        yield from self._singly([*left.values()][:FEW])  # the others stay due

    def _asked(self, call: Callable[[], Any]) -> Steps[Any]:
        """Ask when it is our turn; None when no answer came, or that of a service that is busy. It is asked again later."""
        turn = self._pace.turn(self.now())
        if turn > 0:
            yield from self.sleep(turn)
        try:
            found = yield Ask(call)
        except KlingError as error:
            if outcome(error) == "answered":
                raise
            self.problem, found = error, None
        self._pace.answered(well=found is not None)
        return found

    def _told(self, task: Handle[Any], found: Any, began: float) -> Steps[None]:
        self._known.pop((task.family, task.task_id), None)
        if found is not None and task.see(found) and self._on_update is not None:
            self._on_update(task)
        if task.verdict == "running":
            self._known[task.family, task.task_id] = task  # it may have been waited for by the caller's own id
            self.due[task] = self._next(task, began)
        else:
            self._pace.learn(task)
            del self.due[task]
            yield self.give(task)

    def _next(self, task: Handle[Any], began: float) -> float:
        """Return when to look again. Many tasks fall due together, so that a page tells of all that are on it."""
        if self._interval is not None:
            return min(began + self._interval, self.deadline)
        age = max(0.0, self._clock.unix() - task.created_at / 1000) if task.created_at else 0.0
        usual = LEAST * self._spread if self._inbox is None else LEAST_WITH_INBOX * self._spread
        at = began + max(usual, self._pace.typical(task) - age)
        return min(at if len(self.due) <= FEW else ceil(at / LEAST) * LEAST, self.deadline)


def waited(
    tasks: Iterable[Handle[Any]], transport: Any, *, timeout: float = 900.0, on_update: OnUpdate = None, **how: Any
) -> Steps[None]:
    """Give each task when it has ended, well or not. Raises `TaskTimeout` with one that has not when time is over."""
    poller = Poller(transport, on_update=on_update, **how)
    poller.deadline = poller.now() + timeout
    for task in tasks:
        if task.verdict == "running":
            poller.add(task)
        else:
            yield Give(task)
    while poller.due:
        yield from poller.looked()
        left = poller.deadline - poller.now()
        if poller.due and left <= 0:
            late = next(iter(poller.due))
            raise TaskTimeout(late.last or late, timeout) from poller.problem
        if poller.due:
            yield from poller.sleep(min(poller.rest(), left))
