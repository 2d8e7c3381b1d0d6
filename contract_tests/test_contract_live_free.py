"""A live-free run costs nothing: by construction, and by what is on the account afterwards."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from mutants import FAMILIES, MUTANTS, doors, envelopes, laws
from mutants.mutant import Mutant, started

from kling_contract.check import Case, Check
from kling_contract.errors import TargetUnusable
from kling_contract.finding import Report, Source
from kling_contract.guard import IMPOSSIBLE_MODEL, GuardedTransport
from kling_contract.keys import NOBODY, Keys, nobody
from kling_contract.opened import Options, opened
from kling_contract.profile import LIVE_FREE
from kling_contract.run import Planned
from kling_contract.session import Session
from kling_contract.target import Pace
from kling_mock.clock import Clock
from kling_mock.request import Answer, Request
from kling_mock.settings import ACCESS_KEY, API_KEY, SECRET_KEY, Settings
from kling_mock.transport import MockTransport
from kling_mock.world import World
from kling_spec.document import Document, operations
from kling_spec.load import Spec

KEYS = Keys(ACCESS_KEY, SECRET_KEY, API_KEY)
URL = "http://live.test"
CREATE = "/v1/videos/text2video"
READS = {"GET", "HEAD", "OPTIONS"}
BROKE: Any = {"units": 0}


@pytest.fixture(autouse=True)
def _loaded_once(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kling_contract.opened.load", lambda folder: spec)


class Live(World):
    """A mock that keeps what it was asked, and can be wrong."""

    def __init__(self, bundle: Document, change: Callable[..., Answer] | None = None, **settings: Any) -> None:
        super().__init__(bundle, Settings(**{**BROKE, **settings}), clock=Clock(speed=0))
        self.asked: list[Request] = []
        self._change = change
        self._memory: dict[Any, Any] = {}

    def handle(self, request: Request) -> Answer:
        self.asked.append(request)
        return self._change(request, super().handle, self._memory) if self._change else super().handle(request)

    @property
    def made(self) -> int:
        """How many tasks there are, of whoever, and how many answers pretended that there is one."""
        return sum(len(one.tasks) for one in self.accounts) + int(self._memory.get("made", 0))


def ran(world: World, *, keys: Keys = KEYS, **more: Any) -> Report:
    """Return the report of a live-free run in this process, in which no time passes."""
    options = Options(URL, keys, LIVE_FREE, rate=0, transport=MockTransport(world), **more)
    with opened(options) as ready:
        return ready.go()


def _writes(world: Live) -> list[Request]:
    return [one for one in world.asked if one.verb not in READS]


def test_a_run_finds_nothing_and_leaves_nothing(ruled_doc: Document) -> None:
    """On an account with nothing in its packs all checks pass, no task exists afterwards, and nothing was taken."""
    world = Live(ruled_doc)
    report = ran(world)
    assert report.findings == ()
    assert report.count("passed") > 500
    assert {one for one in report.results if one.outcome == "skipped"} == set()
    assert report.requests < 500
    assert (world.made, world.account.wallet.taken) == (0, [])


def test_every_request_is_free_by_construction(ruled_doc: Document) -> None:
    """Reads have no body; a write is a ledger query, carries nobody's credentials or a model that cannot exist, and no more."""
    world = Live(ruled_doc, units=10_000)
    ran(world)
    ledgers = {one.path for one in operations(ruled_doc) if one.id.startswith("account.")}
    assert len(_writes(world)) > 40
    for one in world.asked:
        if one.verb in READS:
            assert one.body == b""
        elif one.path not in ledgers or not KEYS.has_any:
            body, token = json.loads(one.body), one.headers.get("authorization")
            assert body in ({}, {"model_name": IMPOSSIBLE_MODEL}), one
            assert token in map(nobody, NOBODY) or body, one
    assert world.made == 0


def test_the_ledgers_are_those_of_the_account(ruled_doc: Document) -> None:
    """What is sent with POST and the caller's keys is what lists deductions, and nothing else."""
    world = Live(ruled_doc)
    ran(world)
    own = [one for one in _writes(world) if one.headers.get("authorization") not in list(map(nobody, NOBODY))]
    assert {one.path for one in own if IMPOSSIBLE_MODEL.encode() not in one.body} == {
        "/account/billing/balance",
        "/account/billing/package",
    }


def _accept(request: Request, handle: Any, state: Any) -> Answer:
    """Accept every write, whoever asks."""
    return handle(request) if request.verb in READS else started(state)


def _accept_all(request: Request, handle: Any, state: Any) -> Answer:
    """Let everybody in, and say yes to everything."""
    return started(state)


def _accept_known(request: Request, handle: Any, state: Any) -> Answer:
    """Look at the credentials and at nothing else."""
    answer = handle(request)
    return answer if json.loads(answer.body)["code"] in (1001, 1002) else started(state)


@pytest.mark.parametrize("change", [_accept_all, _accept_known])
def test_a_server_that_accepts_everything_gets_no_create(change: Any, ruled_doc: Document) -> None:
    """Reads show that it refuses nothing, so no poison is proven, and no write of a caller it knows is sent at all."""
    world = Live(ruled_doc, change, units=10_000)
    report = ran(world)
    known = [one for one in _writes(world) if one.headers.get("authorization") not in list(map(nobody, NOBODY))]
    assert [one for one in known if not one.path.startswith("/account/")] == []
    assert list(world.account.tasks) == []
    assert report.findings
    reasons = " ".join(one.reason for one in report.results)
    assert "it might not be refused" in reasons
    if change is _accept_all:
        assert [one.path for one in _writes(world) if not one.path.startswith("/account/")] == []


