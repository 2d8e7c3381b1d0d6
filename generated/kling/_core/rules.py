"""What each kind of cross-field rule means, as a check.

A rule is data: `{"id": …, "kind": …}` and the words of its kind. `check` says what a body breaks. Standard library
only: the client carries a copy of this file. The same rules as JSON Schema are in `rule_schema`.

"Given" means present and not null, not empty text, not an empty list. Field names may be dotted, `input.image`, and may
end in a filter: `image_list[type=first_frame]` is given when the list has such an item, `[type!=x]` when it has another.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

Rule = Mapping[str, Any]
Body = Mapping[str, Any]


def is_given(value: Any) -> bool:
    """Say whether a value counts as given."""
    return value is not None and value != "" and value != []


def raw(body: Any, name: str) -> Any:
    """Return what stands at a dotted name, None where nothing does."""
    for part in name.split("."):
        if not isinstance(body, Mapping):
            return None
        body = _filtered(body, part) if part[-1] == "]" else body.get(part)
    return body


@cache
def parsed_filter(part: str) -> tuple[str, str, bool, str]:
    """Return `image_list[type!=x]` as ("image_list", "type", False, "x"); the third says whether it must be equal."""
    found = re.fullmatch(r"(\w+)\[(\w+)(!?)=([^\]]*)\]", part)
    if found is None:
        raise ValueError(f"{part}: a filter is written list[member=value] or list[member!=value]")
    return found[1], found[2], not found[3], found[4]


def _filtered(body: Body, part: str) -> list[Any] | None:
    """Return the items of a list that a filter lets through, None where there is no list."""
    name, member, equal, wanted = parsed_filter(part)
    items = body.get(name)
    if not isinstance(items, list):
        return None
    return [one for one in items if isinstance(one, Mapping) and (one.get(member) == wanted) is equal]


def given(body: Body, name: str) -> bool:
    """Say whether the field at a dotted name is given."""
    return is_given(raw(body, name))


def value(body: Body, name: str, defaults: Body) -> Any:
    """Return the field's value; its default when it is not given."""
    found = raw(body, name)
    return found if is_given(found) else defaults.get(name)


def among(found: Any, allowed: Sequence[Any]) -> bool:
    """Say whether a value is one of `allowed`, as JSON compares (true is not 1)."""
    return any(found == one and isinstance(found, bool) == isinstance(one, bool) for one in allowed)


def holds(when: Mapping[str, Any], body: Body, defaults: Body) -> bool:
    """Say whether every condition of a `when` holds for the body."""
    return all(_condition(wanted, body, name, defaults) for name, wanted in when.items())


def _condition(wanted: Any, body: Body, name: str, defaults: Body) -> bool:
    if isinstance(wanted, Mapping):
        if "given" in wanted:
            return given(body, name) is wanted["given"]
        if "more_than" in wanted or "at_most" in wanted:
            return (_length(body, name) > wanted.get("more_than", wanted.get("at_most"))) is ("more_than" in wanted)
        return not among(value(body, name, defaults), wanted["not"])
    return among(value(body, name, defaults), wanted)


def _length(body: Body, name: str) -> int:
    found = raw(body, name)
    return len(found) if isinstance(found, list) else 0


def check(rule: Rule, body: Body, defaults: Body) -> str | None:
    """Return how `body` breaks `rule`, None when it keeps it.

    `defaults` maps dotted names to the values the API assumes. The body's shape is checked elsewhere: parts of a
    wrong type count as keeping the rule.
    """
    broken = CHECKS[rule["kind"]](rule, body, defaults)
    return broken and str(rule.get("message", broken))


def _name(field: str | Sequence[str]) -> str:
    return field if isinstance(field, str) else " / ".join(field)


def _names(fields: Sequence[str | Sequence[str]]) -> str:
    return ", ".join(_name(field) for field in fields)


