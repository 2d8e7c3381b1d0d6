"""A batch: every job is done once, whatever ends a run, at the pace the account allows."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from conftest import BODY, Bench, bench
from hand import Fault, Hand, Noting, async_client, sync_client
from hypothesis import given
from hypothesis import strategies as st

from kling import AccountInArrears, ConnectionFailed
from kling._core.jobs import Slots
from kling_mock.faults import Fail
from kling_mock.settings import Settings
from kling_spec.document import Document


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


def boats(count: int) -> list[dict[str, Any]]:
    """Return jobs that ask for the same, each under its own id."""
    return [{"id": f"boat-{number}", "call": "text_to_video.create", "arguments": BODY} for number in range(count)]


@pytest.fixture
def hand(mock: Bench) -> Hand:
    """A clock that the mock lives by too."""
    return Hand(mock)


@pytest.fixture(params=["run.jsonl", "run.db"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A journal of either kind."""
    return tmp_path / str(request.param)


def _started(mock: Bench) -> int:
    return len(mock.world.account.tasks)


def _says(code: int, status: int = 400) -> httpx2.Response:
    return httpx2.Response(status, json={"code": code, "message": "m", "request_id": "r"})


def _slots(hand: Hand, limit: Callable[[], int]) -> Fault:
    """Refuse creates while so many tasks run, as the service does."""

    def fault(request: httpx2.Request) -> httpx2.Response | None:
        now = hand.mock.world.account.clock.now()
        running = sum(one.begins[-1] > now for one in hand.mock.world.account.tasks._tasks.values())
        return _says(1303, 429) if request.method == "POST" and running >= limit() else None

    return fault


