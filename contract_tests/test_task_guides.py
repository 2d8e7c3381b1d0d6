"""Every block of docs/guides/waiting.md and batch.md runs, in order, against a mock."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kling._sync.transport import Clock
from kling_mock.handle import MockHandle, running

_GUIDES = Path(__file__).parent.parent / "docs" / "guides"


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MockHandle]:
    """A mock that clients without arguments find, in a folder of its own; sleeping moves its clock."""
    with running() as handle:
        monkeypatch.setenv("KLING_BASE_URL", handle.url)
        monkeypatch.setenv("KLING_API_KEY", handle.api_key)
        monkeypatch.setattr(Clock, "sleep", lambda self, seconds: handle.advance(seconds))
        monkeypatch.chdir(tmp_path)
        yield handle


def _run(name: str, mock: MockHandle) -> dict[str, Any]:
    text = (_GUIDES / f"{name}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert blocks
    found: dict[str, Any] = {"__name__": "guide", "mock": mock}
    for block in blocks:
        exec(block, found)
    for one in ("client", "quick"):
        if one in found:
            found[one].close()
    return found


def test_the_guide_to_waiting(mock: MockHandle) -> None:
    """Every task of the guide has been waited for, with handles, checkpoints, callbacks and a clock by hand."""
    found = _run("waiting", mock)
    assert found["done"].task_status == found["later"].status == "succeed"
    assert [one.status for one in found["tasks"]] == ["succeed"] * 3
    found["later"].resource._transport.close()


def test_the_guide_to_batches(mock: MockHandle, capsys: pytest.CaptureFixture[str]) -> None:
    """The batch is done once; run again it tells the same and starts nothing."""
    found = _run("batch", mock)
    assert found["batch"].summary.done == 3
    assert len(mock.world.account.tasks) == 3
    assert "['done', 'done', 'done']" in capsys.readouterr().out
    assert os.listdir() == ["run.jsonl"]
