"""Findings that are known: a file of ids, each with a reason and a day until which it is accepted.

{"findings": [{"id": "price:… minimal", "reason": "our mock is free", "until": "2026-12-31"}]}
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from .errors import BaselineWrong
from .finding import Report, Result

_MEMBERS = {"id", "reason", "until"}


@dataclass(frozen=True)
class Known:
    """One finding that is accepted for a while."""

    id: str
    reason: str
    until: date  # the last day


def read(path: Path) -> tuple[Known, ...]:
    """Return what a file says. Raises `BaselineWrong` naming file and entry."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, RecursionError, ValueError) as error:
        raise BaselineWrong(f"{path}: {error}") from error
    entries = data.get("findings") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise BaselineWrong(f'{path}: must be {{"findings": [{{"id", "reason", "until"}}, …]}}')
    return tuple(_known(one, f"{path}: findings[{number}]") for number, one in enumerate(entries))


def _known(entry: Any, place: str) -> Known:
    if not isinstance(entry, dict) or set(entry) != _MEMBERS or not all(isinstance(one, str) and one for one in entry.values()):
        raise BaselineWrong(f"{place}: must have id, reason and until, all text; got {json.dumps(entry)[:200]}")
    try:
        return Known(entry["id"], entry["reason"], date.fromisoformat(entry["until"]))
    except ValueError as error:
        raise BaselineWrong(f"{place}: until must be a day like 2026-12-31; got {entry['until']!r}") from error


def applied(report: Report, known: Sequence[Known], today: date) -> Report:
    """Return the report with known findings accepted, and notes on entries that have expired or are no longer needed."""
    by_id = {one.id: one for one in known}
    results = tuple(_accepted(one, by_id, today) for one in report.results)
    return replace(report, results=results, notes=tuple(_notes(report.results, known, today)))


def _accepted(result: Result, known: Mapping[str, Known], today: date) -> Result:
    entry = known.get(result.id)
    if result.outcome != "failed" or entry is None or entry.until < today:
        return result
    return replace(result, outcome="accepted", reason=f"accepted until {entry.until}: {entry.reason}")


def _notes(results: Sequence[Result], known: Sequence[Known], today: date) -> list[str]:
    """Return what is to be told of the entries; of what was not checked in this run there is nothing to tell."""
    outcomes = {one.id: one.outcome for one in results}
    notes = []
    for one in known:
        outcome = outcomes.get(one.id)
        if outcome == "failed" and one.until < today:
            notes.append(f"{one.id}: was accepted until {one.until} ({one.reason}); it fails again from now on")
        elif outcome == "passed" or (outcome is None and _was_seen(one.id, results)):
            notes.append(f"{one.id}: is no longer found; take it out of the baseline")
    return notes


def _was_seen(id: str, results: Sequence[Result]) -> bool:
    """Say whether a finding about answers would have been found: its check ran, and the operation was answered."""
    check, _, element = id.partition(":")
    return check.startswith("answer-") and any(
        one.check == check and one.outcome == "passed" and one.element == element.partition(" ")[0] for one in results
    )


def written(report: Report, *, reason: str, until: date) -> str:
    """Return a baseline of all findings of a report, those that are accepted already included.

    Raises `BaselineWrong` without a reason.
    """
    if not reason.strip():
        raise BaselineWrong("--reason must say why the findings are accepted")
    failed = [one for one in report.results if one.outcome in ("failed", "accepted")]
    entries = [{"id": one.id, "reason": reason, "until": until.isoformat()} for one in failed]
    return json.dumps({"findings": entries}, indent=1, ensure_ascii=False) + "\n"
