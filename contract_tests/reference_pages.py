"""Writes reference pages from the spec itself, in every format the audit reads: what the spec says and nothing else."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from kling_spec.audit.facts import Fact, SpecView
from kling_spec.document import Operation

_WORDS = {"integer": "int", "number": "float"}


@dataclass(frozen=True)
class Row:
    """A field as a page shows it."""

    path: str
    type: str
    required: bool
    default: str = ""
    enum: tuple[str, ...] = ()
    limits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """An endpoint as a page shows it."""

    title: str
    verb: str
    path: str
    body: tuple[Row, ...] = ()
    query: tuple[Row, ...] = ()
    reply: Any = None


def parts(view: SpecView, family: str) -> list[Part]:
    """Return the endpoints of a family."""
    return [_part(view, one) for one in view.operations.values() if one.family == family]


def _part(view: SpecView, one: Operation) -> Part:
    return Part(
        title=one.name,
        verb=one.verb,
        path=one.path,
        body=tuple(_rows(view.body(one))),
        query=tuple(_rows(view.parameters(one, "query"))),
        reply=_nested(view.reply(one)),
    )


def _rows(facts: dict[str, Fact]) -> Iterator[Row]:
    for path, one in facts.items():
        if not path.endswith("[]"):
            default = one.schema.get("default")
            yield Row(
                path=path,
                type=sorted(one.types)[0],
                required=one.required,
                default="" if default is None else default if isinstance(default, str) else json.dumps(default),
                enum=one.enum if not ({"minimum"} & set(one.limits)) else (),
                limits=_limits(one),
            )


def _limits(one: Fact) -> dict[str, Any]:
    said = {key: value for key, value in one.limits.items() if key in ("minimum", "maximum", "maxLength")}
    said |= {
        key: value for key, value in one.schema.get("x-kling-media", {}).items() if key in ("most_mb", "least_px", "formats")
    }
    return said if "anyOf" not in one.schema else {}


def _nested(facts: dict[str, Fact]) -> Any:
    top: dict[str, Any] = {}
    for path, one in facts.items():
        node: Any = top
        *above, name = path.replace("[]", ".[]").split(".")
        for step in above:
            if step == "[]" and not node:
                node.append({})
            node = node[0] if step == "[]" else node[step]
        kind = sorted(one.types or {"string"})[0]
        value = {"object": {}, "array": [], "integer": 1722769557708, "number": 0.5, "boolean": True}.get(kind, "string")
        if name == "[]":
            node.append({} if kind == "object" else value)
        else:
            node[name] = value
    return top


def sentences(row: Row) -> list[str]:
    """Return the limits of a row in the vendor's kind of words."""
    told, said = [], row.limits
    if "minimum" in said and "maximum" in said:
        told.append(f"Value range: [{said['minimum']}, {said['maximum']}]")
    if "maxLength" in said:
        told.append(f"Must not exceed {said['maxLength']:,} characters")
    if "most_mb" in said:
        told.append(f"File size must not exceed {said['most_mb']}MB.")
    if "least_px" in said and "most_px" not in said:
        told.append(f"Each side must be at least {said['least_px']}px.")
    if "formats" in said:
        told.append("Supported formats: " + " / ".join(f".{one}" for one in said["formats"]))
    return told


def markdown(title: str, all_of: list[Part]) -> str:
    """Return the vendor's Markdown export."""
    head = f"> ## Documentation Index\n>\n> Fetch it at: https://docs.example.com/llms.txt\n\n# {title}\n\n> Source: https://docs.example.com/api/page\n> Locale: en\n\n---\n\n"
    return head + "\n---\n\n".join(_section(one) for one in all_of)


def _section(part: Part) -> str:
    lines = [f"## {part.title}", "", "### API Overview", "", f"- Method: `{part.verb}`", f"- Path: `{part.path}`", ""]
    for name, rows in (("Query Params", part.query), ("Request Body", part.body)):
        if rows:
            lines += [
                f"### {name}",
                "",
                "| Field Path | Type | Required | Default | Enum | Description |",
                "|---|---|---:|---|---|---|",
            ]
            lines += [_cells(one) for one in rows]
            lines += ["", f"#### {name} Field Notes", ""]
            lines += [f"- `{one.path}`: {told}" for one in rows for told in sentences(one)]
    lines += ["", "### Response Example", "", "```json", _commented(part.reply), "```", ""]
    return "\n".join(lines)


def _cells(row: Row) -> str:
    enum = ", ".join(f"`{one}`" for one in row.enum) or "-"
    default = f"`{row.default}`" if row.default else "-"
    return f"| `{row.path}` | {_WORDS.get(row.type, row.type)} | {'Yes' if row.required else 'No'} | {default} | {enum} | Said in words \\| signs |"


