"""Compares the tables that the whole API shares: errors, prices, models, voices, lifecycles, limits."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from kling_spec.as_of import in_force
from kling_spec.document import Document

from .changes import Change
from .facets import ended, same, text

_DOC = "catalogue-doc-changed"
_DATES = ("since", "until", "successor", "trust")
_ERRORS = {"http": "error-moved", "name": "error-moved", "group": "error-moved", "retry": "error-retry"}
_STATES = {"verdict": "state-verdict", "holds_slot": "slot-changed"}
_PACE = ("seconds", "typical")
_AMOUNTS = ("units", "per_second", "per_started")


def catalogue_changes(old: Document, new: Document) -> Iterator[Change]:
    """Yield what differs between the catalogues of two bundles, each as they stand on its day."""
    before, after = (one.get("x-kling-catalogues", {}) for one in (old, new))
    days = [str(one.get("info", {}).get("version", "")) for one in (old, new)]
    for name in dict.fromkeys((*before, *after)):
        if name == "digest":
            continue
        one, other = before.get(name, {}), after.get(name, {})
        if not same(one.get("x-kling-source"), other.get("x-kling-source")):
            yield Change(_DOC, name, "source", one.get("x-kling-source"), other.get("x-kling-source"))
        if name in ("models", "voices"):
            yield from _dated(name, one.get(name, {}), other.get(name, {}), days)
        else:
            yield from _TABLES.get(name, _unknown(name))(one, other)


def _parts(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield name and both forms of what differs between two mappings; None where there is none."""
    for key in dict.fromkeys((*old, *new)):
        if (key in old) != (key in new) or not same(old[key], new[key]):
            yield key, old.get(key), new.get(key)


def _came(what: str, old: Any, new: Any) -> str | None:
    """Return the kind of what came or went, None when it is there on both sides."""
    return f"{what}-added" if old is None else f"{what}-removed" if new is None else None


def _dated(table: str, old: Mapping[str, Any], new: Mapping[str, Any], days: list[str]) -> Iterator[Change]:
    """Yield what differs in a table whose entries have a first and a last day."""
    what = table.removesuffix("s")
    for name in dict.fromkeys((*old, *new)):
        one, other = old.get(name), new.get(name)
        stands = [
            each is not None and in_force(each.get("since"), each.get("until"), day)
            for each, day in zip((one, other), days, strict=True)
        ]
        if stands[0] != stands[1]:
            yield Change(f"{what}-added" if stands[1] else f"{what}-removed", table, name, element=f"{what} {name}")
        elif all(stands):
            yield from _entry(what, table, name, one or {}, other or {})
        elif not same(one, other):
            yield Change(_DOC, table, name, one, other, f"{what} {name}")


