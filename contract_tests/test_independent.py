"""Programs that know nothing of our client, against the mock as a process."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kling_mock.settings import ACCESS_KEY, SECRET_KEY

_PROGRAMS = Path(__file__).resolve().parent / "independent"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of a mock whose time runs fifty times as fast."""
    command = [sys.executable, "-m", "kling_mock", "serve", "--port", "0", "--speed", "50"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.fullmatch(r"listening on (http://\S+)\n", process.stdout.readline())
        assert found
        yield found[1]
        process.terminate()


@pytest.mark.parametrize(
    ("program", "said"), [("text_to_video.py", r"5\.\d+ s, \d+ bytes, 1\.5 units\n"), ("lip_sync.py", r"\S+ s\n")]
)
def test_a_program_of_the_standard_library(url: str, program: str, said: str) -> None:
    """It signs its own token, makes what it wants, and downloads a file that plays."""
    command = [sys.executable, "-E", "-s", str(_PROGRAMS / program), url, ACCESS_KEY, SECRET_KEY]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(said, done.stdout)
