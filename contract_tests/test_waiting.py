"""Waiting: for one task and for ten thousand, at a bounded rate, through failures, interrupts and restarts."""

import asyncio
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from conftest import BODY, Bench, bench
from hand import Hand, async_client, sync_client
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from kling import AuthError, Kling, ParameterInvalid, TaskFailed, TaskTimeout
from kling._core.operation import family
from kling._core.polling import LEAST, RATE, Pace
from kling_mock.faults import Code, Fail
from kling_mock.tasks import Task
from kling_spec.document import Document

_ASKED: Any = BODY


@pytest.fixture
def hand(mock: Bench) -> Hand:
    """A clock that the mock lives by too."""
    return Hand(mock)


def _takes(mock: Bench, seconds: float) -> None:
    """Let all tasks of the mock take so long."""
    _change(mock, lambda task: structs.replace(task, begins=(*task.begins[:-1], task.begins[0] + int(seconds * 1000))))


def _change(mock: Bench, change: Callable[[Task], Task]) -> None:
    tasks = mock.world.account.tasks
    for one in list(tasks._tasks.values()):
        tasks._tasks[one.id] = change(one)


class TestOne:
    """One task."""

    def test_it_is_looked_at_when_such_tasks_end(self, mock: Bench, hand: Hand) -> None:
        """One look at once, the next after the model's typical time, then one every 5 to 10 s."""
        client, noting = sync_client(hand)
        made = client.text_to_video.create(**_ASKED)
        _takes(mock, 200)
        seen: list[str] = []
        task = client.text_to_video.task(made, _ASKED)
        done = task.wait(on_update=lambda one: seen.append(one.task_status))
        assert done.task_status == task.status == "succeed"
        assert seen == ["submitted", "processing", "succeed"]
        typical = family("text_to_video").seconds["kling-v2-6"]
        assert noting.times[:2] == [0.0, typical]
        gaps = [after - before for before, after in zip(noting.times[1:], noting.times[2:], strict=False)]
        assert gaps
        assert all(LEAST <= gap <= 2 * LEAST for gap in gaps)
        assert len(set(gaps)) > 1

    def test_run_knows_the_model(self, mock: Bench, hand: Hand) -> None:
        """`run` takes the model's typical time; without a model that of the family's fastest counts."""
        client, noting = sync_client(hand)
        client.text_to_video.run(**_ASKED)
        known = family("text_to_video").seconds
        assert noting.times == [0.0, known["kling-v2-6"]]
        slow, noting = sync_client(hand)
        start = hand.at
        slow.text_to_video.wait(slow.text_to_video.create(**_ASKED).task_id)
        assert [at + 1000 - start for at in noting.times] == [0.0, min(known.values())]

    def test_it_learns_how_long_tasks_take(self, mock: Bench, hand: Hand) -> None:
        """The next task of this model is looked at when the last one would have ended."""
        client, _ = sync_client(hand)
        client.text_to_video.run(**_ASKED)
        took = client._transport.pace.typical(client.text_to_video.task("x", _ASKED))
        assert 1 < took < 4  # as the mock's lifecycle says
        start = hand.at
        client.text_to_video.run(**_ASKED)
        assert hand.at - start <= 2 * LEAST

    def test_a_given_interval_is_kept(self, mock: Bench, hand: Hand) -> None:
        """With an interval there is one look every so many seconds."""
        client, noting = sync_client(hand)
        client.text_to_video.wait(client.text_to_video.create(**_ASKED), interval=0.5)
        assert noting.times == [number * 0.5 for number in range(len(noting.times))]
        assert len(noting.times) > 3

    def test_an_age_that_is_known_counts(self, mock: Bench, hand: Hand) -> None:
        """A task that has been running for a while is not given the whole typical time once more."""
        client, noting = sync_client(hand)
        made = client.text_to_video.create(**_ASKED)
        _takes(mock, 155)
        hand.sleep(100)
        client.resume(client.text_to_video.task(made, _ASKED).checkpoint()).wait()
        assert noting.times[:2] == [100.0, 150.0]

    def test_time_over_and_on_again(self, mock: Bench, hand: Hand) -> None:
        """A wait ends at its deadline with the task as last seen; the next wait goes on."""
        client, _ = sync_client(hand)
        task = client.text_to_video.task(client.text_to_video.create(**_ASKED))
        _takes(mock, 300)
        with pytest.raises(TaskTimeout) as caught:
            task.wait(timeout=60)
        assert hand.at == 1060
        assert caught.value.task.task_status == "processing"
        with pytest.raises(TaskTimeout):
            task.result()
        assert task.wait().task_status == "succeed"

    def test_the_callers_own_id_will_do(self, mock: Bench, hand: Hand) -> None:
        """A task is waited for by its external_task_id."""
        client, _ = sync_client(hand)
        made = client.text_to_video.create(**_ASKED, external_task_id="mine")
        assert client.text_to_video.wait("mine").task_id == made.task_id

    def test_a_failure_is_told(self, mock: Bench, hand: Hand) -> None:
        """A failed task raises with its reason; one that does not exist the service's refusal; both at once."""
        client, _ = sync_client(hand)
        mock.world.account.faults.add(Fail(reason="no", times=1))
        with pytest.raises(TaskFailed, match="no"):
            client.text_to_video.run(**_ASKED)
        with pytest.raises(ParameterInvalid):
            client.text_to_video.wait("nobody's")

    def test_what_meets_every_task_ends_the_wait(self, mock: Bench, hand: Hand) -> None:
        """Without access there is nothing to wait for."""
        client, _ = sync_client(hand, api_key="wrong")
        with pytest.raises(AuthError):
            client.wait_all([client.text_to_video.task("1"), client.text_to_video.task("2")])

    def test_interrupts_leave_it_waitable(self, mock: Bench, hand: Hand) -> None:
        """Control-C in a sleep reaches the caller; the same handle can be waited for again."""
        client, _ = sync_client(hand)
        task = client.text_to_video.task(client.text_to_video.create(**_ASKED))

        def press() -> None:
            hand.ring = lambda: None
            raise KeyboardInterrupt

        hand.ring = press
        with pytest.raises(KeyboardInterrupt):
            task.wait()
        assert task.status == "submitted"
        assert task.wait().task_status == "succeed"

    def test_a_cancelled_wait_leaves_it_waitable(self, mock: Bench, hand: Hand) -> None:
        """The same for a cancelled asyncio task."""
        client, _ = async_client(hand)

        async def story() -> str:
            task = client.text_to_video.task(await client.text_to_video.create(**_ASKED))
            waiting = asyncio.ensure_future(task.wait())

            def press() -> None:
                hand.ring = lambda: None
                waiting.cancel()

            hand.ring = press
            with pytest.raises(asyncio.CancelledError):
                await waiting
            return (await task.wait()).task_status

        assert asyncio.run(story()) == "succeed"