class TestRun:
    """A run that is not disturbed."""

    def test_every_job_has_an_outcome(self, mock: Bench, hand: Hand, journal: Path) -> None:
        """Results, failures and units, one for each job; a second run tells the same and asks nothing."""
        client, noting = sync_client(hand)
        mock.world.account.faults.add(Fail(reason="no luck", times=1))
        progress: list[Any] = []
        batch = client.batch(boats(7), journal=journal, on_progress=progress.append)
        found = {one.job.id: one for one in batch}
        assert {one.verdict for one in found.values()} == {"done", "failed"}
        assert (found["boat-0"].verdict, found["boat-0"].reason, found["boat-0"].units) == ("failed", "no luck", "0")
        assert found["boat-1"].task.task_result.videos[0].url.startswith("http")
        assert batch.summary == progress[-1]
        assert (batch.summary.done, batch.summary.failed, batch.summary.left) == (6, 1, 0)
        assert batch.summary.units == 6 * Decimal(found["boat-1"].units) > 0
        asked, again = len(noting.asked), client.batch(boats(7), journal=journal)
        told = {one.job.id: one for one in again}
        assert len(noting.asked) == asked
        assert {name: (one.verdict, one.task, one.units) for name, one in told.items()} == {
            name: (one.verdict, one.task, one.units) for name, one in found.items()
        }
        assert all(one.is_earlier for one in told.values())
        assert again.summary == batch.summary

    def test_failures_are_started_anew_on_request(self, mock: Bench, hand: Hand, journal: Path) -> None:
        """`retry_failed` starts a new task, with a new external_task_id, for what has failed; nothing else."""
        client, _ = sync_client(hand)
        said = boats(3)
        said[0]["arguments"] = {**BODY, "external_task_id": "mine"}
        mock.world.account.faults.add(Fail(reason="no", times=2))
        list(client.batch(said, journal=journal))
        found = {one.job.id: one for one in client.batch(said, journal=journal, retry_failed=True)}
        assert [one.verdict for one in found.values()] == ["done"] * 3
        assert _started(mock) == 5
        assert client.text_to_video.get("mine").task_status == "failed"
        assert client.text_to_video.get("mine-1").task_id == found["boat-0"].task_id

    def test_what_is_refused_is_told_and_the_others_go_on(self, mock: Bench, hand: Hand, journal: Path) -> None:
        """A job that breaks a rule is not sent, one that the service refuses is not repeated."""

        def fault(request: httpx2.Request) -> httpx2.Response | None:
            return _says(1301) if b"forbidden" in request.content else None

        client, _ = sync_client(hand, fault)
        said = boats(3)
        said[0]["arguments"] = {**BODY, "prompt": "x" * 2501}
        said[1]["arguments"] = {**BODY, "prompt": "forbidden"}
        found = {one.job.id: one for one in client.batch(said, journal=journal)}
        assert [found[f"boat-{one}"].verdict for one in range(3)] == ["refused", "refused", "done"]
        assert "2500" in found["boat-0"].reason
        assert "1301" in found["boat-1"].reason
        assert _started(mock) == 1

    def test_families_and_calls_may_be_mixed(self, mock: Bench, hand: Hand, journal: Path) -> None:
        """Methods with arguments, and calls that answer at once, are jobs too."""
        client, _ = sync_client(hand)
        said = [
            (client.image_generation.create, {"prompt": "A boat", "model_name": "kling-v3"}),
            (client.text_to_speech.synthesize, {"text": "Ahoy", "voice_id": "genshin_vindi2", "voice_language": "en"}),
            (client.text_to_video.create, BODY),
        ]
        found = list(client.batch(said, journal=journal))
        assert sorted(one.job.call for one in found) == [
            "image_generation.create",
            "text_to_speech.synthesize",
            "text_to_video.create",
        ]
        assert {one.verdict for one in found} == {"done"}
        assert [one.is_earlier for one in client.batch(said, journal=journal)] == [True] * 3

    def test_both_halves_do_the_same(self, ruled_doc: Document, tmp_path: Path) -> None:
        """Sync and async send the same requests at the same times."""
        mine, theirs = Hand(bench(ruled_doc)), Hand(bench(ruled_doc))
        client, noted = sync_client(mine, _slots(mine, lambda: 3))
        other, also_noted = async_client(theirs, _slots(theirs, lambda: 3))

        async def story() -> list[str]:
            return [one.job.id async for one in other.batch(boats(8), journal=tmp_path / "b.jsonl")]

        for one in (client, other):
            one._transport.pace.chance = lambda: 0.5
            object.__setattr__(one._transport.settings.retries, "chance", lambda: 0.5)
        assert [one.job.id for one in client.batch(boats(8), journal=tmp_path / "a.jsonl")] == asyncio.run(story())
        ids = {one.id for one in mine.mock.world.account.tasks._tasks.values()}
        assert len(ids) == 8
        assert [one[:2] for one in noted.asked] == [one[:2] for one in also_noted.asked]

    def test_it_ends_in_time(self, mock: Bench, hand: Hand, journal: Path) -> None:
        """After `timeout` the run ends; what is left is for the next one."""
        client, _ = sync_client(hand, _slots(hand, lambda: 2))
        batch = client.batch(boats(50), journal=journal, timeout=60)
        assert len(list(batch)) == 50 - batch.summary.left
        assert 1060 <= hand.at < 1062
        assert sum(1 for _ in client.batch(boats(50), journal=journal)) == 50 == _started(mock)


