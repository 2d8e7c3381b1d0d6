"""The report for programs, which can be read back."""

import json
from dataclasses import asdict
from typing import Any

from kling_contract.errors import ContractError
from kling_contract.finding import CheckInfo, Finding, Report, Result, Source


def written(report: Report) -> str:
    """Return the report as JSON."""
    findings = [{"id": one.id, **asdict(one)} for one in report.findings]
    return json.dumps({"counts": report.counts, "findings": findings, **asdict(report)}, indent=1, ensure_ascii=False) + "\n"


def read(text: str | bytes) -> Report:
    """Return a report from its JSON. Raises `ContractError` for anything else."""
    try:
        data = json.loads(text)
        del data["counts"], data["findings"]
        results = tuple(_result(one) for one in data.pop("results"))
        checks = tuple(CheckInfo(**one) for one in data.pop("checks"))
        return Report(results=results, checks=checks, **{name: _frozen(one) for name, one in data.items()})
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise ContractError(f"not a JSON report of kling-contract: {error!r}") from error


def _result(data: Any) -> Result:
    found = data["finding"]
    finding = Finding(**{**found, "source": Source(**found["source"])}) if found else None
    return Result(**{**data, "finding": finding})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
