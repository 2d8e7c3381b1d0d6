"""The records that templates print: finished phrases, nothing to decide."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from kling_spec.document import SCHEMAS, Document, Operation, operations, resolved

from . import values
from .annotations import MEDIA_INPUT, annotation, reference
from .names import argument_name, class_name
from .phrases import sentence, summary

_TASK_ROLES = ("get", "page")  # what every family with tasks has; it stands in the runtime
_WIDTH = 108


@dataclass(frozen=True)
class MethodView:
    """One method of a family, ready to print."""

    name: str  # create
    signature: str  # , *, prompt: str, mode: Literal["std", "pro"] | None = None, **options: Unpack[CallOptions]
    returns: str  # shared.TaskCreated
    call: str  # "create", locals()
    doc: list[str]  # the docstring's lines
    params: str  # text_to_video_params.Create: the arguments as a TypedDict; empty where there is no body


@dataclass(frozen=True)
class FamilyView:
    """One family of the client, ready to print."""

    name: str  # text_to_video
    class_name: str  # TextToVideo
    title: str  # Text to Video
    task: str  # shared.VideoTask; empty where no task is started
    methods: list[MethodView]
    types: list[str]  # modules of kling.types that the annotations name
    params: list[str]  # modules of kling.params that the annotations name
    names: list[str]  # what typing, collections.abc and kling must give

    @property
    def create(self) -> MethodView | None:
        return next((one for one in self.methods if one.name == "create"), None)


def families(document: Document) -> list[FamilyView]:
    """Return every family of a plain bundle, in the order of its tags."""
    return [_family(tag, document) for tag in document["tags"]]


def of_family(document: Document, name: str) -> Iterator[Operation]:
    """Yield the operations of one family."""
    return (one for one in operations(document) if one.family == name)


def reply(operation: Operation) -> tuple[str, bool]:
    """Return the class of the reply's data and whether it is a list of them: ("shared.VideoTask", True)."""
    data = operation.data
    target = data["items"] if data.get("type") == "array" else data
    module, _, name = target["$ref"].removeprefix(SCHEMAS).rpartition(".")
    return f"{module}.{class_name(name)}", data.get("type") == "array"


def _family(tag: Document, document: Document) -> FamilyView:
    name = tag["name"]
    found = list(of_family(document, name))
    task = next((reply(one)[0] for one in found if one.role == "get"), "")
    methods = [_method(one, document) for one in found if not (task and one.role in _TASK_ROLES)]
    said = " ".join([task, *(f"{one.signature} {one.returns} {one.params}" for one in methods)])
    bodies = " ".join(f"{one.signature} {one.params}" for one in methods)
    return FamilyView(
        name=name,
        class_name=class_name(name),
        title=tag["description"],
        task=task,
        methods=methods,
        types=sorted({one for text in [task, *(one.returns for one in methods)] for one in re.findall(r"(\w+)\.\w+", text)}),
        params=_modules(bodies, document),
        names=[*(one for one in ("Literal", "Sequence") if f"{one}[" in said), *([MEDIA_INPUT] if MEDIA_INPUT in said else [])],
    )


def _modules(text: str, document: Document) -> list[str]:
    known = {"shared", values.MODULE, *(tag["name"] for tag in document["tags"])}
    return sorted(one for one in known if re.search(rf"\b{one}_params\.", text))


def _method(operation: Operation, document: Document) -> MethodView:
    returns, is_list = reply(operation)
    fields = _fields(operation, document)
    query = {name: one for name, one in fields.items() if one["in"] == "query"}
    path = {name: one for name, one in fields.items() if one["in"] == "path"}
    return MethodView(
        name=operation.name,
        signature=_signature(fields, document),
        returns=f"list[{returns}]" if is_list else returns,
        call=_call(operation, query, path),
        doc=_doc(operation, fields),
        params=_params(operation),
    )


def _params(operation: Operation) -> str:
    return "" if operation.request_name is None else reference(operation.request_name)


def _fields(operation: Operation, document: Document) -> dict[str, dict[str, Any]]:
    """Return the arguments: each with its schema, where it goes, and whether it must be given; needed ones first."""
    found: dict[str, dict[str, Any]] = {}
    for one in operation.parameters:
        schema = {**one["schema"], "description": one.get("description", "")}
        found[one["name"]] = {"schema": schema, "in": one["in"], "needed": one.get("required", False)}
    if operation.request_name is not None:
        whole = resolved({"$ref": SCHEMAS + operation.request_name}, document)
        required = whole.get("required", [])
        for name, schema in whole["properties"].items():
            found[name] = {"schema": schema, "in": "body", "needed": name in required}
    return dict(sorted(found.items(), key=lambda one: not one[1]["needed"]))


def _signature(fields: dict[str, dict[str, Any]], document: Document) -> str:
    said = [_argument(name, one, document) for name, one in fields.items()]
    return ", ".join(["", *(["*", *said] if said else []), "**options: Unpack[CallOptions]"])


def _argument(name: str, one: dict[str, Any], document: Document) -> str:
    kind = annotation(one["schema"], document)
    return f"{argument_name(name)}: {kind}" if one["needed"] else f"{argument_name(name)}: {kind} | None = None"


def _call(operation: Operation, query: dict[str, Any], path: dict[str, Any]) -> str:
    parts = [f'"{operation.name}"']
    if operation.request_name is not None:
        parts.append("locals()")  # the arguments are the body, but for self and options
    if path:
        parts.append("path={" + ", ".join(f'"{name}": {argument_name(name)}' for name in path) + "}")
    if query:
        parts.append("query={" + ", ".join(f'"{argument_name(one)}": {argument_name(one)}' for one in query) + "}")
    return ", ".join(parts)


def _doc(operation: Operation, fields: dict[str, dict[str, Any]]) -> list[str]:
    source = operation.node.get("x-kling-source", {})
    told = f"Source: {source.get('page')} page, seen {source.get('seen')}."
    args = [line for name, one in fields.items() for line in _told(name, one, operation.document)]
    head = wrap(f"{summary(operation.node)} {operation.verb} {operation.path}", _WIDTH)
    return [*head, *(["", "Args:"] if args else []), *args, "", told]


def _told(name: str, one: dict[str, Any], document: Document) -> list[str]:
    schema = resolved(one["schema"], document)
    return wrap(f"{argument_name(name)}: {sentence(schema)}", _WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 8)
