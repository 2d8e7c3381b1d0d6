"""The generator is deterministic, its output is current, and what it prints is looked at."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kling_codegen import patches
from kling_codegen.files import differences, write
from kling_codegen.names import argument_name, class_name
from kling_codegen.render import generate
from kling_codegen.sync import SyncFailed, sync_half
from kling_spec.load import Spec, home, load

_GENERATED = home().parent / "generated"
_CASES = sorted((Path(__file__).parent / "generator_cases").iterdir())


@pytest.fixture(scope="module")
def files(spec: Spec) -> dict[str, str]:
    """What the generator makes of this checkout's spec."""
    return dict(generate(spec, patched=patches.classes(patches.read(_GENERATED))))


def test_generated_files_are_current(files: dict[str, str]) -> None:
    """What is committed is what the spec gives."""
    assert list(differences(files, _GENERATED)) == []


_HASHED = "import hashlib; from kling_codegen.render import generate; from kling_spec.load import load; print(hashlib.sha256(repr(sorted(generate(load()).items())).encode()).hexdigest())"


def test_output_does_not_depend_on_the_run() -> None:
    """Two processes with different hash seeds, in different folders, give the same bytes."""
    runs = [
        subprocess.run(
            [sys.executable, "-c", _HASHED],
            env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=folder,
            check=True,
            capture_output=True,
        )
        for seed, folder in (("1", "/"), ("2", str(home())))
    ]
    assert runs[0].stdout == runs[1].stdout


def test_stale_files_are_told_and_mended(files: dict[str, str], tmp_path: Path) -> None:
    """A changed, a missing and a left-over file are found with a diff; writing mends all three, and then nothing is left."""
    write(files, tmp_path)
    (tmp_path / "openapi.json").write_text("{}", encoding="utf-8")
    (tmp_path / "kling" / "errors.py").unlink()
    (tmp_path / "kling" / "left_over.py").write_text("x = 1\n", encoding="utf-8")
    found = dict(differences(files, tmp_path))
    assert set(found) == {"openapi.json", "kling/errors.py", "kling/left_over.py"}
    assert "-x = 1" in found["kling/left_over.py"]
    assert set(write(files, tmp_path)) == set(found)
    assert list(differences(files, tmp_path)) == []


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_a_family_gives_the_expected_code(case: Path, tmp_path: Path) -> None:
    """A small family file gives the module, the table and the types that were looked at and accepted."""
    for path in home().rglob("*.yaml"):
        if path.parent.name != "families":
            target = tmp_path / path.relative_to(home())
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (tmp_path / "families").mkdir()
    (tmp_path / "families" / f"{case.name}.yaml").write_bytes((case / "family.yaml").read_bytes())
    files = generate(load(tmp_path))
    for expected in sorted((case / "expected").iterdir()):
        made = next(text for name, text in files.items() if name.removeprefix("kling/").replace("/", "-") == expected.name)
        assert made == expected.read_text(encoding="utf-8"), f"look at the change, then copy it to {expected}"


def test_a_substitution_nobody_needs_stops_the_generator() -> None:
    """Sync is made from async; a token that is no longer there is told."""
    with pytest.raises(SyncFailed, match="nothing to replace"):
        sync_half({"x.py": "async def f() -> None: ...\n"})


def test_a_word_of_asyncio_that_is_left_stops_the_generator(files: dict[str, str]) -> None:
    """What the substitutions do not cover is told with the file."""
    start = "kling/_async/"
    half = {name.removeprefix(start): text for name, text in files.items() if name.startswith(start)}
    with pytest.raises(SyncFailed, match=r"extra\.py: asyncio"):
        sync_half({**half, "extra.py": "x = asyncio.gather\n"})


@pytest.mark.parametrize(
    ("name", "expected"), [("text_to_video", "TextToVideo"), ("Create", "Create"), ("ai-multi-shot", "AiMultiShot")]
)
def test_class_names(name: str, expected: str) -> None:
    """Names of the spec as names of classes."""
    assert class_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("pageNum", "page_num"), ("from", "from_"), ("x-y", "x_y"), ("model_name", "model_name")]
)
def test_argument_names(name: str, expected: str) -> None:
    """Names of the wire as names of arguments; keywords get an underscore."""
    assert argument_name(name) == expected


def test_the_client_stays_small() -> None:
    """Formatted as it is shipped, the client stays within its budget of lines; so does its command, an extra beside it."""
    client = Path(__file__).resolve().parent.parent / "generated" / "kling"
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in client.rglob("*.py")}
    command = sum(number for path, number in lines.items() if "_cli" in path.parts)
    assert sum(lines.values()) - command < 12_000
    assert 0 < command < 600


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import sys; from {arguments[0]}.cli import main; sys.argv[0] = 'x'; main()", *arguments[1:]],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("kling_codegen", "--check"), 0, "files are stale"),
        (("kling_codegen", "--check", "--as-of", "2026-03-18"), 1, "-SPEC_DATE"),
        (("kling_codegen", "--chek"), 2, "No such option"),
        (("kling_codegen", "--as-of", "march"), 2, "is not a date"),
        (("kling_codegen", "--spec", "/nowhere"), 2, "cannot be read"),
        (("kling_spec", "lint"), 0, "0 findings"),
        (("kling_spec", "bundle", "--as-of", "yesterday"), 2, "is not a date"),
        (("kling_spec", "nothing"), 2, "No such command"),
        (("kling_spec", "new", "text_to_video"), 2, "exists already"),
        (("kling_mock", "serve", "--port", "x"), 2, "--port"),
        (("kling_mock", "serve", "--prefix", "p"), 2, "begins with a slash"),
        (("kling_mock", "serve", "--as-of", "x"), 2, "is not a date"),
    ],
)
def test_commands_say_what_is_wrong(arguments: tuple[str, ...], code: int, said: str) -> None:
    """0 when all is well, 1 for a finding, 2 with one clear line for what cannot be done."""
    done = _command(*arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
