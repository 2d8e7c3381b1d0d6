"""Looks for a request that a new rule refuses and that was taken before.

A rule often takes the place of another, as when a limit is eased in steps. Then only a request can tell whether anybody
loses something.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kling_spec.document import Document, Operation, operations
from kling_spec.rule_samples import broken_rules, rule_samples, ruled_objects

from .changes import Change

_NOTE = "replaces"


def proven(change: Change, old: Document, new: Document) -> Change:
    """Return the change with the note `unproven` when it is a rule for another and no request loses by it."""
    if change.kind != "rule-added" or _NOTE not in change.notes:
        return change
    before, after = ({one.id: one for one in operations(each)} for each in (old, new))
    for name in change.operations:
        if name in before and name in after and _loses(change.name, before[name], after[name]):
            return change
    return replace(change, notes=(*change.notes, "unproven"))


def _loses(rule_id: str, old: Operation, new: Operation) -> bool:
    for place, schema, rule in ruled_objects(new):
        if rule["id"] == rule_id and rule["kind"] not in ("prose", "unique"):
            bodies = [one.body for one in rule_samples(new, place, schema, rule) if not one.keeps]
            if any(not broken_rules(old, body) and _is_known(body, old.request or {}) for body in bodies):
                return True
    return False


def _is_known(value: Any, schema: Document) -> bool:
    """Say whether a body has no member that the schema does not know."""
    if isinstance(value, list):
        return all(_is_known(one, schema.get("items", {})) for one in value)
    members = schema.get("properties")
    if not isinstance(value, Mapping) or members is None:
        return True
    return all(name in members and _is_known(one, members[name]) for name, one in value.items())
