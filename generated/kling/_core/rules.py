"""What each kind of cross-field rule means, as a check.

A rule is data: `{"id": …, "kind": …}` and the words of its kind. `check` says what a body breaks, `bound` gives the
check of one rule for many bodies: names, conditions and defaults are looked up once. Standard library only: the client
carries a copy of this file. The same rules as JSON Schema are in `rule_schema`.

"Given" means present and not null, not empty text, not an empty list. Field names may be dotted, `input.image`, and may
end in a filter: `image_list[type=first_frame]` is given when the list has such an item, `[type!=x]` when it has another.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import methodcaller
from typing import Any

Rule = Mapping[str, Any]
Body = Mapping[str, Any]
Read = Callable[[Body], Any]
Test = Callable[[Any], bool]
Bound = Callable[[Body], str | None]
_MAPPINGS = (dict, Mapping)  # the first is quick to ask for


def is_given(value: Any) -> bool:
    """Say whether a value counts as given."""
    return value is not None and value != "" and value != []


def raw(body: Any, name: str) -> Any:
    """Return what stands at a dotted name, None where nothing does."""
    for part in name.split(".") if "." in name else (name,):
        if not isinstance(body, _MAPPINGS):
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
    return [one for one in items if isinstance(one, _MAPPINGS) and (one.get(member) == wanted) is equal]


def given(body: Body, name: str) -> bool:
    """Say whether the field at a dotted name is given."""
    return is_given(raw(body, name))


def value(body: Body, name: str, defaults: Body) -> Any:
    """Return the field's value; its default when it is not given."""
    found = raw(body, name)
    return found if is_given(found) else defaults.get(name)


def among(found: Any, allowed: Sequence[Any]) -> bool:
    """Say whether a value is one of `allowed`, as JSON compares (true is not 1)."""
    return is_among(allowed)(found)


def is_among(allowed: Sequence[Any]) -> Test:
    """Return `among` for many values."""
    if all(isinstance(one, str) for one in allowed):
        return tuple(allowed).__contains__
    known = {(isinstance(one, bool), one) for one in allowed}
    return lambda found: not isinstance(found, list | dict) and (isinstance(found, bool), found) in known


def holds(when: Mapping[str, Any], body: Body, defaults: Body) -> bool:
    """Say whether every condition of a `when` holds for the body."""
    return all(_condition(wanted, name, defaults)(body) for name, wanted in when.items())


def reader(name: str) -> Read:
    """Return `raw` of one name, for bodies that are objects."""
    return (lambda body: raw(body, name)) if "." in name or name[-1] == "]" else methodcaller("get", name)


def _giver(name: str) -> Test:
    """Return `given` of one name."""
    read = reader(name)

    def run(body: Body) -> bool:
        found = read(body)
        return found is not None and found != "" and found != []

    return run


def _valuer(name: str, defaults: Body) -> Read:
    """Return `value` of one name."""
    read, default = reader(name), defaults.get(name)

    def run(body: Body) -> Any:
        found = read(body)
        return default if found is None or found == "" or found == [] else found

    return run


def _holder(when: Mapping[str, Any], defaults: Body) -> Test:
    """Return `holds` of one `when`."""
    return _all([_condition(wanted, name, defaults) for name, wanted in when.items()])


def _all(conditions: Sequence[Test]) -> Test:
    def run(body: Body) -> bool:
        for holds_for in conditions:  # noqa: SIM110  # a generator would cost more than the conditions
            if not holds_for(body):
                return False
        return True

    return run


def _condition(wanted: Any, name: str, defaults: Body) -> Test:
    if isinstance(wanted, Mapping):
        if "given" in wanted:
            is_there, expected = _giver(name), wanted["given"]
            return lambda body: is_there(body) is expected
        if "more_than" in wanted or "at_most" in wanted:
            limit, above = wanted.get("more_than", wanted.get("at_most")), "more_than" in wanted
            return lambda body: (_length(body, name) > limit) is above
        find, refused = _valuer(name, defaults), is_among(wanted["not"])
        return lambda body: not refused(find(body))
    find, allowed = _valuer(name, defaults), is_among(wanted)
    return lambda body: allowed(find(body))