def _entry(what: str, table: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key, one, other in _parts(old, new):
        kind = f"{what}-changed"
        if key == "until" and what == "model":
            way = ended(one, other).removeprefix("end-")
            kind = f"model-end-{way if way in ('announced', 'withdrawn') else 'moved'}"
        elif key in _PACE:
            kind = "pace-changed"
        elif key in _DATES:
            kind = _DOC
        yield Change(kind, f"{table}.{name}", key, one, other, f"{what} {name}")


def _errors(old: Document, new: Document) -> Iterator[Change]:
    before, after = ({text(one["code"]): one for one in each.get("errors", [])} for each in (old, new))
    for code, one, other in _parts(before, after):
        kind = _came("error", one, other)
        if kind:
            yield Change(kind, "errors", code, one, other, f"error {code}")
            continue
        for key, was, now in _parts(one, other):
            yield Change(_ERRORS.get(key, _DOC), f"errors.{code}", key, was, now, f"error {code}")
    for part in ("messages", "task_failures"):
        for name, one, other in _parts(old.get(part, {}), new.get(part, {})):
            kind = _came("message", one, other) or ("message-changed" if _told(one) != _told(other) else _DOC)
            yield Change(kind, f"errors.{part}", name, one, other, f"message {name}")
    if not same(old.get("success_message"), new.get("success_message")):
        yield Change("message-changed", "errors", "success_message", old.get("success_message"), new.get("success_message"))
    yield from _rest(
        "errors", old, new, ("errors", "messages", "task_failures", "success_message", "x-kling-source"), {"groups": _DOC}
    )


def _told(message: Document) -> tuple[Any, Any]:
    return message.get("code"), message.get("text")


def _rest(
    place: str, old: Document, new: Document, told: tuple[str, ...], kinds: Mapping[str, str] | None = None
) -> Iterator[Change]:
    for key, one, other in _parts(old, new):
        if key not in told:
            yield Change((kinds or {}).get(key, "catalogue-changed"), place, key, one, other)


def _prices(old: Document, new: Document) -> Iterator[Change]:
    for name, one, other in _parts(old.get("prices", {}), new.get("prices", {})):
        element, kind = f"price {name}", _came("price-list", one, other)
        if kind:
            yield Change(kind, "prices", name, one, other, element)
            continue
        if one.get("pack") != other.get("pack"):
            yield Change("pack-changed", f"prices.{name}", "pack", one.get("pack"), other.get("pack"), element)
        yield from _rows(f"prices.{name}", element, one.get("rows", []), other.get("rows", []))
        yield from _rest(f"prices.{name}", one, other, ("pack", "rows"), {"x-kling-source": _DOC})
    yield from _rest("prices", old, new, ("prices", "x-kling-source"))


def _rows(place: str, element: str, old: list[Document], new: list[Document]) -> Iterator[Change]:
    """Yield what differs in the rows of a price list; a row is known by its condition."""
    before, after = ({text(row.get("when", "else")): row for row in rows} for rows in (old, new))
    for name, one, other in _parts(before, after):
        kind = _came("price", one, other) or _amount_kind(one, other)
        yield Change(kind, place, name, _amount(one), _amount(other), element)
    common = [[name for name in rows if name in before and name in after] for rows in (before, after)]
    if common[0] != common[1]:
        yield Change("price-changed", place, "order of rows", common[0], common[1], element)
    if any(len(rows) != len(named) for rows, named in ((old, before), (new, after))) and not same(old, new):
        yield Change("price-changed", place, "rows", old, new, element)


def _amount(row: Document | None) -> str | None:
    return None if row is None else ", ".join(f"{word} {text(row[word])}" for word in row if word != "when")


def _amount_kind(old: Document, new: Document) -> str:
    bases = [{word: one for word, one in row.items() if word not in (*_AMOUNTS, "when")} for row in (old, new)]
    words = [[word for word in row if word in _AMOUNTS] for row in (old, new)]
    if not same(*bases) or words[0] != words[1] or len(words[0]) != 1:
        return "price-changed"
    try:
        was, now = Decimal(old[words[0][0]]), Decimal(new[words[0][0]])
    except (InvalidOperation, TypeError):
        return "price-changed"
    return "price-raised" if now > was else "price-lowered" if now < was else "price-changed"


def _lifecycles(old: Document, new: Document) -> Iterator[Change]:
    for name, one, other in _parts(old.get("lifecycles", {}), new.get("lifecycles", {})):
        kind, place, element = _came("lifecycle", one, other), f"lifecycles.{name}", f"lifecycle {name}"
        if kind:
            yield Change(kind, "lifecycles", name, one, other, element)
            continue
        for key, was, now in _parts(one, other):
            if key == "states":
                yield from _states(place, element, was or {}, now or {})
            else:
                yield Change("pace-changed" if key in _PACE else "lifecycle-chosen", place, key, was, now, element)
    yield from _rest("lifecycles", old, new, ("lifecycles", "x-kling-source"))


def _states(place: str, element: str, old: Document, new: Document) -> Iterator[Change]:
    for name, one, other in _parts(old, new):
        kind = _came("state", one, other)
        if kind:
            yield Change(kind, place, name, one, other, element)
            continue
        for key, was, now in _parts(one, other):
            if key != "next":
                yield Change(_STATES.get(key, "catalogue-changed"), f"{place}.{name}", key, was, now, element)
        ways = [each.get("next", []) for each in (one, other)]
        for way in dict.fromkeys((*ways[0], *ways[1])):
            if (way in ways[0]) != (way in ways[1]):
                yield Change(
                    "way-added" if way in ways[1] else "way-removed", f"{place}.{name}", f"{name} → {way}", element=element
                )
        if sorted(ways[0]) == sorted(ways[1]) and ways[0] != ways[1]:
            yield Change(_DOC, f"{place}.{name}", "order of ways", ways[0], ways[1], element)


def _limits(old: Document, new: Document) -> Iterator[Change]:
    yield from _allowances("limits", old.get("limits", {}), new.get("limits", {}))
    yield from _rest("limits", old, new, ("limits", "x-kling-source"))


def _allowances(place: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key, one, other in _parts(old, new):
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from _allowances(f"{place}.{key}", one, other)
        elif all(isinstance(each, int | float) and not isinstance(each, bool) for each in (one, other)):
            yield Change("allowance-raised" if other > one else "allowance-lowered", place, key, one, other)
        else:
            yield Change("allowance-changed", place, key, one, other)


def _unknown(name: str) -> Callable[[Document, Document], Iterator[Change]]:
    def run(old: Document, new: Document) -> Iterator[Change]:
        yield from _rest(name, old, new, ("x-kling-source",))

    return run


_TABLES: Mapping[str, Callable[[Document, Document], Iterator[Change]]] = {
    "errors": _errors,
    "prices": _prices,
    "lifecycles": _lifecycles,
    "limits": _limits,
}
