"""The report as one HTML file that needs nothing else: no script, no font, no network."""

from pathlib import Path

from kling_contract.finding import OUTCOMES, Report
from kling_contract.profile import DEVIATIONS

from .text import verdict


def written(report: Report) -> str:
    """Return the report as HTML."""
    import jinja2  # late: other reports do not need it

    folder = jinja2.FileSystemLoader(Path(__file__).parent)
    engine = jinja2.Environment(
        loader=folder, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    rows = [
        (info, {name: sum(one.outcome == name for one in results) for name in OUTCOMES}) for info, results in report.by_check
    ]
    accepted = [one for one in report.results if one.outcome == "accepted"]
    caught = sorted({one for mutant in report.mutants for one in mutant["caught"]})
    style = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
    return engine.get_template("report.html.j2").render(
        report=report,
        verdict=verdict(report),
        rows=rows,
        accepted=accepted,
        tolerated=[DEVIATIONS[one] for one in report.tolerated],
        columns=caught,
        style=style,
    )
