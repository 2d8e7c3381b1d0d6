"""Ids, time, callbacks and packs of the mock, and its control API."""

import json
from itertools import pairwise
from typing import Any, cast

import pytest
from conftest import BODY, START_MS, Bench, bench
from hypothesis import given
from hypothesis import strategies as st

from kling_mock.clock import Clock
from kling_mock.handlers import HANDLERS
from kling_mock.ids import EPOCH, Ids
from kling_mock.post import Post
from kling_mock.settings import Settings
from kling_mock.tasks import Way
from kling_mock.world import World
from kling_spec.bundle import ruled
from kling_spec.lifecycle import lifecycle
from kling_spec.load import load

_SPEC = load()
_RULED = ruled(_SPEC)


def test_ids_are_snowflakes_of_their_time(mock: Bench) -> None:
    """Ids have 18 digits, grow, and tell their creation to the millisecond; request ids are UUIDs of version 4."""
    made = [mock.post().json() for _ in range(3)]
    ids = [int(one["data"]["task_id"]) for one in made]
    assert ids == sorted(set(ids))
    assert {(one >> 22) + EPOCH for one in ids} == {START_MS}
    assert all(len(str(one)) == 18 for one in ids)
    assert {one["request_id"][14] for one in made} == {"4"}


def test_the_same_seed_repeats_a_run() -> None:
    """Two mocks with one seed mint the same ids and times; another seed other ones."""

    def run(seed: int) -> list[Any]:
        mock = bench(_RULED, Settings(seed=seed))
        answers = [mock.post().json() for _ in range(2)]
        return [*answers, [task.timeline for task in mock.world.account.tasks.page("text_to_video", 1, 9)]]

    assert run(1) == run(1)
    assert run(1) != run(2)


@given(seed=st.text(max_size=8), start=st.integers(0, 2**41))
def test_a_task_never_goes_back(seed: str, start: int) -> None:
    """Whatever the seed, states follow the lifecycle and time; what a task says depends on the time alone."""
    life = lifecycle("task", _SPEC.catalogues["lifecycles"]["lifecycles"]["task"])
    assert life is not None
    for fails in (True, False):
        way = Way.of(life, fails=fails)
        steps = list(zip(way.states, way.begins(start, seed=seed), strict=True))
        assert [at for _, at in steps] == sorted(at for _, at in steps)
        assert all(after in life.states[before].next for (before, _), (after, _) in pairwise(steps))
        assert life.verdict(steps[-1][0]) == ("failed" if fails else "done")


def test_time_does_not_go_back() -> None:
    """A clock that stands still moves only forward, by hand."""
    clock = Clock(speed=0, start_ms=1000)
    clock.advance(1.5)
    assert clock.now() == 2500
    assert clock.real_seconds_until(2501) is None
    with pytest.raises(ValueError, match="does not go back"):
        clock.advance(-1)


def test_a_scaled_clock_runs_faster() -> None:
    """At speed 10 a real second is ten."""
    real = iter([0.0, 1.0, 1.0]).__next__
    clock = Clock(speed=10, start_ms=0, real=real)
    assert clock.now() == 10_000
    assert clock.real_seconds_until(20_000) == 1.0


_URLS = [("http://127.0.0.1:1/x", True), ("http://localhost/x", True), ("http://[::1]:8/x", True), ("http://127.0.0.1.example.com/", False), ("http://10.0.0.1/", False), ("http://example.com@127.0.0.2/", True), ("http://127.0.0.1@example.com/", False), ("http://127.0.0.1\\@example.com/", False), ("file:///x", False), ("ftp://127.0.0.1/x", False), ("http://[::1/", False), ("http://127.0.0.1:99999/", False), ("http://hooks.test:8/x", True), ("http://HOOKS.test", True), ("http://a.hooks.test/", False)]  # fmt: skip


@pytest.mark.parametrize(("url", "may"), _URLS)
def test_callbacks_go_to_loopback_and_named_hosts_only(url: str, may: bool) -> None:
    """Only this machine, or a host that is allowed by name, is posted to; the rest is logged with the reason."""
    mock = bench(_RULED, Settings(callback_hosts=frozenset({"hooks.test"})))
    outbox = mock.world.account.outbox
    outbox.put(0, url, lambda: b"{}")
    outbox.settle(1)
    assert mock.delivered == ([(url, b"{}")] if may else [])
    assert [one.status for one in outbox.log] == [200 if may else None]
    assert outbox.log[0].problem.startswith("not sent: ") is not may


