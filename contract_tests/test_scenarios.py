"""Scenarios: those that come with the mock do what they say, and the client lives through them; wrong files are told."""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import pytest
import yaml
from conftest import BODY, CREATE, START_MS, bench
from hypothesis import given
from hypothesis import strategies as st

from kling import Kling, KlingError
from kling_mock.account import Account
from kling_mock.cli import main
from kling_mock.clock import Clock
from kling_mock.errors import ScenarioWrong
from kling_mock.faults import KINDS
from kling_mock.handle import MockHandle
from kling_mock.scenario import ScenarioFile, loaded, named, schema, shipped
from kling_mock.settings import Settings
from kling_mock.transport import MockTransport
from kling_mock.world import World
from kling_spec.document import Document

_ROOT = Path(__file__).resolve().parent.parent
_GUIDE = _ROOT / "docs" / "guides" / "scenarios.md"


@pytest.fixture(scope="module")
def server(ruled_doc: Document) -> World:
    """A mock whose accounts play scenarios."""
    return bench(ruled_doc, Settings()).world


def _playing(server: World, name: str, seed: int = 0) -> Account:
    """Return a fresh account that plays a scenario."""
    with httpx2.Client(transport=MockTransport(server), base_url="http://mock.test/_mock") as http:
        made = http.post("/accounts", json={"seed": seed}).json()["id"]
        http.post("/scenario", json={"name": name}, headers={"x-kling-mock-account": made}).raise_for_status()
    return server.accounts.get(made)


def _seen(server: World, account: Account, number: int = 24) -> list[Any]:
    """Return what comes of creates: the code, the HTTP status where there is no envelope, or the exception."""
    seen: list[Any] = []
    transport = MockTransport(server, sleep=lambda _: None)
    with httpx2.Client(transport=transport, base_url="http://mock.test", timeout=5) as http:
        for _ in range(number):
            try:
                answer = http.post(CREATE, json=BODY, headers={"authorization": f"Bearer {account.api_key}"})
                is_json = answer.headers.get("content-type") == "application/json"
                seen.append(answer.json()["code"] if is_json else f"HTTP {answer.status_code}")
            except httpx2.HTTPError as error:
                seen.append(type(error).__name__)
    return seen


_CREATES: dict[str, set[Any]] = {
    "arrears": {1101},
    "broken-bodies": {0, 1303, "HTTP 200", "RemoteProtocolError"},
    "broken-downloads": {0, 1303},
    "chaos": {0, 5000, 1302, 1303, "HTTP 502", "HTTP 504", "HTTP 200", "ReadError", "RemoteProtocolError"},
    "expired-results": {0, 1303},
    "few-slots": {0, 1303},
    "flaky-gateway": {0, 1303, "HTTP 502", "HTTP 504"},
    "lost-answers": {"RemoteProtocolError", 1303},
    "maintenance": {5001, 0, 1303},
    "moderation": {0, 1301, 1303},
    "rate-limited": {0, 1302},
    "resets": {0, 1303, "ReadError"},
    "slow-service": {0, 1303, "ReadTimeout"},
    "stalls": {0, 1303, "ReadTimeout"},
    "stray-callbacks": {0, 1303},
    "stuck-tasks": {0, 1303},
    "used-up-packs": {1102},
}
"""What creates may come to in each scenario; 1303 where the five places are taken."""


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_does_what_it_says(server: World, name: str) -> None:
    """Of many creates each comes to something that the scenario may do, and together they come to all of it."""
    seen = [one for seed in range(12) for one in _seen(server, _playing(server, name, seed))]
    assert set(seen) == _CREATES[name]


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_is_told(name: str) -> None:
    """It bears the name of its file, says in a sentence what happens, and stands in the guide."""
    scenario = named(name)
    assert scenario.told.name == name
    assert scenario.told.description.endswith(".")
    jsonschema_rs.validate(schema(), yaml.safe_load(scenario.text))
    assert f"| `{name}` |" in _GUIDE.read_text(encoding="utf-8")


def test_a_seed_repeats_a_scenario(server: World) -> None:
    """The same seed gives the same bad day, another seed another one."""
    days = [_seen(server, _playing(server, "chaos", seed)) for seed in (1, 1, 2)]
    assert days[0] == days[1] != days[2]


def _client(server: World, account: Account) -> Kling:
    """Return the generated client as a user has it, but that it does not sleep."""
    transport = MockTransport(server, sleep=lambda _: None)
    http = httpx2.Client(transport=transport, timeout=5)
    made = Kling(api_key=account.api_key, base_url="http://mock.test", http_client=http, max_retries=3)
    made._transport.sleep = lambda seconds: None  # type: ignore[method-assign]  # no test sleeps
    return made


