"""The report as JUnit XML, which CI services show."""

import re
from xml.etree import ElementTree as Tree

from kling_contract.finding import Report, Result

from .text import told as in_words


def written(report: Report) -> str:
    """Return the report as one suite a check."""
    root = Tree.Element("testsuites", name=f"kling-contract {report.profile}", time=f"{report.seconds:.3f}")
    for info, results in report.by_check:
        failed = sum(one.outcome == "failed" for one in results)
        skipped = sum(one.outcome in ("skipped", "accepted") for one in results)
        counted = {"tests": len(results), "failures": failed, "errors": 0, "skipped": skipped}
        told = {"name": info.id, "time": f"{sum(one.seconds for one in results):.3f}"}
        suite = Tree.SubElement(root, "testsuite", {**told, **{name: str(one) for name, one in counted.items()}})
        for one in results:
            suite.append(_case(one))
    Tree.indent(root, " ")
    return Tree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(result: Result) -> Tree.Element:
    made = Tree.Element("testcase", classname=result.check, name=_clean(result.element), time=f"{result.seconds:.3f}")
    if result.outcome == "failed" and result.finding:
        said = f"expected {result.finding.expected}; got {result.finding.got}"
        failure = Tree.SubElement(made, "failure", message=_clean(said), type=result.check)
        failure.text = _clean(in_words(result.finding))
    elif result.outcome in ("skipped", "accepted"):
        Tree.SubElement(made, "skipped", message=_clean(result.reason))
    return made


def _clean(text: str) -> str:
    """Return text without what XML cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", text)
