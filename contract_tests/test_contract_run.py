"""Whole runs of the suite: over our mock, over a gateway in front of it, and over servers of all kinds."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kling_contract.checks import CHECKS
from kling_contract.conformance import CHECKS as OF_ANSWERS
from kling_contract.errors import ContractError, TargetUnusable
from kling_contract.finding import Report
from kling_contract.keys import Keys
from kling_contract.opened import Options, opened
from kling_contract.profile import DEVIATIONS, GATEWAY
from kling_contract.references import providers
from kling_contract.run import plan
from kling_contract.subject import Subject
from kling_mock.clock import Clock
from kling_mock.handle import running
from kling_mock.settings import ACCESS_KEY, API_KEY, SECRET_KEY, Settings
from kling_mock.transport import MockTransport
from kling_mock.world import World
from kling_spec.bundle import ruled
from kling_spec.document import Document
from kling_spec.load import Spec

KEYS = Keys(ACCESS_KEY, SECRET_KEY, API_KEY)
URL = "http://mock.test"
FEW = ("text_to_video", "account")
QUICK = tuple(one.id for one in CHECKS if not one.id.startswith("rule"))  # without the search for bodies that break rules


@pytest.fixture(autouse=True)
def _loaded_once(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kling_contract.opened.load", lambda folder: spec)


def ran(options: Options) -> Report:
    with opened(options) as ready:
        return ready.go()


def inside(world: World, **more: Any) -> Options:
    """Return options for a mock in this process."""
    return Options(**{"base_url": URL, "keys": KEYS, "transport": MockTransport(world), "jobs": 1, "checks": QUICK, **more})


def world_of(bundle: Document, **settings: Any) -> World:
    return World(bundle, Settings(**settings), clock=Clock(speed=0))


def test_the_mock_keeps_the_contract() -> None:
    """Every check finds cases, and nothing wrong, over a served mock; in less than a minute. No account stays behind."""
    begin = time.monotonic()
    with running() as mock:
        report = ran(Options(mock.url, Keys(mock.access_key, mock.secret_key, mock.api_key)))
        assert len(mock.world.accounts) == 1
    assert [f"{one.id}: expected {one.expected}; got {one.got}" for one in report.findings] == []
    passed = {one.check for one in report.results if one.outcome == "passed"}
    assert passed == {one.id for one in CHECKS} | {one.id for one in OF_ANSWERS}
    assert {reason for reason, _ in report.skipped} == {"the service was seen to tolerate it", "it costs nothing"}
    assert time.monotonic() - begin < 60


def test_every_rule_is_tried(spec: Spec) -> None:
    """Each rule that one body can break has a case that breaks it and one that keeps it, save those that are listed."""
    subject = Subject.of(spec, "offline")
    cases = {
        f"{one.check.id}:{one.case.element}" for one in plan(subject, [one for one in CHECKS if one.id.startswith("rule")])
    }

    def untried(check: str) -> set[str]:
        rules = {f"{operation.id} {rule['id']}" for operation, rule, _, _ in subject.samples}
        return {one for one in rules if not any(case.startswith(f"{check}:{one}") for case in cases)}

    assert untried("rule-broken") == {"image_generation.create img-v1-5-needs-reference"}  # its model is gone
    assert {one.partition(" ")[2].removeprefix("t2v-").removeprefix("i2v-") for one in untried("rule-kept")} == {
        "camera-config-needed",  # no example has a camera
        "camera-config-only-simple",
        "camera-one-axis",
    }


def test_a_run_repeats(ruled_doc: Document) -> None:
    """The same results in the same order, whatever the ids, and however many work at it."""
    first, second = (ran(inside(world_of(ruled_doc), families=FEW, jobs=jobs)) for jobs in (1, 3))
    assert [(one.id, one.outcome) for one in first.results] == [(one.id, one.outcome) for one in second.results]
    assert len({one.id for one in first.results}) == len(first.results)


@pytest.mark.parametrize("date", ["2026-03-18", "2026-06-01"])
def test_other_days(date: str, spec: Spec) -> None:
    """The mock of a day keeps the contract of that day, and not that of another."""
    world = world_of(ruled(spec, date))
    assert ran(inside(world, families=FEW, as_of=date)).findings == ()
    assert ran(inside(world, families=FEW)).findings != ()


def test_the_documented_service(ruled_doc: Document) -> None:
    """A mock that behaves as the table of errors says keeps the contract of that table."""
    world = world_of(ruled_doc, fidelity="documented")
    assert ran(inside(world, families=FEW, fidelity="documented")).findings == ()
    found = {one.check for one in ran(inside(world, families=FEW)).findings}
    assert found == {"task-unknown", "accounts-apart", "shape"}


class Gateway(httpx2.BaseTransport):
    """Relays under a prefix, and does all that a gateway is known to do otherwise."""

    def __init__(self, world: World, limit: int = 7) -> None:
        self._inner = MockTransport(world)
        self._world = world
        self._count, self._limit = 0, limit

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.raw_path.decode()
        if "/assets/" in path:
            return self._inner.handle_request(request)
        if not path.startswith("/relay/"):
            return httpx2.Response(404, text="no")
        self._count += 1
        if self._count % self._limit == 0:
            return httpx2.Response(429, json={"code": 1302, "message": "too fast", "request_id": f"gateway-{self._count}"})
        request.url = request.url.copy_with(raw_path=path.removeprefix("/relay").encode())
        response = self._inner.handle_request(request)
        if response.status_code == 401:
            return httpx2.Response(401, json={"error": "unauthorized"})
        if response.json()["code"] == 1202:
            return httpx2.Response(404, text="<h1>not here</h1>", headers={"content-type": "text/html"})
        return httpx2.Response(response.status_code, json={**response.json(), "cached": False}, headers={"via": "relay"})


def test_a_gateway_may_deviate(ruled_doc: Document) -> None:
    """Under a prefix, without control API, with pages and limits of its own: nothing is wrong, and all of it is told."""
    world = world_of(ruled_doc, slots=1000)
    options = inside(
        world,
        base_url=f"{URL}/relay/",
        transport=Gateway(world),
        profile=GATEWAY,
        may_charge=True,
        families=FEW,
        sleep=world.advance,
    )
    report = ran(options)
    assert [f"{one.id}: {one.got}" for one in report.findings] == []
    assert set(report.tolerated) == set(DEVIATIONS)
    strict = ran(replace(options, profile="offline", keys=KEYS))
    assert {one.check for one in strict.findings} >= {"auth-none", "route-path", "answer-members", "answer-envelope"}


def test_another_mock_is_polled(ruled_doc: Document) -> None:
    """Without a control API time passes by itself: tasks are waited for, and what cannot be checked says why."""
    world = world_of(ruled_doc, slots=1000)
    advanced: list[float] = []

    def sleep(seconds: float) -> None:
        advanced.append(seconds)
        world.advance(seconds)

    report = ran(inside(world, transport=Hidden(world), may_charge=True, families=FEW, sleep=sleep))
    assert report.findings == ()
    assert sum(advanced) > 10
    assert ("needs the control API of kling-mock") in {reason for reason, _ in report.skipped}
    assert {one.check for one in report.results if one.outcome == "passed"} >= {
        "lifecycle",
        "pages",
        "callbacks",
        "price",
        "ledger",
    }


class Hidden(MockTransport):
    """A mock without a control API."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/_mock/") and "/assets/" not in request.url.path:
            return httpx2.Response(404, text="no such page")
        return super().handle_request(request)


