"""Runs the command `kling` in this process, against a mock."""

from collections.abc import Callable
from typing import Any

from typer.testing import CliRunner

from kling._cli.app import app
from kling_mock.handle import MockHandle

Run = Callable[..., Any]
CREATE = ["text-to-video", "create", "--model-name", "kling-v2-6", "--prompt", "A paper boat"]


def runner(account: MockHandle) -> Run:
    """Return a function that runs `kling` as an account, and looks at its exit code; other keywords are the environment."""
    environment = {"KLING_BASE_URL": account.url, "KLING_API_KEY": account.api_key, "KLING_WEBHOOK_SECRET": None}

    def kling(*said: str, code: int = 0, text: str | None = None, **more: str | None) -> Any:
        env = {**environment, "COLUMNS": "300", **more}
        found = CliRunner().invoke(app, said, prog_name="kling", env=env, input=text, catch_exceptions=False)
        assert found.exit_code == code, found.output
        return found

    return kling
