"""The report as SARIF 2.1.0, which code scanning shows."""

import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from kling_contract.finding import CheckInfo, Report, Result

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def written(report: Report) -> str:
    """Return the report as one run; what a baseline accepts is a suppressed result."""
    checks: list[dict[str, Any]] = [_rule(info) for info, _ in report.by_check]
    places = {one["id"]: number for number, one in enumerate(checks)}
    driver = {"name": "kling-contract", "version": _version(), "rules": checks}
    found = [_result(one, places) for one in report.results if one.finding and one.outcome in ("failed", "accepted")]
    invocation = {"executionSuccessful": not report.ended}
    run = {"tool": {"driver": driver}, "invocations": [invocation], "results": found, "columnKind": "unicodeCodePoints"}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _rule(info: CheckInfo) -> dict[str, Any]:
    """Return a check, with all that code scanning wants to know of one."""
    said = {"text": f"{info.title[:1].upper()}{info.title[1:]}."}
    run_it = {"text": f"Run it alone: kling-contract run --check {info.id} --base-url …"}
    return {"id": info.id, "name": info.id, "shortDescription": {"text": info.title}, "fullDescription": said, "help": run_it}


def _result(result: Result, places: dict[str, int]) -> dict[str, Any]:
    finding = result.finding
    assert finding is not None, "asked for results with a finding only"
    lines = [
        f"{finding.element}: expected {finding.expected}; got {finding.got}",
        f"Source: {finding.source.words}",
        finding.curl,
        finding.reply,
    ]
    made = {
        "ruleId": result.check,
        "ruleIndex": places[result.check],
        "level": "error",
        "message": {"text": "\n".join(one for one in lines if one)},
        "locations": [_location(finding.source.file, finding.element)],
        "partialFingerprints": {"klingContract/v1": result.id},
    }
    if result.outcome == "accepted":
        made["suppressions"] = [{"kind": "external", "justification": result.reason}]
    return made


def _location(file: str, element: str) -> dict[str, Any]:
    logical = [{"fullyQualifiedName": element}]
    if not file:
        return {"logicalLocations": logical}
    return {"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": 1}}, "logicalLocations": logical}


def _version() -> str:
    try:
        return version("kling-toolkit")
    except PackageNotFoundError:  # run from a folder without being installed
        return "unknown"
