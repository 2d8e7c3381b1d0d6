"""A client of March 2026 warns of what ended since, once, at the line that asks for it; today's client has nothing to warn of."""

import asyncio
import importlib
import inspect
import linecache
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import httpx2
import pytest
from conftest import Bench, bench
from hand import AsyncHand, Hand, Noting
from typer.testing import CliRunner

from kling import Kling
from kling._core.operation import TABLES, family
from kling_codegen.files import write
from kling_codegen.names import argument_name
from kling_codegen.reference import pages
from kling_codegen.render import client as client_files
from kling_spec.bundle import plain, ruled
from kling_spec.document import Operation, objects, operations
from kling_spec.lint import BASELINE
from kling_spec.load import load
from kling_spec.values import least

_MARCH, _RULED = plain(load(), BASELINE), ruled(load(), BASELINE)
_TASK_ID = "829100000000000001"
_OLD = {"model_name": "kling-v1", "prompt": "A paper boat"}
_PICTURES = [{"image": "https://media.example.com/terrier.png"}]


class End(NamedTuple):
    """What ends by the spec, without what ends together with what holds it."""

    operation: Operation
    field: str  # empty for the operation
    value: str | None
    dates: dict[str, str]
    is_default: bool = False

    def text(self, given: bool = True) -> str:
        """Return what the client says of it, when it was given or left out."""
        name = f"{self.operation.id}.{self.field}".removesuffix(".")
        what = name if self.value is None else f"{name} {self.value!r}"
        what = what if given else f"{name} was not given, and its default {self.value!r}"
        then = f"; its successor is {self.dates['successor']!r}" if "successor" in self.dates else ""
        return f"{what} is no longer taken from {self.dates['until']} on{then}"

    def is_in(self, body: dict[str, Any]) -> bool:
        """Say whether a body has it, or goes by it as a default."""
        given = body.get(self.field)
        is_taken = given is not None if self.value is None else given == self.value
        return not self.field or is_taken or (self.is_default and given is None)

    @property
    def body(self) -> dict[str, Any]:
        """Return a documented body that has it."""
        if not self.field:
            return _example(self.operation)
        schema = (self.operation.request or {})["properties"][self.field]
        return {**_example(self.operation), self.field: self.value or least(schema)}


def _dates(node: dict[str, Any]) -> dict[str, str]:
    return {word: node[f"x-kling-{word}"] for word in ("until", "successor") if f"x-kling-{word}" in node}


def _ends() -> Iterator[End]:
    for one in operations(_MARCH):
        if "x-kling-until" in one.node:
            yield End(one, "", None, _dates(one.node))
            continue
        for place, schema in objects(one.request or {}):
            for name, member in schema.get("properties", {}).items():
                field = f"{place}.{name}".removeprefix(".")
                if "x-kling-until" in member:
                    yield End(one, field, None, _dates(member))
                    continue
                for value, dates in member.get("x-kling-values", {}).items():
                    if "until" in dates and value in member["enum"]:
                        yield End(one, field, value, dates, member.get("default") == value)


_ENDS = list(_ends())


def _example(operation: Operation) -> dict[str, Any]:
    return dict(next(iter(operation.examples.values()), {}))


def _name(one: Any) -> str:
    return f"{one.operation.id}-{one.field}-{one.value}"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, ModuleType]]:
    """The client of March in a folder, and its modules as far as they have been loaded."""
    folder = tmp_path_factory.mktemp("march")
    write({f"kling/{name}": text for name, text in client_files(_MARCH).items()}, folder)
    return folder, {}


def _taken() -> dict[str, ModuleType]:
    """Take the loaded modules of the client away."""
    return {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "kling"}


