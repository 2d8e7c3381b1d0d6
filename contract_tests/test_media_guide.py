"""The guide to media runs as it stands, and prints what it says."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from media_files import picture

from kling._sync.transport import Transport
from kling_mock.handle import running

_GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guides" / "media.md"


def test_the_guide_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Its blocks of Python, one after the other, in a folder with a large and a small picture; their output follows them."""
    guide = _GUIDE.read_text(encoding="utf-8")
    (tmp_path / "boat.png").write_bytes(picture())
    (tmp_path / "tiny.png").write_bytes(picture("PNG", 64, 64))
    monkeypatch.chdir(tmp_path)
    with running() as mock:
        monkeypatch.setattr(Transport, "sleep", lambda self, seconds: mock.advance(seconds))
        for name, value in {"KLING_BASE_URL": mock.url, "KLING_API_KEY": mock.api_key}.items():
            monkeypatch.setitem(os.environ, name, value)
        names: dict[str, Any] = {}
        exec(compile("\n".join(re.findall(r"```python\n(.*?)```", guide, re.DOTALL)), str(_GUIDE), "exec"), names)
        names["client"].close()
    assert capsys.readouterr().out == "".join(re.findall(r"```text\n(.*?)```", guide, re.DOTALL))
    assert (tmp_path / "clip.mp4").stat().st_size > 1000
    assert [one.suffix for one in (tmp_path / "results").iterdir()] == [".mp4"]
