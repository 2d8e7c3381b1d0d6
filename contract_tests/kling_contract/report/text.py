"""The report for a terminal."""

from collections.abc import Iterator
from textwrap import indent

from kling_contract.finding import OUTCOMES, Finding, Report
from kling_contract.profile import DEVIATIONS

_MOST = 50  # findings that are told in full


def written(report: Report) -> str:
    """Return the report as text."""
    return (
        "\n".join([*_head(report), *_checks(report), *_findings(report), *_rest(report), *_mutants(report), verdict(report)])
        + "\n"
    )


def verdict(report: Report) -> str:
    """Return the run in one line."""
    said = ", ".join(f"{count} {name}" for name, count in report.counts.items() if count)
    ended = f"; ended early: {report.ended}" if report.ended else ""
    return f"{said or 'nothing checked'}; {report.requests} requests in {report.seconds:.1f} s{ended}"


def _head(report: Report) -> Iterator[str]:
    yield f"{report.target}, profile {report.profile}, the API as of {report.as_of}"
    yield ""


def _checks(report: Report) -> Iterator[str]:
    width = max((len(info.id) for info, _ in report.by_check), default=5)
    yield f"  {'check':{width}} " + " ".join(f"{name:>8}" for name in OUTCOMES)
    for info, results in report.by_check:
        counts = [sum(one.outcome == name for one in results) for name in OUTCOMES]
        yield f"  {info.id:{width}} " + " ".join(f"{count or '·':>8}" for count in counts)
    yield ""


def _findings(report: Report) -> Iterator[str]:
    found = report.findings
    for one in found[:_MOST]:
        yield told(one)
    if len(found) > _MOST:
        yield f"and {len(found) - _MOST} more findings; a report file (--report) has them all"
        yield ""


def told(finding: Finding) -> str:
    """Return a finding in some lines."""
    lines = [f"✗ {finding.id}", f"  expected {finding.expected}", f"  got      {finding.got}", f"  source   {_source(finding)}"]
    lines += [f"  request  {finding.curl}"] if finding.curl else []
    lines += [f"  reply    {indent(finding.reply, '           ').strip()}"] if finding.reply else []
    return "\n".join([*lines, ""])


def _source(finding: Finding) -> str:
    return f"{finding.source.words}, {finding.source.file}" if finding.source.file else finding.source.words


def _rest(report: Report) -> Iterator[str]:
    for one in report.results:
        if one.outcome == "accepted":
            yield f"  {one.id}: {one.reason}"
    for reason, count in report.skipped:
        yield f"  skipped {count}: {reason}"
    for name in report.tolerated:
        yield f"  tolerated: {DEVIATIONS[name]}"
    for note in report.notes:
        yield f"  baseline: {note}"
    if report.skipped or report.tolerated or report.notes or report.count("accepted"):
        yield ""


def _mutants(report: Report) -> Iterator[str]:
    if not report.mutants:
        return
    width = max(len(one["name"]) for one in report.mutants)
    yield f"  {'mutant':{width}}  caught by"
    for one in report.mutants:
        yield f"  {one['name']:{width}}  {', '.join(one['caught']) or '(survived) expected ' + ', '.join(one['expected'])}"
    yield ""
