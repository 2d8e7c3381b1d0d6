"""Runs checks: makes the cases, works through them, and tells what became of each in the order of the plan."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from threading import Event

from .check import Case, Check
from .conformance import CHECKS as OF_ANSWERS
from .conformance import Conformance
from .errors import BudgetSpent, Failed, NoAnswer, NotFree, NotProven, RunEnded, Skipped, Tripped
from .exchange import masked
from .finding import CheckInfo, Finding, Report, Result
from .session import Bench, Session
from .subject import Subject

_MISREAD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Planned:
    """One case of one check."""

    check: Check
    case: Case


def plan(subject: Subject, checks: Iterable[Check]) -> list[Planned]:
    """Return the cases of a run, in order."""
    name = subject.profile.name
    made = [Planned(check, case) for check in checks if name in check.profiles for case in check.cases(subject)]
    ids = [f"{one.check.id}:{one.case.element}" for one in made]
    assert len(set(ids)) == len(ids), f"ids are given once: {sorted({one for one in ids if ids.count(one) > 1})}"
    return made


@dataclass
class Run:
    """A run at work."""

    bench: Bench
    conformance: Conformance
    jobs: int = 1
    progress: Callable[[Result], object] = lambda result: None
    ended: str = ""  # why the run ended early
    failure: BaseException | None = None
    _stop: Event = field(default_factory=Event)

    def work(self, planned: Sequence[Planned]) -> list[Result]:
        """Return what became of each case. Ends early for Ctrl-C and `RunEnded`: the rest is told as skipped."""
        done: dict[int, Result] = {}
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="kling-contract") as pool:
            waiting = {pool.submit(self._one, one): number for number, one in enumerate(planned)}
            try:
                for future in as_completed(waiting):
                    self._keep(done, waiting[future], future)
            except KeyboardInterrupt as error:
                self._end(error)
                pool.shutdown(wait=True, cancel_futures=True)
        for future, number in waiting.items():  # those that ended while others were given up
            if number not in done and not future.cancelled():
                self._keep(done, number, future)
        rest = f"not run: {self.ended}"
        return [
            done.get(number) or Result(one.check.id, one.case.element, "skipped", reason=rest)
            for number, one in enumerate(planned)
        ]

    def _keep(self, done: dict[int, Result], number: int, future: Future[Result | None]) -> None:
        result = future.result()
        if result is not None:
            done[number] = result
            self.progress(result)

    def _end(self, error: BaseException) -> None:
        self._stop.set()
        self.failure = error
        self.ended = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error)

    def _one(self, planned: Planned) -> Result | None:
        """Return what became of a case, None when it was not begun or is without a verdict."""
        if self._stop.is_set():
            return None
        begin = time.monotonic()
        session = Session(self.bench, self.bench.own)
        try:
            return self._result(planned, session, begin)
        except RunEnded as error:
            self._end(error)
            if not isinstance(error, Tripped):
                return None
            finding = self._finding(planned, session, "a refusal: it cannot succeed", str(error))
            return Result(planned.check.id, planned.case.element, "failed", time.monotonic() - begin, finding=finding)

    def _result(self, planned: Planned, session: Session, begin: float) -> Result:
        check, case = planned.check, planned.case
        finding: Finding | None = None
        outcome, reason = "passed", ""
        try:
            self._tried(planned, session)
        except Failed as error:
            outcome, finding = "failed", self._finding(planned, session, error.expected, error.got)
        except NoAnswer as error:
            outcome, finding = "failed", self._finding(planned, session, "an answer", str(error))
        except NotFree as error:
            outcome, finding = (
                "failed",
                self._finding(planned, session, "only requests that cannot be charged", f"the guard stopped {error}"),
            )
        except _MISREAD as error:  # nothing that a server answers may end the run
            outcome = "failed"
            finding = self._finding(
                planned, session, "an answer of the form that the check reads", f"{type(error).__name__}: {error}"
            )
        except (Skipped, NotProven, BudgetSpent) as error:
            outcome, reason = "skipped", str(error)
        return Result(check.id, case.element, outcome, time.monotonic() - begin, reason, finding)

    def _tried(self, planned: Planned, session: Session) -> None:
        check, control = planned.check, self.bench.control
        if check.needs_control and control is None:
            raise Skipped("needs the control API of kling-mock")
        if control is None or not check.is_alone:
            session.account = self.bench.shared
            planned.case.run(session)
            return
        session.account = control.open()
        try:
            planned.case.run(session)
        finally:
            control.close(session.account)

    def _finding(self, planned: Planned, session: Session, expected: str, got: str) -> Finding:
        secrets = (*self.conformance.secrets, *session.account.keys.secrets)
        last = session.last
        curl, reply = (last.curl(secrets), last.told(secrets)) if last else ("", "")
        return Finding(planned.check.id, planned.case.element, expected, masked(got, secrets), planned.case.source, curl, reply)


def reported(run: Run, planned: Sequence[Planned], results: Sequence[Result], *, seconds: float) -> Report:
    """Return what a run has to say."""
    subject, order = run.bench.subject, [one.check for one in planned]
    infos = [CheckInfo(one.id, one.title) for one in dict.fromkeys(order)]
    of_answers = sorted(run.conformance.results(), key=lambda one: one.id)
    return Report(
        target=run.bench.target.base_url,
        profile=subject.profile.name,
        as_of=subject.document["info"]["version"],
        results=(*results, *of_answers),
        checks=(*infos, *OF_ANSWERS),
        requests=run.bench.target.pace.sent,
        seconds=seconds,
        ended=run.ended,
        tolerated=tuple(sorted(run.conformance.tolerated)),
    )