class TestMany:
    """Many tasks, one loop."""

    def test_each_is_given_once_when_it_has_ended(self, mock: Bench, hand: Hand) -> None:
        """Tasks of several families, failed and unknown ones too: none stops the others, none is given twice."""
        client, _ = sync_client(hand)
        mock.world.account.faults.add(Fail(reason="no", times=1))
        failing = client.text_to_video.task(client.text_to_video.create(**_ASKED))
        film = client.text_to_video.task(client.text_to_video.create(**_ASKED))
        picture = client.image_generation.task(client.image_generation.create(prompt="A boat", model_name="kling-v3"))
        unknown = client.image_generation.task("nobody's")
        tasks: list[Any] = [failing, film, picture, unknown]
        updates: list[str] = []
        given_tasks = list(client.as_completed(tasks, on_update=lambda one: updates.append(one.family)))
        assert given_tasks[0] is unknown
        assert sorted(map(id, given_tasks)) == sorted(map(id, tasks))
        assert [one.verdict for one in tasks] == ["failed", "done", "done", "failed"]
        assert updates.count("image_generation") == 2
        assert list(client.as_completed(tasks)) == tasks  # at once, without a look
        for broken, error in ((failing, TaskFailed), (unknown, ParameterInvalid)):
            with pytest.raises(error):
                broken.result()

    def test_one_task_has_one_handle(self, client: Kling) -> None:
        """Two handles on one task in one wait are refused."""
        with pytest.raises(ValueError, match="waited for twice"):
            client.wait_all([client.text_to_video.task("1"), client.text_to_video.task("1")])

    def test_both_halves_ask_the_same(self, ruled_doc: Document) -> None:
        """The same tasks, the same seed: sync and async send the same requests at the same times."""

        def prepared() -> Hand:
            hand = Hand(bench(ruled_doc))
            hand.mock.world.account.faults.add(Fail(reason="no", times=1))
            return hand

        mine, theirs = prepared(), prepared()
        client, noted = sync_client(mine)
        other, also_noted = async_client(theirs)
        for one in (client, other):
            one._transport.pace.chance = lambda: 0.5

        def story() -> list[str]:
            tasks = [client.text_to_video.task(client.text_to_video.create(**_ASKED)) for _ in range(6)]
            return [one.verdict for one in client.wait_all(tasks)]

        async def async_story() -> list[str]:
            tasks = [other.text_to_video.task(await other.text_to_video.create(**_ASKED)) for _ in range(6)]
            return [one.verdict for one in await other.wait_all(tasks)]

        assert story() == asyncio.run(async_story()) == ["failed", *["done"] * 5]
        assert noted.asked == also_noted.asked

    def test_what_no_page_tells_is_looked_at_singly(self, mock: Bench, hand: Hand) -> None:
        """Many tasks known by the caller's own ids alone, or not at all, end all the same."""
        client, _ = sync_client(hand)
        names = [f"mine-{number}" for number in range(20)]
        for name in names:
            client.text_to_video.create(**_ASKED, external_task_id=name)
        tasks = client.wait_all(client.text_to_video.task(name) for name in [*names, *map(str, range(9))])
        assert [one.verdict for one in tasks] == ["done"] * 20 + ["failed"] * 9
        assert hand.at < 1600

    def test_ten_thousand(self, mock: Bench, hand: Hand) -> None:
        """10,000 tasks that end within three minutes, 2,000 others among them: few requests, never too fast, little memory."""
        client, noting = sync_client(hand)
        model = mock.world.account.tasks.find("text_to_video", client.text_to_video.create(**_ASKED).task_id)
        assert model is not None
        mine = [task for number, task in enumerate(_many(model, 12_000)) if number % 6]
        mock.world.account.tasks.clear()
        for task in _many(model, 12_000):
            mock.world.account.tasks.add(task)
        handles = [client.text_to_video.task(one.id, _ASKED) for one in mine]
        ended = client.wait_all(handles)
        assert {one.status for one in ended} == {"succeed"}
        looks, singly = len(noting.times), sum("pageSize=500" not in path for _, _, path in noting.asked[1:])
        assert singly < 100
        assert looks < 300, "one by one it would be 10,000 a round"
        assert all(noting.times[at + 10] - noting.times[at] >= 9.9 / RATE for at in range(looks - 10))

    def test_ten_thousand_fit_into_memory(self, mock: Bench, hand: Hand) -> None:
        """A task that is waited for keeps a few kilobytes, what was last seen of it included."""
        client, _ = sync_client(hand)
        made = client.text_to_video.create(**_ASKED)
        tracemalloc.start()
        handles = [client.text_to_video.task(str(number), _ASKED) for number in range(1000)]
        for one in handles:
            one.see(client.text_to_video.get(made))
        size = tracemalloc.get_traced_memory()[0] / len(handles)
        tracemalloc.stop()
        assert size < 8 * 1024


