"""Which ids the mock has given, and until when they can be used."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .source import Source

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """An id that a request refers to."""

    field: str
    kind: str
    value: str
    lasts_ms: float  # how long after it was given it can be used


@dataclass
class Register:
    """The ids of one account by kind, with the time each was given."""

    given: dict[str, dict[str, int]] = field(default_factory=dict)  # by kind
    stands: dict[str, Source] = field(default_factory=dict)  # what ids of calls stand for: the film of a session, a sound
    standing: frozenset[tuple[str, str]] = frozenset()  # always there: presets
    noted: list[tuple[str, str, int | None]] | None = None  # None as a time: taken back; where somebody keeps them

    def give(self, kind: str, value: str, at_ms: int) -> None:
        """Remember an id that can be used from a time on."""
        self.given.setdefault(kind, {})[value] = at_ms
        if self.noted is not None:
            self.noted.append((kind, value, at_ms))

    def move(self, values: frozenset[str], at_ms: int) -> None:
        """Say anew from when ids can be used."""
        for kind, known in self.given.items():
            for one in values & known.keys():
                self.give(kind, one, at_ms)

    def take_back(self, kind: str, value: str) -> bool:
        """Forget an id that was given; False for one that was not."""
        is_known = self.given.get(kind, {}).pop(value, None) is not None
        if is_known and self.noted is not None:
            self.noted.append((kind, value, None))
        return is_known

    def knows(self, one: Wanted, now: int) -> bool:
        """Say whether a request at `now` may refer to an id."""
        if (one.kind, one.value) in self.standing:
            return True
        at = self.given.get(one.kind, {}).get(one.value, math.inf)
        return at <= now < at + one.lasts_ms


def referring(schema: Schema) -> Schema:
    """Return only what leads to ids in a schema, so that looking for them costs little; empty where nothing does."""
    kept = {"x-kling-ref": schema["x-kling-ref"]} if "x-kling-ref" in schema else {}
    members = {name: found for name, one in schema.get("properties", {}).items() if (found := referring(one))}
    items = referring(schema.get("items", {})) if "items" in schema else {}
    return {**kept, **({"properties": members} if members else {}), **({"items": items} if items else {})}


def wanted(body: Any, schema: Schema, name: str = "") -> Iterator[Wanted]:
    """Yield every id that a body refers to; `schema` may be only what `referring` leaves of it."""
    ref = schema.get("x-kling-ref")
    if ref and body is not None and body != "":
        yield Wanted(name, ref["kind"], str(body), _lasts(ref))
    if isinstance(body, Mapping):
        for key, one in schema.get("properties", {}).items():
            if key in body:
                yield from wanted(body[key], one, f"{name}.{key}".removeprefix("."))
    elif isinstance(body, list) and "items" in schema:
        for number, one in enumerate(body):
            yield from wanted(one, schema["items"], f"{name}[{number}]")


def _lasts(ref: Mapping[str, Any]) -> float:
    hours = ref["days"] * 24 if "days" in ref else ref.get("hours", math.inf)
    return float(hours) * 3_600_000