@pytest.fixture
def march(package: tuple[Path, dict[str, ModuleType]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The client of March in place of today's."""
    folder, modules = package
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    today = _taken()
    sys.modules.update(modules)
    made = importlib.import_module("kling")
    assert made.SPEC_DATE == BASELINE
    yield made
    modules.update(_taken())
    sys.modules.update(today)


@pytest.fixture
def hand() -> Hand:
    """The clock of a mock of March."""
    return Hand(bench(_RULED))


class Refusing(httpx2.BaseTransport):
    """Notes requests and refuses them."""

    def __init__(self) -> None:
        self.asked: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return httpx2.Response(400, json={"code": 1201, "message": "No", "request_id": "r"})


def _warned(call: Callable[[], object]) -> list[warnings.WarningMessage]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        call()
    assert all(issubclass(one.category, DeprecationWarning) for one in found)
    return found


def _said(march: Any, operation: Operation, body: dict[str, Any], *, check: bool = False) -> list[str]:
    """Return what a call of the client of March warns of; the service refuses it."""
    with march.Kling(api_key="k", transport=Refusing(), check=check, max_retries=0) as client:
        method = getattr(getattr(client, operation.family), operation.name)
        arguments = {argument_name(name): one for name, one in body.items()}
        path = [_TASK_ID] if "{id}" in operation.path else []

        def call() -> None:
            with suppress(march.ApiError, march.RuleBroken):
                method(*path, **arguments)

        return [str(one.message) for one in _warned(call)]


def test_much_ends() -> None:
    """There are values, a default, a field and operations to warn of, with and without a successor."""
    assert {bool(one.field) for one in _ENDS} == {bool(one.value) for one in _ENDS} == {True, False}
    assert {one.is_default for one in _ENDS} == {"successor" in one.dates for one in _ENDS} == {True, False}
    assert any(one.field and one.value is None for one in _ENDS)
    assert len(_ENDS) > 15


@pytest.mark.parametrize("end", _ENDS, ids=_name)
@pytest.mark.parametrize("check", [True, False])
def test_what_ends_is_warned_of_once(march: Any, end: End, check: bool) -> None:
    """With its date and its successor, checked or not."""
    assert _said(march, end.operation, end.body, check=check) == [end.text()]


@pytest.mark.parametrize("end", [one for one in _ENDS if one.is_default], ids=_name)
def test_a_default_that_ends_is_warned_of(march: Any, end: End) -> None:
    """Whoever leaves the field out has to name a value from that day on."""
    body = {name: one for name, one in end.body.items() if name != end.field}
    for empty in ({}, {end.field: None}):
        assert _said(march, end.operation, {**body, **empty}) == [end.text(given=False)]


def _lasting() -> Iterator[tuple[Operation, dict[str, Any]]]:
    for one in operations(_MARCH):
        bodies = list(one.examples.values())
        members = (one.request or {}).get("properties", {})
        bodies += [{**_example(one), name: value} for name, each in members.items() for value in each.get("enum", [])[:50]]
        ends = [end for end in _ENDS if end.operation.id == one.id]
        yield from ((one, body) for body in bodies if not any(end.is_in(body) for end in ends))


def test_what_stays_is_not_warned_of(march: Any) -> None:
    """No documented example and no value of a field warns, unless something of it ends."""
    tried = list(_lasting())
    assert [(one.id, body) for one, body in tried if _said(march, one, body)] == []
    assert len(tried) > 200


def test_nothing_is_sent_when_warnings_are_errors(march: Any) -> None:
    """`-W error::DeprecationWarning` stops a call before it costs anything, in every way to start one."""
    refusing = Refusing()
    with march.Kling(api_key="k", transport=refusing) as client, warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        family = client.text_to_video
        for call in (family.create, family.run, family.with_raw_response.create, family.with_options(check=False).create):
            with pytest.raises(DeprecationWarning, match="2026-09-15"):
                call(**_OLD)
    assert refusing.asked == []


def _lines(found: list[warnings.WarningMessage]) -> list[str]:
    """Return the lines that warnings point at."""
    assert {one.filename for one in found} <= {__file__}
    return [linecache.getline(one.filename, one.lineno).strip() for one in found]


def _jobs(count: int = 1) -> list[dict[str, Any]]:
    return [{"call": "text_to_video.create", "arguments": _OLD}] * count


def test_a_warning_points_at_the_line_of_the_user(march: Any, hand: Hand, tmp_path: Path) -> None:
    """Whichever way a call is made."""
    client = march.Kling(**_keys(hand), base_url="http://m", http_client=_http(hand), clock=hand)
    family = client.text_to_video

    def calls() -> None:
        family.create(**_OLD)  # 1
        family.run(**_OLD)  # 2
        family.with_raw_response.create(**_OLD)  # 3
        family.with_options(timeout=5.0).create(**_OLD)  # 4
        client.check(family.create, **_OLD)  # 5
        client.estimate(family.create, **_OLD, mode="std", duration="5")  # 6
        for _ in client.batch(_jobs(), journal=tmp_path / "run"):  # 7
            pass
        client.reference_to_video.page()  # 8

    assert [one[-3:] for one in _lines(_warned(calls))] == [f"# {number}" for number in range(1, 9)]


def test_async_too(march: Any, hand: Hand, tmp_path: Path) -> None:
    """A task of asyncio has no line of the user but the one that runs the loop."""
    http = httpx2.AsyncClient(transport=Noting(hand))
    client = march.AsyncKling(**_keys(hand), base_url="http://m", http_client=http, clock=AsyncHand(hand))
    family = client.text_to_video

    async def calls() -> None:
        await family.create(**_OLD)  # 1
        await family.run(**_OLD)  # 2
        await family.with_raw_response.create(**_OLD)  # 3
        await family.with_options(timeout=5.0).create(**_OLD)  # 4
        client.check(family.create, **_OLD)  # 5
        client.estimate(family.create, **_OLD, mode="std", duration="5")  # 6
        async for _ in client.batch(_jobs(), journal=tmp_path / "run"):  # 7
            pass
        await client.reference_to_video.page()  # 8
        await asyncio.gather(family.create(**_OLD))

    found = _lines(_warned(lambda: asyncio.run(calls())))
    assert [one[-3:] for one in found[:-1]] == [f"# {number}" for number in range(1, 9)]
    assert "asyncio.run" in found[-1]


def _http(hand: Hand) -> httpx2.Client:
    return httpx2.Client(transport=Noting(hand))


def _keys(hand: Hand) -> dict[str, str]:
    """Return the key pair: in March there is no API key yet."""
    settings = hand.mock.world.settings
    return {"access_key": settings.access_key, "secret_key": settings.secret_key}


def test_the_looks_of_a_wait_are_not_warned_of(march: Any, hand: Hand, tmp_path: Path) -> None:
    """Nor those of a batch: they are nobody's line, and would end a wait for what is paid where warnings are errors."""
    client = march.Kling(**_keys(hand), base_url="http://m", http_client=_http(hand), clock=hand)
    family, said = client.reference_to_video, {"image_list": _PICTURES, "prompt": "The terrier shakes"}
    job = {"call": "reference_to_video.create", "arguments": said}

    def calls() -> None:
        task = family.task(family.run(**said))
        task.wait()
        list(client.batch([job], journal=tmp_path / "run"))
        task.refresh()

    names = ["reference_to_video.create", "reference_to_video.create", "reference_to_video.get"]
    assert [str(one.message).partition(" ")[0] for one in _warned(calls)] == names


def test_the_command_says_it_in_a_line(march: Any, hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`kling` warns on standard error without a filter, once for the jobs of a batch, and goes on."""
    commands, keys = importlib.import_module("kling._cli.commands"), _keys(hand)
    app = importlib.import_module("kling._cli.app").app

    def made(**said: Any) -> Any:
        return march.Kling(http_client=_http(hand), clock=hand, **said)

    def kling(*said: str) -> Any:
        env = {"KLING_ACCESS_KEY": keys["access_key"], "KLING_SECRET_KEY": keys["secret_key"], "KLING_BASE_URL": "http://m"}
        found = CliRunner().invoke(app, said, prog_name="kling", env=env, catch_exceptions=False)
        assert found.exit_code == 0, found.output
        return found.stderr.splitlines()

    monkeypatch.setattr(commands, "Kling", made)
    text = next(one.text() for one in _ENDS if one.operation.id == "text_to_video.create" and one.value == "kling-v1")
    options = ["--prompt", "A paper boat", "--model-name"]
    assert kling("text-to-video", "create", *options, "kling-v1") == [f"kling: warning: {text}"]
    assert kling("text-to-video", "create", *options, "kling-v2-6") == []
    (tmp_path / "jobs").write_text(
        '{"call": "text_to_video.create", "arguments": {"prompt": "a", "model_name": "kling-v1"}}\n' * 3
    )
    assert kling("batch", "run", str(tmp_path / "jobs"))[:-1] == [f"kling: warning: {text}"]


def test_the_guide_says_what_it_shows(march: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The block of docs/guides/update.md runs with the client of March and prints what stands beside it."""
    text = (Path(__file__).parent.parent / "docs" / "guides" / "update.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.setenv("KLING_API_KEY", "k")
    for block in blocks:
        exec(block, {})
    assert [capsys.readouterr().out.strip()] == re.findall(r"print\(said\)  # (.*)", "".join(blocks))


def test_a_refusal_tells_the_successor(client: Kling) -> None:
    """Once a value is gone, the client still says what came in its place."""
    found = client.check(client.image_generation.create, prompt="A paper boat", model_name="kling-v1")  # type: ignore[arg-type]  # it is gone
    assert [str(one) for one in found if "(it ended on 2026-09-15; its successor is kling-v3)" in str(one)]


def test_todays_client_warns_of_nothing(mock: Bench) -> None:
    """Nothing that is in force today has an end, so nothing of it costs anything."""
    tables = [family(path.stem) for path in TABLES.glob("*.json") if path.stem != "prices"]
    assert len(tables) > 15
    assert [one.id for table in tables for one in table.operations.values() if one.ends] == []
    before = {name for name in sys.modules if name.endswith("_core.ending")}
    with mock.client() as client:
        assert _warned(lambda: client.text_to_video.create(prompt="A paper boat", model_name="kling-v2-6")) == []
    assert {name for name in sys.modules if name.endswith("_core.ending")} == before


@pytest.mark.parametrize("end", _ENDS, ids=_name)
def test_pages_and_docstrings_tell_the_end(march: Any, end: End) -> None:
    """Where a reader looks a value, a field or an operation up, its end and its successor stand."""
    then = f", then {end.dates['successor']}" if "successor" in end.dates else ""
    words = f"{'Until' if end.value is None else f'{end.value} until'} {end.dates['until']}{then}"
    page = next(page for name, page in pages(_MARCH) if name == end.operation.family)
    shown = next(one for one in page["operations"] if one["name"] == end.operation.name)
    row = next((row[-1] for row in shown["fields"] if row[0] == f"`{end.field}`"), shown["summary"])
    assert words in row
    if end.operation.role not in ("get", "page"):  # those stand in the runtime, for all families
        method = getattr(getattr(march.Kling(api_key="k"), end.operation.family), end.operation.name)
        assert words in " ".join((inspect.getdoc(method) or "").split())
