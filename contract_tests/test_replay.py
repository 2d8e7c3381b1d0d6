"""Entries of the vendor's changelog, played again: one file is edited, and client and mock follow."""

from datetime import date, timedelta
from typing import Any

import pytest
from replaying import Case, after, answers, before, cases, client_changes, law

from kling_spec.load import home
from kling_spec.yaml_json import read

_CASES = cases()
_ENTRIES: list[dict[str, Any]] = read(home() / "changelog.yaml")["entries"]
_EACH = pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)


def test_there_are_enough_cases() -> None:
    """A dozen entries at least, of most kinds that the changelog has."""
    kinds = {entry["kind"] for case in _CASES for entry in _of(case)}
    assert len(_CASES) >= 12
    assert kinds >= {"enum", "field", "rule", "limit", "type", "endpoint", "removal", "rename", "auth", "callback", "model"}


def _of(case: Case) -> list[dict[str, Any]]:
    """Return the entries of the case's day that touch something of its family, or of the whole API."""
    return [entry for entry in _ENTRIES if entry["date"] == case.day and entry["touches"]]


@_EACH
def test_an_entry_is_one_file(case: Case) -> None:
    """The edit of an entry is confined to the file of its family and the changelog; a case where it is not says why."""
    assert _of(case), "spec/changelog.yaml has no such entry"
    beside = set(case.said["undo"]) - {f"families/{case.family}.yaml"}
    assert bool(beside) == bool(case.said.get("why")), beside
    assert not {name for name in beside if name.startswith("families/")}


@_EACH
def test_the_client_changes_as_expected(case: Case) -> None:
    """The generated client differs in what the entry says and in nothing else."""
    made = client_changes(case)
    told = case.expected.read_text(encoding="utf-8") if case.expected.is_file() else ""
    assert bool(told) != bool(case.said.get("unmoved"))
    assert made == told, f"look at the change to {case.expected.name}, then accept it: python -m replaying"


@_EACH
def test_the_mock_enforces_it(case: Case) -> None:
    """A request that was refused is accepted, or the other way round; or a task tells what it did not tell."""
    requests = case.said.get("requests", [])
    assert bool(requests) != bool(case.said.get("unproven"))
    assert list(answers(case, before(case))) == [one["before"] for one in requests]
    assert list(answers(case, after(case))) == [one["after"] for one in requests]
    assert not requests or any(one["before"] != one["after"] for one in requests)


@_EACH
def test_dates_tell_the_same_as_edits(case: Case) -> None:
    """Where the YAML has the dates of an entry, the day before it gives the client that the YAML before the edit gives."""
    eve = (date.fromisoformat(case.day) - timedelta(days=1)).isoformat()
    then, now = (law(after(case), day, case.family) for day in (eve, case.day))
    assert (then != now) is bool(case.said["dated"])
    assert then == (law(before(case), case.day, case.family) if case.said["dated"] else now)
