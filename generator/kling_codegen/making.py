"""Makes all files of a folder: of the spec, of the classes that people put there, and of what is remembered there."""

from dataclasses import dataclass
from pathlib import Path

from kling_spec.load import Spec

from . import patches
from .files import Files, write
from .memory import Memory
from .render import generate

MEMORY = ".types.json"
"""Beside the generated files, and no part of them: what the type generator made of them."""


@dataclass(frozen=True)
class Made:
    """All files of a folder; nothing is written yet."""

    folder: Path
    files: Files
    gone: list[str]  # what hand-written classes name that these files do not have
    memory: Memory

    def write(self) -> list[str]:
        """Write what changed, and return the paths of that."""
        changed = write(self.files, self.folder)
        self.memory.keep()
        return changed


def made(spec: Spec, folder: Path, date: str | None = None) -> Made:
    """Make the files of a spec, or of its state on a date. Raises `PatchUnreadable`."""
    memory, hand_written = Memory(folder / MEMORY), patches.read(folder)
    files = generate(spec, date, memory, patches.classes(hand_written))
    return Made(folder, files, list(patches.findings(hand_written, files)) if hand_written else [], memory)
