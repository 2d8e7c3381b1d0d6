"""Runs checks against mutants, in this process, and tells which found what."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import httpx2

from kling_contract.check import Check
from kling_contract.checks import CHECKS
from kling_contract.conformance import CHECKS as OF_ANSWERS
from kling_contract.conformance import Conformance
from kling_contract.control import Account, Control
from kling_contract.finding import Report
from kling_contract.keys import Keys
from kling_contract.receiver import Receiver
from kling_contract.run import Run, plan, reported
from kling_contract.session import Bench
from kling_contract.subject import Subject
from kling_contract.target import Target
from kling_mock.clock import Clock
from kling_mock.request import Answer, Request
from kling_mock.settings import ACCESS_KEY, API_KEY, SECRET_KEY, Settings
from kling_mock.transport import MockTransport
from kling_mock.world import World
from kling_spec.bundle import current
from kling_spec.load import load

from .mutant import FAMILIES, Mutant, Sender

URL = "http://mock.test"
_PATIENCE = 30.0  # seconds of the account's clock: a task of the mock ends within four
_BUSY = ("auth-none", "page-limits", "example-accepted", "lifecycle")  # checks that make answers of every kind


class WrongWorld(World):
    """A mock whose answers a mutant changes."""

    def __init__(self, mutant: Mutant | None, send: Sender) -> None:
        self._change = mutant.change if mutant else None
        self._file = mutant.file if mutant else None
        self._memory: dict[Any, Any] = {"world": self}
        going = mutant.astray(send, self._memory) if mutant and mutant.astray else send
        clock = Clock(speed=0)
        super().__init__(current(), Settings(), clock=clock, send=lambda post: going(post.url, post.body, post.headers))

    def handle(self, request: Request) -> Answer:
        """Answer wrongly; the control API does not."""
        is_file = "/assets/" in request.path
        change = self._file if is_file else None if request.path.startswith("/_mock/") else self._change
        return super().handle(request) if change is None else change(request, super().handle, self._memory)


@cache
def subject() -> Subject:
    """Return the families that mutants are run with: one of videos, one of pictures, and the account."""
    return Subject.of(load(), "offline", families=FAMILIES)


def hunted(mutant: Mutant | None, checks: Iterable[str], receiver: Receiver) -> Report:
    """Return the report of some checks over a mutant; None is the mock as it should be."""
    world = WrongWorld(mutant, _posted)
    target = Target(URL, transport=MockTransport(world))
    control = Control(target.http, URL, subject().catalogue["limits"]["limits"]["packs"])
    own = Account(Keys(ACCESS_KEY, SECRET_KEY, API_KEY))
    bench = Bench(subject(), target, own, control, receiver, "mutant", lambda seconds: None, patience=_PATIENCE)
    conformance = Conformance(subject())
    target.hooks.append(conformance)
    run = Run(bench, conformance)
    planned = plan(subject(), _named(checks))
    try:
        return reported(run, planned, run.work(planned), seconds=0)
    finally:
        target.close()


def _posted(url: str, payload: bytes, headers: Mapping[str, str]) -> int:
    """Post a callback over HTTP and return the status of the answer."""
    with httpx2.Client(timeout=5, trust_env=False) as http:
        return http.post(url, content=payload, headers=dict(headers)).status_code


def _named(names: Iterable[str]) -> Sequence[Check]:
    """Return checks by name; for those that look at every answer, checks that make answers of every kind."""
    wanted = set(names)
    if wanted & {one.id for one in OF_ANSWERS}:
        wanted |= set(_BUSY)
    return [one for one in CHECKS if one.id in wanted]


def caught(report: Report) -> tuple[str, ...]:
    """Return the checks that found something."""
    return tuple(dict.fromkeys(one.check for one in report.findings))


def rows(mutants: Iterable[Mutant], receiver: Receiver, checks: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return the table of mutants and checks; each is run with the checks named by it, and with more that are asked for."""
    asked, made = tuple(checks), []
    for one in mutants:
        found = caught(hunted(one, (*one.caught_by, *asked), receiver))
        made.append({"name": one.name, "expected": one.caught_by, "caught": found})
    return made
