"""Lays out what the site is made of: the pages where they stand in the checkout, so that their links to each other hold."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from .errors import SiteBroken

SECTIONS = {
    "Guides": ("docs/guides/*.md",),
    "Reference": ("generated/reference/*.md",),
    "The API": ("spec/changelog.md", "generated/COVERAGE.md"),
    "The project": ("CHANGELOG.md", "CONTRIBUTING.md"),
    "Decisions": ("docs/decisions/*.md",),
}
"""The parts of the site in order, and the pages of each; a page that is not there yet is not missed."""
HOME = "README.md"
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)[^)\s#]+")
_FENCE = re.compile(r"^ *(```|~~~)")


def lay_out(root: Path, target: Path, made: dict[str, str]) -> int:
    """Put the pages of a checkout, and those of `made` by path, into the empty folder `target`; return how many.

    The README becomes `index.md`. A link to a folder leads to a list of its pages; a file that is linked to comes along.
    """
    texts = {**_written(root), **made}
    parts = {title: _in(globs, texts) for title, globs in SECTIONS.items()}
    pages = [name for names in parts.values() for name in names]
    home = f"{texts[HOME]}\n{''.join(_contents(title, names) for title, names in parts.items() if names)}"
    staged = {name: texts[name] for name in pages} | _lists(texts, pages) | {"index.md": home}
    for name, text in staged.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_relinked(text, PurePosixPath(name).parent, staged), encoding="utf-8")
        _bring_linked(path, root=root, target=target)
    return len(staged)


def _written(root: Path) -> dict[str, str]:
    globs = [HOME, *(glob for globs in SECTIONS.values() for glob in globs)]
    found = {path.relative_to(root).as_posix(): path for glob in globs for path in sorted(root.glob(glob))}
    if HOME not in found:
        raise SiteBroken(f"{root}: finds no {HOME}; the site is built from a checkout")
    return {name: path.read_text(encoding="utf-8") for name, path in found.items()}


def _in(globs: tuple[str, ...], texts: dict[str, str]) -> list[str]:
    return [name for glob in globs for name in texts if PurePosixPath(name).match(glob)]


def _contents(title: str, names: list[str]) -> str:
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {title}", "", *names, "```", "", ""])


def _lists(texts: dict[str, str], pages: list[str]) -> dict[str, str]:
    """Return a page for each folder that holds several pages."""
    folders: dict[str, list[str]] = {}
    for name in pages:
        folders.setdefault(PurePosixPath(name).parent.as_posix(), []).append(name)
    return {f"{folder}/index.md": _list(folder, names, texts) for folder, names in folders.items() if len(names) > 2}


def _list(folder: str, names: list[str], texts: dict[str, str]) -> str:
    rows = "".join(f"- [{_title(texts[name])}]({PurePosixPath(name).name})\n" for name in names)
    return f"---\norphan: true\n---\n\n# {PurePosixPath(folder).name.capitalize()}\n\n{rows}"


def _title(text: str) -> str:
    return next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), "Untitled")


def _relinked(text: str, folder: PurePosixPath, staged: dict[str, str]) -> str:
    """Return a page with its links to the README and to folders led to the pages that stand for them."""

    def led(found: re.Match[str]) -> str:
        place = _place(folder, found[0])
        if place == HOME:
            return f"{found[0].removesuffix(HOME)}index.md"
        return f"{found[0].rstrip('/')}/index.md" if f"{place}/index.md" in staged else found[0]

    return "\n".join(line if is_code else _LINK.sub(led, line) for line, is_code in _lines(text))


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    is_code = False
    for line in text.split("\n"):
        fence = bool(_FENCE.match(line))
        yield line, is_code or fence
        is_code ^= fence


def _place(folder: PurePosixPath, link: str) -> str:
    """Return the path in the checkout that a link leads to; `..` above the checkout is left to be told as broken."""
    parts: list[str] = []
    for part in (folder / link).parts:
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _bring_linked(page: Path, *, root: Path, target: Path) -> None:
    folder = PurePosixPath(page.relative_to(target).as_posix()).parent
    for line, is_code in _lines(page.read_text(encoding="utf-8")):
        for link in [] if is_code else _LINK.findall(line):
            place = _place(folder, link)
            if not place.startswith("..") and not place.endswith(".md") and (root / place).is_file():
                (target / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / place, target / place)