def _commented(reply: Any) -> str:
    """Return JSON with the mistakes that the vendor's samples have: comments, trailing commas, bare type words."""
    text = json.dumps(reply, indent=2).replace("true", "boolean")
    return "\n".join(
        f'{line} // a remark, with {{ and "' if line.endswith(",") else line.replace("\n  }", ",\n  }")
        for line in text.splitlines()
    )


def lines_of(part: Part, *, runs: bool) -> str:
    """Return the text a browser shows: name, type and Required in lines, or run together."""
    said = [part.title.title(), f"{part.verb}{'' if runs else chr(10)}{part.path}", "curl --request X \\", "--data '{}'", "200"]
    said += [_commented(part.reply), "Request Header"]
    for name, rows in (("Query Parameters", part.query), ("Request Body", part.body)):
        if rows:
            said.append(name)
            for before, one in zip([None, *rows], rows, strict=False):
                is_child = before is not None and _parent(one.path) == before.path
                said += [*(["▾", "Hide child attributes"] if is_child else []), *_lines(one, runs)]
    return "\n".join(said) + "\n"


def _parent(path: str) -> str:
    return path.rpartition(".")[0].removesuffix("[]")


def _lines(row: Row, runs: bool) -> list[str]:
    name = row.path.rpartition(".")[2]
    words = [name, _WORDS.get(row.type, row.type), "Required" if row.required else "Optional"]
    words += [f"Default to {row.default}"] if row.default else []
    told = ["Enum values: " + ", ".join(row.enum)] if row.enum else []
    told += sentences(row)
    return ["".join(words), "", *told] if runs else [*words, *told]


def nameless(title: str, all_of: list[Part]) -> str:
    """Return text that lost the names of its fields."""
    said = [title]
    for one in all_of:
        heading = {"create": "Create Task", "get": "Query Task (Single)", "page": "Query Task (List)"}.get(one.title)
        said += [heading or one.title.replace("_", " ").title(), "Request Header", "Data Exchange Format"]
        for name, rows in (("Query Parameters", one.query), ("Request Body", one.body)):
            said += [name, *(line for row in rows for line in ("What it is", *(f"- {told}" for told in sentences(row))))]
    return "\n".join(said)


def index(all_of: dict[str, list[Part]]) -> str:
    """Return a JSON index: a page a title, with snippets that show its endpoints."""
    pages = [
        {
            "name": title,
            "slug": "x",
            "snippets": [{"pattern": "/v1/", "snippet": f"Menu\nCreate Task\n{one.verb}\n{one.path}\ncURL"} for one in each],
        }
        for title, each in all_of.items()
    ]
    return json.dumps({"total": len(pages), "usable": pages, "weak": []})


def openapi(all_of: list[Part], prefix: str) -> dict[str, Any]:
    """Return an OpenAPI document, every path behind a prefix."""
    paths: dict[str, Any] = {}
    for one in all_of:
        operation: dict[str, Any] = {"summary": one.title}
        if one.query:
            operation["parameters"] = [
                {"name": row.path, "in": "query", "required": row.required, "schema": _schema(row, ())} for row in one.query
            ]
        if one.body:
            operation["requestBody"] = {"content": {"application/json": {"schema": _object(one.body, "")}}}
        operation["responses"] = {
            "200": {
                "description": "",
                "content": {"application/json": {"schema": {"type": "object", "properties": {"code": {"type": "integer"}}}}},
            }
        }
        paths.setdefault(prefix + one.path, {})[one.verb.lower()] = operation
    return {"openapi": "3.0.1", "paths": paths, "servers": [{"url": "https://proxy.example.com"}]}


def _object(rows: tuple[Row, ...], prefix: str) -> dict[str, Any]:
    own = [one for one in rows if one.path.startswith(prefix) and "." not in one.path.removeprefix(prefix)]
    members = {one.path.removeprefix(prefix): _schema(one, rows) for one in own}
    made: dict[str, Any] = {"type": "object", "properties": members}
    required = [one.path.removeprefix(prefix) for one in own if one.required]
    return made | ({"required": required} if required else {}) | {"x-apifox-orders": list(members)}


def _schema(row: Row, rows: tuple[Row, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": row.type}
    if row.enum:
        made["enum"] = list(row.enum)
    if row.default:
        made["default"] = row.default
    if row.type == "array":
        below = any(one.path.startswith(f"{row.path}[].") for one in rows)
        made["items"] = _object(rows, f"{row.path}[].") if below else {"type": "string"}
    if row.type == "object" and any(one.path.startswith(f"{row.path}.") for one in rows):
        made |= _object(rows, f"{row.path}.")
    made["description"] = "; ".join(["Said in words", *sentences(row)])
    return made


def changed(part: Part, path: str, **with_: Any) -> Part:
    """Return the part with one row of its body changed."""
    return replace(part, body=tuple(replace(one, **with_) if one.path == path else one for one in part.body))
