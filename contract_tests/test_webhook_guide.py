"""Every block of docs/guides/webhooks.md runs, and does what its section says."""

import asyncio
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx2
import pytest
from conftest import Bench
from signing import BODY, NOW, SECRET
from signing import headers as signed

from kling import webhooks

_TEXT = (Path(__file__).parent.parent / "docs" / "guides" / "webhooks.md").read_text(encoding="utf-8")
_SECTIONS = {part.partition("\n")[0]: re.findall(r"```python\n(.*?)```", part, re.DOTALL) for part in _TEXT.split("\n## ")}
_OTHER_SECRET = "whsec_b3RoZXI="


def _names(section: str) -> dict[str, Any]:
    """Run the one block of a section and return the names that it makes."""
    (block,) = _SECTIONS[section]
    found: dict[str, Any] = {"__name__": "guide"}
    exec(block, found)
    return found


def _now(secret: str = SECRET) -> dict[str, str]:
    return signed(at=int(time.time()), secret=secret)


def _status(served: Any, headers: dict[str, str], path: str = "/kling") -> int:
    """Return the status that an ASGI server answers."""

    async def sent() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(served), base_url="http://x") as http:
            return await http.post(path, content=BODY, headers=headers)

    return asyncio.run(sent()).status_code


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("KLING_WEBHOOK_SECRETS", f"{_OTHER_SECRET},{SECRET}")


@pytest.fixture
def flask_and_django(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Give the few names of Flask and Django that the guide uses: neither is installed for these tests."""

    class Flask:
        def __init__(self, name: str) -> None: ...

        def post(self, path: str) -> Callable[[Any], Any]:
            return lambda view: view

    asked = SimpleNamespace()
    modules: dict[str, dict[str, Any]] = {
        "flask": {"Flask": Flask, "request": asked},
        "django": {},
        "django.http": {"HttpResponse": lambda body, status: (body, status)},
        "django.views": {},
        "django.views.decorators": {},
        "django.views.decorators.csrf": {"csrf_exempt": lambda view: view},
    }
    for name, members in modules.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    return asked


def test_fastapi(capsys: pytest.CaptureFixture[str]) -> None:
    """The mounted app hands the task over once."""
    server, headers = _names("FastAPI, Starlette and other ASGI servers")["server"], _now()
    assert [_status(server, headers, "/kling/") for _ in range(2)] == [200, 200]
    assert _status(server, {}, "/kling/") == 401
    assert capsys.readouterr().out == "['u']\n"


def test_flask(flask_and_django: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    """The view answers body and status."""
    view = _names("Flask")["callback"]
    vars(flask_and_django).update(method="POST", headers=_now(), get_data=lambda: BODY)
    assert [view() for _ in range(2)] == [(b"taken", 200), (b"taken before", 200)]
    assert capsys.readouterr().out == "1 succeed\n"


def test_django(flask_and_django: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    """The view answers an HttpResponse."""
    view = _names("Django")["callback"]
    assert view(SimpleNamespace(method="POST", headers=_now(), body=BODY)) == (b"taken", 200)
    assert view(SimpleNamespace(method="POST", headers={}, body=BODY)) == (b"not verified", 401)
    assert capsys.readouterr().out == "1 succeed\n"


def test_a_view_of_your_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Taken once, 200 for a replay, 400 for the rest."""
    server, headers = _names("A view of your own")["server"], _now()
    assert [_status(server, one) for one in (headers, headers, {})] == [200, 200, 400]
    assert capsys.readouterr().out == "1 succeed\n"


def test_the_task(capsys: pytest.CaptureFixture[str]) -> None:
    """The newer shape gives the reply of the family."""
    _names("The task")
    assert capsys.readouterr().out == "succeed https://cdn.example.com/boat.mp4\n"


def test_another_secret() -> None:
    """What either secret has signed is taken."""
    receiver = _names("No secret, another secret")["receiver"]
    assert [_status(receiver, _now(secret)) for secret in (SECRET, _OTHER_SECRET, "whsec_eA==")] == [200, 200, 401]


def test_several_processes() -> None:
    """Two processes that share the ids take a callback once."""
    shared: dict[str, int] = {}

    class Store:
        def set(self, key: str, value: int, *, nx: bool, ex: int) -> bool | None:
            assert nx
            assert ex >= 600
            return None if key in shared else shared.setdefault(key, value) == value

        def delete(self, key: str) -> None:
            shared.pop(key)

    first, other = (_names("Several processes")["SharedIds"](Store()) for _ in range(2))
    headers = signed()

    def status(replays: webhooks.Replays, on_task: Callable[[webhooks.Task], object]) -> int:
        return webhooks.handle("POST", headers, BODY, on_task, secret=SECRET, replays=replays, now=lambda: NOW)[0]

    got: list[webhooks.Task] = []
    assert status(first, lambda task: 1 / 0) == 500
    assert [status(one, got.append) for one in (first, other)] == [200, 200]
    assert len(got) == 1


def test_waiting(mock: Bench) -> None:
    """A callback answers; without one the task is asked for."""
    names = _names("Waiting")
    client = mock.client()
    created = client.text_to_video.create(model_name="kling-v2-6", prompt="x")
    assert names["status"](client, created.task_id) == "submitted"
    assert _status(names["receiver"], _now()) == 200
    assert names["status"](client, "1") == "succeed"


def test_every_block_has_its_test() -> None:
    """A section with code that no test above runs is told."""
    tested = set(re.findall(r'_names\("(.*?)"\)', Path(__file__).read_text(encoding="utf-8")))
    assert {section for section, blocks in _SECTIONS.items() if blocks} == tested