def test_nothing_is_started_that_may_cost_money(ruled_doc: Document) -> None:
    """A server that is not our mock must be allowed; the service itself is never."""
    world = world_of(ruled_doc)
    with pytest.raises(TargetUnusable, match="say --may-charge"):
        ran(inside(world, transport=Hidden(world)))
    with pytest.raises(TargetUnusable, match="tasks need credentials"):
        ran(inside(world, transport=Hidden(world), may_charge=True, keys=Keys()))
    for host in ("api-singapore.klingai.com", "api-beijing.klingai.com", "klingai.com", "new.klingai.com:8443"):
        with pytest.raises(TargetUnusable, match="is the service itself"):
            ran(inside(world, base_url=f"https://{host}", may_charge=True))
    assert len(world.account.tasks) == 0


def test_the_control_token(ruled_doc: Document) -> None:
    """A mock that asks for a token is controlled with it, and is another's mock without it."""
    world = world_of(ruled_doc, control_token="open sesame")
    options = inside(world, families=FEW, checks=("lifecycle-failed",))
    with pytest.raises(TargetUnusable, match="may-charge"):
        ran(options)
    assert ran(replace(options, control_token="open sesame")).count("passed") > 1


def test_a_full_account_is_no_finding(ruled_doc: Document) -> None:
    """Where tasks of others take all places, cases are skipped and say so."""
    world = world_of(ruled_doc, slots=0)
    report = ran(
        inside(
            world,
            transport=Hidden(world),
            may_charge=True,
            families=FEW,
            checks=("task-found", "lifecycle"),
            sleep=world.advance,
        )
    )
    assert report.findings == ()
    assert report.skipped[0][0].startswith("the account has no place for a task now")


