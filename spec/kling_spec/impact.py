"""Says which recorded requests the API of another day would refuse, and why.

The spec's own checks decide: path and method, shape, cross-field rules. What the service was seen to tolerate does not
count, nor do members that it does not know: it ignores them, and so they are only noted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from .bundle import plain, today
from .document import Document, Operation, operations
from .lint import BASELINE
from .load import Spec
from .recorded import Recorded
from .shape import Violation, violations

_MOST_PLACES = 5
_NUMBERS = {"integer": int, "number": float}


@dataclass(frozen=True)
class Reason:
    """One thing that speaks against a request."""

    kind: str  # path, method, body, enum, required, type, size, range, pattern, or the kind of a rule
    field: str  # multi_prompt[0].duration; empty for the request as a whole
    rule: str  # the id of a rule of the spec; empty for what is none
    message: str
    changelog: str = ""  # the vendor's entry about it: 2026-09-15: Six old video models end.


@dataclass(frozen=True)
class Refusal:
    """Requests that would be refused for the same reasons."""

    verb: str
    path: str  # as the spec writes it: /v1/videos/text2video/{id}; as it was sent where the spec has none
    operation: str
    reasons: tuple[Reason, ...]
    count: int
    before: int  # how many of them were refused when they were recorded, too
    places: tuple[str, ...]  # the first ones


@dataclass(frozen=True)
class Impact:
    """What a day means for recorded requests."""

    date: str
    requests: int
    refusals: tuple[Refusal, ...]  # the most frequent first
    not_judged: int  # bodies that were not kept whole
    foreign: int  # requests to other services
    ignored: Mapping[str, int]  # members that the API of the day does not know, by operation and name

    @property
    def refused(self) -> int:
        return sum(one.count for one in self.refusals)


class Judge:
    """The API of one day, and what became of the rest."""

    def __init__(self, spec: Spec, date: str | None = None, entries: Iterable[Mapping[str, Any]] = ()) -> None:
        """Judge by the API of `date` (default: the spec's own); `entries` are those of the vendor's changelog.

        Entries up to the day that the spec begins with tell of nothing that it can show.
        """
        document = plain(spec, date)
        self.date = date or today(spec)
        self._now = _Routes(document)
        self._ever = _Routes(spec.document)
        self._hosts = {urlsplit(one["url"]).netloc for one in document.get("servers", [])}
        self._entries = [one for one in entries if one["date"] > BASELINE]

    def impact(self, requests: Iterable[Recorded]) -> Impact:
        """Return what the day means for these requests."""
        tally = _Tally()
        for request in requests:
            tally.requests += 1
            reasons, route = self._judged(request, tally)
            if reasons:
                tally.refuse(request, route, reasons)
        return tally.result(self.date, self._hosts)

    def _judged(self, request: Recorded, tally: "_Tally") -> tuple[tuple[Reason, ...], "_Route | None"]:
        route = self._now.find(request.verb, request.path)
        if route is None:
            known = self._ever.find(request.verb, request.path)
            return (self._no_route(request, known),), known
        tally.met(request.host)
        operation = route.operation
        if request.is_cut:
            tally.not_judged += 1
            return tuple(self._query(request, operation)), route
        found = [*self._query(request, operation), *self._body(request, operation, tally)]
        return tuple(found), route

    def _no_route(self, request: Recorded, known: "_Route | None") -> Reason:
        if known is not None:
            message = f"{known.operation.id} is not there on {self.date}{_dates(known.operation.node)}"
            return Reason("path", "", "", message, self._said([f"operation {known.operation.id}"]))
        verbs = self._now.verbs(request.path)
        if verbs:
            return Reason("method", "", "", f"{request.verb} is not served here; {' and '.join(verbs)} is")
        return Reason("path", "", "", "the API has no such path")

    def _query(self, request: Recorded, operation: Operation) -> Iterator[Reason]:
        for one in operation.parameters:
            name, schema = one["name"], one.get("schema", {})
            if one["in"] != "query":
                continue
            if name in request.query:
                found = violations(schema, _number(request.query[name], schema))
                yield from (
                    Reason(each.kind, name, "", f"{name} {each.message.removeprefix('the body').strip()}") for each in found
                )
            elif one.get("required"):
                yield Reason("required", name, "", f"{name} must be given")

    def _body(self, request: Recorded, operation: Operation, tally: "_Tally") -> Iterator[Reason]:
        if operation.request is None:
            return
        body = {} if request.body is None else request.body
        if not isinstance(body, dict):
            yield Reason("body", "", "", "the body is not a JSON object")
            return
        found: list[Violation] = []
        operation.check(body, "", found)
        yield from (self._reason(one, operation, body) for one in found if not one.tolerated)
        for name in _unknown(body, operation.request):
            tally.ignored[f"{operation.id}: {name}"] += 1

    def _reason(self, broken: Violation, operation: Operation, body: Document) -> Reason:
        is_rule = broken.rule_id != broken.kind
        elements = [f"rule {broken.rule_id}"] if is_rule else self._elements(broken.field, operation, body)
        return Reason(broken.kind, broken.field, broken.rule_id if is_rule else "", broken.message, self._said(elements))

    def _elements(self, field: str, operation: Operation, body: Document) -> list[str]:
        """Return what the changelog may call a field and its value; the family's own schemas only."""
        name, value = field.rpartition(".")[2].partition("[")[0], _at(body, field)
        known = [f"value {one}.{name} {value}" for one in self._ever.schemas(operation.family)]
        model = [f"model {value}"] if isinstance(value, str) else []
        return [*known, *model, *(f"field {one}.{name}" for one in self._ever.schemas(operation.family))]

    def _said(self, elements: list[str]) -> str:
        """Return the changelog's entry about the first element that has one: the latest so far, else the next."""
        for element in elements:
            found = sorted((one for one in self._entries if element in one["touches"]), key=lambda one: str(one["date"]))
            past = [one for one in found if one["date"] <= self.date]
            if found:
                entry = past[-1] if past else found[0]
                return f"{entry['date']}: {entry['gist']}"
        return ""


@dataclass(frozen=True)
class _Route:
    operation: Operation

    @cached_property
    def parts(self) -> tuple[str, ...]:
        return _parts(self.operation.path)

    def fits(self, parts: tuple[str, ...]) -> bool:
        return len(parts) == len(self.parts) and all(
            one == other or one[0] == "{" for one, other in zip(self.parts, parts, strict=True)
        )


class _Routes:
    """The paths of a document. What stands before a path, as a gateway's prefix does, is passed over."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._routes = [_Route(one) for one in operations(document)]

    def find(self, verb: str, path: str) -> _Route | None:
        return next((one for one in self._fitting(path) if one.operation.verb == verb), None)

    def verbs(self, path: str) -> list[str]:
        return sorted({one.operation.verb for one in self._fitting(path)})

    def schemas(self, family: str) -> list[str]:
        return [name for name in self._document["components"]["schemas"] if name.startswith(f"{family}.")]

    def _fitting(self, path: str) -> list[_Route]:
        """Return the routes that the longest possible end of a path fits, the most literal first."""
        parts = _parts(path)
        for start in range(len(parts)):
            found = [one for one in self._routes if one.fits(parts[start:])]
            if found:
                return sorted(found, key=lambda one: one.operation.path.count("{"))
        return []


class _Tally:
    def __init__(self) -> None:
        self.requests = 0
        self.not_judged = 0
        self.ignored: Counter[str] = Counter()
        self._hosts: set[str] = set()
        self._refused: dict[tuple[str, str, str, tuple[Reason, ...]], list[Recorded]] = {}

    def met(self, host: str) -> None:
        self._hosts.add(host)

    def refuse(self, request: Recorded, route: _Route | None, reasons: tuple[Reason, ...]) -> None:
        path, name = (route.operation.path, route.operation.id) if route else (request.path, "")
        self._refused.setdefault((request.verb, path, name, reasons), []).append(request)

    def result(self, date: str, hosts: set[str]) -> Impact:
        ours = self._hosts | hosts | {""}
        refusals, foreign = [], 0
        for (verb, path, name, reasons), met in self._refused.items():
            mine = [one for one in met if name or (one.host in ours and one.verb != "OPTIONS")]
            foreign += len(met) - len(mine)
            before = sum(one.was_refused for one in mine)
            places = tuple(one.where for one in mine[:_MOST_PLACES])
            refusals += [Refusal(verb, path, name, reasons, len(mine), before, places)] if mine else []
        refusals.sort(key=lambda one: -one.count)
        return Impact(date, self.requests, tuple(refusals), self.not_judged, foreign, dict(self.ignored))


def _parts(path: str) -> tuple[str, ...]:
    return tuple(one for one in path.split("/") if one)


def _dates(node: Document) -> str:
    said = [f"{word} {node[key]}" for word, key in (("from", "x-kling-since"), ("until", "x-kling-until")) if key in node]
    return f" (it is served {' '.join(said)})" if said else ""


def _number(text: str, schema: Document) -> Any:
    """Return a parameter's text as the number it is to be, as text where it is none."""
    made = _NUMBERS.get(schema.get("type", ""), str)
    try:
        return made(text)
    except ValueError:
        return text


def _at(body: Any, field: str) -> Any:
    for part in field.replace("]", "").replace("[", ".").split("."):
        if isinstance(body, Mapping):
            body = body.get(part)
        else:
            body = body[int(part)] if isinstance(body, list) and part.isdecimal() and int(part) < len(body) else None
    return body


def _unknown(body: Any, schema: Document, place: str = "") -> Iterator[str]:
    """Yield the members of a body that its schema does not know."""
    if isinstance(body, list):
        for one in body:
            yield from _unknown(one, schema.get("items", {}), f"{place}[]")
    elif isinstance(body, dict) and "properties" in schema:
        for name, one in body.items():
            here = f"{place}.{name}" if place else name
            if name not in schema["properties"]:
                yield here
            else:
                yield from _unknown(one, schema["properties"][name], here)
