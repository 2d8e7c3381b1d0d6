"""Prints answers, and how far things are."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

PATIENCE = 2.0  # seconds after which a bar appears


def answer(data: Any, *, as_json: bool) -> None:
    """Print a reply or a list of them: as JSON lines, else the members of one a line each, and several as a table."""
    found = data if isinstance(data, list) else [data]
    rows = [one if isinstance(one, dict) else one.model_dump(mode="json", exclude_none=True) for one in found]
    if as_json:
        lines = [json.dumps(one, ensure_ascii=False) for one in rows]
    else:
        lines = _aligned(*_table(rows)) if isinstance(data, list) else _aligned(*_members(rows[0]))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _members(data: Any, prefix: str = "") -> Iterator[list[str]]:
    """Yield name and value of what an object holds, like task_result.videos.0.url."""
    for name, one in enumerate(data) if isinstance(data, list) else data.items():
        if isinstance(one, dict | list):
            yield from _members(one, f"{prefix}{name}.")
        elif one != "":
            yield [f"{prefix}{name}", str(one)]


def _table(rows: list[Any]) -> list[list[str]]:
    """Return a row of names, and one for each object without what is nested in it."""
    names = list(dict.fromkeys(name for row in rows for name, one in row.items() if not isinstance(one, dict | list)))
    return [names, *([str(row.get(name, "")) for name in names] for row in rows)] if rows else []


def _aligned(*rows: list[str]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


@contextmanager
def progress(label: str) -> Iterator[Callable[..., None]]:
    """Give a function that moves a bar: completed, total, description. It shows on a terminal, when the block takes long."""
    if not sys.stderr.isatty():
        yield lambda **_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    is_seen = sys.stdout.isatty()  # else what is printed meanwhile must not land on the terminal
    bar = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=is_seen)
    row, late = bar.add_task(label, total=None), Timer(PATIENCE, bar.start)
    late.start()
    try:
        yield lambda **how: bar.update(row, **how)
    finally:
        late.cancel()
        late.join()
        bar.stop()