@pytest.mark.parametrize("name", shipped())
def test_the_client_lives_through_every_scenario(server: World, name: str) -> None:
    """Each call ends with its task or an error of the client's own, and never starts two tasks."""
    for seed in range(5):
        account = _playing(server, name, seed)
        with _client(server, account) as client:
            for _ in range(8):
                before = len(account.tasks)
                done, made = _outcome(lambda: client.text_to_video.create(model_name="kling-v2-6", prompt="A paper boat"))
                started = len(account.tasks) - before
                assert started == 1 if done else started <= 1
                account.clock.advance(600)
                if done:
                    _outcome(partial(client.text_to_video.get, made.task_id))


def _outcome(call: Callable[[], Any]) -> tuple[bool, Any]:
    """Say whether a call was answered, and with what; only errors of the client's own may come instead."""
    try:
        return True, call()
    except KlingError as error:
        return False, error


def test_lost_answers_are_found(server: World) -> None:
    """Where every answer to a create is lost, the client finds each task that it has started."""
    account = _playing(server, "lost-answers")
    with _client(server, account) as client:
        for number in range(1, 6):
            client.text_to_video.create(model_name="kling-v2-6", prompt="A paper boat")
            assert len(account.tasks) == number


class TestPlayed:
    """Where a scenario is played."""

    def test_at_the_start_it_is_for_every_account(self, ruled_doc: Document) -> None:
        """The default account, new ones and strangers begin with it; what a new account says itself goes before it."""
        scenario = ScenarioFile("name: x\naccount: {polls: 3, clock: {speed: 5}}\nfaults: [{kind: code, code: 5000}]", "x.yaml")
        mock = bench(ruled_doc, Settings(accept_any_key=True, scenarios=(scenario,)))
        made = mock.http().post("/_mock/accounts", json={"clock": {"speed": 0, "now_ms": 5}, "polls": 1}).json()
        mock.post(token="stranger")
        assert [mock.post(token=one).json()["code"] for one in (None, made["api_key"], "stranger")] == [5000] * 3
        assert [(one.polls, one.clock.speed) for one in mock.world.accounts] == [(3, 5), (1, 0), (3, 5)]
        assert mock.world.accounts.get(made["id"]).clock.now() == 5

    def test_a_reset_begins_it_anew(self, ruled_doc: Document) -> None:
        """After a reset its faults stand as at the start, and those that came later are gone."""
        mock = bench(ruled_doc, Settings(scenarios=(named("maintenance"),)))
        for _ in range(2):
            mock.http().post("/_mock/fault-next", json={"code": 1303, "count": 9})
            assert [mock.post().json()["code"] for _ in range(4)] == [5001] * 3 + [1303]
            mock.http().post("/_mock/reset")

    def test_by_the_control_api_it_is_for_one_account(self, kling_mock: MockHandle, tmp_path: Path) -> None:
        """By name, by text and from a file; the faults come to those that stand."""
        path = tmp_path / "mine.yaml"
        path.write_text("name: mine\naccount: {state: arrears}\nfaults: [{kind: slow, seconds: 0}]\n")
        kling_mock.fault("code", code=1303)
        kling_mock.scenario("lost-answers")
        kling_mock.scenario(path)
        assert [one["kind"] for one in kling_mock.faults()] == ["code", "lost-answer", "slow"]
        assert kling_mock.account.state == "arrears"
        assert "lost-answers" in {one["name"] for one in kling_mock.control("GET", "/scenarios")["scenarios"]}
        assert kling_mock.world.account.faults.live == []

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ({}, "give the name of a scenario, or the text of one"),
            ({"name": "lost-answer"}, "did you mean lost-answers?"),
            ({"name": "../chaos"}, "did you mean chaos?"),
            ({"text": "name: x\nfaults: 3"}, "text:2: faults: Expected `array`"),
            ({"text": "x" * 100_001}, "Expected `str` of length <= 100000"),
            ({"text": "a: " + "[" * 9_000}, "nests deeper than 16"),
        ],
    )
    def test_what_cannot_be_played_is_told(self, kling_mock: MockHandle, body: Any, said: str) -> None:
        """A wrong name or text is 400 with what is wrong."""
        with pytest.raises(ValueError) as caught:  # noqa: PT011 (the text is looked at below)
            kling_mock.control("POST", "/scenario", body)
        assert said in str(caught.value)