def _many(model: Task, count: int) -> Iterator[Task]:
    """Yield tasks like one, created one after another within the last minute and a half, ended within the next three."""
    first, now = int(model.id), model.begins[0]
    for number in range(count):
        begun = now - 90_000 + number * 90_000 // count
        yield structs.replace(model, id=str(first + number), begins=(begun, begun + 500, begun + 180_000))


class TestTrouble:
    """What goes wrong between two looks."""

    def test_broken_connections_are_waited_through(self, mock: Bench, hand: Hand) -> None:
        """Looks without an answer are repeated until the deadline; then the cause is told."""
        faults = [httpx2.ConnectError("refused"), httpx2.ReadTimeout("slow")]

        def fault(request: httpx2.Request) -> None:
            if request.method == "GET" and faults:
                raise faults.pop(0)

        client, _ = sync_client(hand, fault)
        made = client.text_to_video.create(**_ASKED)
        assert client.text_to_video.wait(made).task_status == "succeed"
        faults.extend([httpx2.ConnectError("refused")] * 1000)
        with pytest.raises(TaskTimeout) as caught:
            client.text_to_video.wait(made, timeout=60)
        assert "refused" in str(caught.value.__cause__)

    def test_a_busy_service_is_asked_less(self, mock: Bench, hand: Hand) -> None:
        """1302 halves the rate of all waits of the client; answers bring it back step by step."""
        client, noting = sync_client(hand)
        tasks = [client.text_to_video.task(client.text_to_video.create(**_ASKED)) for _ in range(4)]
        mock.world.account.faults.add(Code(code=1302, times=3))
        client.wait_all(tasks)
        gaps = [after - before for before, after in zip(noting.times, noting.times[1:], strict=False)]
        assert gaps[:3] == pytest.approx([1 / RATE, 2 / RATE, 4 / RATE])
        assert client._transport.pace.rate > RATE / 8

    @given(turns=st.lists(st.tuples(st.floats(0, 2), st.booleans()), max_size=50))
    def test_the_rate_is_bounded(self, turns: list[tuple[float, bool]]) -> None:
        """Whatever comes back, turns are never closer than the most allows, and never further apart than ten seconds."""
        pace, now, before = Pace(lambda: 0.0), 0.0, -1.0
        for passed, well in turns:
            now += passed
            at = now + pace.turn(now)
            assert at - before >= 1 / RATE - 1e-9
            assert at - max(now, before) <= 50 / RATE + 1e-9
            before = at
            pace.answered(well=well)

    def test_a_page_that_fails_is_asked_again(self, mock: Bench, hand: Hand) -> None:
        """A list that cannot be had now is not replaced by hundreds of single looks."""
        left = [1302, 5000]

        def fault(request: httpx2.Request) -> httpx2.Response | None:
            if b"pageNum" in request.url.query and left:
                return httpx2.Response(500, json={"code": left.pop(), "message": "m"})
            return None

        client, noting = sync_client(hand, fault)
        tasks = [client.text_to_video.task(client.text_to_video.create(**_ASKED)) for _ in range(5)]
        hand.sleep(600)
        client.wait_all(tasks)
        assert [one.verdict for one in tasks] == ["done"] * 5
        assert len(noting.times) < 20