def _count(rule: Rule, body: Body) -> int:
    groups = ([field] if isinstance(field, str) else field for field in rule["fields"])
    return sum(any(given(body, name) for name in group) for group in groups)


def _exactly_one_of(rule: Rule, body: Body, defaults: Body) -> str | None:
    count = _count(rule, body)
    return None if count == 1 else f"exactly one of {_names(rule['fields'])} must be given; got {count}"


def _at_least_one_of(rule: Rule, body: Body, defaults: Body) -> str | None:
    return None if _count(rule, body) else f"at least one of {_names(rule['fields'])} must be given"


def _at_most_one_of(rule: Rule, body: Body, defaults: Body) -> str | None:
    count = _count(rule, body)
    return None if count < 2 else f"at most one of {_names(rule['fields'])} may be given; got {count}"


def _together(rule: Rule, body: Body, defaults: Body) -> str | None:
    count = _count(rule, body)
    return None if count in (0, len(rule["fields"])) else f"{_names(rule['fields'])} must be given together or not at all"


def _only_with(rule: Rule, body: Body, defaults: Body) -> str | None:
    if not given(body, rule["field"]) or holds(rule["when"], body, defaults):
        return None
    return f"{rule['field']} may be given only with {words(rule['when'])}{_got(rule['when'], body, defaults)}"


def _needed_with(rule: Rule, body: Body, defaults: Body) -> str | None:
    if given(body, rule["field"]) or not holds(rule["when"], body, defaults):
        return None
    return f"{rule['field']} must be given with {words(rule['when'])}"


def _limited_with(rule: Rule, body: Body, defaults: Body) -> str | None:
    found = value(body, rule["field"], defaults)
    if among(found, rule["to"]) or not holds(rule["when"], body, defaults):
        return None
    return f"{rule['field']} must be {either(rule['to'])} with {words(rule['when'])}; got {found!r}"


def _apart(rule: Rule, body: Body, defaults: Body) -> str | None:
    low, high = value(body, rule["low"], defaults), value(body, rule["high"], defaults)
    if not (_is_number(low) and _is_number(high)) or high - low >= rule["least"]:
        return None
    return f"{rule['high']} must be at least {rule['least']} above {rule['low']}; got {high} and {low}"


def _sum_equals(rule: Rule, body: Body, defaults: Body) -> str | None:
    items, whole = raw(body, rule["items"]), _number(value(body, rule["equals"], defaults))
    parts = [_number(raw(item, rule["of"])) for item in items] if isinstance(items, list) else [None]
    numbers = [part for part in parts if part is not None]
    if not holds(rule.get("when", {}), body, defaults) or whole is None or len(numbers) < len(parts):
        return None
    total = sum(numbers)
    return (
        None
        if total == whole
        else f"{rule['items']}[].{rule['of']} must add up to {rule['equals']}; got {total:g} and {whole:g}"
    )


def _distinct(rule: Rule, body: Body, defaults: Body) -> str | None:
    items = raw(body, rule["items"])
    found = [raw(item, rule["of"]) for item in items] if isinstance(items, list) else []
    twice = [one for place, one in enumerate(found) if one in found[:place]]
    return f"{rule['items']}[].{rule['of']} must differ; got {twice[0]!r} twice" if twice else None


def _count_at_most(rule: Rule, body: Body, defaults: Body) -> str | None:
    total = sum(_length(body, name) for name in rule["fields"])
    if total <= rule["most"] or not holds(rule.get("when", {}), body, defaults):
        return None
    return f"{_names(rule['fields'])} may hold {rule['most']} entries together; got {total}"


def _one_nonzero(rule: Rule, body: Body, defaults: Body) -> str | None:
    found = [name for name in rule["fields"] if _is_number(raw(body, name)) and raw(body, name) != 0]
    return None if len(found) < 2 else f"only one of {_names(rule['fields'])} may differ from 0; got {', '.join(found)}"


