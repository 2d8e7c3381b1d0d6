"""Remembers what pages looked like, so that only those that moved are audited."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kling_spec.errors import SpecError


@dataclass(frozen=True)
class Moved:
    """What is different from the last time."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def digest(text: str) -> str:
    """Return a hash of a text that white space does not touch."""
    return hashlib.sha256("".join(text.split()).encode()).hexdigest()


def moved(texts: Mapping[str, str], before: Mapping[str, str]) -> Moved:
    """Compare pages by name with the hashes of the last time."""
    now = {name: digest(text) for name, text in texts.items()}
    return Moved(
        new=tuple(one for one in now if one not in before),
        changed=tuple(one for one in now if one in before and before[one] != now[one]),
        gone=tuple(one for one in before if one not in now),
    )


def read_state(path: Path) -> dict[str, str]:
    """Return the hashes of the last time, none the first time. Raises `SpecError` when the file is no such state."""
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        pages = data["pages"]
        if not all(isinstance(one, str) for pair in pages.items() for one in pair):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SpecError(f"{path}: expected the state that kling-spec watch wrote; delete the file to begin anew") from error
    return dict(pages)


def write_state(path: Path, texts: Mapping[str, str]) -> None:
    """Write the hashes of pages, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f"{path.suffix}.part")
    state = {"pages": {name: digest(text) for name, text in sorted(texts.items())}}
    part.write_text(json.dumps(state, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)