@dataclass
class Box:
    """An inbox of callbacks, which fall in at a time."""

    hand: Hand
    at: float
    task: Any

    def get(self, task_id: str) -> Any:
        return self.task if self.hand.at >= self.at and task_id == self.task.task_id else None


@dataclass
class Told:
    """What a callback tells."""

    task_id: str
    task_status: str


class TestInbox:
    """Callbacks beside looks."""

    def test_a_callback_ends_the_wait(self, mock: Bench, hand: Hand) -> None:
        """A look follows within a second of the callback, long before the next one is due; only one."""
        client, noting = sync_client(hand)
        made = client.text_to_video.create(**_ASKED)
        box = Box(hand, 1010.0, Told(made.task_id, "succeed"))
        assert client.text_to_video.wait(made, inbox=box).task_status == "succeed"
        assert noting.times == [0.0, 10.0]

    def test_a_callback_that_is_wrong_or_lost_does_no_harm(self, mock: Bench, hand: Hand) -> None:
        """The service has the last word; without a callback there are looks all the same, but fewer."""
        client, noting = sync_client(hand)
        made = client.text_to_video.create(**_ASKED)
        _takes(mock, 300)
        box = Box(hand, 1010.0, Told(made.task_id, "succeed"))
        assert client.text_to_video.wait(made, inbox=box).task_status == "succeed"
        assert noting.times[:3] == [0.0, 10.0, 90.0]
        assert all(after - before >= 30 for before, after in zip(noting.times[2:], noting.times[3:], strict=False))
