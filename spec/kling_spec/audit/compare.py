"""Compares pages with the spec: which endpoints there are, and what each takes and gives."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kling_spec.document import Operation
from kling_spec.lint import state_dates

from .difference import Difference
from .facts import Place, SpecView
from .fields import Comparison, compare_examples, compare_fields, compare_loose, compare_reply
from .page import Endpoint, Page

_CREDENTIALS = {"content-type", "authorization", "accept"}
_QUERIES = {"query task (single)": "get", "query task (list)": "page", "create task": "create"}


@dataclass(frozen=True)
class Audited:
    """What came of one page."""

    page: Page
    day: str  # the day whose API it was held against
    operations: tuple[str, ...]  # ids of those it describes
    differences: tuple[Difference, ...]


def audit(views: list[SpecView], pages: list[Page], beside: list[Page] = []) -> list[Audited]:
    """Compare each page with the spec.

    A page of today's reference is held against the first view, a capture against the one of them it fits best. What other pages
    of the same run, or those beside it, say of an endpoint counts when something is missing on one.
    """
    return [
        _best([_Audit(view, [*pages, *beside]).page(page) for view in (views[:1] if page.is_current else views)])
        for page in pages
    ]


def views(spec_view: SpecView, day: str | None) -> list[SpecView]:
    """Return the views to audit with: the one given, and beside it the baseline when no day was asked for."""
    days = [] if day else [one for one in state_dates(spec_view.spec) if one != spec_view.day]
    return [spec_view, *(SpecView(spec_view.spec, one, spec_view.folder) for one in days)]


def _best(tries: list[Audited]) -> Audited:
    return min(tries, key=lambda one: len(one.differences))


class _Audit:
    def __init__(self, view: SpecView, pages: list[Page]) -> None:
        self.view, self.pages = view, pages

    def page(self, page: Page) -> Audited:
        if page.is_index:
            return Audited(page, self.view.day, (), tuple(self._index(page)))
        found = [(one, self._operation(page, one)) for one in page.endpoints]
        known = [(one, operation) for one, operation in found if operation is not None]
        differences = [
            one
            for endpoint, operation in found
            if operation is None
            for one in self._unknown(page, endpoint, [each for _, each in known])
        ]
        differences += [one for endpoint, operation in known for one in self._endpoint(page, endpoint, operation)]
        differences += self._absent(page, [operation for _, operation in known])
        return Audited(page, self.view.day, tuple(one.id for _, one in known), tuple(differences))

    def _operation(self, page: Page, endpoint: Endpoint) -> Operation | None:
        return self.view.find(endpoint.verb, endpoint.path) if endpoint.path else self._by_title(page, endpoint)

    def _by_title(self, page: Page, endpoint: Endpoint) -> Operation | None:
        """Find the operation that a page without endpoints means: the family by the page's title, the method by the heading."""
        wanted = _QUERIES.get(endpoint.title.lower(), _snake(endpoint.title))
        families = [name for name, one in self.view.spec.families.items() if _snake(str(one.get("title"))) == _snake(page.name)]
        ids = {f"{name}.{wanted}" for name in families}
        return next((one for one in self.view.operations.values() if one.id in ids), None)

    def _unknown(self, page: Page, endpoint: Endpoint, beside: list[Operation]) -> Iterator[Difference]:
        if not endpoint.path:
            told = f"the page describes {endpoint.title}; no family's title and method go by these names"
            fix = "title the family as its page, or audit a capture that names its endpoints"
            yield self._about(page, "page-not-in-spec", endpoint.title, told, fix, beside)
        else:
            told = f"the page has {endpoint.title or 'an endpoint'}, the spec has no such path"
            fix = "add the operation to its family, or start one: make new FAMILY=name"
            yield self._about(page, "endpoint-not-in-spec", f"{endpoint.verb} {endpoint.path}", told, fix, beside)

    def _about(self, page: Page, kind: str, field: str, told: str, fix: str, beside: list[Operation]) -> Difference:
        """Return a difference whose place is the family of what else the page describes."""
        place = Place(self.view.operation_place(beside[0]).file, ("paths",)) if beside else Place("head.yaml", ())
        return Difference(page.name, kind, field, told, fix, place, self.view.line(place))

    def _absent(self, page: Page, known: list[Operation]) -> Iterator[Difference]:
        """Yield the operations that the spec has from the pages of those described here, and that no page of the run shows."""
        shown = {found.id for one in self._beside(page) for each in one.endpoints if (found := self._operation(one, each))}
        sources = {(one.family, _source(one)) for one in known}
        for one in self.view.operations.values():
            if (one.family, _source(one)) in sources and one.id not in shown:
                place = self.view.operation_place(one)
                told = f"the spec has {one.id} from the page {_source(one)}; this page does not show it"
                fix = "if it is gone, give the operation x-kling-until"
                yield Difference(
                    page.name, "endpoint-not-on-page", f"{one.verb} {one.path}", told, fix, place, self.view.line(place)
                )

    def _index(self, page: Page) -> Iterator[Difference]:
        """Yield endpoints the spec lacks, and families of which the index shows neither an endpoint nor a page."""
        families: set[str] = set()
        for endpoint in page.endpoints:
            operation = self._operation(page, endpoint)
            if operation is None:
                yield from self._unknown(page, endpoint, [])
            else:
                families.add(operation.family)
        if not page.endpoints:
            return  # links alone: titles are no sure sign of what a page describes
        names = {_snake(one) for one in page.pages}
        for name, family in self.view.spec.families.items():
            known_as = {_snake(str(family.get("title", name))), *(_snake(_source(one)) for one in self._of(name))}
            if name not in families and not known_as & names and self._of(name):
                place = Place(f"families/{name}.yaml", ("x-kling-family",))
                told = f"the index mentions neither an endpoint nor a page of {name}"
                yield Difference(
                    page.name, "family-not-in-index", name, told, "see whether its page is gone", place, self.view.line(place)
                )

    def _of(self, family: str) -> list[Operation]:
        return [one for one in self.view.operations.values() if one.family == family]

    def _endpoint(self, page: Page, endpoint: Endpoint, operation: Operation) -> Iterator[Difference]:
        run = Comparison(self.view, page, operation, self._others(page, operation))
        if endpoint.body is not None:
            yield from compare_fields(run, "body", endpoint.body, self.view.body(operation), is_cut=endpoint.is_cut)
        if endpoint.query is not None:
            yield from compare_fields(
                run, "query", endpoint.query, self.view.parameters(operation, "query"), is_cut=endpoint.is_cut
            )
        headers = [one for one in endpoint.headers or () if one.path.lower() not in _CREDENTIALS]
        yield from compare_fields(run, "headers", headers, self.view.parameters(operation, "header"), is_cut=True)
        yield from compare_reply(run, endpoint.reply or (), self.view.reply(operation))
        yield from compare_examples(run, endpoint.examples, self.view.body(operation), endpoint.body or ())
        facts = [*self.view.body(operation).values(), *self.view.parameters(operation, "query").values()]
        yield from compare_loose(run, endpoint.loose, facts)

    def _others(self, page: Page, operation: Operation) -> Iterable[Endpoint]:
        """Return all that a page and those beside it say of an operation."""
        return [one for each in self._beside(page) for one in each.endpoints if self._operation(each, one) is operation]

    def _beside(self, page: Page) -> list[Page]:
        """Return the pages that together with this one make today's reference; a capture stands alone."""
        return [one for one in self.pages if one is page or (one.is_current and page.is_current)]


def _source(operation: Operation) -> str:
    return str(operation.node.get("x-kling-source", {}).get("page", ""))


def _snake(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
