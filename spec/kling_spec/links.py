"""OpenAPI links: what can be asked with the ids that a reply gives.

A create leads to the task and to its page, a page to its newest task, and every id that a reply gives (x-kling-ref) to
the requests that take one of its kind. The body of such a request is a documented example in which the ids of the reply
stand as runtime expressions: `$response.body#/data/session_id`.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from .document import Document, Operation, below, operations, resolved

_DATA = "$response.body#/data"
_SILENT = "page", "delete"  # roles whose replies tell no id that get does not tell
Path = tuple[str | int, ...]


def link(document: Document) -> None:
    """Give every successful reply of a bundle its links; those that many replies share stand under components."""
    found = list(operations(document))
    known = {one.id: one for one in found}
    produced = {kind for one in found for kind in _given(one)}
    parts: Document = document["components"].setdefault("links", {})
    for one in found:
        made = {**_to_tasks(one, known), **_to_takers(one, found, produced)}
        if made:
            said = {name: {"$ref": f"#/components/links/{_kept(parts, name, said)}"} for name, said in made.items()}
            responses = one.node["responses"]
            responses["200"] = {**resolved(responses["200"], document), "links": said}
    if not parts:
        del document["components"]["links"]


def _kept(parts: Document, name: str, said: Document) -> str:
    """Return the name under which a link stands; one that says something else under its own name gets a number."""
    number = 1
    while parts.setdefault(label := name if number == 1 else f"{name}.{number}", said) != said:
        number += 1
    return label


def _to_tasks(source: Operation, known: Mapping[str, Operation]) -> Document:
    at = {"create": "/task_id", "page": "/0/task_id"}.get(source.role)
    get, page = (known.get(f"{source.family}.{name}") for name in ("get", "page"))
    made: Document = {}
    if at and get:
        made[get.id] = _link(get, {"parameters": {"id": _DATA + at}})
    if source.role == "create" and page:
        made[page.id] = _link(page, {"parameters": {"pageNum": "1"}})
    return made


def _to_takers(source: Operation, found: list[Operation], produced: set[str]) -> Document:
    given = {} if source.role in _SILENT else _given(source)
    made = {}
    for taker in found if given else ():
        body = _body(taker, given, produced)
        if body is not None and (taker.role != "delete" or _is_own(source, taker)):
            made[taker.id] = _link(taker, {"requestBody": body})
    return made


def _is_own(source: Operation, taker: Operation) -> bool:
    """Say whether a reply tells what the caller made, in the same family: presets cannot be deleted."""
    return source.family == taker.family and (source.role == "get" or source.verb == "POST")


def _link(target: Operation, carries: Document) -> Document:
    return {"operationId": target.id, "description": target.node.get("summary", target.id), **carries}


def _given(operation: Operation) -> dict[str, str]:
    """Return where a reply has the first id of each kind, as a runtime expression."""
    found: dict[str, str] = {}
    for kind, path in kinds(operation.data_schema):
        found.setdefault(kind, "/".join((_DATA, *map(str, path))))
    return found


def kinds(schema: Document, path: Path = ()) -> Iterator[tuple[str, Path]]:
    """Yield each kind of id that values of a resolved schema hold, and where the first of them stands."""
    if "x-kling-ref" in schema:
        yield schema["x-kling-ref"]["kind"], path
    for name, one in schema.get("properties", {}).items():
        yield from kinds(one, (*path, name))
    if "items" in schema:
        yield from kinds(schema["items"], (*path, 0))


def _body(taker: Operation, given: Mapping[str, str], produced: set[str]) -> Any:
    """Return the example with most of the given ids and fewest that only another reply can give; None without any."""
    best: tuple[tuple[int, int], Any] | None = None
    for said in taker.examples.values():
        example = {name: one for name, one in said.items() if name not in _unique(taker)}
        wanted = list(places(example, taker.request or {}))
        taken = [(path, kind) for path, kind in wanted if kind in given]
        strange = sum(kind in produced - given.keys() for _, kind in wanted)
        if taken and (best is None or (-strange, len(taken)) > best[0]):
            best = (-strange, len(taken)), _filled(example, {path: given[kind] for path, kind in taken})
    return None if best is None else best[1]


def _unique(taker: Operation) -> set[str]:
    """Return the members that no two requests may have the same, so that a link can be followed twice."""
    return {rule["field"] for rule in (taker.request or {}).get("x-kling-rules", []) if rule["kind"] == "unique"}


def places(body: Any, schema: Document, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield where in a body an id stands that an earlier reply gave, and its kind."""
    if "x-kling-ref" in schema and body not in (None, ""):
        yield path, schema["x-kling-ref"]["kind"]
    if isinstance(body, Mapping):
        for name, one in schema.get("properties", {}).items():
            if name in body:
                yield from places(body[name], one, (*path, name))
    elif isinstance(body, list):
        for number, one in enumerate(body):
            for inner in below(schema):
                yield from places(one, inner, (*path, number))


def _filled(example: Any, values: Mapping[Path, str]) -> Any:
    body = copy.deepcopy(example)
    for path, value in values.items():
        target = body
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = value
    return body