def _token_needs(rule: Rule, body: Body, defaults: Body) -> str | None:
    text, items = raw(body, rule["field"]), raw(body, rule["items"])
    numbers = [int(one) for one in re.findall(rf"<<<{rule['token']}_([0-9]+)>>>", text)] if isinstance(text, str) else []
    most = min(rule["most"], len(items) if isinstance(items, list) else 0)
    wrong = [number for number in numbers if not 1 <= number <= most]
    if not wrong:
        return None
    return f"{rule['field']} names {rule['token']} {wrong[0]}, but {rule['items']} has {most} entries"


def _table(rule: Rule, body: Body, defaults: Body) -> str | None:
    key = value(body, rule["key"], defaults)
    rows = rule["rows"].get(key) if isinstance(key, str) else None
    if rows is None or any(not _cells(row, body, defaults) for row in rows):
        return None
    wrong = [_cells(row, body, defaults) for row in rows]
    closest = dict.fromkeys(" and ".join(one) for one in wrong if len(one) == min(map(len, wrong)))
    return f"{rule['key']} {key} does not serve this: {', or '.join(closest)}"


def _cells(row: Mapping[str, Any], body: Body, defaults: Body) -> list[str]:
    return [_cell(name, wanted, body, defaults) for name, wanted in row.items() if not _fits(name, wanted, body, defaults)]


def _fits(name: str, wanted: Any, body: Body, defaults: Body) -> bool:
    if isinstance(wanted, str):
        return given(body, name) is (wanted == "given")
    return among(value(body, name, defaults), wanted)


def _cell(name: str, wanted: Any, body: Body, defaults: Body) -> str:
    if isinstance(wanted, str):
        return f"{name} must {'be given' if wanted == 'given' else 'not be given'}"
    return f"{name} must be {either(wanted)}; got {value(body, name, defaults)!r}"


def _always(rule: Rule, body: Body, defaults: Body) -> str | None:
    """Keep: nothing in one body alone can break it."""
    return None


CHECKS: Mapping[str, Callable[[Rule, Body, Body], str | None]] = {
    "exactly_one_of": _exactly_one_of,
    "at_least_one_of": _at_least_one_of,
    "at_most_one_of": _at_most_one_of,
    "together": _together,
    "only_with": _only_with,
    "needed_with": _needed_with,
    "limited_with": _limited_with,
    "apart": _apart,
    "sum_equals": _sum_equals,
    "distinct": _distinct,
    "count_at_most": _count_at_most,
    "one_nonzero": _one_nonzero,
    "token_needs": _token_needs,
    "table": _table,
    "unique": _always,
    "prose": _always,
}


def words(when: Mapping[str, Any]) -> str:
    """Return a `when` as words: `sound on and mode pro or 4k`."""
    return " and ".join(_words(name, wanted) for name, wanted in when.items())


def _words(name: str, wanted: Any) -> str:
    if not isinstance(wanted, Mapping):
        return f"{name} {either(wanted)}"
    if "given" in wanted:
        return f"{name} {'given' if wanted['given'] else 'not given'}"
    if "more_than" in wanted or "at_most" in wanted:
        word = "more_than" if "more_than" in wanted else "at_most"
        return f"{word.replace('_', ' ')} {wanted[word]} entries in {name}"
    return f"{name} other than {either(wanted['not'])}"


def _got(when: Mapping[str, Any], body: Body, defaults: Body) -> str:
    wrong = (name for name, wanted in when.items() if not _condition(wanted, body, name, defaults))
    return "".join(f"; got {name} {value(body, name, defaults)!r}" for name in wrong)


def either(values: Sequence[Any]) -> str:
    """Return values as words: `5 or 10`; long lists are cut."""
    shown = [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
    return " or ".join(shown if len(shown) < 8 else [*shown[:6], f"{len(shown) - 6} more"])


def _is_number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def _number(found: Any) -> float | None:
    """Return a number, also from numeric text; None when it is neither."""
    if isinstance(found, str):
        return float(found) if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,15})?", found) else None
    return found if _is_number(found) else None
