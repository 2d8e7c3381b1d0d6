"""Makes the API of one day out of the spec, as one OpenAPI document.

Two dresses: *plain* for the type generator, *ruled* (cross-field rules compiled to JSON Schema) for validators and
test generators. Both carry the catalogues under `x-kling-catalogues`, so that one file drives client and mock.
"""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .as_of import as_of, checked_date
from .document import SCHEMAS, Document, inlined, reachable, resolved
from .errors import SpecError
from .links import link
from .load import Spec, home, load
from .load import digest as digest_of
from .rule_schema import compile_rule
from .shape import defaults_of

BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
URL = r"^https?://[^\s/?#]+[^\s]*$"


def today(spec: Spec) -> str:
    """Return the date of the state that the spec describes when none is asked for."""
    return str(spec.document["info"]["version"])


def plain(spec: Spec, date: str | None = None) -> Document:
    """Return the API as it stood on `date` (default: the spec's own state), rules as data only."""
    date = checked_date(date or today(spec))
    document = as_of(spec.document, date, spec.catalogues["models"]["models"])
    document["info"] = {**document["info"], "version": date}
    document = dict(_labelled(document))
    document["components"]["responses"] |= _error_responses(spec.catalogues["errors"])
    _document_errors(document)
    _document_callback_headers(document["components"])
    _drop_unused(document)
    document["x-kling-catalogues"] = {"digest": spec.digest, **spec.catalogues}
    return document


def ruled(spec: Spec, date: str | None = None) -> Document:
    """Return the plain bundle with closed request schemas (rules, media patterns, no other members), and links."""
    return finished(plain(spec, date))


def finished(document: Document) -> Document:
    """Return a plain bundle as `ruled` gives it, and leave the plain one as it is."""
    document = dressed(document)
    link(document)
    _drop_unused(document)
    return document


def dressed(document: Document) -> Document:
    """Return a plain bundle as a ruled one."""
    parts = {**document["components"], "schemas": {**document["components"]["schemas"]}}
    document = {**document, "components": parts, "paths": copy.deepcopy(document["paths"])}
    schemas = document["components"]["schemas"]
    bodies = [operation.get("requestBody") for item in document["paths"].values() for operation in item.values()]
    for reference in reachable(document, bodies):
        name = reference.removeprefix(SCHEMAS)
        schemas[name] = _dressed(schemas[name], document)
    _drop_unused(document)
    return document


