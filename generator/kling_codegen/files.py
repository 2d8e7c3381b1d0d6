"""Compares generated files with those on disk, and writes them."""

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

Files = dict[str, str]
HAND_WRITTEN = "kling/_patch"
"""What people put beside the generated files: never stale, never taken away. `patches` looks at it."""


def differences(files: Files, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield path and diff of every file that is stale, missing, or no longer made."""
    for name in sorted({*files, *present(files, folder)}):
        before, after = _text(folder / name), files.get(name)
        if before != after:
            yield name, _diff(name, before or "", after or "")


def present(files: Files, folder: Path) -> Iterator[str]:
    """Yield the files on disk below the folders that only the generator writes."""
    owned = {name.partition("/")[0] for name in files if "/" in name}
    for part in sorted(owned):
        for path in sorted((folder / part).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and "__pycache__" not in path.parts and not name.startswith(f"{HAND_WRITTEN}/"):
                yield name


def write(files: Files, folder: Path) -> list[str]:
    """Write what changed, take away what is no longer made, and return the paths of both."""
    changed = [name for name, _ in differences(files, folder)]
    for name in changed:
        path = folder / name
        if name in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[name], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return changed


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _diff(name: str, before: str, after: str) -> str:
    sides = before.splitlines(keepends=True), after.splitlines(keepends=True)
    lines = unified_diff(*sides, f"on disk/{name}", f"generated/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
