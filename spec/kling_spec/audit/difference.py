"""One place where a page and the spec disagree."""

from dataclasses import dataclass
from typing import Any

from .facts import Place

KINDS = {
    "endpoint-not-in-spec": "the page has an endpoint that the spec lacks",
    "endpoint-not-on-page": "the spec takes an endpoint from this page, which lacks it",
    "family-not-in-index": "the spec has a family that the index of pages does not mention",
    "page-not-in-spec": "nothing in the spec goes by what this page describes",
    "field-not-in-spec": "the page has a field that the spec lacks",
    "field-not-on-page": "the spec has a field that the page lacks",
    "type": "another type",
    "required": "required on one side only",
    "default": "another default",
    "value-not-in-spec": "the page lists a value that the spec lacks",
    "value-not-on-page": "the spec lists a value that the page lacks",
    "value-ended": "the page lists a value that ended, or has not begun, by the spec's dates",
    "limit": "another limit",
    "reply-field-not-in-spec": "the reply on the page has a field that the spec lacks",
    "reply-type": "a field of the reply has another type",
    "reply-value-not-in-spec": "the reply on the page can hold a value that the spec lacks",
    "example-field-not-in-spec": "a request on the page sends a field that the spec lacks",
    "example-value-not-in-spec": "a request on the page sends a value that the spec lacks",
}
"""The kinds of difference, as spec/audit-known.yaml names them."""


@dataclass(frozen=True)
class Change:
    """An edit that puts the spec right without anybody having to think."""

    kind: str  # values, member or limit
    place: Place  # the list, the object's properties, or the schema that has the limit
    data: Any  # the values; name and schema of the member; key and value of the limit


@dataclass(frozen=True)
class Difference:
    """One disagreement."""

    page: str
    kind: str  # one of KINDS
    field: str  # lip_sync.create face_choose[].face_id; for endpoints POST /v1/…
    told: str  # what page and spec say
    suggestion: str
    place: Place
    line: int
    change: Change | None = None

    @property
    def applies(self) -> bool:
        """Say whether it can be put right without thought: what families share is to be looked at in each of them."""
        return self.change is not None and self.change.place.file.startswith("families/")

    @property
    def where(self) -> str:
        return f"{self.place.file}:{self.line}"