class TestKilled:
    """A run that is ended at any point."""

    def _story(self, ruled_doc: Document, path: Path, *, at: int, has_arrived: bool, tear: int) -> Bench:
        """Kill the run at the n-th request, before or after it has arrived; tear the last line; run again to the end."""
        hand, left = Hand(bench(ruled_doc)), [at]

        def fault(request: httpx2.Request) -> None:
            left[0] -= 1
            if left[0] == 0:
                if has_arrived:
                    Noting(hand).handle_request(request)
                raise Killed

        client, _ = sync_client(hand, fault)
        with pytest.raises(Killed):
            list(client.batch(boats(3), journal=path))
        _tear(path, tear if b'"claim"' not in path.read_bytes().splitlines()[-1] else 0)
        found = list(client.batch(boats(3), journal=path))
        assert sorted(one.job.id for one in found) == ["boat-0", "boat-1", "boat-2"]
        assert {one.verdict for one in found} == {"done"}
        assert {one.task_id for one in found} == set(hand.mock.world.account.tasks._tasks)
        assert all(one.is_earlier for one in client.batch(boats(3), journal=path))
        return hand.mock

    def test_no_job_is_lost_and_none_is_done_twice(self, ruled_doc: Document, tmp_path: Path) -> None:
        """Ended at each request in turn, before or after it has arrived, with any part of the last line: one task a job."""
        for at in range(1, 7):
            for has_arrived in (False, True):
                for tear in (0, 1, 20, 10_000):
                    name = f"{at}-{has_arrived}-{tear}.jsonl"
                    mock = self._story(ruled_doc, tmp_path / name, at=at, has_arrived=has_arrived, tear=tear)
                    assert _started(mock) == 3

    def test_a_create_that_arrives_late_is_found(self, mock: Bench, hand: Hand, journal: Path) -> None:
        """The create of a killed run arrives after the next run has looked for it: its refusal as a duplicate is understood."""
        late: list[httpx2.Request] = []

        def fault(request: httpx2.Request) -> httpx2.Response | None:
            if request.method == "POST" and not late:
                late.append(request)
                raise Killed
            if request.method == "POST" and _started(mock) == 0:
                Noting(hand).handle_request(late[0])
            return None

        client, noting = sync_client(hand, fault)
        with pytest.raises(Killed):
            list(client.batch(boats(1), journal=journal))
        (only,) = client.batch(boats(1), journal=journal)
        assert only.verdict == "done"
        assert _started(mock) == 1
        assert [verb for _, verb, _ in noting.asked[:4]] == ["POST", "GET", "POST", "GET"]

    def test_what_cannot_be_found_is_not_repeated(self, mock: Bench, hand: Hand, journal: Path) -> None:
        """A call without an external id that nobody saw end is told as unclear, and sent again only on request."""

        def fault(request: httpx2.Request) -> None:
            if request.method == "POST" and len(noting.asked) == 1:
                raise Killed

        client, noting = sync_client(hand, fault)
        said = [{"call": "text_to_speech.synthesize", "arguments": {"text": "a", "voice_id": "b", "voice_language": "en"}}]
        with pytest.raises(Killed):
            list(client.batch(said, journal=journal))
        assert [one.verdict for one in client.batch(said, journal=journal)] == ["unclear"]
        assert len(noting.asked) == 1
        assert [one.verdict for one in client.batch(said, journal=journal, retry_failed=True)] == ["done"]


def _tear(path: Path, size: int) -> None:
    """Take bytes from the last line, as a crash does."""
    text = path.read_bytes()
    last = len(text) - text.rfind(b"\n", 0, -1) - 1
    path.write_bytes(text[: len(text) - min(size, last)])


