"""One run of the audit: pages in, a report out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kling_spec.load import Spec

from .compare import Audited, audit, views
from .difference import Difference
from .facts import SpecView
from .known import Known, read_known
from .page import Page


@dataclass(frozen=True)
class Report:
    """What a run found."""

    audited: tuple[Audited, ...]
    differences: tuple[Difference, ...]  # to be looked at
    explained: tuple[tuple[Difference, Known], ...]
    unused: tuple[Known, ...]  # entries about these pages that explain nothing
    unread: tuple[str, ...] = ()  # why a file could not be read


def run(
    spec: Spec,
    folder: Path,
    pages: Sequence[Page],
    *,
    day: str | None = None,
    unread: Sequence[str] = (),
    beside: Sequence[Page] = (),
) -> Report:
    """Audit pages against the spec in a folder, as of a day (default: its own; for captures also the baseline).

    Pages `beside` them are not audited, but what they show is not missing.
    """
    audited = audit(views(SpecView(spec, day, folder), day), list(pages), list(beside))
    known = read_known(folder)
    open_ones, explained = [], []
    for one in (difference for page in audited for difference in page.differences):
        entry = next((entry for entry in known if entry.explains(one)), None)
        if entry is None:
            open_ones.append(one)
        else:
            explained.append((one, entry))
    used = {id(entry) for _, entry in explained}
    unused = [one for one in known if id(one) not in used and any(one.is_about(page) for page in audited)]
    return Report(tuple(audited), tuple(open_ones), tuple(explained), tuple(unused), tuple(unread))
