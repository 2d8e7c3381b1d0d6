"""What differs between two forms of one cross-field rule: does it refuse more, or less?

Every word of every kind has a direction: a longer `to` lets more through, a longer `when` of a needed_with refuses more.
A change that goes both ways, or whose way is not known, counts as both.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kling_spec.document import Document
from kling_spec.rules import Rule

from .facets import Facet, same, without

WIDER, NARROWER = frozenset({"wider"}), frozenset({"narrower"})
BOTH = WIDER | NARROWER
NEITHER: frozenset[str] = frozenset()
_WORDS = ("message", "samples", "x-kling-source", "x-kling-since", "x-kling-until")
_PERMITS = ("only_with",)  # the rule lets the field through while `when` holds; the other kinds demand something
_FIELDS = {
    "at_least_one_of": (WIDER, NARROWER),
    "at_most_one_of": (NARROWER, WIDER),
    "count_at_most": (NARROWER, WIDER),
    "one_nonzero": (NARROWER, WIDER),
}
"""What one more field does to a rule, and what one less does."""
_RAISED = {("apart", "least"): NARROWER, ("count_at_most", "most"): WIDER, ("token_needs", "most"): WIDER}
"""What a higher number does to a rule."""


def rule_facets(old: Document, new: Document) -> Iterator[tuple[Facet, Rule]]:
    """Yield what differs between the rules of two object schemas, each with the rule as it is now, or was."""
    before, after = ({rule["id"]: rule for rule in one.get("x-kling-rules", [])} for one in (old, new))
    gone, come = [before[name] for name in before if name not in after], [after[name] for name in after if name not in before]
    yield from ((Facet("rule-removed", rule["id"], rule, None), rule) for rule in gone)
    for rule in come:
        notes = (*_notes(rule, old, new), *(("replaces",) if any(_fields(rule) & _fields(one) for one in gone) else ()))
        yield Facet("rule-added", rule["id"], None, rule, notes), rule
    for name, rule in after.items():
        if name in before and not same(before[name], rule):
            facet = _changed(before[name], rule, old, new)
            if facet is not None:
                yield facet, rule


def _changed(before: Rule, after: Rule, old: Document, new: Document) -> Facet | None:
    """Return how a rule differs. What follows from values that came or went is told of these values."""
    one, other = (_restricted(rule, old, new) for rule in (before, after))
    if same(one, other):
        return None
    way = direction(one, other)
    kind = {NEITHER: "rule-reworded", WIDER: "rule-widened", NARROWER: "rule-narrowed", BOTH: "rule-changed"}[way]
    words = [word for word in dict.fromkeys((*one, *other)) if not same(one.get(word), other.get(word))]
    return Facet(
        kind,
        str(after["id"]),
        {word: before[word] for word in words if word in before},
        {word: after[word] for word in words if word in after},
        _notes(after, old, new),
    )


def direction(old: Rule, new: Rule) -> frozenset[str]:
    """Return whether a rule became wider, narrower, both or neither."""
    if old["kind"] != new["kind"]:
        return BOTH
    found = NEITHER
    for word in dict.fromkeys((*old, *new)):
        if not same(old.get(word), new.get(word)) and word not in _WORDS:
            found |= _word(str(new["kind"]), word, old.get(word), new.get(word))
    return found


def _word(kind: str, word: str, old: Any, new: Any) -> frozenset[str]:
    if word == "when":
        return _when(old or {}, new or {}, permits=kind in _PERMITS)
    if word == "fields" and kind in _FIELDS:
        return _listed(old or [], new or [], *_FIELDS[kind])
    if word == "to":
        return _listed(old or [], new or [], WIDER, NARROWER)
    if word == "rows":
        return _rows(old or {}, new or {})
    if word == "tolerated":
        return WIDER if new else NARROWER
    if (kind, word) in _RAISED and isinstance(old, int | float) and isinstance(new, int | float):
        raised = _RAISED[kind, word]
        return raised if new > old else BOTH - raised
    return BOTH


def _listed(old: list[Any], new: list[Any], more: frozenset[str], less: frozenset[str]) -> frozenset[str]:
    return (more if without(new, old) else NEITHER) | (less if without(old, new) else NEITHER)


def _when(old: Mapping[str, Any], new: Mapping[str, Any], *, permits: bool) -> frozenset[str]:
    """Return what a change of conditions does; where they hold for more requests, what permits is wider."""
    found = NEITHER
    for name in dict.fromkeys((*old, *new)):
        if name not in old or name not in new:
            found |= NARROWER if (name in new) is permits else WIDER
        elif not same(old[name], new[name]):
            holds = _condition(old[name], new[name])
            found |= holds if permits else _turned(holds)
    return found


def _turned(way: frozenset[str]) -> frozenset[str]:
    return BOTH - way if len(way) == 1 else way


def _condition(old: Any, new: Any) -> frozenset[str]:
    """Return wider when a condition holds for more requests than before."""
    if isinstance(old, list) and isinstance(new, list):
        return _listed(old, new, WIDER, NARROWER)
    if not isinstance(old, Mapping) or not isinstance(new, Mapping) or old.keys() != new.keys():
        return BOTH
    if "not" in old:
        return _listed(old["not"], new["not"], NARROWER, WIDER)
    if "at_most" in old:
        return WIDER if new["at_most"] > old["at_most"] else NARROWER
    if "more_than" in old:
        return NARROWER if new["more_than"] > old["more_than"] else WIDER
    return BOTH


def _rows(old: Mapping[str, list[Any]], new: Mapping[str, list[Any]]) -> frozenset[str]:
    """Return what a change of a table does: a key without rows is not restricted."""
    found = NEITHER
    for key in dict.fromkeys((*old, *new)):
        if key not in old or key not in new:
            found |= NARROWER if key in new else WIDER
        elif not same(old[key], new[key]):
            found |= _alternatives(old[key], new[key])
    return found


def _alternatives(old: list[Any], new: list[Any]) -> frozenset[str]:
    gone, come = without(old, new), without(new, old)
    if len(gone) != len(come):
        return (WIDER if come else NEITHER) | (NARROWER if gone else NEITHER)
    found = NEITHER
    for one, other in zip(gone, come, strict=True):
        found |= _cells(one, other)
    return found


def _cells(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    found = NEITHER
    for name in dict.fromkeys((*old, *new)):
        if name not in old or name not in new:
            found |= NARROWER if name in new else WIDER
        elif isinstance(old[name], list) and isinstance(new[name], list):
            found |= _listed(old[name], new[name], WIDER, NARROWER)
        elif old[name] != new[name]:
            found |= BOTH
    return found


def _restricted(rule: Rule, old: Document, new: Document) -> dict[str, Any]:
    """Return a rule without the values that only one of the two schemas lists."""
    made = dict(rule)
    if "when" in made:
        made["when"] = {name: _common(wanted, name, old, new) for name, wanted in made["when"].items()}
    if "to" in made:
        made["to"] = _common(made["to"], rule["field"], old, new)
    if "rows" in made:
        keys = _common(list(made["rows"]), rule["key"], old, new)
        made["rows"] = {key: [_row(row, old, new) for row in made["rows"][key]] for key in keys}
    return made


def _row(row: Mapping[str, Any], old: Document, new: Document) -> dict[str, Any]:
    return {name: _common(cell, name, old, new) for name, cell in row.items()}


def _common(wanted: Any, name: str, old: Document, new: Document) -> Any:
    if isinstance(wanted, Mapping):
        return {word: _common(one, name, old, new) if word == "not" else one for word, one in wanted.items()}
    listed = [one.get("properties", {}).get(name, {}).get("enum") for one in (old, new)]
    if not isinstance(wanted, list) or None in listed:
        return wanted
    return [value for value in wanted if all(not without([value], one) for one in listed)]


def _notes(rule: Rule, old: Document, new: Document) -> tuple[str, ...]:
    """Return what the judgement of a stricter rule depends on."""
    said = {"prose": rule["kind"] == "prose", "tolerated": bool(rule.get("tolerated")), "vacuous": is_vacuous(rule, old, new)}
    return tuple(note for note in ("vacuous", "prose", "tolerated") if said[note])


def is_vacuous(rule: Rule, old: Document, new: Document) -> bool:
    """Say whether no request that the old schema knows can break a rule of the new one."""
    known = old.get("properties", {})
    fields = {_first(name) for name in _counted(rule)}
    if rule["kind"] in ("only_with", "unique", "sum_equals", "distinct", "one_nonzero", "at_most_one_of", "count_at_most"):
        most = 1 if rule["kind"] in ("one_nonzero", "at_most_one_of") else 0
        if len(fields & known.keys()) <= most:
            return True
    if rule["kind"] == "only_with" and all(_certain(wanted, name, old, new) for name, wanted in rule.get("when", {}).items()):
        return True
    if rule["kind"] == "limited_with" and _all_listed(rule, known, new):
        return True
    if rule["kind"] == "table":
        return not _possible(list(rule["rows"]), rule["key"], old, new)
    return rule["kind"] != "only_with" and any(
        not _possible(wanted, name, old, new) for name, wanted in rule.get("when", {}).items()
    )


def _all_listed(rule: Rule, known: Document, new: Document) -> bool:
    """Say whether a rule allows every value that its field had before, and the one that counts when none is given."""
    default = new.get("properties", {}).get(rule["field"], {}).get("default")
    before = known.get(rule["field"], {}).get("enum")
    return before is not None and not without([*before, default], rule["to"])


def _certain(wanted: Any, name: str, old: Document, new: Document) -> bool:
    """Say whether a condition holds for every request of the old schema, as when it speaks of a model that is new."""
    before = old.get("properties", {}).get(name, {}).get("enum")
    if before is None:
        return False
    values = [*before, new.get("properties", {}).get(name, {}).get("default")]
    if isinstance(wanted, Mapping):
        return wanted.keys() == {"not"} and len(without(values, wanted["not"])) == len(values)
    return not without(values, wanted)


def _possible(wanted: Any, name: str, old: Document, new: Document) -> bool:
    """Say whether a condition can hold for a request of the old schema; the new defaults count for it."""
    member = old.get("properties", {}).get(_first(name))
    if isinstance(wanted, Mapping):
        return member is not None or not (wanted.get("given") or "more_than" in wanted)
    default = new.get("properties", {}).get(name, {}).get("default")
    if not without([default], wanted):
        return True
    return member is not None and ("enum" not in member or any(not without([one], member["enum"]) for one in wanted))


def _counted(rule: Rule) -> Iterable[str]:
    """Return the fields whose presence a rule is about."""
    if "fields" in rule:
        return [name for field in rule["fields"] for name in ([field] if isinstance(field, str) else field)]
    return [rule[word] for word in ("field", "items") if word in rule]


def _fields(rule: Rule) -> set[str]:
    said = [*_counted(rule), *rule.get("when", {}), *(rule[word] for word in ("low", "high", "key", "equals") if word in rule)]
    cells = [name for rows in rule.get("rows", {}).values() for row in rows for name in row]
    return {_first(name) for name in (*said, *cells)}


def _first(name: str) -> str:
    return name.replace("[", ".").partition(".")[0]
