"""The steps of `make update`, on a copy of the spec under git."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from kling_codegen.drafts import next_version
from kling_codegen.update import STEPS, Finished, Stopped, Update, audit, changelogs, compare, lints, regenerate

_ROOT = Path(__file__).resolve().parent.parent
_FAMILY = Path("spec/families/avatar.yaml")
_BEFORE, _AFTER = (
    "enum: [std, pro], default: std, description: 'std is cheaper",
    "enum: [std, pro, max], default: std, description: 'std is cheaper",
)


@pytest.fixture
def copy(tmp_path: Path) -> Update:
    """A checkout of its own, with everything that an update reads or writes."""
    for folder in ("spec", "generated"):
        shutil.copytree(_ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "kling_spec"))
    for name in ("CHANGELOG.md", "pyproject.toml"):
        shutil.copy(_ROOT / name, tmp_path / name)
    who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "released"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True, capture_output=True)
    return Update(tmp_path, [], None, apply=False, seen=None, since="HEAD", tests=False)


def _edited(update: Update, before: str = _BEFORE, after: str = _AFTER) -> None:
    path = update.root / _FAMILY
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def _moved(update: Update) -> set[str]:
    said = subprocess.run(
        ["git", "-C", str(update.root), "status", "--short"], check=True, capture_output=True, text=True
    ).stdout
    return {line[3:] for line in said.splitlines()}


def test_a_new_value_goes_all_the_way(copy: Update, capsys: pytest.CaptureFixture[str]) -> None:
    """One hand-edited file beside the changelogs; what is generated follows, and both changelogs get a draft that lints."""
    _edited(copy)
    for step in (lints, compare, regenerate, changelogs, lints):
        assert step(copy)
    moved = _moved(copy)
    by_hand = {one for one in moved if not one.startswith("generated/")}
    assert by_hand == {str(_FAMILY), "spec/changelog.yaml", "CHANGELOG.md"}
    assert "generated/openapi.json" in moved
    entries = yaml.safe_load((copy.root / "spec/changelog.yaml").read_text(encoding="utf-8"))["entries"]
    (draft,) = [one for one in entries if "value avatar.Create.mode max" in one["touches"]]
    assert draft["kind"] == "enum"
    assert [one["date"] for one in entries] == sorted((one["date"] for one in entries), reverse=True)
    assert "`avatar.Create.mode`: value added `max`" in (copy.root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "verdict minor" in " ".join(copy.told)
    assert changelogs(copy) == "nothing to add"
    assert "value added: max" in capsys.readouterr().out


def test_nothing_changed_ends_at_once(copy: Update) -> None:
    """Without a change there is nothing to release, and nothing is written."""
    with pytest.raises(Finished, match="nothing to release"):
        compare(copy)
    assert _moved(copy) == set()


def test_a_contradiction_stops(copy: Update) -> None:
    """A spec with findings goes no further."""
    _edited(copy, "default: std, description: 'std is cheaper", "default: none, description: 'std is cheaper")
    with pytest.raises(Stopped, match="findings"):
        lints(copy)


def test_pages_that_cannot_be_read_stop(copy: Update, tmp_path: Path) -> None:
    """A page of no known kind is named."""
    page = tmp_path / "page.txt"
    page.write_text("no page at all", encoding="utf-8")
    copy.pages = [page]
    with pytest.raises(Stopped, match=r"page\.txt"):
        audit(copy)


@pytest.mark.parametrize(
    ("version", "verdict", "expected"),
    [
        ("0.1.0", "major", "0.2.0"),
        ("0.1.0", "minor", "0.1.1"),
        ("0.1.4", "none", "0.1.4"),
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "patch", "1.2.4"),
    ],
)
def test_the_next_version(tmp_path: Path, version: str, verdict: str, expected: str) -> None:
    """What breaks raises the first number, before 1.0 the second."""
    (tmp_path / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n', encoding="utf-8")
    assert next_version(tmp_path / "pyproject.toml", verdict) == expected


def test_every_step_says_what_it_does() -> None:
    """The first line of a step's docstring is what the user reads."""
    assert all((step.__doc__ or "").endswith(".") for step in STEPS)
