"""Remembers what the type generator made, as asking it takes more than half of a run in which nothing changed.

Everything else is made anew in every run. An answer is taken from memory only when the question, the options, the versions of
Python, the type generator and all that it needs are those it was given for, and when the memory is whole.
"""

import hashlib
import json
import os
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from . import types

_TOOL = "datamodel-code-generator"


class Memory:
    """Answers questions as `types.made` does: those it knows from `file`, the others by asking."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _read(file)
        self._used: dict[str, dict[str, str]] = {}
        self._tools = tools(_TOOL)

    def __call__(self, asked: types.Question) -> dict[str, str]:
        """Return the modules of a question by file name."""
        key = _key(asked, self._tools)
        self._used[key] = self._known[key] if key in self._known else types.made(asked)
        return self._used[key]

    def keep(self) -> None:
        """Write what this run used, and nothing older; no reader ever sees half of it."""
        if self._used != self._known:
            text = json.dumps(self._used).encode()
            part = self._file.with_name(f"{self._file.name}.{os.getpid()}")
            part.write_bytes(_sum(text) + b"\n" + text)
            part.replace(self._file)


def tools(name: str) -> dict[str, str | None]:
    """Return the versions of an installed distribution and of all that it needs; None for what is not installed."""
    found: dict[str, str | None] = {}
    names = [name]
    while names:
        one = re.sub(r"[-_.]+", "-", names.pop()).lower()
        if one in found:
            continue
        try:
            installed = distribution(one)
        except PackageNotFoundError:
            found[one] = None  # another platform needs it
            continue
        found[one] = installed.version
        needed = [need for need in installed.requires or () if "extra ==" not in need]
        names += [re.split(r"[^\w.-]", need, maxsplit=1)[0] for need in needed]
    return found


def _key(asked: types.Question, versions: dict[str, str | None]) -> str:
    options = Path(types.__file__).read_text(encoding="utf-8")
    return hashlib.sha256(json.dumps([vars(asked), options, sys.version, versions]).encode()).hexdigest()


def _read(file: Path) -> dict[str, dict[str, str]]:
    """Return the answers by the key of their question; none when there is no memory, or when it was touched."""
    if not file.is_file():
        return {}
    total, _, text = file.read_bytes().partition(b"\n")
    known: dict[str, dict[str, str]] = json.loads(text) if total == _sum(text) else {}
    return known


def _sum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode()
