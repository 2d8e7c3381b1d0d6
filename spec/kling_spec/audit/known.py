"""Differences that are known and why they stay: spec/audit-known.yaml."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kling_spec.errors import SpecError
from kling_spec.yaml_json import read

from .compare import Audited
from .difference import KINDS, Difference

FILE = "audit-known.yaml"
_KEYS = {"page", "kind", "field", "why"}


@dataclass(frozen=True)
class Known:
    """One explained difference. In page and field `*` stands for anything."""

    page: str
    kind: str
    field: str
    why: str

    def explains(self, one: Difference) -> bool:
        return one.kind == self.kind and bool(self._page.fullmatch(one.page)) and bool(self._field.fullmatch(one.field))

    def is_about(self, one: Audited) -> bool:
        """Say whether a page could have shown the difference: its name fits, and it describes the operation that is named."""
        if self.page == "*" and self.kind == "endpoint-not-in-spec":
            return False  # most pages have nothing to do with it
        operation = self.field.partition(" ")[0]
        is_named = self.page != "*" or one.page.is_current or one.page.is_index
        is_index = self.kind == "family-not-in-index"
        is_shown = one.page.is_index if is_index else "." not in operation or operation in one.operations
        return is_named and is_shown and bool(self._page.fullmatch(one.page.name))

    @cached_property
    def _page(self) -> re.Pattern[str]:
        return _pattern(self.page)

    @cached_property
    def _field(self) -> re.Pattern[str]:
        return _pattern(self.field)


def read_known(folder: Path) -> list[Known]:
    """Return the entries of a spec folder, none without the file. Raises `SpecError` for one that lacks a word."""
    path = folder / FILE
    if not path.is_file():
        return []
    found = []
    for number, one in enumerate(read(path).get("entries", []), 1):
        if set(one) != _KEYS or one["kind"] not in KINDS:
            raise SpecError(f"{path}: entry {number}: needs page, kind, field and why; kind is one of {', '.join(KINDS)}")
        found.append(Known(**one))
    return found


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(one) for one in text.split("*")))
