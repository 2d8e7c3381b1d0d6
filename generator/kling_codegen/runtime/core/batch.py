"""Runs a batch of jobs, each once. Neither sends nor sleeps: it is told as steps, like waiting.

Every job is claimed in the journal, with the external_task_id it is sent with, before it is sent. So whatever ends a
run, the next one can ask the service what became of a claim whose task it does not know, and nothing is paid twice.
"""

import inspect
import os
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

from kling import errors

from .jobs import Job, Outcome, Running, Slots, Summary
from .journal import Journal
from .operation import Operation, family
from .polling import Ask, Give, Poller, Steps
from .retry import Retries, outcome
from .task import Handle, moment

TRIES = 5  # of a create without a clear answer, each after a look for what the one before has started


@dataclass
class Record:
    """A job and how far it is."""

    job: Job
    resource: Any
    operation: Operation
    pack: str
    places: int  # that its task takes
    external_id: str = ""
    attempt: int = 0
    is_claimed: bool = False
    is_doubtful: bool = False  # a create may have arrived that nobody knows of
    tries: int = 0
    task_id: str = ""
    created_at: int = 0
    outcome: Outcome | None = None

    @classmethod
    def of(cls, job: Job, resource: Callable[[str], Any]) -> "Record":
        """Raises `ValueError` when there is no such call, `TypeError` when it does not take these arguments."""
        name, _, method = job.call.partition(".")
        found = resource(name)
        operation = family(name).operations.get(method) if found is not None else None
        if operation is None or operation.body is None or operation.is_list:
            raise ValueError(f"job {job.id!r}: {job.call} is no call that a batch can make; family.create is one")
        signature = inspect.signature(getattr(found, method))
        named = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
        try:
            signature.replace(parameters=named).bind(**job.arguments)
        except TypeError as error:
            raise TypeError(f"job {job.id!r}: {job.call}: {error}") from None
        return cls(job, found, operation, family(name).pack, family(name).places(operation, job.arguments))

    @property
    def can_be_found(self) -> bool:
        return self.operation.role == "create" and self.operation.takes("external_task_id")

    @property
    def call(self) -> Callable[[], Any]:
        mine = {"external_task_id": self.external_id} if self.can_be_found else {}
        return partial(getattr(self.resource, self.operation.role), **{**self.job.arguments, **mine})

    def claim(self) -> dict[str, Any]:
        """Choose the id to send the job with, and return what says so."""
        own = str(self.job.arguments.get("external_task_id") or "")
        self.external_id = f"{own}-{self.attempt}" if own and self.attempt else own or f"kling-{os.urandom(16).hex()}"
        self.is_claimed = True
        return {"claim": self.external_id, "attempt": self.attempt, "call": self.job.call, "marks": self.job.marks}

    def replay(self, line: Mapping[str, Any]) -> None:
        """Take over what a line of the journal says."""
        if "claim" in line:
            self.external_id, self.attempt, self.task_id, self.outcome = line["claim"], line["attempt"], "", None
            self.is_claimed = self.is_doubtful = True
        elif "task" in line:
            self.task_id, self.created_at = line["task"], line["created_at"]
        else:
            model = self.operation.sibling("get").model if self.operation.role == "create" else self.operation.model
            task = model.model_validate(line["result"]) if line["result"] else None
            self.outcome = Outcome(self.job, line["end"], task, self.task_id, line["units"], line["reason"], is_earlier=True)

    def difference(self, line: Mapping[str, Any]) -> str:
        """Return how what a line claims differs from this job; empty when it does not."""
        before, now = line.get("marks", self.job.marks), self.job.marks
        names = ", ".join(one for one in sorted({*before, *now}) if before.get(one) != now.get(one))
        is_same = not names and line.get("call", self.job.call) == self.job.call
        return "" if is_same else f"job {self.job.id!r} was {line['call']}" + f" with another {names}" * bool(names)

    def renew(self) -> None:
        """Start anew. What may be running all the same keeps its id, so that it is found."""
        is_unclear = self.outcome is not None and self.outcome.verdict == "unclear"
        self.is_claimed = self.is_doubtful = is_unclear and self.can_be_found
        self.outcome, self.task_id, self.attempt = None, "", self.attempt + 1


