"""The container image, as far as it can be looked at without an engine."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient
from typer.testing import CliRunner

from kling_mock.asgi import create
from kling_mock.cli import app
from kling_mock.control import CONTROLS

_ROOT = Path(__file__).resolve().parent.parent
_LINES = (_ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
_COMPOSE = yaml.safe_load((_ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def _flags() -> set[str]:
    """Return the flags of `kling-mock serve`."""
    said = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "300", "TERM": "dumb"}).output
    return set(re.findall(r"--[a-z-]+", said))


@pytest.mark.parametrize("line", [one for one in _LINES if one.startswith("COPY") and "--from" not in one])
def test_what_is_copied_exists(line: str) -> None:
    """Every source of a COPY is in the checkout."""
    *sources, _ = shlex.split(line)[1:]
    assert sources
    assert all((_ROOT / one).exists() for one in sources)


def test_commands_and_checks_exist() -> None:
    """The flags that image and compose file use are flags of the command; what the health check asks for is a control."""
    entry = next(one for one in _LINES if one.startswith("ENTRYPOINT"))
    used = set(re.findall(r'"(--[a-z-]+)"', entry)) | {
        one for one in _COMPOSE["services"]["kling-mock"]["command"] if one.startswith("--")
    }
    assert used
    assert used <= _flags()
    asked = next(re.findall(r"/_mock(/\w+)", one) for one in _LINES if "urlopen" in one)
    assert set(asked) <= {one.path for one in CONTROLS}


def test_the_app_factory() -> None:
    """The ASGI app serves without our server: any that runs ASGI apps will do."""
    with TestClient(create(accept_any_key=True)) as http:
        token = {"authorization": "Bearer any"}
        answer = http.post("/v1/videos/text2video", json={"model_name": "kling-v2-6", "prompt": "x"}, headers=token)
        assert answer.json()["code"] == 0
    with TestClient(create(as_of="2026-03-18")) as http:
        assert http.get("/_mock/health").json()["as_of"] == "2026-03-18"
