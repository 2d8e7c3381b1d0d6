"""The commands `kling-spec audit` and `kling-spec watch`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kling_spec.as_of import checked_date
from kling_spec.bundle import today
from kling_spec.errors import SpecError
from kling_spec.load import home, load

from . import report as reports
from .apply import Applied, apply
from .detect import files, read_page, read_text
from .fetch import Fetcher, cache_folder, checked_url
from .page import Page, PageUnread
from .run import Report, run
from .watch import moved, read_state, write_state

_console = Console(stderr=True, highlight=False, soft_wrap=True)

Files = Annotated[list[Path] | None, typer.Argument(metavar="FILE…", help="Captured pages, or folders of them.")]
From = Annotated[str | None, typer.Option("--from", metavar="URL", help="Fetch the pages that this index (llms.txt) links to.")]
Cache = Annotated[Path | None, typer.Option("--cache", metavar="DIR", help="Where fetched pages are kept.")]
Spec = Annotated[
    Path | None, typer.Option("--spec", metavar="DIR", help="The folder with head.yaml; default: this checkout's.")
]
Day = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The API the pages describe; default: today's.")]
Pause = Annotated[float, typer.Option("--pause", metavar="SECONDS", min=0, help="How long to wait between two requests.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Print the report as Markdown.")]
Apply = Annotated[bool, typer.Option("--apply", help="Write new values, optional fields and changed limits into the families.")]
Seen = Annotated[
    str | None,
    typer.Option("--seen", metavar="DATE", help="When the pages were seen, for --apply; default: the spec's own state."),
]
State = Annotated[Path | None, typer.Option("--state", metavar="FILE", help="Where the hashes of the pages are kept.")]


def audit(
    pages: Files = None,
    index: From = None,
    cache: Cache = None,
    pause: Pause = 0.5,
    spec: Spec = None,
    as_of: Day = None,
    as_markdown: AsMarkdown = False,
    as_json: AsJson = False,
    apply_changes: Apply = False,
    seen: Seen = None,
) -> None:
    """Say where captured reference pages and the spec disagree. Exit 1 when they do, 2 when a page cannot be read."""
    report = _report(_texts(pages, index, cache, pause), spec, as_of)
    _print(report, as_json=as_json, as_markdown=as_markdown)
    if apply_changes:
        folder = spec or home()
        _tell(apply(folder, report.differences, checked_date(seen or today(load(folder)))))
    raise typer.Exit(2 if report.unread else 1 if report.differences else 0)


def watch(
    pages: Files = None,
    index: From = None,
    cache: Cache = None,
    pause: Pause = 0.5,
    state: State = None,
    spec: Spec = None,
    as_markdown: AsMarkdown = False,
    as_json: AsJson = False,
) -> None:
    """Audit the pages that moved since the last time. Exit 0 when none did, 1 when one did, 2 when one cannot be read."""
    texts = _texts(pages, index, cache, pause)
    path = state or (cache or cache_folder()) / "watch.json"
    found = moved(texts, read_state(path))
    for word, names in (("new", found.new), ("changed", found.changed), ("gone", found.gone)):
        for name in names:
            _console.print(f"{word}: {name}", markup=False)
    if not found:
        _console.print(f"{len(texts)} pages, none moved")
        raise typer.Exit(0)
    report = _report({name: texts[name] for name in (*found.new, *found.changed)}, spec, None, beside=texts)
    _print(report, as_json=as_json, as_markdown=as_markdown)
    unread = {one.partition(": ")[0] for one in report.unread}
    write_state(path, {name: text for name, text in texts.items() if name not in unread})
    raise typer.Exit(2 if report.unread else 1)


def _texts(arguments: list[Path] | None, index: str | None, cache: Path | None, pause: float) -> dict[str, str]:
    if bool(arguments) == bool(index):
        raise SpecError("say what to read: files or folders, or --from with the address of an index")
    if index:
        fetcher = Fetcher(
            cache or cache_folder(), pause=pause, tell=lambda line: _console.print(line, style="dim", markup=False)
        )
        return dict(fetcher.pages(checked_url(index)))
    return {str(path): read_text(path) for path in files(arguments or [])}


def _report(texts: Mapping[str, str], spec: Path | None, day: str | None, beside: Mapping[str, str] | None = None) -> Report:
    """Audit pages; of one page alone an unreadable one is an error, of many it is told at the end."""
    read, unread = list[Page](), list[str]()
    for name, text in texts.items():
        try:
            read.append(read_page(text, name))
        except PageUnread as error:
            if len(texts) == 1:
                raise
            unread.append(str(error))
    folder = spec or home()
    others = [page for name, text in (beside or {}).items() if name not in texts and (page := _readable(text, name))]
    return run(load(folder), folder, read, day=day and checked_date(day), unread=unread, beside=others)


def _readable(text: str, name: str) -> Page | None:
    try:
        return read_page(text, name)
    except PageUnread:  # it did not move, and was told when it came
        return None


def _print(report: Report, *, as_json: bool, as_markdown: bool) -> None:
    write = reports.as_json if as_json else reports.as_markdown if as_markdown else reports.as_text
    print(write(report))


def _tell(applied: Applied) -> None:
    for one in applied.written:
        _console.print(f"written: {one.place.file}: {one.field} [{one.kind}]", markup=False)
    for difference, why in applied.left:
        _console.print(f"to do: {difference.where}: {difference.field}: {why}", markup=False)
    if applied.written:
        _console.print("to do: spec/changelog.yaml: an entry that touches what was written", markup=False)
    for finding in applied.findings:
        _console.print(f"lint: {finding}", markup=False)
