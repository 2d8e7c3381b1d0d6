"""Reads OpenAPI documents that stand in Markdown fences, as API catalogues export them; also where line breaks were lost."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kling_spec.errors import YamlRefused
from kling_spec.yaml_json import parse as parse_yaml

from . import flat, prose
from .page import TYPES, Endpoint, Field, Page, merged

FORMAT = "OpenAPI in Markdown"
_FENCED = re.compile(r"```ya?ml\s(.*?)```", re.DOTALL | re.IGNORECASE)
_DEEPEST = 60
_VERBS = ("get", "post", "put", "delete", "patch")
Document = Mapping[str, Any]


def is_one(text: str) -> bool:
    """Say whether a text holds such a document."""
    return any("openapi:" in one and "paths:" in one for one in _FENCED.findall(text))


def parse(text: str, name: str) -> Page:
    """Return the page: every endpoint of every document in it, named after the host that serves them."""
    documents = [_document(one, name) for one in _FENCED.findall(text) if "paths:" in one]
    hosts = [
        one["url"] for document in documents for one in document.get("servers", []) if isinstance(one, Mapping) and "url" in one
    ]
    host = re.sub(r"^https?://", "", str(hosts[0])) if hosts else name
    found = [one for document in documents for one in _endpoints(document)]
    return Page(name=host, format=FORMAT, endpoints=merged(found), url=str(hosts[0]) if hosts else "")


def _document(text: str, name: str) -> Document:
    if "\n" not in text.strip():
        return flat.parse(text)
    try:
        return parse_yaml(text, name, most_depth=_DEEPEST)
    except YamlRefused:
        return flat.parse(text)


def _endpoints(document: Document) -> Iterator[Endpoint]:
    for path, item in document.get("paths", {}).items():
        for verb, operation in item.items() if isinstance(item, Mapping) else ():
            if verb in _VERBS:
                yield _endpoint(str(path), verb, operation, document)


def _endpoint(path: str, verb: str, operation: Document, document: Document) -> Endpoint:
    body = _content(operation.get("requestBody"))
    reply = _content(next((one for code, one in operation.get("responses", {}).items() if str(code).startswith("2")), None))
    query = [_parameter(one) for one in operation.get("parameters", []) if one.get("in") == "query"]
    return Endpoint(
        verb=verb.upper(),
        path=path,
        title=str(operation.get("summary", "")),
        body=tuple(_fields(body["schema"], document, "")) if "schema" in body else None,
        query=tuple(query) or None,
        reply=tuple(_fields(reply["schema"], document, "")) if "schema" in reply else None,
    )


def _content(part: Any) -> Document:
    content = part.get("content", {}) if isinstance(part, Mapping) else {}
    return next((one for one in content.values() if isinstance(one, Mapping)), {})


def _parameter(node: Document) -> Field:
    return _field(
        str(node["name"]), {**node.get("schema", {}), "description": node.get("description", "")}, bool(node.get("required"))
    )


def _fields(schema: Document, document: Document, prefix: str) -> Iterator[Field]:
    schema = _resolved(schema, document)
    for part in schema.get("allOf", []):
        yield from _fields(part, document, prefix)
    required = schema.get("required", [])
    for name, member in schema.get("properties", {}).items():
        member = _resolved(member, document)
        yield _field(prefix + name, member, name in required)
        path = f"{prefix}{name}"
        while "items" in member:
            member, path = _resolved(member["items"], document), f"{path}[]"
        yield from _fields(member, document, f"{path}.")


def _resolved(schema: Document, document: Document) -> Document:
    found: Any = schema
    for _ in range(_DEEPEST):
        if not isinstance(found, Mapping) or "$ref" not in found:
            break
        node: Any = document
        for part in str(found["$ref"]).removeprefix("#/").split("/"):
            node = node.get(part, {}) if isinstance(node, Mapping) else {}
        found = node
    return found if isinstance(found, Mapping) else {}


def _field(path: str, schema: Document, required: bool) -> Field:
    kind = TYPES.get(str(schema.get("type", "")))
    described = str(schema.get("description", ""))
    keys = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
    stated = {key: schema[key] for key in keys if isinstance(schema.get(key), int | float)}
    listed = schema.get("enum") or (schema.get("items", {}).get("enum") if isinstance(schema.get("items"), Mapping) else None)
    return Field(
        path=path,
        type=kind,
        required=required,
        default=str(schema["default"]) if schema.get("default") not in (None, "") else None,
        enum=tuple(str(one) for one in listed or ()),
        limits=prose.limits(re.split(r"[\n。;；]", described), kind) | stated,
        description=described,
    )