def _answering(*made: Callable[[httpx2.Request], httpx2.Response]) -> httpx2.MockTransport:
    return httpx2.MockTransport(made[0])


def _late(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ReadTimeout("timed out", request=request)


def _gone(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("[Errno 111] Connection refused", request=request)


_NOT_KLING: dict[str, tuple[Callable[[httpx2.Request], httpx2.Response], str]] = {
    "down": (_gone, "cannot be checked: no connection: [Errno 111] Connection refused"),
    "slow": (_late, "cannot be checked: no answer within 10 s"),
    "html": (lambda request: httpx2.Response(200, html="<html>hello</html>"), "answered with HTTP 200 and HTML, without code and message"),
    "json": (lambda request: httpx2.Response(200, json={"hello": "world"}), "HTTP 200 and JSON, without"),
    "text": (lambda request: httpx2.Response(200, text="hello"), "HTTP 200 and text/plain, without"),
    "nothing": (lambda request: httpx2.Response(204), "HTTP 204 and nothing, without"),
    "elsewhere": (lambda request: httpx2.Response(404, json={"detail": "Not Found"}), "HTTP 404 and JSON, without code and message; is a prefix missing in --base-url?"),
    "moved": (lambda request: httpx2.Response(301, headers={"location": "https://elsewhere.test"}), "HTTP 301"),
}  # fmt: skip


@pytest.mark.parametrize("profile", ["offline", "live-free"])
@pytest.mark.parametrize("name", _NOT_KLING)
def test_a_server_that_cannot_be_checked(name: str, profile: str) -> None:
    """One line says what is wrong with it, after one request."""
    answer, said = _NOT_KLING[name]
    asked = []

    def counted(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return answer(request)

    with pytest.raises(TargetUnusable) as error:
        ran(Options(URL, KEYS, profile, transport=_answering(counted)))
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert len(asked) == 1


def test_a_server_that_goes_away(ruled_doc: Document) -> None:
    """After three requests without an answer the run ends; what was done is told, the rest is skipped."""
    inner, left = MockTransport(world_of(ruled_doc)), iter(range(60))

    def answer(request: httpx2.Request) -> httpx2.Response:
        return _gone(request) if next(left, None) is None else inner.handle_request(request)

    with opened(Options(URL, KEYS, transport=_answering(answer), jobs=1, families=FEW)) as ready:
        report = ready.go()
        failure = ready.run.failure
    assert isinstance(failure, TargetUnusable)
    assert report.ended.startswith(f"{URL} stopped answering")
    assert report.count("passed") > 40
    assert len(report.findings) <= 2
    assert report.skipped[0][0] == f"not run: {report.ended}"


@pytest.mark.parametrize(
    "url", ["mock.test", "ftp://mock.test", "http://", "http://key:secret@mock.test", "http://mock.test/?a=1"]
)
def test_addresses_that_are_none(url: str) -> None:
    """The base URL is scheme, host, port and path."""
    with pytest.raises(TargetUnusable, match="--base-url"):
        ran(Options(url))


def test_names_that_are_none(ruled_doc: Document) -> None:
    """A family or check that is not there is refused, with those that are."""
    with pytest.raises(ContractError, match="there are account, ai_multi_shot"):
        ran(inside(world_of(ruled_doc), families=("text2video",)))
    with pytest.raises(ContractError, match="no check 'rule'"):
        ran(inside(world_of(ruled_doc), checks=("rule",)))


def test_findings_tell_all(ruled_doc: Document) -> None:
    """What of the spec, the request as a curl line without secrets, the reply, what was expected and its source."""
    world = world_of(ruled_doc)
    inner = MockTransport(world)

    def answer(request: httpx2.Request) -> httpx2.Response:
        response = inner.handle_request(request)
        data = json.loads(response.content)
        return (
            httpx2.Response(429, json={**data, "message": f"{API_KEY} {SECRET_KEY}"}) if data.get("code") == 1201 else response
        )

    report = ran(Options(URL, KEYS, transport=_answering(answer), families=("text_to_video",), jobs=1, checks=("rule-broken",)))
    found = next(one for one in report.findings if one.id == "rule-broken:text_to_video.create t2v-shots-needed")
    assert found.expected == "HTTP 400 with code 1201"
    assert found.source.file == "spec/families/text_to_video.yaml"
    assert "Text to Video, seen 20" in found.source.words
    assert found.curl.startswith(
        "curl -X POST http://mock.test/v1/videos/text2video -H 'user-agent: kling-contract' -H 'authorization: Bearer ***'"
    )
    assert '"multi_shot": true' in found.curl
    assert found.reply.startswith("HTTP 429 application/json")
    assert not [one for one in KEYS.secrets if one in f"{found.curl}{found.reply}{found.got}"]
    status = next(one for one in report.findings if one.check == "answer-status")
    assert (status.id, status.expected) == ("answer-status:text_to_video.create code 1201", "HTTP 400 with code 1201")


def test_ids_come_from_where_they_are_given(spec: Spec) -> None:
    """Each kind of id that a request refers to is given by some operation, save the voices of the catalogue."""
    subject = Subject.of(spec, "offline")
    from kling_contract.references import wanted

    for operation in subject.all:
        for body in operation.examples.values():
            for kind in wanted(body, operation.request or {}):
                assert providers(subject, kind, operation) or kind == "speech_voice", (operation.id, kind)


@pytest.fixture
def slow_server() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_socket_that_says_nothing(slow_server: str) -> None:
    """The first request waits as long as it was told to, and no longer."""
    begin = time.monotonic()
    with pytest.raises(TargetUnusable, match=r"no answer within 0\.2 s"):
        ran(Options(slow_server, timeout=0.2))
    assert time.monotonic() - begin < 5


def test_prices_are_exact(ruled_doc: Document) -> None:
    """Units are compared as decimals: 0.3 a second for five seconds are 1.5, not about that."""
    assert Decimal("0.3") * 5 == Decimal("1.5")
    report = ran(inside(world_of(ruled_doc), families=FEW, checks=("price",)))
    assert report.count("passed") > 3


def test_the_package_needs_no_mock(tmp_path: Path) -> None:
    """Checking another's server takes the spec and an HTTP client: neither the mock nor the client is imported."""
    import ast

    folder = Path(__file__).parent / "kling_contract"
    proof = {"witnesses.py", "demo.py"}
    for path in (one for one in folder.rglob("*.py") if one.name not in proof):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                assert str(node.module).partition(".")[0] not in {"kling", "kling_mock", "kling_codegen"}, path
