"""Compares two bundles whole: operations, hosts, credentials, families, catalogues."""

from collections.abc import Mapping
from typing import Any

from kling_spec.document import Document

from .calls import Calls, logins
from .catalogues import catalogue_changes
from .changes import LEVELS, Change, Changes, State
from .classes import KINDS, judged
from .facets import facets, less, same
from .normal import aligned
from .proof import proven
from .schemas import Collector

_ORDER = {kind: number for number, kind in enumerate(("operation-removed", "operation-added", *KINDS))}
_FAMILY = {"pack": "pack-changed", "result": "result-changed", "lifecycle": "lifecycle-chosen", "seconds": "pace-changed"}
_APART = frozenset({"info", "paths", "components", "tags", "servers", "security", "x-kling-catalogues"})
_DOC = "catalogue-doc-changed"


def diff(old: Document, new: Document, labels: tuple[str, str] | None = None) -> Changes:
    """Return all that differs between two bundles, judged, worst first.

    `labels` are what the two states are called; default: their days.
    """
    days = [str(one.get("info", {}).get("version", "")) for one in (old, new)]
    states = [State(label, day) for label, day in zip(labels or days, days, strict=True)]
    old, new = aligned(old, new)
    found = Collector()
    Calls(old, new, found).compare()
    _Rest(old, new, found).compare()
    for change in catalogue_changes(old, new):
        found.add(change)
    changes = [judged(proven(one, old, new)) for one in found.changes()]
    changes.sort(key=lambda one: (-LEVELS.index(one.level), _ORDER[one.kind]))
    return Changes(states[0], states[1], tuple(changes))


class _Rest:
    """What stands outside operations and catalogues."""

    def __init__(self, old: Document, new: Document, found: Collector) -> None:
        self.old = old
        self.new = new
        self.found = found

    def compare(self) -> None:
        """Collect what differs."""
        self._top(less(self.old, _APART), less(self.new, _APART))
        self._top(less(self.old.get("info", {}), ["version"]), less(self.new.get("info", {}), ["version"]))
        hosts = ({one["url"]: one for one in node.get("servers", [])} for node in (self.old, self.new))
        self._listed("host", "hosts", *hosts)
        schemes = [node.get("components", {}).get("securitySchemes", {}) for node in (self.old, self.new)]
        self._listed("login", "credentials", *schemes, element="security")
        common = schemes[0].keys() & schemes[1].keys()
        for change in logins(self.old.get("security", []), self.new.get("security", []), "credentials", common):
            self.found.add(change)
        tags = ({one["name"]: one.get("x-kling-family", one) for one in node.get("tags", [])} for node in (self.old, self.new))
        self._families(*tags)

    def _top(self, old: Document, new: Document) -> None:
        for key in dict.fromkeys((*old, *new)):
            if not same(old.get(key), new.get(key)):
                self._add(_DOC, "api", key, old.get(key), new.get(key))

    def _listed(
        self, what: str, place: str, old: Mapping[str, Document], new: Mapping[str, Document], *, element: str = ""
    ) -> None:
        for name in dict.fromkeys((*old, *new)):
            said = f"{element} {name}" if element else ""
            if name not in new or name not in old:
                self._add(f"{what}-added" if name in new else f"{what}-removed", place, name, element=said)
                continue
            for facet in facets(old[name], new[name]):
                is_doc = what == "host" or facet.kind in ("doc-changed", "start-changed")
                kind = _DOC if is_doc else f"{what}-changed"
                self._add(kind, f"{place}.{name}", facet.name, facet.before, facet.after, element=said)

    def _families(self, old: Mapping[str, Document], new: Mapping[str, Document]) -> None:
        """Compare the families of both; one that came or went is told of by its operations."""
        for name in (one for one in old if one in new):
            for key in dict.fromkeys((*old[name], *new[name])):
                if not same(old[name].get(key), new[name].get(key)):
                    values = old[name].get(key), new[name].get(key)
                    self._add(_FAMILY.get(key, _DOC), name, key, *values, element=f"family {name}")

    def _add(self, kind: str, place: str, name: str, before: Any = None, after: Any = None, *, element: str = "") -> None:
        self.found.add(Change(kind, place, name, before, after, element))
