"""One thing that a body breaks: found by the validator, told in the service's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kling_spec import rules as rule_checks
from kling_spec.rules import Bound, Rule
from kling_spec.shape import defaults_of

from .errors import Messages, Problem, Said

Pointer = tuple[str | int, ...]

_SITUATIONS = {
    "enum": "enum",
    "const": "enum",
    "type": "type",
    "required": "blank",
    "minLength": "size",
    "maxLength": "size",
    "minItems": "size",
    "maxItems": "size",
    "minimum": "type",
    "maximum": "type",
    "additionalProperties": "unknown_member",
}
"""The situation of the message catalogue for each broken keyword."""


@dataclass(frozen=True)
class Broken:
    """One thing that a body breaks."""

    pointer: Pointer
    keyword: str  # of JSON Schema, or "rule"
    rule: Rule | None
    schema: Mapping[str, Any]  # of the field
    message: str
    got: Any

    @property
    def name(self) -> str:
        """Return the id of the rule, or the keyword."""
        return str(self.rule["id"]) if self.rule else self.keyword

    def sentence(self, messages: Messages) -> Said:
        """Return what the service says about it."""
        if self.rule is not None:
            return messages.said("rule", message=self.message)
        if self.keyword == "pattern" and self.schema.get("x-kling-media", {}).get("base64"):
            return messages.said("not_base64")
        retired = _retired(self)
        if retired is not None:
            return messages.said("model_retired", value=retired)
        return messages.said(_SITUATIONS.get(self.keyword, "enum"), **self._words())

    def _words(self) -> dict[str, object]:
        field = _field(self.pointer)
        least = self.schema.get("minLength", self.schema.get("minItems", 0))
        most = self.schema.get("maxLength", self.schema.get("maxItems", ""))
        return {
            "field": _camel(field) if self.keyword == "required" else field,
            "value": _shown(self.got),
            "least": least,
            "most": most,
        }

    def problem(self) -> Problem:
        """Return it for the developer's eyes."""
        pointer = "".join(f"/{part}" for part in self.pointer)
        return Problem(pointer=pointer, rule=self.name, expected=self.message[:300], got=_shown(self.got)[:120])


def broken(error: Any, schema: Mapping[str, Any], body: Any, bound: dict[str, Bound]) -> Broken:
    """Return an error of the validator as the rule that it belongs to, or the field that it is about.

    `bound` keeps the checks of the schema's rules by id, as making one takes longer than all the rest.
    """
    path, pointer = list(error.schema_path), tuple(error.instance_path)
    owner = node = schema
    for depth, part in enumerate(path):
        owner, node = node, _step(node, part)
        if depth and path[depth - 1] == "allOf" and "$comment" in node:
            return _of_rule(node["$comment"].removeprefix("rule "), schema, path[: depth - 1], pointer, body, bound)
    keyword = str(path[-1])
    if keyword in ("required", "additionalProperties"):
        return _of_member(error, owner, keyword, pointer)
    return Broken(pointer, keyword, None, owner, error.message, error.instance)


def objects_at(body: Any, place: str) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
    """Yield every object of a body that stands at a place like `face_choose[]`, with its pointer."""
    found: list[tuple[Pointer, Any]] = [((), body)]
    for part in place.split(".") if place else []:
        name, is_list = part.removesuffix("[]"), part.endswith("[]")
        found = [((*at, name), one[name]) for at, one in found if isinstance(one, Mapping) and name in one]
        if is_list:
            found = [((*at, number), one) for at, many in found if isinstance(many, list) for number, one in enumerate(many)]
    return ((at, one) for at, one in found if isinstance(one, Mapping))


def _step(node: Any, part: str | int) -> Any:
    return node[part] if isinstance(node, Mapping) else node[int(part)]


def _of_rule(
    name: str, schema: Mapping[str, Any], path: list[str | int], pointer: Pointer, body: Any, bound: dict[str, Bound]
) -> Broken:
    """Return the rule of the object schema at `path`. The validator has decided; the check gives the words."""
    node: Any = schema
    for part in path:
        node = _step(node, part)
    at, target = pointer[: _depth(path)], body
    for step in at:
        target = _step(target, step)
    rule = next(one for one in node["x-kling-rules"] if one["id"] == name)
    if name not in bound:
        bound[name] = rule_checks.bound(rule, defaults_of(node))
    message = bound[name](target if isinstance(target, Mapping) else {}) or str(rule.get("message", f"rule {name} is broken"))
    return Broken(at, "rule", rule, node, message, target)


def _depth(path: list[str | int]) -> int:
    """Return how many steps into the body a path of the schema goes: one for each property and each list."""
    steps = at = 0
    while at < len(path):
        steps, at = steps + 1, at + (2 if path[at] == "properties" else 1)
    return steps


def _of_member(error: Any, owner: Mapping[str, Any], keyword: str, pointer: Pointer) -> Broken:
    name = error.kind.property if keyword == "required" else sorted(error.kind.unexpected)[0]
    return Broken((*pointer, name), keyword, None, owner.get("properties", {}).get(name, {}), error.message, None)


def _retired(one: Broken) -> str | None:
    """Return the model that was asked for, or assumed, and has ended."""
    dates: Mapping[str, Any] = one.schema.get("x-kling-values", {})
    if one.pointer[-1:] != ("model_name",):
        return None
    if one.keyword == "required":
        return next((value for value, said in dates.items() if said.get("default")), None)
    known = isinstance(one.got, str) and "until" in dates.get(one.got, {}) and one.got not in one.schema.get("enum", [])
    return str(one.got) if known else None


def _field(pointer: Pointer) -> str:
    """Return ("face_choose", 0, "audio_id") as face_choose[0].audio_id."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in pointer).removeprefix(".")


def _camel(field: str) -> str:
    """Return sound_start_time as soundStartTime: the service names blank fields so."""
    first, *rest = field.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def _shown(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 200 else f"{text[:197]}..."
