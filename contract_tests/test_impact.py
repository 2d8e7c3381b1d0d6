"""Recorded requests against the API of another day: which would be refused, and why."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kling_spec import impact_command
from kling_spec.bundle import plain
from kling_spec.cli import app, main
from kling_spec.document import operations
from kling_spec.impact import Impact, Judge
from kling_spec.lint import BASELINE, state_dates
from kling_spec.load import home, load
from kling_spec.recorded import Recorded, RecordingUnreadable, read
from kling_spec.rule_samples import rule_samples, ruled_objects
from kling_spec.yaml_json import read as read_yaml

_SPEC = load()
_ENTRIES = read_yaml(home() / "changelog.yaml")["entries"]
_RETIREMENT = "2026-09-15"
_OLD = {"model_name": "kling-v1", "prompt": "A paper boat"}
_CREATE = "/v1/videos/text2video"
_JUDGE = Judge(_SPEC)


def _recorded(verb: str, path: str, body: Any = None, **more: Any) -> Recorded:
    values = {"where": "x:1", "host": "", "query": {}, "is_cut": False, "was_refused": False, **more}
    return Recorded(verb=verb, path=path, body=body, **values)


def _impact(*requests: Recorded, at: str | None = None) -> Impact:
    return Judge(_SPEC, at, _ENTRIES).impact(requests)


@pytest.mark.parametrize("day", state_dates(_SPEC))
def test_the_examples_of_a_day_are_taken_on_that_day(day: str) -> None:
    """Every documented request of a day passes on it; so does every operation's path, behind a gateway's prefix too."""
    requests = []
    for operation in operations(plain(_SPEC, day)):
        path = operation.path.replace("{id}", "a-1").replace("{", "").replace("}", "")
        bodies = [*operation.examples.values()] or [None]
        query = {one["name"]: "1" for one in operation.parameters if one["in"] == "query" and one.get("required")}
        requests += [
            _recorded(operation.verb, prefix + path, body, query=query) for body in bodies for prefix in ("", "/gateway/kling")
        ]
    assert len(requests) > 100
    assert _impact(*requests, at=day).refusals == ()


_SLOW = ("prose", "unique", "sum_equals", "one_nonzero")  # nothing breaks the first two; samples of the others take seconds


def test_what_breaks_a_rule_is_refused_by_that_rule() -> None:
    """For every sample that breaks a rule, the rule's id is among the reasons, unless the service tolerates it."""
    found = [
        sample
        for operation in operations(plain(_SPEC))
        for place, schema, rule in ruled_objects(operation)
        if rule["kind"] not in _SLOW
        for sample in rule_samples(operation, place, schema, rule)
        if not sample.keeps
    ]
    assert len(found) > 50
    for one in found:
        refusals = _JUDGE.impact([_recorded(one.operation.verb, one.operation.path, one.body)]).refusals
        told = {reason.rule for refusal in refusals for reason in refusal.reasons}
        assert (one.rule["id"] in told) is not bool(one.rule.get("tolerated")), one.id


def test_a_retired_model_is_named_with_its_end_and_its_entry() -> None:
    """A request taken in March is refused in September, with the value, the day it ended, and the changelog's entry."""
    assert _impact(_recorded("POST", _CREATE, _OLD), at="2026-09-14").refused == 0
    (refusal,) = _impact(_recorded("POST", _CREATE, _OLD), at=_RETIREMENT).refusals
    (reason,) = refusal.reasons
    assert (reason.kind, reason.field) == ("enum", "model_name")
    assert "got 'kling-v1' (it ended on 2026-09-15)" in reason.message
    assert "kling-v2-6" in reason.message
    assert reason.changelog.startswith(f"{_RETIREMENT}: Six old video models end")