def _length(body: Body, name: str) -> int:
    found = raw(body, name)
    return len(found) if isinstance(found, list) else 0


def check(rule: Rule, body: Body, defaults: Body) -> str | None:
    """Return how `body` breaks `rule`, None when it keeps it.

    `defaults` maps dotted names to the values the API assumes. The body's shape is checked elsewhere: parts of a
    wrong type count as keeping the rule.
    """
    return bound(rule, defaults)(body if isinstance(body, _MAPPINGS) else {})


def bound(rule: Rule, defaults: Body) -> Bound:
    """Return the check of one rule, for many bodies that are objects."""
    find, message = CHECKS[rule["kind"]](rule, defaults), rule.get("message")
    return find if message is None else lambda body: find(body) and str(message)


def _name(field: str | Sequence[str]) -> str:
    return field if isinstance(field, str) else " / ".join(field)


def _names(fields: Sequence[str | Sequence[str]]) -> str:
    return ", ".join(_name(field) for field in fields)


def _counter(rule: Rule) -> Callable[[Body], int]:
    groups = [[_giver(name) for name in ([field] if isinstance(field, str) else field)] for field in rule["fields"]]
    return lambda body: sum(any(is_there(body) for is_there in group) for group in groups)


def _counted(rule: Rule, keeps: Callable[[int], bool], said: str) -> Bound:
    count, names = _counter(rule), _names(rule["fields"])

    def run(body: Body) -> str | None:
        found = count(body)
        return None if keeps(found) else said.format(names=names, found=found)

    return run


def _exactly_one_of(rule: Rule, defaults: Body) -> Bound:
    return _counted(rule, lambda count: count == 1, "exactly one of {names} must be given; got {found}")


def _at_least_one_of(rule: Rule, defaults: Body) -> Bound:
    return _counted(rule, lambda count: count > 0, "at least one of {names} must be given")


def _at_most_one_of(rule: Rule, defaults: Body) -> Bound:
    return _counted(rule, lambda count: count < 2, "at most one of {names} may be given; got {found}")


def _together(rule: Rule, defaults: Body) -> Bound:
    kept = (0, len(rule["fields"]))
    return _counted(rule, kept.__contains__, "{names} must be given together or not at all")


def _only_with(rule: Rule, defaults: Body) -> Bound:
    field, when = rule["field"], rule["when"]
    is_there, may = _giver(field), _holder(when, defaults)

    def run(body: Body) -> str | None:
        if not is_there(body) or may(body):
            return None
        return f"{field} may be given only with {words(when)}{_got(when, body, defaults)}"

    return run


def _needed_with(rule: Rule, defaults: Body) -> Bound:
    field, when = rule["field"], rule["when"]
    is_there, must = _giver(field), _holder(when, defaults)
    return lambda body: None if is_there(body) or not must(body) else f"{field} must be given with {words(when)}"


def _limited_with(rule: Rule, defaults: Body) -> Bound:
    field, allowed, when = rule["field"], rule["to"], rule["when"]
    find, fits, is_limited = _valuer(field, defaults), is_among(allowed), _holder(when, defaults)

    def run(body: Body) -> str | None:
        found = find(body)
        if fits(found) or not is_limited(body):
            return None
        return f"{field} must be {either(allowed)} with {words(when)}; got {found!r}"

    return run


def _apart(rule: Rule, defaults: Body) -> Bound:
    low_of, high_of = _valuer(rule["low"], defaults), _valuer(rule["high"], defaults)

    def run(body: Body) -> str | None:
        low, high = low_of(body), high_of(body)
        if not _is_number(low) or not _is_number(high) or high - low >= rule["least"]:
            return None
        return f"{rule['high']} must be at least {rule['least']} above {rule['low']}; got {high} and {low}"

    return run