def test_the_first_write_that_is_accepted_ends_the_run(ruled_doc: Document) -> None:
    """Even a server whose reads are right and whose creates take anything gets one request, of nobody."""
    world = Live(ruled_doc, _accept, units=10_000)
    report = ran(world)
    (only,) = [one for one in _writes(world) if not one.path.startswith("/account/")]
    assert only.headers.get("authorization") is None
    assert any("cannot succeed and was not refused" in one.got for one in report.findings)
    assert report.ended
    assert world.asked[-1] is only


_LET_THROUGH = [
    one for one in MUTANTS if one.change and one.change.__module__ in {doors.__name__, envelopes.__name__, laws.__name__}
]


@pytest.mark.parametrize("mutant", _LET_THROUGH, ids=lambda one: one.name)
def test_no_wrong_mock_gets_a_task_of_the_caller(mutant: Mutant, ruled_doc: Document) -> None:
    """Whatever a server lets through, the account has no task after a live-free run and has paid nothing; of the answers
    that pretend to have started one the first is the last."""
    world = Live(ruled_doc, mutant.change, units=10_000)
    with suppress(TargetUnusable):  # where the first look shows that it is no Kling API
        ran(world, families=FAMILIES[:2])
    assert sum(len(one.tasks) for one in world.accounts) == 0
    assert world.account.wallet.taken == []
    assert world._memory.get("made", 0) <= 1


def test_a_check_that_forgets_the_poison_is_stopped(ruled_doc: Document) -> None:
    """A create without poison, sent by a check, becomes a finding of the guard's; the server hears nothing of it."""
    world = Live(ruled_doc, units=10_000)
    body = {"model_name": "kling-v2-6", "prompt": "A paper boat"}

    def send(session: Session) -> None:
        session.accepted(session.ask(session.subject.by_id["text_to_video.create"], body))

    check = Check("careless", "sends a create", lambda subject: iter(()), frozenset({LIVE_FREE}))
    options = Options(URL, KEYS, LIVE_FREE, rate=0, transport=MockTransport(world))
    with opened(options) as ready:
        before = len(world.asked)
        (result,) = ready.run.work([Planned(check, Case("text_to_video.create", send, Source("nobody")))])
    assert result.finding is not None
    assert (
        "the guard stopped a POST with the caller's credentials" in result.finding.got
        or "a body that says more" in result.finding.got
    )
    assert (len(world.asked), world.made) == (before, 0)


def test_only_live_free_has_a_guard(ruled_doc: Document) -> None:
    """The guard stands in the client that sends: no way leads around it."""
    with opened(Options(URL, KEYS, LIVE_FREE, rate=0, transport=MockTransport(Live(ruled_doc)))) as ready:
        assert isinstance(ready.run.bench.target.http._transport, GuardedTransport)
        assert ready.run.bench.control is None
        assert ready.run.jobs == 1


def test_a_dry_run_sends_nothing_and_tells_all(ruled_doc: Document) -> None:
    """It tells the requests of a real run, in order, but the first look; no key stands in it."""
    world, told = Live(ruled_doc), []
    ran(world)
    real = [(one.verb, re.sub("no-such-task-.*", "…", one.path)) for one in world.asked][1:]
    world.asked.clear()
    ran(world, on_dry=lambda exchange: told.append(exchange))
    assert world.asked == []
    assert [(one.verb, re.sub("no-such-task-.*", "…", httpx2.URL(one.url).path)) for one in told] == real
    lines = "\n".join(one.curl(KEYS.secrets) for one in told)
    assert not [one for one in KEYS.secrets if one in lines]
    assert "Bearer ey" not in lines.replace(str(nobody("stranger")), "")


def test_the_budget_and_the_pace(ruled_doc: Document) -> None:
    """One request a second, and no more of them than allowed; the cases that are left say why they were skipped."""
    world, now, waits = Live(ruled_doc), [100.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    options = Options(URL, KEYS, LIVE_FREE, most_requests=10, transport=MockTransport(world), sleep=sleep, now=lambda: now[0])
    with opened(options) as ready:
        report = ready.go()
    assert (len(world.asked), report.requests, report.findings) == (10, 10, ())
    assert waits == [1.0] * 9
    assert ("the budget of 10 requests is spent; --max-requests gives more", report.count("skipped")) == report.skipped[0]


def test_the_pace_of_many_threads() -> None:
    """The turns of requests are a second apart, whoever asks."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    pace = Pace(rate=2, sleep=sleep, now=lambda: now[0])
    for _ in range(5):
        pace.wait()
    assert now == [2.0]


def test_without_keys_what_needs_none_is_checked(ruled_doc: Document) -> None:
    """A run without credentials finds nothing wrong and says what it could not do."""
    report = ran(Live(ruled_doc), keys=Keys())
    assert report.findings == ()
    assert {reason for reason, _ in report.skipped} == {
        "needs credentials: --access-key and --secret-key, or --api-key",
        "needs an access key and its secret key",
        "needs an API key",
    }
    assert report.count("passed") > 200
