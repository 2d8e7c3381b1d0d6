"""What the mock cannot do is refused when it is asked for: by the command and by the control API."""

import os
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import Bench
from typer.testing import CliRunner

from kling_mock import server
from kling_mock.cli import app
from kling_mock.handle import MockHandle
from kling_mock.shelf import results_folder
from kling_mock.world import World
from kling_spec.as_of import checked_date
from kling_spec.errors import SpecError


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[World]:
    """Return the worlds that `kling-mock serve` would serve."""
    made: list[World] = []
    monkeypatch.setattr(server, "serve", lambda world, **_: made.append(world))
    return made


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--speed", "inf", "less than or equal to"),
        ("--units", "inf", "less than or equal to"),
        ("--asset-origin", "cdn.example.com", "begins with http"),
        ("--callback-host", "http://hooks.test/", "without scheme"),
        ("--callback-host", "hooks.test:8080", "without scheme"),
    ],
)
def test_an_option_that_would_do_nothing_good_is_refused(started: list[World], option: str, value: str, said: str) -> None:
    """The server does not start with a value that would fail later, or silently match nothing."""
    done = CliRunner().invoke(app, ["serve", option, value], env={"COLUMNS": "200"})
    assert (done.exit_code, started) == (2, [])
    assert said in done.output


def test_packs_are_named_in_whole_units(started: list[World]) -> None:
    """A pack of the command is named like one that a test gives."""
    assert CliRunner().invoke(app, ["serve", "--units", "20000"]).exit_code == 0
    assert {(one.units, one.name.split("-")[-3]) for one in started[0].account.wallet.packs} == {(Decimal(20000), "20000Units")}


def test_a_name_that_nobody_has_is_no_matter_of_the_port() -> None:
    """The line tells to change what is wrong."""
    with pytest.raises(Exception, match="choose another with --host"):
        server.bound("300.1.1.1", 0)


@pytest.mark.parametrize("body", ['{"speed": 1e300}', '{"at": "9999-12-31T23:59:59Z"}', '{"now_ms": -1}'])
def test_a_clock_that_could_not_be_read_stays_as_it_is(mock: Bench, body: str) -> None:
    """A speed or time out of reach is refused, and the clock can be read afterwards."""
    assert mock.http().patch("/_mock/clock", content=body).status_code == 400
    assert mock.http().get("/_mock/clock").status_code == 200


def test_a_jump_out_of_time_is_refused(mock: Bench) -> None:
    """No date is so late."""
    assert mock.http().post("/_mock/clock/advance", json={"seconds": 1e300}).status_code == 400
    assert mock.http().get("/_mock/clock").status_code == 200


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"denied": ["text_to_vide"]}, "did you mean text_to_video"),
        ({"denied": ["kling-v26"]}, "did you mean kling-v2"),
        ({"allowed_ips": ["10.0.0.0/8"]}, "10.0.0.0/8"),
        ({"polls": -1}, "polls"),
        ({"requests_per_second": -1}, "requests_per_second"),
        ({"packs": [{"kind": "video", "units": -1}]}, "0 to"),
        ({"packs": [{"kind": "video", "units": 1, "days": 1e300}]}, "days"),
        ({"packs": [{"kind": "video", "units": 1, "slots": -1}]}, "slots"),
    ],
)
def test_a_change_that_would_match_nothing_is_refused(mock: Bench, change: Any, said: str) -> None:
    """A slip in a name is told, not taken for a limit that never strikes; the account stays as it was."""
    before = mock.http().get("/_mock/accounts/default").json()
    answer = mock.http().patch("/_mock/accounts/default", json=change)
    assert (answer.status_code, said in answer.json()["error"]) == (400, True), answer.text
    after = mock.http().get("/_mock/accounts/default").json()
    assert {**after, "now": 0} == {**before, "now": 0}


@pytest.mark.parametrize("text", ["2026-02-31", "20260318", "2026-3-18"])
def test_a_day_that_there_is_not(text: str) -> None:
    """Dates compare as text, so only real ones in one form are taken."""
    with pytest.raises(SpecError, match="is not a date"):
        checked_date(text)


def test_a_day_long_ago_is_a_date() -> None:
    """What is told to be no date is none."""
    assert checked_date("1999-01-01") == "1999-01-01"


def test_two_users_share_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who uses the machine too can make results as well: files of another user cannot be touched."""
    monkeypatch.setattr(os, "getuid", lambda: 4711, raising=False)
    assert results_folder() == Path(tempfile.gettempdir()) / "kling-mock-results-4711"


def test_the_fixture_asks_no_proxy(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The client of the fixtures talks to this machine, whatever proxy the environment names."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    mock: MockHandle = request.getfixturevalue("kling_mock")
    assert request.getfixturevalue("kling_client").text_to_video.page() == []
    mock.assert_called("text_to_video.page", times=1)