def test_what_comes_later_is_named_with_its_entry() -> None:
    """A value of April is refused in March, and the entry that brings it is told."""
    body = {"model_name": "kling-v3", "prompt": "x", "mode": "4k"}
    (refusal,) = _impact(_recorded("POST", _CREATE, body), at=BASELINE).refusals
    assert refusal.reasons[0].changelog.startswith("2026-04-23: ")
    assert _impact(_recorded("POST", _CREATE, body), at="2026-04-23").refused == 0


_ROUTES = [
    (
        "POST",
        "/v1/videos/multi-image2video",
        "reference_to_video.create is not there on 2026-09-20 (it is served until 2026-09-15)",
    ),
    ("GET", "/proxy/v1/videos/multi-image2video/12", "reference_to_video.get is not there"),
    ("PUT", _CREATE, "PUT is not served here; GET and POST is"),
    ("GET", "/v1/videos/text3video", "the API has no such path"),
    ("GET", "/", "the API has no such path"),
]


@pytest.mark.parametrize(("verb", "path", "message"), _ROUTES)
def test_unknown_paths_and_methods_are_named(verb: str, path: str, message: str) -> None:
    """What the day does not serve is refused; what another day serves is named with its dates."""
    (refusal,) = _impact(_recorded(verb, path, {})).refusals
    assert refusal.reasons[0].message.startswith(message)


def test_alike_requests_are_told_once() -> None:
    """The same refusal of many requests is one entry with a count; the most frequent comes first."""
    many = [
        _recorded("POST", _CREATE, {**_OLD, "prompt": f"Boat {number}"}, where=f"x:{number}", was_refused=number < 3)
        for number in range(9)
    ]
    found = _impact(_recorded("POST", _CREATE, [1]), *many)
    assert [(one.count, one.before) for one in found.refusals] == [(9, 3), (1, 0)]
    assert found.refusals[0].places == tuple(f"x:{number}" for number in range(5))
    assert found.refused == 10


def test_parameters_of_the_query_are_checked() -> None:
    """A page beyond the limits, or one that is no number, is refused."""
    (refusal,) = _impact(_recorded("GET", _CREATE, query={"pageNum": "0", "pageSize": "ten", "other": "1"})).refusals
    assert [(one.field, one.kind) for one in refusal.reasons] == [("pageNum", "range"), ("pageSize", "type")]
    assert _impact(_recorded("GET", _CREATE, query={"pageNum": "2"})).refused == 0


def test_what_cannot_be_judged_or_is_not_ours_is_counted() -> None:
    """Bodies that were cut, requests to other hosts, and members without a meaning do not count as refused."""
    body = {"model_name": "kling-v2-6", "prompt": "x", "colour": "red", "camera_control": {"spin": 1}}
    found = _impact(
        _recorded("POST", _CREATE, "{\"prom", is_cut=True),
        _recorded("GET", "/style.css", host="cdn.example.com"),
        _recorded("OPTIONS", _CREATE, host="api.example.com"),
        _recorded("GET", "/none", host="api.example.com"),
        _recorded("POST", _CREATE, {**body, "camera_control": None}, host="api.example.com"),
    )  # fmt: skip
    assert (found.requests, found.not_judged, found.foreign) == (5, 1, 2)
    assert [(one.path, one.count) for one in found.refusals] == [("/none", 1)]
    assert found.ignored == {"text_to_video.create: colour": 1}


_LINE = {"verb": "POST", "path": _CREATE, "body": _OLD, "code": 0, "status": 200, "body_cut": 0}
_HAR_ENTRY = {
    "request": {
        "method": "post",
        "url": f"https://key@Api.Example.com/x%20y{_CREATE}?pageNum=2",
        "queryString": [{"name": "pageSize", "value": "3"}],
        "postData": {"mimeType": "application/json", "text": json.dumps(_OLD)},
    },
    "response": {"status": 400},
}
_FORMS = [
    (f"{json.dumps(_LINE)}\n\n{json.dumps(_LINE)}\n", 2),
    (json.dumps({"method": "POST", "url": f"{_CREATE}?a=1", "request_body": json.dumps(_OLD)}), 1),
    (json.dumps({"number": 1, "request": {"verb": "POST", "path": _CREATE, "body": _OLD}}), 1),
    (json.dumps({"calls": [_LINE, _LINE], "kept": 2}), 2),
    (json.dumps([_LINE], indent=1), 1),
    (json.dumps({"log": {"version": "1.2", "entries": [_HAR_ENTRY]}}, indent=2), 1),
    ("", 0),
]


