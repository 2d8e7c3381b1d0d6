"""A mock in a process of its own that keeps what it has in a file, so that it can be killed and started again."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kling_mock.settings import API_KEY


@contextmanager
def serving(path: Path, *options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Give the process and its URL; it is killed at the end at the latest."""
    command = [sys.executable, "-m", "kling_mock", "serve", "--port", "0", "--store", str(path), "--no-quotas", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.fullmatch(r"listening on (http://\S+)\n", process.stdout.readline())
        assert found
        try:
            yield process, found[1]
        finally:
            process.kill()


def asked(url: str, body: Any = None) -> Any:
    """Return the answer to a request of the default account; a POST where there is a body."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=content, headers={"authorization": f"Bearer {API_KEY}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)
