"""Types by datamodel-code-generator: pydantic models for replies, TypedDicts for requests."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kling_spec.document import SCHEMAS, Document, operations, reachable

from . import values
from .annotations import MEDIA_INPUT, takes_files

_CLOSED = ("default", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern")


@dataclass(frozen=True)
class Question:
    """What the type generator is asked: all that its answer depends on, beside the options below and its version."""

    document: str  # schemas as an OpenAPI document, JSON
    kind: str  # of class
    header: str
    base: str  # class; empty for the kind's own


Answer = Callable[[Question], dict[str, str]]


def reply_modules(document: Document, answer: Answer) -> dict[str, str]:
    """Return the modules of `kling.types` by file name; enums take any text, so that a new value never fails."""
    schemas = {name: _open(schema) for name, schema in _named(document, _replies(document))}
    kind, base = "pydantic_v2.BaseModel", "kling._core.model.Model"
    return _asked(answer, document, schemas, kind=kind, header="Replies of the service.", base=base)


def request_modules(document: Document, answer: Answer) -> dict[str, str]:
    """Return the modules of `kling.params` by file name."""
    bodies = [one.node.get("requestBody") for one in operations(document)]
    schemas = {name: _bare(_with_types(schema, document)) for name, schema in _named(document, bodies)}
    return _asked(answer, document, schemas, kind="typing.TypedDict", header="Objects that requests hold.", base="")


def _replies(document: Document) -> list[Any]:
    return [one.data for one in operations(document)]


def _named(document: Document, roots: Any) -> Iterator[tuple[str, Document]]:
    for reference in sorted(reachable(document, roots)):
        name = reference.removeprefix(SCHEMAS)
        yield name, document["components"]["schemas"][name]


def _asked(answer: Answer, document: Document, schemas: Document, *, kind: str, header: str, base: str) -> dict[str, str]:
    if not schemas:
        return {}
    whole = {"openapi": "3.1.0", "info": document["info"], "paths": {}, "components": {"schemas": schemas}}
    return answer(Question(json.dumps(whole), kind, header, base))


def _open(node: Any) -> Any:
    """Return a schema without limits, whose enums are `one of these, or any text`."""
    return _changed(node, opens=lambda one: True)


def _bare(node: Any) -> Any:
    """Return a schema without limits; only the enums that are marked as open take any text."""
    return _changed(node, opens=lambda one: bool(one.get("x-kling-open")))


def _changed(node: Any, *, opens: Callable[[Mapping[str, Any]], bool]) -> Any:
    """Return a schema without limits and without our keys; enums that are to be opened also take any text."""
    if isinstance(node, list):
        return [_changed(one, opens=opens) for one in node]
    if not isinstance(node, Mapping):
        return node
    kept = {key: one for key, one in node.items() if not _is_ours(key) and (key not in _CLOSED or isinstance(one, Mapping))}
    made = {key: _changed(one, opens=opens) for key, one in kept.items()}
    if isinstance(made.get("enum"), list) and opens(node):
        known = {"type": made.pop("type", "string"), "enum": made.pop("enum")}
        made["anyOf"] = [known, {"type": "string"}]
    return made


def _with_types(node: Any, document: Document) -> Any:
    """Return a schema where files, and texts of which there are many, have the client's own types for them."""
    if isinstance(node, list):
        return [_with_types(one, document) for one in node]
    if not isinstance(node, Mapping):
        return node
    made = {key: _with_types(one, document) for key, one in node.items()}
    name = values.name_of(node, document) if isinstance(node.get("enum"), list) else None
    if name:
        known = {
            "type": made.pop("type"),
            "enum": made.pop("enum")[:1],
            "customTypePath": f"kling.params.{values.MODULE}.{name}",
        }
        return {**made, "anyOf": [known, *([{"type": "string"}] if node.get("x-kling-open") else [])]}
    return {**made, "customTypePath": f"kling._core.inputs.{MEDIA_INPUT}"} if takes_files(node) else made


def _is_ours(key: str) -> bool:
    return key.startswith("x-kling-")


def made(asked: Question) -> dict[str, str]:
    """Return the modules of a question by file name: run the type generator, which takes half of a second."""
    from datamodel_code_generator import InputFileType, LiteralType, PythonVersion, generate
    from datamodel_code_generator.enums import DataModelType, NamingStrategy
    from datamodel_code_generator.format import Formatter

    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        generate(
            asked.document,
            input_filename="openapi.json",
            input_file_type=InputFileType.OpenAPI,
            output=out,
            output_model_type=DataModelType(asked.kind),
            target_python_version=PythonVersion.PY_311,
            disable_timestamp=True,
            custom_file_header=f'"""{asked.header} Made from the spec; do not edit."""\n',
            use_annotated=True,
            enum_field_as_literal=LiteralType.All,
            collapse_root_models=True,
            naming_strategy=NamingStrategy.FullPath,
            use_schema_description=True,
            use_field_description=True,
            use_single_line_docstring=True,
            use_union_operator=True,
            use_standard_collections=True,
            formatters=[Formatter.BUILTIN],
            base_class=asked.base,
        )
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(out.glob("*.py")) if path.name != "__init__.py"}
