"""`kling-codegen --check` never calls stale files current, whatever the type generator is remembered to have made."""

import os
import shutil
import subprocess
import sys
from dataclasses import fields, replace
from importlib.metadata import distribution
from pathlib import Path
from types import SimpleNamespace

import pytest

from kling_codegen import memory, types
from kling_codegen.memory import Memory, tools

_ROOT = Path(__file__).resolve().parent.parent
_ASKED = types.Question(document="{}", kind="typing.TypedDict", header="Made up.", base="")
_COMMAND = "import sys; from kling_codegen.cli import main; sys.argv[0] = 'x'; main()"
_EDITS = {
    "spec/prices.yaml": ("units: ", "units: 4711"),
    "spec/errors.yaml": ("meaning: ", "meaning: told_by_errors "),
    "spec/kling_spec/rules.py": ('"""', '"""told_by_law '),
    "generator/kling_codegen/templates/family.py.j2": ('"""', '"""told_by_template '),
    "generator/kling_codegen/runtime/core/task.py": ('"""', '"""told_by_runtime '),
    "generator/kling_codegen/phrases.py": ('"seconds"', '"told_by_generator seconds"'),
    "spec/shared/task.yaml": ("description: ", "description: told_by_type "),
}
"""An edit of each kind of source by its file: the first place of a text, and what comes there."""
_SIGNS = ["4711", *(f"told_by_{one}" for one in ("errors", "law", "template", "runtime", "generator", "type"))]
"""What these, and no others, say."""


class _Asked:
    """Stands for the type generator, and counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        monkeypatch.setattr(types, "made", self)

    def __call__(self, asked: types.Question) -> dict[str, str]:
        self.times += 1
        return {"a.py": f"x = {self.times}\n"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> _Asked:
    """The type generator, replaced."""
    return _Asked(monkeypatch)


@pytest.fixture
def file(asked: _Asked, tmp_path: Path) -> Path:
    """A memory that knows one answer."""
    kept = Memory(tmp_path / "types.json")
    kept(_ASKED)
    kept.keep()
    assert asked.times == 1
    return tmp_path / "types.json"


def test_the_same_question_is_asked_once(file: Path, asked: _Asked) -> None:
    """A later run gets the answer of the one before, and leaves nothing else behind."""
    assert Memory(file)(_ASKED) == {"a.py": "x = 1\n"}
    assert asked.times == 1
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("field", [one.name for one in fields(types.Question)])
def test_another_question_is_asked(field: str, file: Path, asked: _Asked) -> None:
    """Whatever differs in the question makes it another one; what is not used any more is forgotten."""
    kept = Memory(file)
    kept(replace(_ASKED, **{field: "another"}))
    assert asked.times == 2
    kept.keep()
    Memory(file)(_ASKED)
    assert asked.times == 3


@pytest.mark.parametrize("name", sorted(name for name, version in tools("datamodel-code-generator").items() if version))
def test_another_version_of_a_tool_is_asked(name: str, file: Path, asked: _Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers of other versions of the type generator, or of what it needs, do not count."""

    def other(one: str) -> object:
        found = distribution(one)
        return SimpleNamespace(version=f"{found.version}.1", requires=found.requires) if one == name else found

    monkeypatch.setattr(memory, "distribution", other)
    Memory(file)(_ASKED)
    assert asked.times == 2


def test_another_python_is_asked(file: Path, asked: _Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """The type generator may answer differently on another Python."""
    monkeypatch.setattr(sys, "version", "3.99")
    Memory(file)(_ASKED)
    assert asked.times == 2


def test_other_options_are_asked(file: Path, asked: _Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The options stand in types.py: an edit there makes every question a new one."""
    edited = tmp_path / "types.py"
    edited.write_text(Path(types.__file__).read_text(encoding="utf-8").replace("use_annotated=True", "use_annotated=False"))
    monkeypatch.setattr(types, "__file__", str(edited))
    Memory(file)(_ASKED)
    assert asked.times == 2


@pytest.mark.parametrize("touched", ["edited", "cut", "empty", "foreign"])
def test_a_memory_that_was_touched_is_no_memory(touched: str, file: Path, asked: _Asked) -> None:
    """A word replaced in all files of a folder, or half a file, is not taken for an answer."""
    whole = file.read_bytes()
    changed = {"edited": whole.replace(b"x = 1", b"y = 1"), "cut": whole[:-9], "empty": b"", "foreign": b"\xff{}"}[touched]
    assert changed != whole
    file.write_bytes(changed)
    Memory(file)(_ASKED)
    assert asked.times == 2


def test_what_a_tool_needs_is_known() -> None:
    """All that the type generator imports is among the versions that count."""
    assert {"datamodel-code-generator", "pydantic", "pydantic-core", "jinja2", "pyyaml"} <= set(
        tools("datamodel-code-generator")
    )
    assert tools("no-such-distribution") == {"no-such-distribution": None}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the generator reads, with all generated files and the memory of making them."""
    root = tmp_path_factory.mktemp("checkout")
    for part in ("spec", "generator"):
        shutil.copytree(_ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    assert _codegen(root).returncode == 0
    return root


def _codegen(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    places = os.pathsep.join([str(root / "spec"), str(root / "generator")])
    return subprocess.run(
        [sys.executable, "-c", _COMMAND, *arguments],
        env={**os.environ, "PYTHONPATH": places},
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_kind_of_edit_is_noticed(checkout: Path) -> None:
    """With all types in memory: nothing changed is current and writes nothing; each edited source and file shows in the diff."""
    before = _state(checkout)
    assert _codegen(checkout, "--check").stdout.startswith("0 of ")
    assert _state(checkout) == before
    for name, (old, new) in _EDITS.items():
        path = checkout / name
        text = path.read_text(encoding="utf-8")
        assert old in text, name
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    made = checkout / "generated"
    (made / "COVERAGE.md").write_text("edited_by_hand\n", encoding="utf-8")
    (made / "kling" / "_core" / "version.py").unlink()
    (made / "kling" / "_core" / "left_over.py").write_text("left_over = 1\n", encoding="utf-8")
    (made / "kling" / "types" / "shared.py").write_text("edited_type = 1\n", encoding="utf-8")
    done = _codegen(checkout, "--check")
    assert done.returncode == 1, done.stderr
    signs = [*_SIGNS, "-edited_by_hand", "--- on disk/kling/_core/version.py", "-left_over = 1", "-edited_type = 1"]
    assert [sign for sign in signs if sign not in done.stdout] == []
    assert _codegen(checkout).returncode == 0
    assert _codegen(checkout, "--check").stdout.startswith("0 of ")


def _state(root: Path) -> dict[Path, int]:
    """Return when each file was written, but for byte code."""
    return {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
