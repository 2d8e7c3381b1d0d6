"""The API as it stood on a date: a pure filter over the document.

`since` is the first day with a fact, `until` the first day without it. Dates are text like 2026-03-18, so they
compare as text.
"""

import datetime
import re
from collections.abc import Mapping
from typing import Any

from .errors import SpecError

Document = dict[str, Any]


def checked_date(text: str) -> str:
    """Return the date when there is one and it is written YYYY-MM-DD; raises `SpecError` otherwise."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
            raise ValueError("write it like 2026-03-18")
        datetime.date.fromisoformat(text)
    except ValueError as error:
        raise SpecError(f"{text!r} is not a date; {error}") from None
    return text


def in_force(since: str | None, until: str | None, date: str) -> bool:
    """Say whether a fact with these dates stands on `date`."""
    return (since is None or since <= date) and (until is None or date < until)


def as_of(document: Document, date: str, models: Mapping[str, Mapping[str, Any]]) -> Document:
    """Return the document with only what stands on `date`.

    `models` gives dates to the values of every `model_name`, unless the field's own x-kling-values does. A default
    that is gone is taken out and its field becomes required; x-kling-values keeps the dates of what is gone.
    """
    return _Filter(date, models).document(document)


class _Filter:
    def __init__(self, date: str, models: Mapping[str, Mapping[str, Any]]) -> None:
        self.date = date
        self.models = models

    def document(self, document: Document) -> Document:
        made: Document = self.node(document)
        made["paths"] = {path: item for path, item in made["paths"].items() if item}
        schemes = made["components"].get("securitySchemes", {})
        made["security"] = [one for one in made.get("security", []) if all(name in schemes for name in one)]
        return made

    def node(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.node(one) for one in node if self.stands(one)]
        if not isinstance(node, Mapping):
            return node
        made = {key: one if key == "x-kling-values" else self.node(one) for key, one in node.items() if self.stands(one)}
        return self.schema(made) if "properties" in made and made.get("type") == "object" else made

    def stands(self, node: Any) -> bool:
        if not isinstance(node, Mapping):
            return True
        return in_force(node.get("x-kling-since"), node.get("x-kling-until"), self.date)

    def schema(self, schema: Document) -> Document:
        members = {name: self.member(name, one) for name, one in schema["properties"].items()}
        lost = [name for name, one in members.items() if _lost_default(one)]
        required = [name for name in schema.get("required", []) if name in members]
        schema = {**schema, "properties": members, "required": required + [one for one in lost if one not in required]}
        if "x-kling-rules" in schema:
            schema["x-kling-rules"] = [_pruned(rule, members) for rule in schema["x-kling-rules"]]
        return schema if schema["required"] else {key: one for key, one in schema.items() if key != "required"}

    def member(self, name: str, member: Document) -> Document:
        dates = value_dates(name, member, self.models)
        if not dates or "enum" not in member:
            return member
        enum = [value for value in member["enum"] if self.value_stands(dates.get(value, {}))]
        made = {**member, "enum": enum, "x-kling-values": dates}
        if "default" in member and member["default"] not in enum:
            gone = made.pop("default")
            made["x-kling-values"] = {**dates, gone: {**dates.get(gone, {}), "default": True}}
        return made

    def value_stands(self, dates: Mapping[str, Any]) -> bool:
        return in_force(dates.get("since"), dates.get("until"), self.date)


def value_dates(name: str, member: Document, models: Mapping[str, Mapping[str, Any]]) -> dict[str, Document]:
    """Return what is known of the values of a field: its own x-kling-values, and the dates of models where it has none."""
    said: dict[str, Document] = member.get("x-kling-values", {})
    if name != "model_name":
        return said
    enum = member.get("enum", [])
    dated = {value: _model_dates(models[value], enum) for value in enum if value in models}
    own = {value: one if {"since", "until"} & one.keys() else {**dated.get(value, {}), **one} for value, one in said.items()}
    return {value: one for value, one in {**dated, **own}.items() if one}


def _model_dates(model: Mapping[str, Any], enum: list[Any]) -> Document:
    """Return the dates of a model, and its successor where the field takes that too."""
    dates = {key: model[key] for key in ("since", "until", "trust") if key in model}
    return {**dates, "successor": model["successor"]} if model.get("successor") in enum else dates


def _lost_default(member: Document) -> bool:
    return any(one.get("default") for one in member.get("x-kling-values", {}).values())


def _pruned(rule: Document, members: Mapping[str, Document]) -> Document:
    """Return a table without the rows of values that are gone."""
    allowed = members.get(rule.get("key", ""), {}).get("enum")
    if rule["kind"] != "table" or allowed is None:
        return rule
    return {**rule, "rows": {key: rows for key, rows in rule["rows"].items() if key in allowed}}