def text(document: Document) -> str:
    """Return a bundle as the text of `openapi.json`."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def current(folder: Path | None = None, date: str | None = None) -> Document:
    """Return the ruled bundle, from the committed JSON when that is as new as the YAML beside it.

    Raises `SpecError` when there is neither, or when an installed package is asked for another date.
    """
    committed = _committed()
    source = folder or _source()
    fresh = committed and (source is None or digest_of(source) == committed["x-kling-catalogues"]["digest"])
    if committed and fresh and date in (None, committed["info"]["version"]):
        return committed
    return ruled(load(source), date)


def _committed() -> Document | None:
    package = Path(__file__).resolve().parent
    for path in (package.parent.parent / "generated" / "openapi.json", package / "data" / "openapi.json"):
        if path.is_file():
            found: Document = json.loads(path.read_bytes())
            return found
    return None


def _source() -> Path | None:
    try:
        return home()
    except SpecError:
        return None


def _labelled(node: Any, values: Mapping[str, Any] | None = None) -> Any:
    """Replace {label: …} and {not_label: …} in conditions by the listed values that carry the label, or do not."""
    if isinstance(node, list):
        return [_labelled(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    made = {key: _labelled(one) for key, one in node.items()}
    if "x-kling-rules" in made:
        made["x-kling-rules"] = [_unlabelled(rule, made.get("properties", {})) for rule in made["x-kling-rules"]]
    return made


def _unlabelled(rule: Document, members: Mapping[str, Document]) -> Document:
    if "when" not in rule:
        return rule
    return {**rule, "when": {name: _values(wanted, members.get(name, {})) for name, wanted in rule["when"].items()}}


def _values(wanted: Any, member: Document) -> Any:
    if not isinstance(wanted, Mapping) or not ("label" in wanted or "not_label" in wanted):
        return wanted
    label = wanted.get("label", wanted.get("not_label"))
    dates, has = member.get("x-kling-values", {}), "label" in wanted
    return [value for value in member.get("enum", []) if (dates.get(value, {}).get("label") == label) is has]


def _error_responses(errors: Document) -> Document:
    by_status: dict[int, list[Document]] = {}
    for one in errors["errors"]:
        by_status.setdefault(one["http"], []).append(one)
    return {f"Error{status}": _error_response(codes) for status, codes in sorted(by_status.items()) if status != 200}


def _error_response(codes: list[Document]) -> Document:
    told = "; ".join(f"{one['code']}: {one['meaning']}" for one in codes)
    return {"description": told, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/shared.Error"}}}}


def _document_errors(document: Document) -> None:
    errors = {
        name.removeprefix("Error"): {"$ref": f"#/components/responses/{name}"}
        for name in document["components"]["responses"]
        if name.startswith("Error")
    }
    for item in document["paths"].values():
        for operation in item.values():
            operation["responses"] = {**operation["responses"], **errors}


def _document_callback_headers(components: Document) -> None:
    """Give every callback the parameters in headers: a request has none beside its credentials."""
    names = [name for name, one in components["parameters"].items() if one["in"] == "header"]
    headers = [{"$ref": f"#/components/parameters/{name}"} for name in names]
    for callback in components["callbacks"].values():
        for item in callback.values():
            item["post"] = {**item["post"], **({"parameters": headers} if headers else {})}


def _drop_unused(document: Document) -> None:
    used = reachable(document, document["paths"])
    for kind, parts in document["components"].items():
        if kind != "securitySchemes":
            document["components"][kind] = {name: one for name, one in parts.items() if f"#/components/{kind}/{name}" in used}
    families = {operation["tags"][0] for item in document["paths"].values() for operation in item.values()}
    document["tags"] = [one for one in document["tags"] if one["name"] in families]


def _dressed(schema: Document, document: Document) -> Document:
    made = {**schema, **_media_pattern(schema)}
    if "properties" in schema:
        required = schema.get("required", [])
        members = {name: _dressed(one, document) for name, one in schema["properties"].items()}
        made["properties"] = {name: one if name in required else _or_nothing(one, document) for name, one in members.items()}
    if "items" in schema:
        made["items"] = _dressed(schema["items"], document)
    if schema.get("type") == "object":
        made["additionalProperties"] = False
    said = _compiled(schema, document) if schema.get("x-kling-rules") else []
    return {**made, "allOf": [*made.get("allOf", []), *said]} if said else made


def _or_nothing(member: Document, document: Document) -> Document:
    """Let an optional member be empty text or an empty list, which count as not given: the vendor's samples send them."""
    target = _dressed(resolved(member, document), document) if "$ref" in member else member
    if "enum" in target and target.get("type") == "string":
        return {**target, "enum": [*target["enum"], ""]}
    if "pattern" in target:
        return {**target, "pattern": f"^$|{target['pattern']}"}
    return {key: one for key, one in target.items() if key not in ("minLength", "minItems")} if target is member else member


def _compiled(schema: Document, document: Document) -> list[Document]:
    defaults = defaults_of(inlined(schema, document))
    rules = [compile_rule(rule, defaults) for rule in schema["x-kling-rules"]]
    return [one for one in rules if one is not None]


def _media_pattern(schema: Document) -> Document:
    media = schema.get("x-kling-media")
    if not media or schema.get("type") != "string" or "pattern" in schema:
        return {}
    return {"pattern": f"{URL}|{BASE64}" if media.get("base64") else URL}
