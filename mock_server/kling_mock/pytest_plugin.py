"""Fixtures for one's own tests: a mock in a thread, and a client that talks to it.

    def test_boat(kling_client, kling_mock):
        task = kling_client.text_to_video.create(model_name="kling-v2-6", prompt="A paper boat")
        kling_mock.advance(600)
        assert kling_client.text_to_video.get(task).task_status == "succeed"

Time stands still until `kling_mock.advance(seconds)` moves it.
"""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .handle import MockHandle


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the latest calls to the report of a test that failed."""
    report = yield
    handle = getattr(item, "funcargs", {}).get("kling_mock")
    if report.when == "call" and report.failed and handle is not None:
        from .handle import MockHandle
        from .near_miss import recent

        if not isinstance(handle, MockHandle):  # a fixture of the user's own
            return report
        report.sections.append(("kling mock: calls of this test", recent(handle.calls())))
    return report


@pytest.fixture(scope="session")
def kling_mock_server() -> "Iterator[MockHandle]":
    """One mock server for all tests of a process, in a thread, on a free loopback port."""
    from .handle import running

    with running() as handle:
        yield handle


@pytest.fixture
def kling_mock(kling_mock_server: "MockHandle") -> "Iterator[MockHandle]":
    """An account of its own for one test: keys, clock, packs and tasks are shared with no other."""
    made = kling_mock_server.new_account()
    yield made
    made.control("DELETE", f"/accounts/{made.account.id}")


@pytest.fixture
def kling_client(kling_mock: "MockHandle") -> Iterator[Any]:
    """A `kling.Kling` that talks to the test's mock."""
    from importlib import import_module  # by name: the mock does not depend on the client

    import httpx2

    keys = {"access_key": kling_mock.access_key, "secret_key": kling_mock.secret_key}
    straight = httpx2.HTTPTransport()  # a proxy that the environment names would not find this machine
    with import_module("kling").Kling(base_url=kling_mock.url, transport=straight, **keys) as made:
        yield made