@pytest.mark.parametrize(("text", "count"), _FORMS)
def test_archives_and_journals_are_read(text: str, count: int, tmp_path: Path) -> None:
    """HAR, the mock's lines and lists, and other names for the same members give the same requests."""
    (tmp_path / "x").write_text(text)
    found = read(tmp_path / "x")
    assert [(one.verb, one.path.endswith(_CREATE), one.body) for one in found] == [("POST", True, _OLD)] * count
    assert _impact(*found).refused == count


def test_an_archive_keeps_host_query_and_outcome(tmp_path: Path) -> None:
    """Of a URL the host is kept without credentials, the path decoded, the query joined with the list."""
    (tmp_path / "x.har").write_text(json.dumps({"log": {"entries": [_HAR_ENTRY]}}))
    (one,) = read(tmp_path / "x.har")
    assert (one.host, one.path, one.query) == ("api.example.com", f"/x y{_CREATE}", {"pageNum": "2", "pageSize": "3"})
    assert one.was_refused


_UNREADABLE = [
    (f"{json.dumps(_LINE)}\n{{oops\n", ":2: is no request"),
    ("{\n oops\n}", ":2: is not JSON"),
    ("hello", ":1: is not JSON"),
    ('{"openapi": "3.1.0"}', ":1: holds no requests"),
    (json.dumps({"log": {"entries": [{"request": {"url": "/x"}}]}}), ": entry 1: has no verb"),
    (f'{json.dumps(_LINE)}\n{{"verb": "GET"}}', ":2: has no path"),
    ("[" * 100_000, ":1: "),
]


@pytest.mark.parametrize(("text", "problem"), _UNREADABLE)
def test_what_is_no_recording_is_one_clear_line(
    text: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2 and one line with file, line and what was expected."""
    (tmp_path / "x").write_text(text)
    monkeypatch.setattr("sys.argv", ["kling-spec", "impact", str(tmp_path / "x")])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (2, 1)
    assert f"{tmp_path / 'x'}{problem}" in said


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["log", "entries", "request", "verb", "url", "path", "query", "body", "postData", "text", "calls", "x"]), inner)))  # fmt: skip
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    """Whatever JSON a file holds, it is judged or refused by name; nothing else goes wrong."""
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_text(json.dumps(value))
    try:
        _JUDGE.impact(read(path))
    except RecordingUnreadable as error:
        if str(path) not in str(error):
            raise


def test_the_command_says_what_would_be_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1 with the reasons when anything would be refused, 0 when nothing would; --json has the same."""
    run, file = CliRunner(), tmp_path / "journal.jsonl"
    file.write_text(f"{json.dumps(_LINE)}\n" * 7)
    monkeypatch.setattr(impact_command, "_PATIENCE", -1.0)  # progress is always shown, where there is a terminal
    refused = run.invoke(app, ["impact", str(file), "--at", _RETIREMENT])
    assert refused.exit_code == 1
    assert refused.output.startswith(f"7 requests against the API of {_RETIREMENT}: 7 would be refused\n")
    assert f"7 × POST {_CREATE}" in refused.output
    assert f"{file}:5 and 2 more" in refused.output
    told = json.loads(run.invoke(app, ["impact", str(file), "--json"]).output)
    assert (told["refused"], told["refusals"][0]["reasons"][0]["kind"]) == (7, "enum")
    assert run.invoke(app, ["impact", str(file), "--at", BASELINE]).exit_code == 0
    assert run.invoke(app, ["impact", str(file), "--spec", str(home()), "--at", BASELINE]).exit_code == 0
