"""Drafts of changelog entries, from what differs."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import yaml

from kling_spec.diff import Change, Changes

_KINDS = {
    "operation": "endpoint",
    "field": "field",
    "value": "enum",
    "model": "model",
    "rule": "rule",
    "parameter": "field",
}
"""What an entry is about, by the first word of the kind of a change; else it is a limit."""
_MOST = 20  # lines of one draft


def entry(root: Path, changes: Changes, date: str, since: str) -> str:
    """Put an entry into spec/changelog.yaml for what no new entry speaks of; return its first line, empty when all is told."""
    path = root / "spec" / "changelog.yaml"
    text = path.read_text(encoding="utf-8")
    spoken = _touched(text) - _touched(_released(root, since))
    missing = [one for one in changes if one.element and one.element not in spoken]
    if not missing:
        return ""
    gist = f"Drafted from the diff, to be reworded: {_listed(missing)}."
    kinds = [_KINDS.get(one.element.partition(" ")[0], "limit") for one in missing]
    lines = [
        f"  - date: '{date}'",
        f"    gist: {_quoted(gist)}",
        f"    kind: {max(set(kinds), key=kinds.count)}",
        "    touches:",
    ]
    elements = dict.fromkeys(one.element for one in missing)
    draft = "\n".join([*lines, *(f"      - {_plain(one)}" for one in elements)])
    path.write_text(_inserted(text, draft, date), encoding="utf-8")
    return f"spec/changelog.yaml, {date}, {len(elements)} elements"


def fragment(root: Path, changes: Changes) -> str:
    """Put lines under `## Unreleased` of CHANGELOG.md for what is not there; return what was done, empty for nothing."""
    path = root / "CHANGELOG.md"
    text = path.read_text(encoding="utf-8")
    lines = [one for one in dict.fromkeys(_line(one) for one in changes if one.semver != "none") if one not in text]
    if not lines:
        return ""
    more = [f"- {len(lines) - _MOST} more; see `kling-spec diff`"] if len(lines) > _MOST else []
    if "\n## Unreleased\n" not in text:
        text = re.sub(r"\n## ", "\n## Unreleased\n\n## ", text, count=1)
    added = "\n".join([*lines[:_MOST], *more])
    path.write_text(text.replace("\n## Unreleased\n", f"\n## Unreleased\n\n{added}\n", 1), encoding="utf-8")
    return f"CHANGELOG.md, {len(lines)} lines under Unreleased"


def next_version(pyproject: Path, verdict: str) -> str:
    """Return the version that a verdict asks for; before 1.0 what breaks raises the second number, all else the third."""
    found = re.search(r'^version = "(\d+)\.(\d+)\.(\d+)"$', pyproject.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{pyproject} has a version"
    first, second, third = map(int, found.groups())
    if verdict == "none":
        return f"{first}.{second}.{third}"
    if verdict == "major":
        return f"{first + 1}.0.0" if first else f"0.{second + 1}.0"
    return f"{first}.{second + 1}.0" if verdict == "minor" and first else f"{first}.{second}.{third + 1}"


def _inserted(text: str, draft: str, date: str) -> str:
    """Return a changelog with one more entry, where its date belongs: the newest stand first."""
    older = next((one for one in re.finditer(r"^  - date: '([\d-]+)'$", text, re.MULTILINE) if one[1] <= date), None)
    at = older.start() if older else len(text)
    return f"{text[:at]}{draft}\n{text[at:]}"


def _line(change: Change) -> str:
    where = f"`{change.place}`" if change.place else "the API"
    return f"- {where}: {change.kind.replace('-', ' ')} `{change.name}`{' (breaking)' if change.level == 'breaking' else ''}"


def _listed(changes: Iterable[Change]) -> str:
    told = [f"{one.kind.replace('-', ' ')} {one.name}" for one in changes]
    return "; ".join(told[:3]) + (f" and {len(told) - 3} more" if len(told) > 3 else "")


def _touched(text: str) -> set[str]:
    return {one for found in (yaml.safe_load(text) or {}).get("entries", []) for one in found["touches"]}


def _released(root: Path, since: str) -> str:
    """Return the changelog of the released state; nothing where git does not know it."""
    command = ["git", "-C", str(root), "show", f"{since}:./spec/changelog.yaml"]
    found = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")  # noqa: S603 (git, no shell)
    return found.stdout if found.returncode == 0 else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _plain(text: str) -> str:
    return text if re.fullmatch(r"[\w][\w .\[\]/{}-]*", text) else _quoted(text)
