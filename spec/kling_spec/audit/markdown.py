"""Reads the vendor's Markdown export: the reference page as it is published for programs, in English or Chinese."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from . import prose, samples
from .page import TYPES, Endpoint, Field, Page, merged

FORMAT = "the vendor's Markdown export"

_COLUMNS = {
    **dict.fromkeys(("field", "field path", "parameter", "name", "字段", "字段路径", "参数"), "path"),
    **dict.fromkeys(("type", "类型"), "type"),
    **dict.fromkeys(("required", "必填", "是否必填"), "required"),
    **dict.fromkeys(("default", "默认值"), "default"),
    **dict.fromkeys(("enum", "可选值", "枚举值"), "enum"),
    **dict.fromkeys(("description", "说明", "描述"), "description"),
}
_PARTS = {
    **dict.fromkeys(("headers", "request headers", "request header", "请求头"), "headers"),
    **dict.fromkeys(("path params", "path parameters", "路径参数"), "path"),
    **dict.fromkeys(("query params", "query parameters", "查询参数"), "query"),
    **dict.fromkeys(("request body", "body params", "请求体"), "body"),
}
_NOTES = re.compile(r"^(?P<part>.+?)\s*(?:Field Notes|字段补充说明|字段说明)$", re.IGNORECASE)
_VERB = re.compile(r"^[-*]\s*Method:\s*`?([A-Z]+)`?", re.MULTILINE)
_PATH = re.compile(r"^[-*]\s*Path:\s*`?([^\s`]+)`?", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,4})\s+(.+?)\s*#*\s*$")
_NOTE = re.compile(r"^[-*]\s+`([^`]+)`\s*[:：]\s*(.*)$")
_FACT = re.compile(r"^>\s*(?:Source|来源)\s*[:：]\s*(\S+)", re.MULTILINE)
_TICKED = re.compile(r"`([^`]*)`")


@dataclass(frozen=True)
class Section:
    """A heading and the lines up to the next one."""

    level: int
    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def is_one(text: str) -> bool:
    """Say whether a text is such a page: its page facts, or a section with Method and Path."""
    return bool(_FACT.search(text)) or (bool(_VERB.search(text)) and bool(_PATH.search(text)))


def parse(text: str, name: str) -> Page:
    """Return the page; one without endpoints is a page of prose. `name` stands in where the page has no title."""
    sections = list(_sections(text))
    title = next((one.title for one in sections if one.level == 1), name)
    url = _FACT.search(text)
    endpoints = [_endpoint(one) for one in _operations(sections)]
    found = merged([one for one in endpoints if one is not None])
    return Page(name=title, format=FORMAT, endpoints=found, url=url.group(1) if url else "", is_current=True)


def _sections(text: str) -> Iterator[Section]:
    level, title, lines, is_fenced = 0, "", list[str](), False
    for line in text.splitlines():
        is_fenced ^= line.count("```") % 2 == 1
        heading = None if is_fenced else _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        yield Section(level, title, tuple(lines))
        level, title, lines = len(heading.group(1)), heading.group(2), []
    yield Section(level, title, tuple(lines))


def _operations(sections: list[Section]) -> Iterator[list[Section]]:
    group: list[Section] = []
    for one in sections:
        if one.level in (1, 2):
            yield group
            group = []
        group.append(one)
    yield group


def _endpoint(sections: list[Section]) -> Endpoint | None:
    text = "\n".join(one.text for one in sections)
    verb, path = _VERB.search(text), _PATH.search(text)
    if verb is None or path is None:
        return None
    parts = _described(sections)
    return Endpoint(
        verb=verb.group(1),
        path=path.group(1),
        title=sections[0].title,
        body=parts.get("body"),
        query=parts.get("query"),
        headers=parts.get("headers"),
        reply=_reply(sections),
        examples=tuple(_examples(sections)),
    )


def _described(sections: list[Section]) -> dict[str, tuple[Field, ...]]:
    """Return the fields of each part with a table, what the notes say of them included."""
    tables: dict[str, list[Field]] = {}
    notes: dict[tuple[str, str], list[str]] = {}
    for one in sections:
        noted = _NOTES.match(one.title)
        part = _PARTS.get((noted.group("part") if noted else one.title).strip().lower())
        if part is None:
            continue
        if noted:
            for path, sentence in _notes(one):
                notes.setdefault((part, path), []).append(sentence)
        else:
            tables.setdefault(part, []).extend(_rows(one))
    return {part: tuple(_noted(one, notes.get((part, one.path), [])) for one in rows) for part, rows in tables.items()}


def _noted(field: Field, notes: list[str]) -> Field:
    said = [field.description, *notes]
    enum = field.enum or next((found for one in said if (found := samples.enumerated(one))), ())
    return replace(field, enum=enum, limits=prose.limits(said, field.type), description=" ".join(said).strip())


def _rows(section: Section) -> Iterator[Field]:
    columns: list[str] = []
    for line in section.lines:
        cells = _cells(line)
        if not cells or all(re.fullmatch(r":?-+:?", one) for one in cells):
            continue
        known = [_COLUMNS.get(one.lower(), "") for one in cells]
        if "path" in known and "type" in known:
            columns = known
        elif columns:
            yield _row(dict(zip(columns, cells, strict=False)))


def _cells(line: str) -> list[str]:
    line = line.strip()
    if not line.startswith("|"):
        return []
    return [one.replace(r"\|", "|").strip() for one in re.split(r"(?<!\\)\|", line.strip("|"))]


def _row(cells: dict[str, str]) -> Field:
    default = _bare(cells.get("default", "-"))
    required = cells.get("required", "").strip("` ").lower()
    return Field(
        path=_bare(cells["path"]),
        type=TYPES.get(_bare(cells.get("type", "")).lower().partition("<")[0]),
        required={"yes": True, "是": True, "true": True, "no": False, "否": False, "false": False}.get(required),
        default=None if default.lower() in ("-", "", "none", "null", "无", "空") else default,
        enum=_values(cells.get("enum", "-")),
        description=cells.get("description", ""),
    )


def _values(cell: str) -> tuple[str, ...]:
    ticked = [one.strip() for one in _TICKED.findall(cell)]
    return tuple(dict.fromkeys(one for one in ticked if one)) if ticked else samples.listed(cell) if cell != "-" else ()


def _bare(cell: str) -> str:
    return cell.strip().strip("`").strip()


def _notes(section: Section) -> Iterator[tuple[str, str]]:
    """Yield the field and the text of every note; a note goes on over indented lines, code in fences is left out."""
    path, said, is_fenced = "", list[str](), False
    for line in section.lines:
        note = None if is_fenced else _NOTE.match(line)
        if note:
            if path:
                yield path, " ".join(said).strip()
            path, said = note.group(1), [re.sub(r"```\w*$", "", note.group(2))]
            is_fenced = line.count("```") % 2 == 1
        elif line.count("```") % 2 == 1:
            is_fenced = not is_fenced
        elif path and not is_fenced and line[:1].isspace():
            said.append(line.strip())
    if path:
        yield path, " ".join(said).strip()


def _reply(sections: list[Section]) -> tuple[Field, ...] | None:
    for one in sections:
        if re.fullmatch(r"Response Examples?|响应示例|返回示例", one.title, re.IGNORECASE):
            for _, block in samples.blocks(one.text):
                return samples.reply_fields(block)
    return None


def _examples(sections: list[Section]) -> Iterator[object]:
    for one in sections:
        if re.search(r"Request Examples?$|请求示例$", one.title, re.IGNORECASE):
            yield from (
                samples.read(block) for _, block in samples.blocks(one.text.replace("{id}", "").replace("{task_id}", ""))
            )
