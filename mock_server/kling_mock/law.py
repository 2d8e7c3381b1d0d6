"""What one operation demands of a body, compiled once from the ruled bundle.

The JSON Schema decides (the client decides with the Python checks: two witnesses). Only what JSON Schema cannot say
is asked of the rule checks.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs

from kling_spec import rules as rule_checks
from kling_spec.rule_schema import compile_rule
from kling_spec.rules import Bound, Rule
from kling_spec.shape import defaults_of

from .broken import Broken, broken, objects_at
from .errors import Messages, Refusal
from .lenient import read


class Law:
    """The demands of a schema, references resolved."""

    def __init__(self, schema: Mapping[str, Any], messages: Messages, *, strict: bool, lenient_models: bool = False) -> None:
        self.schema = schema
        self.defaults = defaults_of(self.schema)
        self._messages = messages
        self._strict = strict
        self._lenient_models = lenient_models
        self._bound: dict[str, Bound] = {}
        self._validator = jsonschema_rs.Draft202012Validator(dict(schema))
        self._unsaid = [
            (place, rule, rule_checks.bound(rule, defaults))
            for place, defaults, rule in _rules(self.schema, "")
            if compile_rule(rule, {}) is None
        ]

    def read(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the body as the service understands it. Raises `Refusal` with the first thing that is wrong."""
        if not self._validator.is_valid(body):
            body = body if self._strict else read(body, self.schema)
            self._refuse([one for one in self._said(body) if self._counts(one)])
        if self._unsaid:
            self._refuse([one for one in self._checked(body) if self._counts(one)])
        return body

    def read_text(self, asked: dict[str, str]) -> dict[str, Any]:
        """Return query parameters, which come as text, as what they say. Raises `Refusal` like `read`."""
        return self.read(read(asked, self.schema))

    def _counts(self, one: Broken) -> bool:
        if self._lenient_models and one.rule and one.rule["kind"] == "table":
            return False
        if self._strict:
            return True
        return one.keyword != "additionalProperties" and not (one.rule and one.rule.get("tolerated"))

    def _said(self, body: Any) -> Iterator[Broken]:
        for error in self._validator.iter_errors(body):
            yield broken(error, self.schema, body, self._bound)

    def _checked(self, body: Any) -> Iterator[Broken]:
        for place, rule, check in self._unsaid:
            for pointer, target in objects_at(body, place) if place else (((), body),):
                message = check(target)
                if message is not None:
                    yield Broken(pointer, "rule", rule, {}, message, target)

    def _refuse(self, found: Sequence[Broken]) -> None:
        if not found:
            return
        found = sorted(_unique(found), key=lambda one: _order(one, self.schema))
        problems = tuple(one.problem() for one in found)
        raise Refusal(found[0].sentence(self._messages), problems)


def _rules(schema: Mapping[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any], Rule]]:
    if schema.get("type") == "object":
        defaults = defaults_of(schema)
        yield from (
            (place, defaults, rule) for rule in schema.get("x-kling-rules", []) if rule["kind"] not in rule_checks.KEPT_BY_ALL
        )
        for name, member in schema.get("properties", {}).items():
            yield from _rules(member, f"{place}.{name}" if place else name)
    elif "items" in schema:
        yield from _rules(schema["items"], f"{place}[]")


def _unique(found: Sequence[Broken]) -> list[Broken]:
    return list({(one.pointer, one.keyword, one.rule["id"] if one.rule else ""): one for one in found}.values())


def _order(one: Broken, schema: Mapping[str, Any]) -> tuple[bool, int, str]:
    """Put the shape before the rules, and fields as the reference lists them."""
    names = list(schema.get("properties", {}))
    first = one.pointer[0] if one.pointer else ""
    return one.rule is not None, names.index(first) if first in names else len(names), str(one.pointer)