class Work:
    """One run over the jobs of a batch."""

    def __init__(self, jobs: list[Job], resource: Callable[[str], Any], transport: Any, path: Path, how: Running) -> None:
        self._records: dict[str, Record] = {}
        for job in jobs:
            if job.id in self._records:
                raise ValueError(f"two jobs have the id {job.id!r}")
            self._records[job.id] = Record.of(job, resource)
        self._path, self._how, self._poller = path, how, Poller(transport)
        self._poller.give = self._over
        self._retries: Retries = transport.settings.retries
        self._slots = {one.pack: Slots(limit=family(one.resource._family).slots) for one in self._records.values()}
        self._queues: dict[str, deque[Record]] = {name: deque() for name in self._slots}
        self._running: dict[Handle[Any], Record] = {}
        self._counts: Counter[str] = Counter()
        self._units = Decimal(0)

    @property
    def summary(self) -> Summary:
        done, ended = self._counts["done"], self._counts.total()
        return Summary(len(self._records), len(self._running), done, ended - done, self._units)

    def steps(self) -> Steps[None]:
        """Give the outcome of every job, those of earlier runs first. Ends when time is over, done or not."""
        self._journal = Journal(self._path)
        try:
            self._replay()
            yield from self._run(self._poller.now() + self._how.get("timeout", inf))
        finally:
            self._journal.close()

    def _replay(self) -> None:
        for line in self._journal.read():
            record = self._records.get(line.get("job", ""))
            problem = f"job {line.get('job')!r} is not among these jobs" if record is None else record.difference(line)
            if problem or record is None:
                raise errors.JournalRefused(f"{self._path} is the journal of other jobs: {problem}; choose another name")
            record.replay(line)
        for record in self._records.values():
            if self._how.get("retry_failed") and record.outcome is not None and record.outcome.verdict != "done":
                record.renew()

    def _run(self, deadline: float) -> Steps[None]:
        for record in self._records.values():
            if record.outcome is not None:
                yield self._counted(record.outcome)
            elif record.task_id:
                self._wait(record, is_new=False)
            else:
                self._queues[record.pack].append(record)
        while (rest := self._rest(deadline)) is not None:
            if rest > 0:
                yield from self._poller.sleep(rest)
            yield from self._start_one()
            yield from self._poller.looked()

    def _rest(self, deadline: float) -> float | None:
        """Return the seconds until there is something to do; None when all is done or time is over."""
        now = self._poller.now()
        waits = [self._slots[name].rest(now, queue[0].places) for name, queue in self._queues.items() if queue]
        waits += [self._poller.rest()] if self._running else []
        return min(*waits, deadline - now) if waits and now < deadline else None

    def _start_one(self) -> Steps[None]:
        """Start a job for which there is a slot, as far as we know."""
        now = self._poller.now()
        waiting = [(self._slots[name], queue) for name, queue in self._queues.items() if queue]
        queue = next((queue for slots, queue in waiting if slots.rest(now, queue[0].places) <= 0), None)
        if queue is None:
            return
        record = queue.popleft()
        if record.is_doubtful and not record.can_be_found:
            yield self._ended(record, "unclear", reason="the run ended before its answer came, and it cannot be found")
            return
        if not record.is_claimed:
            self._journal.write({"job": record.job.id, **record.claim()}, sure=True)
        try:
            made = yield from self._made(record)
        except errors.KlingError as error:
            yield from self._not_started(record, error)
            return
        if record.operation.role == "create":
            record.task_id, record.created_at = made.task_id, moment(made, "created_at")
            self._journal.write({"job": record.job.id, "task": record.task_id, "created_at": record.created_at})
            self._wait(record, is_new=True)
        else:
            yield self._ended(record, "done", task=made)

    def _made(self, record: Record) -> Steps[Any]:
        """Return the task of a job: one that was started unseen, else a new one."""
        found = yield from self._found(record)
        try:
            return found or (yield Ask(record.call))
        except errors.ParameterInvalid:  # of a doubtful one perhaps as a duplicate: it has arrived after we looked
            found = yield from self._found(record)
            if found is None:
                raise
            return found

    def _found(self, record: Record) -> Steps[Any]:
        if not record.is_doubtful:
            return None
        try:
            return (yield Ask(partial(record.resource.get, record.external_id)))
        except (errors.ParameterInvalid, errors.ResourceNotFound):
            return None

    def _not_started(self, record: Record, error: errors.KlingError) -> Steps[None]:
        """Put a job back, or end it. Raises what would meet every job: no access, no money, no connection."""
        slots, how, now = self._slots[record.pack], outcome(error), self._poller.now()
        record.tries += how != "refused"
        record.is_doubtful = record.is_doubtful or how == "possibly_running"
        if isinstance(error, errors.ConnectionFailed) and record.can_be_found and record.tries > TRIES:
            raise error
        if how == "answered":
            if isinstance(error, errors.AuthError | errors.AccountError | errors.RateError):
                raise error
            yield self._ended(record, "refused", reason=str(error))
        elif record.tries > TRIES or (how == "possibly_running" and not record.can_be_found):
            yield self._ended(record, "unclear", reason=str(error))
        else:
            slots.free_at = now + self._retries.delay(record.tries)
            if isinstance(error, errors.ConcurrencyExceeded):
                slots.refused(now, self._retries.delay(min(slots.refusals, TRIES)), record.places)
            self._queues[record.pack].appendleft(record)

    def _wait(self, record: Record, *, is_new: bool) -> None:
        model = str(record.job.arguments.get("model_name") or "")
        task: Handle[Any] = Handle(record.resource, record.task_id, created_at=record.created_at, model=model)
        self._running[task] = record
        self._slots[record.pack].taken(self._poller.now(), record.places)
        self._poller.add(task, is_new=is_new)
        self._report()

    def _over(self, task: Handle[Any]) -> Give:
        record = self._running.pop(task)
        self._slots[record.pack].freed(record.places)
        reason = task.error or (getattr(task.last, "task_status_msg", None) if task.verdict == "failed" else None)
        return self._ended(record, task.verdict, task=task.last, reason=str(reason or ""))

    def _ended(self, record: Record, verdict: str, *, task: Any = None, reason: str = "") -> Give:
        """Write down how a job has ended, and give it."""
        units = str(getattr(task, "final_unit_deduction", None) or "")
        result = None if task is None else task.model_dump(mode="json", exclude_none=True)
        self._journal.write({"job": record.job.id, "end": verdict, "units": units, "reason": reason, "result": result})
        return self._counted(Outcome(record.job, verdict, task, record.task_id, units, reason))

    def _counted(self, ended: Outcome) -> Give:
        self._counts[ended.verdict] += 1
        self._units += Decimal(ended.units or 0)
        self._report()
        return Give(ended)

    def _report(self) -> None:
        if "on_progress" in self._how:
            self._how["on_progress"](self.summary)
