"""Compares the operations of two bundles: what is sent, what is answered, what is called back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kling_spec.document import Document, Operation, operations, resolved

from .changes import Change, Use
from .facets import Facet, facets, less, same
from .schemas import Collector, SchemaWalk, Spot

_APART = frozenset({"operationId", "tags", "parameters", "requestBody", "responses", "callbacks", "security", "x-kling-price"})
_PARAMETER = frozenset({"schema", "required", "name", "in"})
_BODY = frozenset({"content", "required", "$ref"})
_JSON = "application/json"


class Calls:
    """The operations of two bundles."""

    def __init__(self, old: Document, new: Document, found: Collector) -> None:
        self.found = found
        self._documents = old, new
        self._schemas = SchemaWalk(old, new, found)

    def compare(self) -> None:
        """Collect what differs. An operation is known by its id, or else by method and path."""
        before, after = ({one.id: one for one in operations(node)} for node in self._documents)
        renamed = dict(_renamed(before, after))
        for name, old in before.items():
            new = after.get(name) or renamed.get(name)
            if new is None:
                self._whole(Change("operation-removed", old.family, old.id, _call(old), None), old)
                continue
            if name != new.id:
                self._whole(Change("operation-renamed", old.family, _call(old), name, new.id), new)
            self._operation(old, new)
        met = {*before, *(one.id for one in renamed.values())}
        for new in (one for name, one in after.items() if name not in met):
            self._whole(Change("operation-added", new.family, new.id, None, _call(new)), new)

    def _whole(self, change: Change, operation: Operation) -> None:
        change = Change(change.kind, change.place, change.name, change.before, change.after, f"operation {operation.id}")
        self.found.add(change, [Use(operation.id, "request", "")])

    def _operation(self, old: Operation, new: Operation) -> None:
        spot = Spot(new.id, f"operation {new.id}", Use(new.id, "request", ""))
        if _call(old) != _call(new):
            self._whole(Change("operation-moved", new.family, new.id, _call(old), _call(new)), new)
        self._facets(less(old.node, _APART), less(new.node, _APART), spot)
        if old.price != new.price:
            self.found.add(Change("price-changed", new.id, "price list", old.price, new.price, spot.element))
        for change in logins(old.node.get("security", []), new.node.get("security", []), new.id):
            self.found.add(change)
        self._parameters((old.parameters, new.parameters), spot)
        self._body("body", (old.node.get("requestBody"), new.node.get("requestBody")), spot)
        self._reply(old, new)
        self._callbacks(old, new)

    def _reply(self, old: Operation, new: Operation) -> None:
        replies = [one.node.get("responses", {}).get("200") for one in (old, new)]
        names = {(one or {}).get("$ref", "").rpartition("/")[2] for one in replies}
        place = f"reply {names.pop()}" if len(names) == 1 and "" not in names else f"{new.id} reply"
        self._body("reply", (replies[0], replies[1]), Spot(place, f"operation {new.id}", Use(new.id, "reply", "")))

    def _parameters(self, both: tuple[Iterable[Document], Iterable[Document]], spot: Spot) -> None:
        """Compare parameters as the members of one object."""
        before, after = ({f"{one['in']} {one['name']}": one for one in each} for each in both)
        for name in dict.fromkeys((*before, *after)):
            one, other = before.get(name), after.get(name)
            bare = name.partition(" ")[2]
            inner = Spot(f"parameter {bare}", f"parameter {bare}", Use(spot.use.operation, spot.use.side, bare))
            self._presence(name, (one, other), inner, "parameters")
            if one is not None and other is not None:
                self._facets(less(one, _PARAMETER), less(other, _PARAMETER), inner)
                self._schemas.pair(one.get("schema", {}), other.get("schema", {}), inner)

    def _body(self, name: str, both: tuple[Document | None, Document | None], spot: Spot) -> None:
        bodies = [resolved(one or {}, document) for one, document in zip(both, self._documents, strict=True)]
        kinds = [one.get("content", {}).get(_JSON) for one in bodies]
        there = [{"required": bool(body.get("required"))} if kind else None for body, kind in zip(bodies, kinds, strict=True)]
        self._presence(name, (there[0], there[1]), spot, spot.place)
        if all(kinds):
            self._facets(less(bodies[0], _BODY), less(bodies[1], _BODY), spot)
            self._examples(kinds[0].get("examples", {}), kinds[1].get("examples", {}), spot)
            self._schemas.pair(kinds[0].get("schema", {}), kinds[1].get("schema", {}), spot)

    def _presence(self, name: str, both: tuple[Document | None, Document | None], spot: Spot, place: str) -> None:
        """Compare whether something is there, and whether it must be."""
        one, other = both
        if (one is None) != (other is None):
            needed = "needed-" if (one or other or {}).get("required") else ""
            facet = Facet(f"{needed}field-{'removed' if other is None else 'added'}", name)
        elif bool((one or {}).get("required")) != bool((other or {}).get("required")):
            facet = Facet("now-required" if (other or {}).get("required") else "now-optional", name)
        else:
            return
        self.found.facet(facet, place, spot.element, [spot.use])

    def _examples(self, old: Document, new: Document, spot: Spot) -> None:
        for name in dict.fromkeys((*old, *new)):
            if not same(old.get(name), new.get(name)):
                kind = "example-added" if name not in old else "example-removed" if name not in new else "example-changed"
                self.found.facet(Facet(kind, name), spot.place, spot.element, [spot.use])

    def _callbacks(self, old: Operation, new: Operation) -> None:
        before, after = (dict(_callbacks(one)) for one in (old, new))
        spot = Spot(f"callback of {new.id}", f"operation {new.id}", Use(new.id, "callback", ""))
        for name in dict.fromkeys((*before, *after)):
            if name not in before or name not in after:
                kind = "callback-added" if name in after else "callback-removed"
                self.found.facet(Facet(kind, name), spot.place, spot.element, [spot.use])
                continue
            nodes = list(zip((before[name], after[name]), self._documents, strict=True))
            sent = [[resolved(one, document) for one in node.get("parameters", [])] for node, document in nodes]
            self._parameters((sent[0], sent[1]), spot)
            self._body("body", (nodes[0][0].get("requestBody"), nodes[1][0].get("requestBody")), spot)

    def _facets(self, old: Document, new: Document, spot: Spot) -> None:
        for facet in facets(old, new):
            self.found.facet(facet, spot.place, spot.element, [spot.use])


def logins(old: list[Any], new: list[Any], place: str, known: Iterable[str] | None = None) -> Iterator[Change]:
    """Yield which ways to log in came and went; of `known` schemes only, when they are given."""
    before, after = ([" + ".join(one) or "none" for one in each] for each in (old, new))
    for name in dict.fromkeys((*before, *after)):
        if (name in before) != (name in after) and (known is None or {*name.split(" + ")} <= {*known, "none"}):
            yield Change("login-added" if name in after else "login-removed", place, name)


def _call(operation: Operation) -> str:
    return f"{operation.verb} {operation.path}"


def _renamed(before: Mapping[str, Operation], after: Mapping[str, Operation]) -> Iterator[tuple[str, Operation]]:
    """Yield the old id and the new operation where the same call has another name."""
    calls = {_call(one): one for name, one in after.items() if name not in before}
    for name, one in before.items():
        if name not in after and _call(one) in calls:
            yield name, calls[_call(one)]


def _callbacks(operation: Operation) -> Iterator[tuple[str, Document]]:
    for name, node in operation.node.get("callbacks", {}).items():
        for item in resolved(node, operation.document).values():
            yield name, item.get("post", {})