def test_callbacks_fall_due_in_order() -> None:
    """Advancing delivers what fell due, oldest first, across tasks; a receiver that cannot be reached stops nothing."""
    order: list[tuple[int, str]] = []

    def send(post: Post) -> int:
        said = json.loads(post.body)
        order.append((said["updated_at"], said["task_status"]))
        raise OSError("refused")

    mock = Bench(World(_RULED, Settings(quotas=False), clock=Clock(speed=0, start_ms=START_MS), send=send))
    for _ in range(20):
        mock.post({**BODY, "callback_url": "http://127.0.0.1:9/x"})
        mock.world.account.clock.advance(0.4)
    made = mock.world.advance(600)
    assert [at for at, _ in order] == sorted(at for at, _ in order)
    assert len(made) == 60
    assert {one.problem for one in made} == {"refused"}


def test_ids_stay_unique_within_a_millisecond() -> None:
    """Many ids of one moment differ."""
    ids = Ids(1)
    made = [ids.snowflake(START_MS) for _ in range(10_000)]
    assert len(set(made)) == len(made)


_CONTROL: list[tuple[str, str, Any, int]] = [
    ("GET", "/_mock/health", None, 200),
    ("POST", "/_mock/clock/advance", {"seconds": 5}, 200),
    ("POST", "/_mock/clock/advance", {"seconds": -5}, 400),
    ("POST", "/_mock/clock/advance", {}, 400),
    ("POST", "/_mock/fail-next", {"reason": "image_pixels", "count": 2}, 200),
    ("GET", "/_mock/callbacks", None, 200),
    ("POST", "/_mock/reset", None, 200),
    ("GET", "/_mock/nothing", None, 404),
    ("GET", "/_mock/assets/video_1_99999x99999_5_24__mp4.mp4", None, 404),
    ("GET", "/_mock/assets/..%2f..%2fetc%2fpasswd", None, 404),
]


@pytest.mark.parametrize(("verb", "path", "body", "status"), _CONTROL)
def test_the_control_api_answers(mock: Bench, verb: str, path: str, body: Any, status: int) -> None:
    """The control API is plain JSON; mistakes are named."""
    answer = mock.http().request(verb, path, content=None if body is None else json.dumps(body))
    assert answer.status_code == status
    assert status == 200 or answer.json()["error"]


def test_reset_forgets_everything(mock: Bench) -> None:
    """After a reset there are no tasks, failures or deliveries."""
    mock.post({**BODY, "callback_url": "http://127.0.0.1:9/x"})
    mock.http().post("/_mock/fail-next", json={})
    assert mock.http().post("/_mock/reset").json() == {"tasks": 0}
    assert mock.world.advance(600) == []
    assert mock.http().get("/_mock/faults").json() == {"faults": []}


def test_a_fault_of_the_mock_is_an_answer(
    mock: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What goes wrong inside is code 5000 and a traceback in the log, not a dropped connection."""
    monkeypatch.setitem(cast("dict[str, Any]", HANDLERS), "create", lambda world, visit: 1 / 0)
    assert mock.post().json()["code"] == 5000
    assert "ZeroDivisionError" in caplog.text


def test_packs_tell_what_is_left(mock: Bench) -> None:
    """A task that succeeds takes its units from the pack, and the account query says so."""
    client = mock.client()
    before = client.account.costs(start_time=0, end_time=START_MS).resource_pack_subscribe_infos
    client.text_to_video.create(model_name="kling-v3", prompt="x", duration="3")
    after = client.account.costs(start_time=0, end_time=START_MS).resource_pack_subscribe_infos
    assert before
    assert after
    assert [one[0].remaining_quantity for one in (before, after)] == [10_000, 9_998.2]
    assert client.account.costs(start_time=0, end_time=START_MS, resource_pack_name="none").resource_pack_subscribe_infos == []