def _sum_equals(rule: Rule, defaults: Body) -> Bound:
    applies, whole_of = _holder(rule.get("when", {}), defaults), _valuer(rule["equals"], defaults)

    def run(body: Body) -> str | None:
        if not applies(body):
            return None
        items, whole = raw(body, rule["items"]), _number(whole_of(body))
        parts = [_number(raw(item, rule["of"])) for item in items] if isinstance(items, list) else [None]
        numbers = [part for part in parts if part is not None]
        total = sum(numbers)
        if whole is None or len(numbers) < len(parts) or total == whole:
            return None
        return f"{rule['items']}[].{rule['of']} must add up to {rule['equals']}; got {total:g} and {whole:g}"

    return run


def _distinct(rule: Rule, defaults: Body) -> Bound:
    def run(body: Body) -> str | None:
        items = raw(body, rule["items"])
        found = [raw(item, rule["of"]) for item in items] if isinstance(items, list) else []
        twice = [one for place, one in enumerate(found) if one in found[:place]]
        return f"{rule['items']}[].{rule['of']} must differ; got {twice[0]!r} twice" if twice else None

    return run


def _count_at_most(rule: Rule, defaults: Body) -> Bound:
    applies = _holder(rule.get("when", {}), defaults)

    def run(body: Body) -> str | None:
        total = sum(_length(body, name) for name in rule["fields"])
        if total <= rule["most"] or not applies(body):
            return None
        return f"{_names(rule['fields'])} may hold {rule['most']} entries together; got {total}"

    return run


def _one_nonzero(rule: Rule, defaults: Body) -> Bound:
    def run(body: Body) -> str | None:
        found = [name for name in rule["fields"] if _is_number(raw(body, name)) and raw(body, name) != 0]
        return None if len(found) < 2 else f"only one of {_names(rule['fields'])} may differ from 0; got {', '.join(found)}"

    return run


def _token_needs(rule: Rule, defaults: Body) -> Bound:
    tokens = re.compile(rf"<<<{rule['token']}_([0-9]+)>>>")

    def run(body: Body) -> str | None:
        text, items = raw(body, rule["field"]), raw(body, rule["items"])
        numbers = [int(one) for one in tokens.findall(text)] if isinstance(text, str) else []
        most = min(rule["most"], len(items) if isinstance(items, list) else 0)
        wrong = [number for number in numbers if not 1 <= number <= most]
        if not wrong:
            return None
        return f"{rule['field']} names {rule['token']} {wrong[0]}, but {rule['items']} has {most} entries"

    return run


def _table(rule: Rule, defaults: Body) -> Bound:
    key_of = _valuer(rule["key"], defaults)
    cells = {key: [_cells(one, defaults) for one in rows] for key, rows in rule["rows"].items()}
    fits = {key: [_all([test for _, _, test in one]) for one in rows] for key, rows in cells.items()}

    def run(body: Body) -> str | None:
        key = key_of(body)
        rows = fits.get(key) if isinstance(key, str) else None
        if rows is None or any(one(body) for one in rows):
            return None
        wrong = [[_cell(name, one, body, defaults) for name, one, test in row if not test(body)] for row in cells[key]]
        closest = dict.fromkeys(" and ".join(one) for one in wrong if len(one) == min(map(len, wrong)))
        return f"{rule['key']} {key} does not serve this: {', or '.join(closest)}"

    return run


def _cells(row: Mapping[str, Any], defaults: Body) -> list[tuple[str, Any, Test]]:
    """Return name, what is wanted and the test of each cell of a row."""
    when = {name: {"given": one == "given"} if isinstance(one, str) else one for name, one in row.items()}
    return [(name, row[name], _condition(one, name, defaults)) for name, one in when.items()]


def _cell(name: str, wanted: Any, body: Body, defaults: Body) -> str:
    if isinstance(wanted, str):
        return f"{name} must {'be given' if wanted == 'given' else 'not be given'}"
    return f"{name} must be {either(wanted)}; got {value(body, name, defaults)!r}"


def _always(rule: Rule, defaults: Body) -> Bound:
    """Keep: see `KEPT_BY_ALL`."""
    return lambda body: None


CHECKS: Mapping[str, Callable[[Rule, Body], Bound]] = {
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

KEPT_BY_ALL = ("unique", "prose")  # kinds that nothing in one body alone can break


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
    wrong = (name for name, wanted in when.items() if not _condition(wanted, name, defaults)(body))
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
