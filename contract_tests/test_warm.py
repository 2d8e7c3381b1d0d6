"""After `warm` a first call has nothing left to load: not its modules, not its models, not its tables."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import kling
from kling._core import warming
from kling._core.operation import TABLES
from kling_mock.handle import MockHandle, running

_CHILD = """
import asyncio, json, sys, time
import kling
half, warms, url = sys.argv[1:]
keys = KEYS
calls = []

def done(begin, before):
    calls.append([time.perf_counter() - begin, sorted(set(sys.modules) - before)])

def sync():
    client = kling.Kling(base_url=url, **keys)
    for how in warms.split():
        {"kling": kling.warm, "client": client.warm}[how]("text_to_video")
    for _ in range(3):
        begin, before = time.perf_counter(), set(sys.modules)
        made = client.text_to_video.create(model_name="kling-v2-6", prompt="A paper boat")
        done(begin, before)
    before = set(sys.modules)
    client.text_to_video.get(made)
    client.text_to_video.task(made).refresh()
    done(begin, before)

async def asynchronous():
    client = kling.AsyncKling(base_url=url, **keys)
    for how in warms.split():
        kling.warm("text_to_video") if how == "kling" else await client.warm("text_to_video")
    for _ in range(3):
        begin, before = time.perf_counter(), set(sys.modules)
        made = await client.text_to_video.create(model_name="kling-v2-6", prompt="A paper boat")
        done(begin, before)
    before = set(sys.modules)
    await client.text_to_video.get(made)
    await client.text_to_video.task(made).refresh()
    done(begin, before)

sync() if half == "sync" else asyncio.run(asynchronous())
print(json.dumps(calls))
"""


@pytest.fixture(scope="module")
def mock() -> Iterator[MockHandle]:
    """A server on loopback: what connects is to be loaded too."""
    with running() as handle:
        yield handle


def _calls(mock: MockHandle, half: str, warms: str) -> list[tuple[float, list[str]]]:
    """Return seconds and newly loaded modules of three creates and a look, made by a process of its own."""
    mock.advance(3600)  # the places of the account's pack are free again
    code = _CHILD.replace("KEYS", repr({"access_key": mock.access_key, "secret_key": mock.secret_key}))
    found = subprocess.run([sys.executable, "-c", code, half, warms, mock.url], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    calls: list[tuple[float, list[str]]] = json.loads(found.stdout)
    return calls


@pytest.mark.parametrize("half", ["sync", "async"])
def test_a_first_call_loads_nothing_more(mock: MockHandle, half: str) -> None:
    """Neither a create nor a look loads a module after either way to warm; a create takes a fraction of one that was not."""
    cold = _calls(mock, half, "")
    assert len(cold[0][1]) > 50
    for warms in ("client", "kling", "kling client"):
        calls = _calls(mock, half, warms)
        assert [loaded for _, loaded in calls] == [[]] * 4, warms
        assert calls[0][0] < 0.5 * cold[0][0]


_ALL = """
import sys
from concurrent.futures import ThreadPoolExecutor
import kling
with ThreadPoolExecutor(8) as many:
    list(many.map(lambda _: kling.warm(), range(8)))
from kling._core.operation import family
from kling._core.warming import known
operations = [one for name in known() for one in family(name).operations.values()]
assert len(operations) > 60
for one in operations:
    assert {"check", "media", "model"} <= vars(one).keys(), one.id
    assert one.model.__pydantic_complete__, one.id
before = set(sys.modules)
kling.warm()
assert set(sys.modules) == before
assert "jwt" in before
"""


def test_without_names_all_families_are_loaded() -> None:
    """Threads that warm at once do not disturb each other, and leave nothing to build."""
    found = subprocess.run([sys.executable, "-W", "error", "-c", _ALL], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_every_table_is_a_family() -> None:
    """What can be warmed is what the client has."""
    assert {path.stem for path in TABLES.glob("*.json")} - set(warming.known()) == {"prices"}
    assert all(hasattr(kling.Kling, name) for name in warming.known())


@pytest.mark.parametrize("half", [kling.Kling, kling.AsyncKling])
def test_an_unknown_family_names_the_nearest(half: type) -> None:
    """A wrong name is told with the one that was meant; where none is near, with all. Nothing is made before."""
    client = half(api_key="k")
    for warm in (kling.warm, lambda *names: warming.warmed(client, names)):
        with pytest.raises(ValueError, match=r"no family 'text2video'; did you mean text_to_video\?"):
            warm("account", "text2video")
        with pytest.raises(ValueError, match=r"no family 'zzz'; there are account, .*voice_clone"):
            warm("zzz")
    assert client._transport._http is None
    assert not {"account", "text_to_video"} & vars(client).keys()


def test_the_event_loop_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The async client loads in another thread, and tells what went wrong there."""
    threads: list[threading.Thread] = []

    def noted(client: Any, families: tuple[str, ...]) -> None:
        threads.append(threading.current_thread())
        if families:
            raise ValueError(families)

    monkeypatch.setattr(warming, "warmed", noted)

    async def story() -> None:
        async with kling.AsyncKling(api_key="k") as client:
            await client.warm()
            with pytest.raises(ValueError, match="boat"):
                await client.warm("boat")

    asyncio.run(story())
    assert len(threads) == 2
    assert threading.main_thread() not in threads