class TestTrouble:
    """Answers that are lost, refused or late."""

    def test_the_limit_is_learnt(self, mock: Bench, hand: Hand, tmp_path: Path) -> None:
        """1303 tells how many may run: no more are tried, but one a minute, so that a higher limit is found."""
        limit = [5]
        client, noting = sync_client(hand, _slots(hand, lambda: limit[0]))
        client._transport.pace.chance = lambda: 0.5  # by chance a task may have ended unseen, and one more is taken
        object.__setattr__(client._transport.settings.retries, "chance", lambda: 0.5)
        batch = client.batch(boats(400), journal=tmp_path / "run.jsonl")
        for number, _ in enumerate(batch):
            limit[0] = 5 if number < 100 else 9
        creates = [at for at, verb, _ in noting.asked if verb == "POST"]
        assert _started(mock) == 400
        assert batch._work._slots["video"].limit == 9
        assert len(creates) - 400 <= 3 + (hand.at - 1000) / 60

    def test_places_of_the_mock(self, ruled_doc: Document, tmp_path: Path) -> None:
        """Against a mock with three places a pack, videos and pictures each have a limit of their own, and few are refused."""
        hand = Hand(bench(ruled_doc, Settings(any_id=True, slots=3)))
        client, noting = sync_client(hand)
        picture = {"call": "image_generation.create", "arguments": {"prompt": "A boat", "model_name": "kling-v3"}}
        batch = client.batch([*boats(20), *[picture] * 20], journal=tmp_path / "run.jsonl")
        assert {one.verdict for one in batch} == {"done"}
        assert all(3 <= batch._work._slots[name].limit < 20 for name in ("video", "image"))
        assert sum(verb == "POST" for _, verb, _ in noting.asked) < 60

    @pytest.mark.parametrize("error", [httpx2.ReadTimeout("slow"), httpx2.ConnectError("refused")])
    @pytest.mark.parametrize("has_arrived", [True, False])
    def test_lost_answers(self, error: Exception, has_arrived: bool, mock: Bench, hand: Hand, journal: Path) -> None:
        """Each create loses its answer once, some after it has arrived: one task a job."""
        seen: set[bytes] = set()

        def fault(request: httpx2.Request) -> None:
            if request.method == "POST" and request.content not in seen:
                seen.add(request.content)
                if has_arrived and isinstance(error, httpx2.ReadTimeout):
                    Noting(hand).handle_request(request)
                raise error

        client, _ = sync_client(hand, fault)
        assert [one.verdict for one in client.batch(boats(4), journal=journal)] == ["done"] * 4
        assert _started(mock) == 4

    def test_a_create_that_never_works_is_unclear(self, mock: Bench, hand: Hand, journal: Path) -> None:
        """One job that the service stumbles over does not stop the others; when asked for, it is tried again by its old id."""
        broken = [True]

        def fault(request: httpx2.Request) -> httpx2.Response | None:
            return _says(5000, 500) if b"stumble" in request.content and broken else None

        client, _ = sync_client(hand, fault)
        said = boats(2)
        said[0]["arguments"] = {**BODY, "prompt": "stumble"}
        assert {one.job.id: one.verdict for one in client.batch(said, journal=journal)} == {
            "boat-0": "unclear",
            "boat-1": "done",
        }
        broken.clear()
        assert [one.verdict for one in client.batch(said, journal=journal, retry_failed=True)] == ["done", "done"]
        assert _started(mock) == 2

    @pytest.mark.parametrize("error", [AccountInArrears, ConnectionFailed])
    def test_what_would_meet_every_job_ends_the_run(
        self, error: type[Exception], mock: Bench, hand: Hand, journal: Path
    ) -> None:
        """No money, no connection: the run ends with the error, and the next one goes on from there."""
        broken = [True]

        def fault(request: httpx2.Request) -> httpx2.Response | None:
            if broken and _started(mock) == 2 and request.method == "POST":
                if error is ConnectionFailed:
                    raise httpx2.ConnectError("refused")
                return _says(1101, 429)
            return None

        client, _ = sync_client(hand, fault)
        with pytest.raises(error):
            list(client.batch(boats(5), journal=journal))
        broken.clear()
        assert [one.verdict for one in client.batch(boats(5), journal=journal)] == ["done"] * 5
        assert _started(mock) == 5

    @given(steps=st.lists(st.tuples(st.sampled_from("tre"), st.floats(0, 90)), max_size=60))
    def test_slots_are_never_stuck(self, steps: list[tuple[str, float]]) -> None:
        """Whatever happened: with nothing running something may start within a minute and a half, and an end frees at once."""
        slots, now = Slots(), 0.0
        for what, passed in steps:
            now += passed
            if what == "t" and slots.rest(now) == 0:
                slots.taken(now)
            elif what == "r":
                slots.refused(now, 30.0)
            elif what == "e" and slots.running:
                slots.freed()
                assert slots.rest(now) == 0 or slots.running >= slots.limit
            assert slots.limit >= max(1, min(slots.limit, slots.running))
            assert slots.rest(now) <= 90
