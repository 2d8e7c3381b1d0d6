"""Finds what the two arguments of a comparison mean: a bundle, a folder, a day, or a revision of git.

A word is the first of these that it can be: `today`, a day like 2026-03-18, a JSON file, a folder with head.yaml, and
else a revision, which may end in a day of its own: `HEAD~3@2026-03-18`.
"""

import io
import json
import re
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kling_spec.as_of import checked_date
from kling_spec.bundle import plain
from kling_spec.document import Document
from kling_spec.errors import SpecError
from kling_spec.load import home, load

_DAY = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}"
_SECONDS = 60  # that git may take


@dataclass(frozen=True)
class Side:
    """One of the two states, as it was asked for."""

    label: str
    bundle: Document


def side(word: str, folder: Path | None = None) -> Side:
    """Return the bundle that a word means; `folder` is the spec whose days and revisions are meant.

    Raises `SpecError` when it means nothing.
    """
    if word == "today":
        return Side(word, plain(load(folder)))
    if re.fullmatch(_DAY, word):
        return Side(word, plain(load(folder), checked_date(word)))
    path = Path(word)
    if path.is_file():
        return Side(word, _bundle(path))
    if (path / "head.yaml").is_file():
        return Side(word, plain(load(path)))
    revision = re.fullmatch(rf"(.+?)(?:@({_DAY}))?", word)
    if revision is None:
        raise SpecError("'' is no state of the API; name a bundle, a day, today, or a revision of git")
    return Side(word, _of_revision(revision[1], revision[2], folder or home()))


def _bundle(path: Path) -> Document:
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SpecError(f"{path}: is not JSON: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("paths"), dict) or not isinstance(found.get("info"), dict):
        raise SpecError(f"{path}: is no bundle; make one with kling-spec bundle --out {path.name}")
    found.setdefault("components", {}).setdefault("schemas", {})
    return found


def _of_revision(revision: str, day: str | None, folder: Path) -> Document:
    where = _git(folder, "rev-parse", "--show-toplevel", "--show-prefix", what=revision).decode().splitlines()
    top, prefix = where[0], "".join(where[1:]).rstrip("/")  # the second line is empty at the top
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", what=revision)
    tree = f"{commit.decode().strip()}:{prefix}"
    with tempfile.TemporaryDirectory() as made:
        with tarfile.open(fileobj=io.BytesIO(_git(Path(top), "archive", "--format=tar", tree, what=revision))) as archive:
            archive.extractall(made, filter="data")
        try:
            return plain(load(Path(made)), day and checked_date(day))
        except SpecError as error:
            raise SpecError(f"{revision}: its {prefix}/ cannot be read by this version: {error}") from error


def _git(folder: Path, *arguments: str, what: str) -> bytes:
    """Return what git answers in a folder. Raises `SpecError` with `what` was looked for when it refuses."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603  # no shell
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SpecError(f"{what}: git cannot be asked: {error}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        reason = f" ({said})" if said else ""
        raise SpecError(f"{what}: is no file, no folder with head.yaml, no day and no revision of {folder}{reason}")
    return done.stdout
