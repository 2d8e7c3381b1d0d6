"""Reports of a run, by the ending of the file's name."""

from collections.abc import Callable, Mapping
from pathlib import Path

from kling_contract.errors import ContractError
from kling_contract.finding import Report

from . import as_json, html, junit, sarif, text

WRITERS: Mapping[str, Callable[[Report], str]] = {
    ".txt": text.written,
    ".json": as_json.written,
    ".xml": junit.written,
    ".sarif": sarif.written,
    ".html": html.written,
}


def writer(path: Path) -> Callable[[Report], str]:
    """Return what writes a report for a file. Raises `ContractError` for an ending that no report has."""
    if path.suffix not in WRITERS:
        raise ContractError(f"--report {path}: a report ends in {', '.join(WRITERS)}")
    return WRITERS[path.suffix]


def writable(path: Path) -> None:
    """Raise `ContractError` for a file that no report could be written to: sooner than after a run."""
    writer(path)
    if not path.parent.is_dir():
        raise ContractError(f"--report {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise ContractError(f"--report {path}: is a folder")


def write(report: Report, path: Path) -> None:
    """Write a report."""
    path.write_text(writer(path)(report), encoding="utf-8")
