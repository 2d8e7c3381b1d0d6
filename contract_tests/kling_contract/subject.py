"""What of the API is checked: the document of a day, and the operations that were asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kling_spec.bundle import plain
from kling_spec.document import Document, Operation, inlined, operations
from kling_spec.lifecycle import Lifecycle, lifecycle
from kling_spec.load import Spec
from kling_spec.rule_samples import Sample, rule_samples, ruled_objects
from kling_spec.rules import KEPT_BY_ALL, Rule

from .errors import ContractError
from .finding import Source
from .profile import PROFILES, Profile

_TEXT = ("page", "seen", "trust")


@dataclass(frozen=True)
class Subject:
    """What is checked, and how the service is believed to behave."""

    spec: Spec
    document: Document  # plain
    profile: Profile
    families: frozenset[str] = frozenset()  # empty: all
    fidelity: str = "observed"  # or "documented": what the vendor's table says, where the service does otherwise

    @classmethod
    def of(
        cls, spec: Spec, profile: str, *, families: tuple[str, ...] = (), as_of: str | None = None, fidelity: str = "observed"
    ) -> "Subject":
        """Return what a run checks. Raises `ContractError` for a family that the API does not have."""
        document = plain(spec, as_of)
        known = sorted({one.family for one in operations(document)})
        for one in families:
            if one not in known:
                raise ContractError(f"no family {one!r} on {document['info']['version']}; there are {', '.join(known)}")
        return cls(spec, document, PROFILES[profile], frozenset(families), fidelity)

    @cached_property
    def all(self) -> tuple[Operation, ...]:
        """Return every operation of the API."""
        return tuple(operations(self.document))

    @cached_property
    def chosen(self) -> tuple[Operation, ...]:
        """Return the operations that are checked."""
        return tuple(one for one in self.all if not self.families or one.family in self.families)

    @cached_property
    def by_id(self) -> Mapping[str, Operation]:
        return {one.id: one for one in self.all}

    def role(self, *roles: str) -> Iterator[Operation]:
        """Yield the chosen operations of some roles."""
        return (one for one in self.chosen if one.role in roles)

    def beside(self, operation: Operation, role: str) -> Operation | None:
        """Return the operation of the same family with a role."""
        return self.by_id.get(f"{operation.family}.{role}")

    @cached_property
    def catalogue(self) -> Mapping[str, Document]:
        found: Mapping[str, Document] = self.document["x-kling-catalogues"]
        return found

    @cached_property
    def http_of(self) -> Mapping[int, int]:
        """Return the HTTP status of every code."""
        return {one["code"]: one["http"] for one in self.catalogue["errors"]["errors"]}

    def code_of(self, situation: str) -> int:
        """Return the code of a situation of the catalogue."""
        said = self.catalogue["errors"]["messages"][situation]
        return int(said.get(self.fidelity, said)["code"])

    def lifecycle(self, operation: Operation) -> Lifecycle | None:
        """Return the lifecycle of an operation's family."""
        name = self._tags[operation.family]["lifecycle"]
        return lifecycle(name, self.catalogue["lifecycles"]["lifecycles"][name])

    @cached_property
    def _tags(self) -> Mapping[str, Any]:
        return {one["name"]: one["x-kling-family"] for one in self.document["tags"]}

    @cached_property
    def data_schemas(self) -> Mapping[str, Document]:
        """Return the schema of `data` in each operation's reply, references resolved."""
        return {one.id: inlined(one.data, self.document) for one in self.all}

    @cached_property
    def ledgers(self) -> tuple[Operation, ...]:
        """Return the operations that are sent with POST and only read: the lists of what was charged."""
        return tuple(
            one
            for one in self.all
            if one.verb == "POST"
            and one.role == "call"
            and not one.price
            and "deduction" in set(kinds(self.data_schemas[one.id]))
        )

    @cached_property
    def samples(self) -> Sequence[tuple[Operation, Rule, Document, Sequence[Sample]]]:
        """Return every rule of the chosen operations with its schema and bodies that keep and break it.

        They are found by search, which takes a second or two.
        """
        return [
            (one, rule, schema, list(rule_samples(one, place, schema, rule)))
            for one in self.chosen
            for place, schema, rule in ruled_objects(one)
            if rule["kind"] not in KEPT_BY_ALL
        ]

    @cached_property
    def paths(self) -> Mapping[str, frozenset[str]]:
        """Return the verbs of every path."""
        found: dict[str, set[str]] = {}
        for one in self.all:
            found.setdefault(one.path, set()).add(one.verb)
        return {path: frozenset(verbs) for path, verbs in found.items()}

    def source(self, operation: Operation, *nodes: Mapping[str, Any]) -> Source:
        """Return where what is said of an operation comes from; the first node with a source of its own counts."""
        said = next((one["x-kling-source"] for one in (*nodes, operation.node) if "x-kling-source" in one), None)
        file = self.spec.files.get(f"path {operation.path}", "")
        return Source(_words(said), f"spec/{file}" if file else "")

    def table(self, name: str) -> Source:
        """Return a catalogue as a source."""
        return Source(_words(self.catalogue[name].get("x-kling-source")), f"spec/{name}.yaml")


def kinds(schema: Document) -> Iterator[str]:
    """Yield the kinds of ids that a resolved schema holds."""
    if "x-kling-ref" in schema:
        yield schema["x-kling-ref"]["kind"]
    for one in schema.get("properties", {}).values():
        yield from kinds(one)
    if "items" in schema:
        yield from kinds(schema["items"])


def _words(source: Any) -> str:
    if not source:
        return "the spec"
    return f"{source['page']}, seen {source['seen']} ({source['trust']})"
