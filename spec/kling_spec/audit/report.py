"""Prints a report: for people, for programs, for an issue."""

import json
from collections.abc import Iterator
from typing import Any

from .compare import Audited
from .difference import KINDS, Difference
from .run import Report


def as_text(report: Report) -> str:
    """Return the report for a terminal."""
    lines: list[str] = []
    for one in report.audited:
        lines.append(f"{one.page.name} ({one.page.file}: {one.page.format}; {_summary(one)})")
        for difference in (found for found in report.differences if found in one.differences):
            lines.append(f"  {difference.where}: {difference.field}: {difference.told} [{difference.kind}]")
            lines.append(f"    → {difference.suggestion}{' (--apply does)' if difference.applies else ''}")
    lines += [f"not read: {one}" for one in report.unread]
    lines += [f"unused in audit-known.yaml: {one.page}: {one.kind}: {one.field}" for one in report.unused]
    return "\n".join([*lines, _total(report)])


def as_json(report: Report) -> str:
    """Return the report as JSON."""
    told = {
        "pages": [
            {
                "name": one.page.name,
                "file": one.page.file,
                "format": one.page.format,
                "as_of": one.day,
                "operations": one.operations,
            }
            for one in report.audited
        ],
        "differences": [_dict(one) for one in report.differences],
        "explained": [{**_dict(one), "why": entry.why} for one, entry in report.explained],
        "unused": [_known(one) for one in report.unused],
        "unread": report.unread,
    }
    return json.dumps(told, indent=1, ensure_ascii=False)


def as_markdown(report: Report) -> str:
    """Return the report as Markdown, a table for each page with differences."""
    return "\n".join(_markdown(report))


def _markdown(report: Report) -> Iterator[str]:
    yield "# Audit"
    yield ""
    yield _total(report)
    for one in report.audited:
        open_ones = [found for found in report.differences if found in one.differences]
        if open_ones:
            yield from ("", f"## {one.page.name}", "", f"{one.page.file}: {one.page.format}; {_summary(one)}", "")
            yield from ("| place | field | what | suggestion |", "|---|---|---|---|")
            yield from (f"| {_cell(d.where)} | `{d.field}` | {_cell(d.told)} | {_cell(d.suggestion)} |" for d in open_ones)
    if report.explained:
        yield from ("", "## Explained", "", "| field | kind | why |", "|---|---|---|")
        yield from (f"| `{one.field}` | {KINDS[one.kind]} | {_cell(entry.why)} |" for one, entry in report.explained)
    for title, lines in (
        ("Unused entries", [f"{one.page}: {one.kind}: {one.field}" for one in report.unused]),
        ("Not read", report.unread),
    ):
        if lines:
            yield from ("", f"## {title}", "", *(f"- {one}" for one in lines))


def _summary(one: Audited) -> str:
    count = len(one.page.endpoints)
    if one.page.is_index:
        return f"{len(one.page.pages)} pages, {count} endpoints"
    return f"{count} endpoint{'' if count == 1 else 's'}, as of {one.day}"


def _total(report: Report) -> str:
    writable = sum(one.applies for one in report.differences)
    count = len(report.differences)
    parts = [f"{count} difference{'' if count == 1 else 's'}" + (f" ({writable} that --apply can write)" if writable else "")]
    return ", ".join(
        [*parts, f"{len(report.explained)} explained", *([f"{len(report.unread)} not read"] if report.unread else [])]
    )


def _dict(one: Difference) -> dict[str, Any]:
    told = {key: getattr(one, key) for key in ("page", "kind", "field", "told", "suggestion", "line")}
    return {**told, "file": one.place.file, "applies": one.applies}


def _known(known: Any) -> dict[str, str]:
    return {key: getattr(known, key) for key in ("page", "kind", "field", "why")}


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
