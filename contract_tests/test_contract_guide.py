"""The guide to the contract suite, its workflow and its make target run as they stand."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kling_contract.checks import CHECKS
from kling_contract.cli import app
from kling_contract.conformance import CHECKS as OF_ANSWERS
from kling_contract.profile import DEVIATIONS, PROFILES
from kling_mock.handle import running
from kling_spec.yaml_json import read

_DOCS = Path(__file__).resolve().parent.parent / "docs"
_GUIDE = (_DOCS / "guides" / "contract.md").read_text(encoding="utf-8")
_WORKFLOW = read(_DOCS / "ci" / "kling-contract.yml")
_QUICK = "--family text_to_audio --check auth-none --check lifecycle"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", _GUIDE, re.DOTALL)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Any]:
    """Run a script in a folder of its own; the server of the docs is a mock, and runs take some checks only."""
    commands = tmp_path / "bin"
    commands.mkdir()
    path = commands / "kling-contract"
    path.write_text(
        f'#!/bin/sh\n[ "$1" = run ] && set -- "$@" {_QUICK}\nexec {shlex.quote(sys.executable)} -m kling_contract "$@"\n',
        encoding="utf-8",
    )
    path.chmod(0o755)
    (commands / "kling-mock").symlink_to("/bin/true")
    (commands / "curl").symlink_to("/bin/true")
    plain = {name: one for name, one in os.environ.items() if not name.startswith("KLING_")}
    with running() as mock:
        env = {**plain, "PATH": f"{commands}:{os.environ['PATH']}", "KLING_API_KEY": mock.api_key}

        def run(script: str) -> subprocess.CompletedProcess[str]:
            script = script.replace("http://127.0.0.1:8080", mock.url)
            return subprocess.run(
                ["bash", "-e", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False
            )

        yield run


def test_the_commands_run(shell: Any, tmp_path: Path) -> None:
    """One block after the other, each with exit 0; the files that they name are there afterwards."""
    for one in _blocks("bash"):
        done = shell(one)
        assert done.returncode == 0, (one, done.stdout, done.stderr)
    assert {f"contract.{one}" for one in ("html", "xml", "sarif", "json")} <= {one.name for one in tmp_path.iterdir()}
    assert json.loads((tmp_path / "known.json").read_text(encoding="utf-8")) == {"findings": []}


def test_the_make_target_runs(shell: Any, tmp_path: Path) -> None:
    """`make contract` with the snippet checks the server that it names, or the one of KLING_BASE_URL."""
    (snippet,) = _blocks("make")
    (tmp_path / "known.json").write_text(_blocks("json")[0], encoding="utf-8")
    (tmp_path / "Makefile").write_text(snippet, encoding="utf-8")
    done = shell("make contract KLING_BASE_URL=http://127.0.0.1:8080")
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert (tmp_path / "contract.xml").exists()


def _scripts() -> list[str]:
    return [step["run"] for job in _WORKFLOW["jobs"].values() for step in job["steps"] if "run" in step]


def test_the_workflow_is_one() -> None:
    """Triggers, jobs with a machine, a limit of time and steps that each do one thing; actions have a version."""
    assert set(_WORKFLOW["on"]) == {"pull_request", "schedule"}
    for job in _WORKFLOW["jobs"].values():
        assert {"runs-on", "timeout-minutes", "steps", "if"} <= set(job)
        for step in job["steps"]:
            assert ("uses" in step) is not ("run" in step)
            assert set(step) <= {"uses", "run", "name", "with", "if", "env"}
            assert re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", step.get("uses", "a/b@v1"))
    uploads = [step for step in _WORKFLOW["jobs"]["offline"]["steps"] if "upload" in step.get("uses", "")]
    assert all(one["if"] == "always()" for one in uploads)


def test_the_workflow_asks_for_options_that_there_are() -> None:
    """Every option of every kling-contract line is one of the command."""
    told = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}).invoke(app, ["run", "--help"]).output
    lines = [
        one for script in _scripts() for one in script.replace("\\\n", " ").splitlines() if one.startswith("kling-contract")
    ]
    assert len(lines) == 2
    for option in re.findall(r"--[\w-]+", " ".join(lines)):
        assert f"{option} " in told, option


def test_the_workflow_runs(shell: Any, tmp_path: Path) -> None:
    """The scripts of its jobs, but for the installation, do what they say."""
    (tmp_path / "known.json").write_text('{"findings": []}', encoding="utf-8")
    for one in [script for script in _scripts() if not script.startswith("pip ")]:
        local = one.replace("https://api-singapore.klingai.com", "http://127.0.0.1:8080")
        done = shell(local)
        assert done.returncode == 0, (local, done.stdout, done.stderr)
    assert (tmp_path / "contract.sarif").exists()


def test_the_guide_names_every_check() -> None:
    """Once each, and every profile and deviation as well."""
    table = _GUIDE.partition("## What is checked")[2]
    named = [one for row in table.splitlines() if row.startswith("|") for one in re.findall(r"`([\w-]+)`", row)]
    assert sorted(named) == sorted([*(one.id for one in CHECKS), *(one.id for one in OF_ANSWERS)])
    for name in (*PROFILES, *DEVIATIONS):
        assert f"| `{name}` |" in _GUIDE
