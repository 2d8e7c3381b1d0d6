"""What a page of somebody's reference says, whatever it was written in: the one model that every parser fills."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kling_spec.errors import SpecError

Limits = Mapping[str, Any]

TYPES: Mapping[str, str] = {
    **dict.fromkeys(("string", "str", "text"), "string"),
    **dict.fromkeys(("integer", "int", "long", "int32", "int64"), "integer"),
    **dict.fromkeys(("number", "float", "double", "decimal"), "number"),
    **dict.fromkeys(("boolean", "bool"), "boolean"),
    **dict.fromkeys(("array", "list"), "array"),
    **dict.fromkeys(("object", "map", "json"), "object"),
}
"""The type words that pages use, and what OpenAPI calls them."""


class PageUnread(SpecError):
    """A page is in no format we read; the text says which ones we do."""


@dataclass(frozen=True)
class Field:
    """One field as a page describes it. None: the page does not say."""

    path: str  # face_choose[].face_id
    type: str | None = None  # one of string, integer, number, boolean, array, object
    required: bool | None = None
    default: str | None = None
    enum: tuple[str, ...] = ()
    limits: Limits = field(default_factory=dict)  # maxLength, minimum, most_mb …: numbers, or lists of two or of words
    description: str = ""
    also: tuple[str, ...] = ()  # other paths it may have: the page does not say where nested fields end


@dataclass(frozen=True)
class Endpoint:
    """One operation as a page describes it. A part that is None is not on the page at all."""

    verb: str  # POST; empty when the page names no endpoint
    path: str  # /v1/videos/lip-sync/{id}
    title: str = ""
    body: tuple[Field, ...] | None = None
    query: tuple[Field, ...] | None = None
    headers: tuple[Field, ...] | None = None
    reply: tuple[Field, ...] | None = None  # below the envelope's top: data.task_id
    examples: tuple[Any, ...] = ()  # bodies that the page sends
    loose: tuple[tuple[str, Limits], ...] = ()  # limits whose field the page does not name: sentence, limits
    is_cut: bool = False  # the capture ends in the middle of it


@dataclass(frozen=True)
class Page:
    """One page."""

    name: str  # its title
    format: str  # what it was written in, for people
    endpoints: tuple[Endpoint, ...] = ()
    url: str = ""
    is_index: bool = False  # lists pages and endpoints, describes none
    is_current: bool = False  # read as today's API; a capture is read as the day it fits best
    pages: tuple[str, ...] = ()  # of an index: the names it lists
    file: str = ""  # where it was read from


def merged(endpoints: list[Endpoint]) -> tuple[Endpoint, ...]:
    """Join what a page says twice of one endpoint."""
    found: dict[tuple[str, str], Endpoint] = {}
    for one in endpoints:
        key = (one.verb, one.path) if one.path else (one.verb, one.title)
        found[key] = _joined(found[key], one) if key in found else one
    return tuple(found.values())


def _joined(first: Endpoint, second: Endpoint) -> Endpoint:
    return replace(
        first,
        body=_fields(first.body, second.body),
        query=_fields(first.query, second.query),
        headers=_fields(first.headers, second.headers),
        reply=_fields(first.reply, second.reply),
        examples=first.examples + tuple(one for one in second.examples if one not in first.examples),
        loose=first.loose + second.loose,
        is_cut=first.is_cut or second.is_cut,
    )


def _fields(first: tuple[Field, ...] | None, second: tuple[Field, ...] | None) -> tuple[Field, ...] | None:
    if first is None or second is None:
        return second if first is None else first
    known = {one.path for one in first}
    return first + tuple(one for one in second if one.path not in known)
