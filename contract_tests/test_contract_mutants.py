"""The suite is tested itself: mocks that are wrong in one way each are all found out."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mutants import MUTANTS
from mutants.__main__ import main
from mutants.hunt import caught, hunted, rows
from mutants.mutant import Handle, Mutant, State, code, edited

from kling_contract.checks import CHECKS
from kling_contract.conformance import CHECKS as OF_ANSWERS
from kling_contract.finding import Report
from kling_contract.receiver import Receiver
from kling_contract.report import html, text
from kling_mock.request import Answer, Request, json_answer


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_a_mutant_is_caught(mutant: Mutant, receiver: Receiver) -> None:
    """Each check that must find the mistake does."""
    missed = set(mutant.caught_by) - set(caught(hunted(mutant, mutant.caught_by, receiver)))
    assert missed == set(), f"{mutant.name} survived"


def test_there_are_enough() -> None:
    """At least forty, each named once; and every check catches one, so that none is there for nothing."""
    assert len(MUTANTS) >= 40
    assert len({one.name for one in MUTANTS}) == len(MUTANTS)
    assert {one for mutant in MUTANTS for one in mutant.caught_by} == {one.id for one in CHECKS} | {
        one.id for one in OF_ANSWERS
    }


def test_the_mock_itself_is_right(receiver: Receiver) -> None:
    """No check finds anything in the mock that all mutants are made of."""
    report = hunted(None, [one.id for one in CHECKS], receiver)
    assert [one.id for one in report.findings] == []
    assert report.count("passed") > 500


@pytest.mark.parametrize(
    "garbage", [None, "text", 7, [], [7], {}, {"task_id": {}}, [{"task_id": 7, "task_status": []}]], ids=repr
)
def test_garbage_ends_no_run(garbage: object, receiver: Receiver) -> None:
    """Whatever stands in data, and whatever instead of it all, becomes findings."""

    def change(request: Request, handle: Handle, state: State) -> Answer:
        answer = handle(request)
        return edited(answer, data=garbage) if code(answer) == 0 else answer

    def instead(request: Request, handle: Handle, state: State) -> Answer:
        return json_answer(200, garbage)

    quick = [one.id for one in CHECKS if not one.id.startswith("rule") and one.id != "results"]
    for one in (change, instead):
        report = hunted(Mutant("garbage", (), change=one), quick, receiver)
        assert len(report.findings) > 20
        assert not report.ended


def test_the_table_stands_in_the_report(receiver: Receiver) -> None:
    """Mutant by check, as text and in HTML; one that survives is told as such."""
    survivor = Mutant("like-the-mock", ("auth-none",), change=lambda request, handle, state: handle(request))
    found = rows([next(one for one in MUTANTS if one.name == "says-405"), survivor], receiver)
    assert found == [
        {"name": "says-405", "expected": ("route-method",), "caught": ("route-method", "answer-status")},
        {"name": "like-the-mock", "expected": ("auth-none",), "caught": ()},
    ]
    report = Report("http://x", "offline", "2026-09-20", (), (), mutants=tuple(found))
    told = text.written(report)
    assert "says-405       route-method, answer-status" in told
    assert "like-the-mock  (survived) expected auth-none" in told
    page = html.written(report)
    assert page.count('<b class="failed">survived</b>') == 1
    assert page.count("●") == 2
    assert "Mutants" not in html.written(replace(report, mutants=()))


def test_the_command_prints_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m mutants FILE` prints table and verdict, writes the report, and exits 1 when one survives."""
    few = [one for one in MUTANTS if one.name in ("says-405", "no-message")]
    monkeypatch.setattr("mutants.__main__.MUTANTS", few)
    monkeypatch.setattr("mutants.__main__.CHECKS", CHECKS[:1])
    assert main([str(tmp_path / "table.html")]) == 0
    assert "no-message  auth-none" in capsys.readouterr().out
    assert "says-405" in (tmp_path / "table.html").read_text(encoding="utf-8")
    monkeypatch.setattr("mutants.__main__.MUTANTS", [replace(few[0], caught_by=("auth-none",), change=None)])
    assert main([]) == 1