_WRONG = [
    ("name: x\nnmae: y", "f.yaml:2: nmae: Object contains unknown field `nmae` (did you mean name?)"),
    ("description: x", "f.yaml:1: Object missing required field `name`"),
    ("name: x\nfaults:\n- kind: resett", "f.yaml:3: faults[0].kind: Invalid value 'resett' (did you mean reset?)"),
    ("name: x\nfaults:\n- {kind: reset}\n- kind: code\n  code: 999", "f.yaml:5: faults[1].code: no code 999"),
    (
        "name: x\nfaults:\n- kind: slow\n  second: 2",
        "f.yaml:4: faults[0].second: Object contains unknown field `second` (did you mean seconds?)",
    ),
    ("name: x\nfaults:\n- kind: slow\n\n  chance: 2", "f.yaml:5: faults[0].chance: Expected `float` <= 1.0"),
    (
        "name: x\nfaults:\n- kind: slow\n  operation: text_to_vido.*",
        "f.yaml:4: faults[0].operation: no operation is like 'text_to_vido.*'",
    ),
    ("name: x\naccount:\n  state: poor", "f.yaml:3: account.state: Invalid enum value 'poor'"),
    ("name: x\naccount:\n  packs:\n  - {kind: video}", "f.yaml:4: account.packs[0]: Object missing required field `units`"),
    (
        "name: x\naccount:\n  polls: 1\n  packs:\n  - {kind: vidio, units: 1}",
        "f.yaml:4: account.packs: no kind of pack 'vidio'",
    ),
    (
        "name: x\naccount:\n  packs:\n  - kind: video\n    unit: 1",
        "f.yaml:5: account.packs[0].unit: Object contains unknown field `unit` (did you mean units?)",
    ),
    ("name: x\naccount:\n\n  clock: {speed: -1}", "f.yaml:4: account.clock: cannot run at speed -1"),
    ("name: x\nname: y", "f.yaml:2: the key name stands twice"),
    ("name: [", "f.yaml:2: did not find expected node content"),
    ("? [a]\n: b", "f.yaml:1: a key must be text"),
    ("a: &a [1]\nb: *a", "f.yaml:2: aliases are not read"),
    ("", "f.yaml: expected a mapping at the top"),
]


@pytest.mark.parametrize(("text", "said"), _WRONG, ids=[said for _, said in _WRONG])
def test_a_wrong_file_is_told_with_its_line(ruled_doc: Document, text: str, said: str) -> None:
    """File, line, place, reason, and the nearest known name."""
    with pytest.raises(ScenarioWrong) as caught:
        World(ruled_doc, Settings(scenarios=(ScenarioFile(text, "f.yaml"),)), clock=Clock(speed=0, start_ms=START_MS))
    assert str(caught.value).startswith(said)


@given(
    st.dictionaries(
        st.sampled_from(["name", "description", "account", "faults", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([*KINDS, "video"]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["kind", "code", "status", "packs", "clock", "state", "chance", "x"]), inner, max_size=4
                )
            ),
        ),
    )
)
def test_any_file_is_read_or_told_in_one_line(data: Any) -> None:
    """Whatever stands in a file, the message has its name and is one line; nothing else is raised."""
    try:
        ScenarioFile(json.dumps(data), "f.yaml")
        said = "f.yaml:1: "
    except ScenarioWrong as error:
        said = str(error)
    assert said.startswith("f.yaml:1: ")
    assert "\n" not in said


Run = Callable[..., tuple[object, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line and gives its exit status, output and errors."""

    def command(*words: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["kling-mock", *words])
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code, *capsys.readouterr())

    return command


def test_the_command_line_refuses_with_one_line_and_2(run: Run, tmp_path: Path) -> None:
    """A wrong file, found when it is read or when it is played, stops the start with exit 2."""
    path = tmp_path / "mine.yaml"
    for text, said in (
        ("name: x\nfaults: 3\n", ":2: faults: "),
        ("name: x\nfaults:\n- kind: code\n  code: 7\n", ":4: faults[0].code: "),
    ):
        path.write_text(text)
        status, out, err = run("serve", "--port", "0", "--scenario", "chaos", "--scenario", str(path))
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert f"{path}{said}" in err


def test_files_and_names(tmp_path: Path) -> None:
    """What ends in .yaml or .yml is a file, all else a name of a shipped one; both say when there is none."""
    with pytest.raises(ScenarioWrong, match=r"none\.yaml: cannot be read: .*No such file"):
        loaded(str(tmp_path / "none.yaml"))
    with pytest.raises(ScenarioWrong, match="no scenario 'few-slot'; did you mean few-slots"):
        loaded("few-slot")
    (tmp_path / "a.yml").write_bytes(b"name: \xff")
    with pytest.raises(ScenarioWrong, match=r"a\.yml: cannot be read"):
        loaded(str(tmp_path / "a.yml"))
    assert loaded("chaos").told == named("chaos").told


def test_the_command_line_lists_them(run: Run) -> None:
    """As a table, as JSON, one as its YAML, and the schema of the files; an unknown name is one line and exit 2."""
    assert [line.split()[0] for line in run("scenarios")[1].splitlines()[1:]] == shipped()
    assert [each["name"] for each in json.loads(run("scenarios", "--json")[1])] == shipped()
    assert run("scenarios", "chaos") == (0, named("chaos").text, "")
    assert json.loads(run("scenarios", "--schema")[1]) == schema()
    assert run("scenarios", "caos") == (2, "", "error no scenario 'caos'; did you mean chaos?\n")


def test_the_guide_has_every_kind_and_every_detail() -> None:
    """The documented schema is the one that is read."""
    text = _GUIDE.read_text(encoding="utf-8")
    for kind, one in KINDS.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{kind}` |"))
        own = [name for name in one.__struct_fields__ if name not in ("operation", "role", "after", "times", "chance")]
        assert all(f"`{name}`" in row for name in own), kind
