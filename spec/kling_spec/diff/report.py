"""Changes as text, Markdown and JSON. What is alike is told once."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kling_spec.rules import words

from .changes import AUDIENCES, LEVELS, Change, Changes, State
from .facets import text as value_text

_TITLES = {
    "needed-field-added": "required field added",
    "needed-field-removed": "required field removed",
    "doc-changed": "words changed",
    "catalogue-doc-changed": "words changed",
    "lifecycle-chosen": "lifecycle changed",
    "way-added": "way between states added",
    "way-removed": "way between states removed",
    "error-moved": "error changed",
    "error-retry": "error changed",
}
_NAMED = ("-added", "-removed")  # kinds whose name says it all
_UNSAID = ("id", "kind", "message", "samples", "tolerated")  # words of a rule that do not say what it demands
_LONGEST = 120  # characters of a value
_MOST_NAMES, _MOST_PLACES = 12, 6


@dataclass(frozen=True)
class Entry:
    """Changes that are told together: of one kind, with one effect."""

    first: Change
    names: tuple[str, ...]
    places: tuple[str, ...]
    operations: tuple[str, ...]
    shown: str  # 500 → 2500

    @property
    def title(self) -> str:
        return _TITLES.get(self.first.kind, self.first.kind.replace("-", " "))


def entries(changes: Iterable[Change]) -> list[Entry]:
    """Return what is told together: values of one field, then one thing in many places."""
    single = [_entry(one) for one in changes]
    by_place = _folded(single, lambda one: (*_alike(one), one.places))
    return _folded(by_place, lambda one: (*_alike(one), one.names))


def _entry(change: Change) -> Entry:
    return Entry(change, (change.name,), (change.place,), change.operations, _shown(change))


def _alike(one: Entry) -> tuple[Any, ...]:
    return one.first.kind, one.first.effects, one.shown


def _folded(all_of: list[Entry], key: Callable[[Entry], tuple[Any, ...]]) -> list[Entry]:
    found: dict[tuple[Any, ...], Entry] = {}
    for one in all_of:
        known = found.get(key(one))
        found[key(one)] = one if known is None else _joined(known, one)
    return list(found.values())


def _joined(one: Entry, other: Entry) -> Entry:
    return replace(
        one,
        names=tuple(dict.fromkeys((*one.names, *other.names))),
        places=tuple(dict.fromkeys((*one.places, *other.places))),
        operations=tuple(dict.fromkeys((*one.operations, *other.operations))),
    )


def _shown(change: Change) -> str:
    if change.kind in ("rule-added", "rule-removed"):
        return _rule(change.after or change.before)
    if change.kind.startswith("type-") and None in (change.before, change.after):
        return ""
    if change.kind.endswith(_NAMED) and not change.kind.startswith(("default-", "price-added", "price-removed")):
        told = change.after if change.before is None else change.before
        return str(told) if isinstance(told, str) and told != change.name else ""
    if change.before is None and change.after is None:
        return ""
    return f"{_short(change.before)} → {_short(change.after)}"


def _rule(rule: dict[str, Any]) -> str:
    """Return a rule in one line: `only_with voice_list, when sound on`."""
    said = [(word, one) for word, one in rule.items() if word not in _UNSAID and not word.startswith("x-")]
    told = [words(one) if word == "when" else _short(one) for word, one in said]
    names = [f"{word} " if word in ("when", "to", "least", "most", "of", "equals") else "" for word, _ in said]
    return _short(f"{rule['kind']} {', '.join(map(''.join, zip(names, told, strict=True)))}")


def _short(value: Any) -> str:
    if value is None:
        return "none"
    shown = " ".join(value_text(value).split())
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def listed(names: Sequence[str], most: int, show: Callable[[str], str] = str) -> str:
    """Return names in a row; of a long list its beginning and how many more there are."""
    cut = names if len(names) <= most + 1 else names[:most]
    return ", ".join(map(show, cut)) + (f" and {len(names) - most} more" if len(cut) < len(names) else "")


def headline(changes: Changes) -> str:
    """Return what the two states are called."""
    return f"{_state(changes.old)} → {_state(changes.new)}"


def _state(state: State) -> str:
    return state.label if state.label == state.version else f"{state.label} ({state.version})"


def summary(changes: Changes) -> str:
    """Return the verdict and how many changes there are, in one line."""
    counts = ", ".join(f"{count} {level}" for level, count in changes.counts.items())
    return f"{changes.verdict}: {counts}" if changes.all else "none: nothing differs"


def standing(changes: Changes) -> str:
    """Return the worst for each audience, in one line."""
    found = {whom: changes.worst(whom) for whom in AUDIENCES}
    return "; ".join(f"{AUDIENCES[whom]}: {level or 'nothing'}" for whom, level in found.items())


def sections(changes: Changes) -> Iterator[tuple[str, list[Entry]]]:
    """Yield the levels, worst first, with what is told of each."""
    for level in reversed(LEVELS):
        found = entries(one for one in changes if one.level == level)
        if found:
            yield level, found


def text(changes: Changes) -> str:
    """Return the report as plain text."""
    return "".join(f"{line}\n" for _, line in lines(changes))


def lines(changes: Changes) -> Iterator[tuple[str, str]]:
    """Yield each line of the report with what it is: head, level of a section, entry, or detail."""
    yield "head", headline(changes)
    yield "head", summary(changes)
    if changes.all:
        yield "detail", standing(changes)
    for level, found in sections(changes):
        yield "detail", ""
        yield level, level.upper()
        for one in found:
            yield "entry", f"  {one.title}: {listed(one.names, _MOST_NAMES)}{f': {one.shown}' if one.shown else ''}"
            yield "detail", f"      in {listed(one.places, _MOST_PLACES)}"
            yield from (("detail", f"      {AUDIENCES[each.whom]}: {each.reason}") for each in one.first.effects)
            if used_by(one):
                yield "detail", f"      used by {used_by(one)}"


def used_by(entry: Entry) -> str:
    """Return the operations that an entry touches; of many only their families."""
    if len(entry.operations) <= 4:
        return ", ".join(one for one in entry.operations if one not in (*entry.names, *entry.places))
    families = tuple(dict.fromkeys(one.partition(".")[0] for one in entry.operations))
    return f"{len(entry.operations)} operations of {listed(families, _MOST_PLACES)}"


def markdown(changes: Changes) -> str:
    """Return the report as Markdown, to be put into a changelog or a comment."""
    made = [f"## API changes: {headline(changes)}", f"**{changes.verdict}**{summary(changes).removeprefix(changes.verdict)}"]
    if changes.all:
        made.append(f"{standing(changes).capitalize()}.")
    for level, found in sections(changes):
        made += [f"### {level.capitalize()}", "\n".join(map(_item, found))]
    return "\n\n".join(made) + "\n"


def _item(one: Entry) -> str:
    shown = f": {_code(one.shown)}" if one.shown else ""
    where = f"{listed(one.names, _MOST_NAMES, _code)}{shown} in {listed(one.places, _MOST_PLACES, _code)}"
    effects = "".join(f"\n  - {AUDIENCES[each.whom]} ({each.level}): {each.reason}" for each in one.first.effects)
    used = f" (used by {used_by(one)})" if used_by(one) else ""
    return f"- **{one.title}** {where}{used}{effects}"


def _code(name: str) -> str:
    return f"`{name.replace('`', chr(39))}`"


def as_json(changes: Changes) -> str:
    """Return the report as JSON: every change by itself."""
    made = {
        "old": vars(changes.old),
        "new": vars(changes.new),
        "verdict": changes.verdict,
        "counts": changes.counts,
        "changes": [_change(one) for one in changes],
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "place": change.place,
        "name": change.name,
        "touches": change.element,
        "level": change.level,
        "semver": change.semver,
        "before": change.before,
        "after": change.after,
        "effects": [{"for": one.whom, "level": one.level, "reason": one.reason} for one in change.effects],
        "used_by": [vars(one) for one in change.uses],
    }
