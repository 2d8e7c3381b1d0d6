"""Reads the text of a reference page as a browser shows it: an endpoint, a sample, then field after field.

Two captures of that kind differ only in their lines: one has name, type and Required each on a line, in the other they run
together (`imagestringRequired`). Both come here with a line each.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

from . import prose, samples
from .page import TYPES, Endpoint, Field, merged

_START = re.compile(r"^(GET|POST|PUT|DELETE|PATCH)\s*\n?\s*(/[^\s?]+)[ \t]*$", re.MULTILINE)
_PARTS = {
    **dict.fromkeys(("request header", "request headers"), "headers"),
    **dict.fromkeys(("path parameters", "path params"), "path"),
    **dict.fromkeys(("query parameters", "query params"), "query"),
    "request body": "body",
}
_TYPE_WORDS = "|".join(sorted(TYPES, key=len, reverse=True))
_RUN = re.compile(rf"^([A-Za-z_][\w.\[\]-]*?)({_TYPE_WORDS})(?:<\w+>)?(Required|Optional)(?:Default to\s*(.+))?$")
_REPLY = re.compile(r"^200\s*$", re.MULTILINE)
_SAMPLE = re.compile(r"request example\s*\n\s*\{", re.IGNORECASE)
_DEFAULT = "Default to "
_DEEPEST = 4  # objects around a field that are tried


def split_runs(text: str) -> str:
    """Give name, type, Required and default a line each where they run together."""
    return "\n".join(_split(line) for line in text.splitlines())


def has_runs(text: str) -> bool:
    """Say whether some line of a text is such a run."""
    return any(_RUN.match(one.strip()) for one in text.splitlines())


def has_fields(text: str) -> bool:
    """Say whether a text has an endpoint and a field in lines."""
    return bool(_START.search(text)) and bool(
        re.search(rf"^\S+\n(?:{_TYPE_WORDS})\n(?:Required|Optional)$", text, re.MULTILINE)
    )


def endpoints(text: str, *, is_cut: bool = False) -> tuple[Endpoint, ...]:
    """Return the endpoints of a text. `is_cut`: the text may end in the middle of the last."""
    starts = list(_START.finditer(text))
    ends = [one.start() for one in starts[1:]] + [len(text)]
    found = [_endpoint(text, one, end) for one, end in zip(starts, ends, strict=True)]
    if found and is_cut:
        found[-1] = replace(found[-1], is_cut=True)
    return merged(found)


def _split(line: str) -> str:
    run = _RUN.match(line.strip())
    if run is None:
        return line
    name, kind, need, default = run.groups()
    return "\n".join([name, kind, need, *([f"{_DEFAULT}{default}"] if default else [])])


def _endpoint(text: str, start: re.Match[str], end: int) -> Endpoint:
    body = text[start.end() : end]
    title = text[: start.start()].rstrip().rpartition("\n")[2].strip()
    reply = _REPLY.search(body)
    answer = next((block for _, block in samples.blocks(body[reply.end() :])), None) if reply else None
    parts = _parts(body)
    sent = (
        block for _, block in samples.blocks(body[: reply.start() if reply else 0].replace("{task_id}", "").replace("{id}", ""))
    )
    also = (next(samples.blocks(body[one.end() - 1 :]))[1] for one in _SAMPLE.finditer(body))
    return Endpoint(
        verb=start.group(1),
        path=start.group(2),
        title=title,
        body=parts.get("body"),
        query=parts.get("query"),
        headers=parts.get("headers"),
        reply=samples.reply_fields(answer) if answer else None,
        examples=tuple(samples.read(one) for one in (*sent, *also)),
    )


@dataclass
class _Draft:
    name: str
    type: str
    required: bool
    parents: tuple[str, ...]  # the objects whose child attributes may still be going on, outermost first
    default: str | None = None
    said: list[str] = field(default_factory=list)


def _parts(text: str) -> dict[str, tuple[Field, ...]]:
    found: dict[str, list[_Draft]] = {}
    part, drafts, parents, lines = "", list[_Draft](), list[str](), [one.strip() for one in text.splitlines()]
    for at, line in enumerate(lines):
        if line.lower() in _PARTS:
            part, parents = _PARTS[line.lower()], []
            drafts = found.setdefault(part, [])
        elif not part:
            continue
        elif _ends(line):
            part = ""
        elif _begins(lines, at):
            drafts.append(_Draft(line, TYPES[lines[at + 1].lower()], lines[at + 2] == "Required", tuple(parents)))
        elif drafts and line == "Hide child attributes":
            parents.append(drafts[-1].name + ("[]" if drafts[-1].type == "array" else ""))
        elif drafts and line.startswith(_DEFAULT) and drafts[-1].default is None and not drafts[-1].said:
            drafts[-1].default = line.removeprefix(_DEFAULT).strip()
        elif drafts and not _is_mark(lines, at, line):
            drafts[-1].said.append(line)
    return {name: tuple(_field(one) for one in rows) for name, rows in found.items()}


def _begins(lines: list[str], at: int) -> bool:
    after = lines[at + 1 : at + 3]
    is_name = re.fullmatch(r"[A-Za-z_][\w.\[\]-]*", lines[at]) is not None
    return is_name and len(after) == 2 and after[0].lower() in TYPES and after[1] in ("Required", "Optional")


def _is_mark(lines: list[str], at: int, line: str) -> bool:
    return line in ("▾", "", "Required", "Optional") or (
        line.lower() in TYPES and lines[at + 1 : at + 2] in (["Required"], ["Optional"])
    )


def _ends(line: str) -> bool:
    return bool(re.search(r"request example$|^curl --request|^cURL$", line, re.IGNORECASE))


def _field(draft: _Draft) -> Field:
    enum = next((found for one in draft.said if (found := samples.enumerated(one))), ())
    readings = list(_readings(draft))
    return Field(
        path=readings[0],
        also=tuple(readings[1:]),
        type=draft.type,
        required=draft.required,
        default=draft.default,
        enum=enum,
        limits=prose.limits(draft.said, draft.type),
        description=" ".join(draft.said),
    )


def _readings(draft: _Draft) -> Iterator[str]:
    """Yield the paths a field may have, deepest first: the text does not show where child attributes end."""
    nearest = draft.parents[-_DEEPEST:]
    for depth in range(len(nearest), -1, -1):
        for above in combinations(reversed(nearest), depth):
            yield ".".join([*reversed(above), draft.name])
