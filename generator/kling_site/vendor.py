"""The vendor's changelog as a page: what moved when, with links to the pages of what it touched."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from kling_spec.document import Document, operations
from kling_spec.load import Spec

Entry = Mapping[str, Any]
Touched = dict[str, dict[str, list[str]]]  # family, or nothing; what of it; which values
_HEAD = """\
# The vendor's changelog

What the vendor changed and when, newest first, in our words, and the elements of this spec that each entry touched. An entry
that is not the vendor's own says so. Pages of the reference show the API of today: what an entry touched may be gone since.
"""
_WHOSE = {"third-party": " (somebody else's word)", "guess": " (our guess)"}
_SPECIAL = re.compile(r"([\\`*_<\[\]])")


def vendor_page(spec: Spec, entries: Sequence[Entry], pages: set[str]) -> str:
    """Return the page as Markdown; `pages` names the families that have a page in `../generated/reference`."""
    homes = _homes(spec.document)
    lines = [_HEAD]
    for year, of_year in groupby(entries, lambda one: str(one["date"])[:4]):
        lines.append(f"## {year}\n")
        for day, of_day in groupby(of_year, lambda one: str(one["date"])):
            lines += [f"(on-{day})=", f"### {day}\n", *(_entry(one, homes, pages) for one in of_day), ""]
    return "\n".join(lines)


def _homes(document: Document) -> dict[str, list[str]]:
    """Return the families of each rule and price list: `rule t2v-models`, `price video_models`."""
    found: dict[str, list[str]] = {}
    for name, schema in document["components"]["schemas"].items():
        for rule in schema.get("x-kling-rules", []):
            found.setdefault(f"rule {rule['id']}", []).append(name.partition(".")[0])
    for operation in operations(document):
        if operation.price is not None:
            found.setdefault(f"price {operation.price}", []).append(operation.family)
    return {element: list(dict.fromkeys(names)) for element, names in found.items()}


def _entry(entry: Entry, homes: Mapping[str, list[str]], pages: set[str]) -> str:
    told = _SPECIAL.sub(r"\\\1", entry["gist"])
    touched: Touched = {}
    for element in entry["touches"]:
        for family, label, value in _places(element, homes):
            touched.setdefault(family, {}).setdefault(label, []).extend([value] if value else [])
    rows = [_row(family, parts, pages) for family, parts in touched.items()]
    return "\n".join([f"- **{entry['kind']}**{_WHOSE.get(entry.get('source', ''), '')}: {told}", *rows])


def _places(element: str, homes: Mapping[str, list[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield the family that an element stands in (empty for the API as a whole), what of it, and the value meant."""
    kind, _, name = element.partition(" ")
    place, _, value = name.partition(" ")
    if kind in ("rule", "price"):
        yield from ((family, f"rule `{name}`" if kind == "rule" else "prices", "") for family in homes.get(element, [""]))
    elif kind in ("operation", "field", "value", "schema", "family"):
        family, _, rest = place.partition(".")
        yield family, _OF_FAMILY.get(kind, "`{}`").format(rest), value
    else:
        yield "", f"{kind}s" if kind == "model" else kind, name


_OF_FAMILY = {"operation": "`{}()`", "family": "the whole family"}


def _row(family: str, parts: Mapping[str, list[str]], pages: set[str]) -> str:
    said = ", ".join(_part(label, values, family if family in pages else "") for label, values in parts.items())
    if not family:
        return f"  - {said}"
    return f"  - [{family}]({_page(family)}): {said}" if family in pages else f"  - {family}: {said}"


def _part(label: str, values: list[str], page: str) -> str:
    called = re.fullmatch(r"`(\w+)\(\)`", label)
    led = f"[{label}]({_page(page)}#{called[1]})" if called and page else label
    return " ".join([led, *(f"`{value}`" for value in values)])


def _page(family: str) -> str:
    return f"../generated/reference/{family}.md"
