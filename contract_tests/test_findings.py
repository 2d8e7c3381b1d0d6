"""What lint finds is told with file and line: as text, as JSON, and as annotations of GitHub Actions."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kling_spec.findings import told
from kling_spec.lint import lint
from kling_spec.load import home, load

_T2V = "families/text_to_video.yaml"
_PLANTED = [
    # file, what stands there, what is put in its place, and the start of the line that the finding must name
    (_T2V, "sum_equals", "sums_up", "- id: t2v-shots-fill-duration", "rule"),
    (_T2V, "      summary: Look at one text-to-video task.\n", "", "get:", "operation"),
    (_T2V, "mode: pro\n                  aspect_ratio", "mode: best\n                  aspect_ratio", "single_shot:", "example"),
    (_T2V, "schemas/text_to_video.Create'", "schemas/text_to_video.Creat'", "/v1/videos/text2video:", "reference"),
    ("models.yaml", "kling-v3: {modes", "kling-v3-0: {modes", "models:", "catalogue"),
    ("errors.yaml", "{code: 1000, http: 401", "{code: 1001, http: 401", ("errors:", "auth_signature:"), "catalogue"),
    ("families/lip_sync.yaml", "lifecycle: task", "lifecycle: job", "x-kling-family:", "lifecycle"),
    ("shared/task.yaml", "    shared.ParentVideo:\n", "    shared.Lonely:\n      {type: object, description: x}\n    shared.ParentVideo:\n", "shared.Lonely:", "orphan"),
    (_T2V, "      required: [prompt]", "      required: [prompts]", "", "schema"),
]  # fmt: skip


@pytest.fixture
def planted(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, str, str, str]:
    """A copy of the spec with one mistake; with the file, the line that must be named, and the house rule."""
    file, before, after, start, rule = request.param
    shutil.copytree(home(), tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    said = (tmp_path / file).read_text(encoding="utf-8")
    assert before in said, f"{file} no longer says {before!r}"
    (tmp_path / file).write_text(said.replace(before, after, 1), encoding="utf-8")
    return tmp_path, file, start, rule


@pytest.mark.parametrize("planted", [one for one in _PLANTED if one[3]], indirect=True, ids=lambda one: one[4])
def test_a_finding_names_file_and_line(planted: tuple[Path, str, str, str]) -> None:
    """In each format the same place: the line of what is wrong, or of what it stands in."""
    folder, file, start, rule = planted
    spec = load(folder)
    findings = lint(spec)
    found = [one for one in json.loads(told(findings, spec, folder, "json")) if one["rule"] == rule]
    assert found
    for one in found:
        assert Path(one["file"]) == folder / file
        line = Path(one["file"]).read_text(encoding="utf-8").splitlines()[one["line"] - 1]
        assert line.strip().startswith(start), (one, line)
    assert f"{found[0]['file']}:{found[0]['line']}: {found[0]['place']}: " in told(findings, spec, folder, "text")
    assert f"::error file={found[0]['file']},line={found[0]['line']},title=kling-spec%3A {rule}::" in told(
        findings, spec, folder, "github"
    )


def test_a_finding_of_any_place_has_a_line(spec: Any) -> None:
    """Whatever lint says of a place, it is led to a file that there is and to a line of it."""
    from kling_spec.lint import Finding

    places = [
        ("spec", "paths → /v1/videos/text2video → post → requestBody → content → application/json → examples → camera"),
        ("spec", "components → schemas → text_to_video.Create → properties → mode → x-kling-values → 4k"),
        ("spec", "models.yaml → models → kling-v1"),
        ("spec", "schema text_to_video.Create.model_name value kling-v1"),
        (_T2V, "rule t2v-models"),
        (_T2V, "rule nobody"),
        (_T2V, "GET /v1/videos/text2video: reply example on 2026-03-18"),
        ("errors.yaml", "messages auth_empty"),
        ("head.yaml", "something new"),
    ]
    findings = [Finding(file, place, "50% wrong,\nand more", "rule") for file, place in places]
    made = json.loads(told(findings, spec, home(), "json"))
    lines = [one["line"] for one in made]
    assert min(lines) >= 1
    assert min(lines[:5]) > 1
    annotated = told(findings, spec, home(), "github").splitlines()
    assert len(annotated) == len(places)
    assert all(one.endswith("50%25 wrong,%0Aand more") for one in annotated)


def test_the_command_prints_annotations() -> None:
    """A spec without findings has none, and the command ends with 0."""
    code = "import sys; from kling_spec.cli import main; sys.argv[0] = 'x'; main()"
    asked = [sys.executable, "-c", code, "lint", "--format", "github"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr
