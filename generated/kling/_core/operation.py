"""The table of operations: what the generated methods look up at their first call."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .lifecycle import Lifecycle, lifecycle
from .rules import holds, value
from .shape import Check, compile_shape, defaults_of

if TYPE_CHECKING:
    from .model import Model

TABLES = Path(__file__).resolve().parent.parent / "_spec"
Place = tuple[tuple[str, ...], Mapping[str, Any]]
"""Where a body may hold media, as in ("image_list", "[]", "image"), and the limits of them: the words of x-kling-media."""


@dataclass(frozen=True)
class Operation:
    """One operation of the API."""

    id: str  # text_to_video.create
    verb: str  # POST
    path: str  # /v1/videos/text2video/{id}
    query: Mapping[str, str]  # Python name → name on the wire
    body: Mapping[str, Any] | None  # the schema of the body, references resolved
    reply: str  # shared.VideoTask
    is_list: bool  # data is a list of them
    price: str | None = None  # the price list that a call is charged by
    names: Mapping[str, str] = field(default_factory=dict)  # arguments that have another name on the wire, with that name
    ends: Sequence[Mapping[str, Any]] = ()  # what of a call ends on a day that is known; `ending` reads it

    @cached_property
    def check(self) -> Check:
        """Return the compiled check of the body: shape and rules."""
        return compile_shape(self.body or {})

    @cached_property
    def media(self) -> tuple[Place, ...]:
        """Return where the body may hold media."""
        return tuple(_places(self.body or {}, ()))

    @cached_property
    def model(self) -> "type[Model]":
        """Return the class of the reply's data; imports its module."""
        module, _, name = self.reply.rpartition(".")
        found: type[Model] = getattr(import_module(f"kling.types.{module}"), name)
        return found

    @property
    def role(self) -> str:
        """Return the last part of the id: create, get, page, or a verb of its own."""
        return self.id.partition(".")[2]

    def said(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the body that a method's arguments say, by the names on the wire; what was not given is left out."""
        given = [(key, one) for key, one in arguments.items() if one is not None and key not in ("self", "options")]
        return {self.names.get(key, key): one for key, one in given} if self.names else dict(given)

    def takes(self, name: str) -> bool:
        """Say whether the body has a member of this name."""
        return name in (self.body or {}).get("properties", {})

    def sibling(self, name: str) -> "Operation":
        """Return another operation of the same family."""
        return family(self.id.partition(".")[0]).operations[name]

    def url(self, path: Mapping[str, str]) -> str:
        """Return the path with its parameters filled in and escaped."""
        return self.path.format(**{name: _segment(one) for name, one in path.items()}) if path else self.path


def _segment(text: str) -> str:
    """Return text as one segment of a path; `.` and `..` would lead to another one."""
    return quote(text, safe="") if text.strip(".") else text.replace(".", "%2E")


def _places(schema: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Place]:
    if "x-kling-media" in schema:
        yield path, schema["x-kling-media"]
    for name, member in schema.get("properties", {}).items():
        yield from _places(member, (*path, name))
    if "items" in schema:
        yield from _places(schema["items"], (*path, "[]"))


@dataclass(frozen=True)
class Family:
    """The operations of one page of the reference."""

    name: str
    lifecycle: Lifecycle | None
    operations: Mapping[str, Operation]
    pack: str  # the kind of resource pack whose slots its tasks take
    slots: float  # how many such a pack has, as far as the spec knows
    pictures: Sequence[Mapping[str, Any]]  # how many pictures a task makes, where each takes a slot
    seconds: Mapping[str, float]  # how long a task of each model takes, as far as the spec knows

    def places(self, operation: Operation, arguments: Mapping[str, Any]) -> int:
        """Return how many slots the task of a create takes; one where nobody can tell."""
        body, defaults = operation.said(arguments), defaults_of(operation.body or {})
        made = [one["count"] for one in self.pictures if holds(one.get("when", {}), body, defaults)]
        counts = [str(value(body, one, defaults) if isinstance(one, str) else one) for one in made]
        return max([1, *(int(one) for one in counts if one.isdecimal())])


@cache
def family(name: str) -> Family:
    """Return the operations of a family. The table is read once, at the first call."""
    data = json.loads((TABLES / f"{name}.json").read_bytes())
    operations = {key: Operation(id=f"{name}.{key}", **one) for key, one in data["operations"].items()}
    found = lifecycle(*data["lifecycle"])
    slots, pictures = data.get("slots", inf), data.get("pictures", ())
    return Family(name, found, operations, data["pack"], slots=slots, pictures=pictures, seconds=data["seconds"])
