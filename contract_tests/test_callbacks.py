"""Callbacks over real sockets: in order, once, within limits; a receiver that hangs holds up nobody else."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from socket import create_server
from typing import Any

import pytest
from conftest import BODY, START_MS, Bench
from hypothesis import given
from hypothesis import strategies as st
from receiving import STATES, Receiver, by_task, create, log, mock, receiver, receiving, served

from kling_mock import dispatcher
from kling_mock.clock import Clock
from kling_mock.dispatcher import AT_ONCE
from kling_mock.handle import MockHandle, running
from kling_mock.lane import Delivery, Lane
from kling_mock.server import Running
from kling_mock.settings import Settings
from kling_mock.world import World
from kling_spec.bundle import current, ruled
from kling_spec.load import load

__all__ = ["mock", "receiver", "served"]  # fixtures

_RULED = ruled(load())


def test_advancing_delivers_all_in_order_of_time(mock: MockHandle, receiver: Receiver) -> None:
    """A hundred tasks ten minutes on: 300 callbacks in order of due time, delivered before the answer, each task in its order."""
    tasks = [create(mock, receiver.url) for _ in range(100)]
    receiver.arrived(100)  # that they were submitted is told at once
    mock.advance(0)
    made = mock.advance(600)
    assert len(made) == 200
    assert {one.problem for one in made} == {""}
    assert by_task(receiver.got) == dict.fromkeys(tasks, STATES)
    moments = [one.said["updated_at"] for one in receiver.got]
    assert moments == sorted(moments)
    assert {one.headers["content-type"] for one in receiver.got} == {"application/json; charset=utf-8"}
    assert "webhook-id" not in receiver.got[0].headers


def test_a_hanging_receiver_holds_up_nobody_else(mock: MockHandle, receiver: Receiver) -> None:
    """While one receiver does not answer, others are told everything and the API answers; a task's order holds still."""
    with receiving() as other:
        hanging, free = create(mock, receiver.url.replace("/hook", "/hang")), create(mock, receiver.url)
        create(mock, other.url)
        with ThreadPoolExecutor(1) as pool:
            moved = pool.submit(mock.advance, 600)
            assert [one.said["task_status"] for one in other.arrived(3)] == STATES
            assert mock.control("GET", "/health")["status"] == "ok"
            assert by_task(receiver.arrived(4)) == {hanging: ["submitted"], free: STATES}
            assert not moved.done()
            receiver.release.set()
            moved.result(timeout=20)
    assert by_task(receiver.got) == {hanging: STATES, free: STATES}


def test_a_slow_receiver_is_told_many_things_at_once(receiver: Receiver) -> None:
    """Where time runs, up to 32 deliveries to a receiver that takes its time are under way, and none is lost."""
    world = World(current(), Settings(quotas=False, callback_timeout=20))
    with Running(world) as server:
        mock = MockHandle(server.url, world, world.account)
        for _ in range(AT_ONCE + 8):
            create(mock, receiver.url.replace("/hook", "/hang"))
        assert len(by_task(receiver.arrived(AT_ONCE))) == AT_ONCE
        assert receiver.arrivals.empty()
        receiver.release.set()
        receiver.arrived(8)


def test_many_callbacks_due_at_once_all_arrive(receiver: Receiver) -> None:
    """A thousand that fall due in one moment of a running clock arrive once each, while the API answers."""
    with running(Settings(quotas=False)) as mock:
        outbox, due = mock.account.outbox, mock.account.clock.now() + 1000
        for number in range(1000):
            outbox.put(due, receiver.url, partial(b'{"number":%d}'.__mod__, number), task_id=str(number // 2))
        mock.account.clock.set(due)
        mock.change(clock={"speed": 1})
        answers = [mock.control("GET", "/health")["status"] for _ in range(20)]
        numbers = [one.said["number"] for one in receiver.arrived(1000)]
        mock.advance(0)
    assert answers == ["ok"] * 20
    assert sorted(numbers) == list(range(1000))
    assert [numbers.index(one) < numbers.index(one + 1) for one in range(0, 1000, 2)] == [True] * 500
    assert [one.number for one in mock.deliveries()] == list(range(1, 1001))


def test_time_that_runs_delivers_by_itself(receiver: Receiver) -> None:
    """At a thousandfold speed every change of a task arrives without anybody asking, in order."""
    world = World(current(), Settings(quotas=False, speed=1000))
    with Running(world) as server:
        mock = MockHandle(server.url, world, world.account)
        tasks = [create(mock, receiver.url) for _ in range(5)]
        assert by_task(receiver.arrived(15)) == dict.fromkeys(tasks, STATES)


def test_a_clock_that_is_let_run_delivers(mock: MockHandle, receiver: Receiver) -> None:
    """What was planned while the clock stood still arrives once it runs."""
    create(mock, receiver.url)
    receiver.arrived(1)
    mock.change(clock={"speed": 100_000})
    assert [one.said["task_status"] for one in receiver.arrived(2)] == STATES[1:]


def test_an_advance_ends_though_its_account_is_set_back(mock: MockHandle, receiver: Receiver) -> None:
    """What a restored clock has yet to come to keeps nobody waiting who advanced it before."""
    path = f"/accounts/{mock.account.id}/snapshot"
    receiver.release.set()
    create(mock, receiver.url.replace("/hook", "/hang"))
    receiver.arrived(1)
    mock.advance(0)
    taken = mock.control("GET", path)
    receiver.release.clear()
    with ThreadPoolExecutor(1) as pool:
        moved = pool.submit(mock.advance, 600)
        receiver.arrived(1)
        mock.control("PUT", path, taken)
        receiver.release.set()
        assert moved.result(timeout=20) == []
    assert [one.delivery.state for one in mock.advance(600)] == STATES[1:]


@pytest.mark.parametrize(
    ("answer", "status", "problem"),
    [
        (b"", None, "closed without an answer"),
        (b"HTTP/1.1 200 OK\r\ncontent-le", None, "closed without an answer"),
        (b"SSH-2.0-nothing\r\n", None, "not an HTTP answer"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 200, ""),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, ""),
        (b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 1_000_000, 200, ""),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx", 200, ""),
    ],
)
def test_any_answer_is_borne(served: MockHandle, answer: bytes, status: int | None, problem: str) -> None:
    """Whatever a receiver says on the wire, the entry tells its status or why there is none; of a long body the beginning."""
    outbox = served.account.outbox
    with create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:
        said = pool.submit(_answered, listening, answer)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/ö path?x=ü"
        one = outbox.send(outbox.message(0, url, lambda: b"{}"))
        assert said.result(20).startswith(b"POST /%C3%B6%20path?x=%C3%BC HTTP/1.1\r\n")
    assert one.status == status
    assert problem in one.problem
    assert bool(problem) is bool(one.problem)
    assert len(one.reply.body) <= 4096


def _answered(listening: Any, answer: bytes) -> bytes:
    connection, _ = listening.accept()
    with connection:
        asked: bytes = connection.recv(65536)
        try:
            connection.sendall(answer)
        except OSError:  # it has heard enough
            return asked
    return asked


def test_a_receiver_that_does_not_answer_is_given_up(receiver: Receiver) -> None:
    """After the time limit the entry says so, and the task's next delivery has its turn."""
    with running(Settings(quotas=False, callback_timeout=0.2)) as mock:
        create(mock, receiver.url.replace("/hook", "/hang"))
        mock.advance(600)
        assert {one.problem for one in mock.account.outbox.log} == {"no answer within 0.2 s"}
    assert [one.said["task_status"] for one in receiver.got] == STATES


def test_a_server_that_stops_gives_up_what_hangs(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopping does not wait for a receiver that hangs, and nothing is begun afterwards."""
    monkeypatch.setattr(dispatcher, "GRACE", 0.05)
    with running(Settings(quotas=False, callback_timeout=600)) as mock:
        create(mock, receiver.url.replace("/hook", "/hang"))
        receiver.arrived(1)
    mock.account.outbox.wake()
    assert receiver.arrivals.empty()


def test_without_a_server_advancing_posts_over_http(receiver: Receiver) -> None:
    """A mock in the process, with no server around it, delivers what is due when its clock is moved."""
    world = World(_RULED, Settings(quotas=False), clock=Clock(speed=0, start_ms=START_MS))
    Bench(world).post({**BODY, "callback_url": receiver.url})
    assert [one.status for one in world.advance(600)] == [200] * 3
    assert [one.said["task_status"] for one in receiver.got] == STATES


def test_a_forgotten_account_is_silent(served: MockHandle, receiver: Receiver) -> None:
    """A reset while a delivery is under way ends its task's callbacks and leaves an empty log; so does deleting."""
    mock = served.new_account()
    create(mock, receiver.url.replace("/hook", "/hang"))
    receiver.arrived(1)
    mock.control("POST", "/reset")
    receiver.release.set()
    assert mock.advance(600) == []
    assert log(mock) == []
    create(mock, receiver.url)
    receiver.arrived(1)
    mock.control("DELETE", f"/accounts/{mock.account.id}")
    assert mock.advance(600) == []
    assert len(receiver.got) == 2


_MESSAGES = st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abc"), st.integers(0, 3)), max_size=30)


@given(messages=_MESSAGES, steps=st.lists(st.integers(0, 8), max_size=20))
def test_a_task_is_told_one_thing_at_a_time(messages: list[tuple[int, str, int]], steps: list[int]) -> None:
    """Whatever is planned, fails and ends when, each message of a task is over before the next begins, and none is lost."""
    lane = Lane()
    fails = {number: times for number, (_, _, times) in enumerate(messages)}
    for number, (due, task, _) in enumerate(messages):
        lane.put(Delivery(due, number, "", bytes, task_id=task))
    under_way: list[Delivery] = []
    told: dict[str, list[tuple[int, int]]] = {}
    for now in [*[sum(steps[:end]) for end in range(len(steps))], *[1000] * 300]:
        while (one := lane.take(now)) is not None:
            assert one.task_id not in {other.task_id for other in under_way}
            under_way.append(one)
        if under_way:
            one = under_way.pop(now % len(under_way))
            fails[one.number] -= 1
            again = Delivery(one.due_ms + 1, one.number, "", bytes, one.task_id, attempt=one.attempt + 1)
            lane.done(one, again if fails[one.number] >= 0 else None)
            told.setdefault(one.task_id, []).append((one.number, one.attempt))
    assert lane.is_empty
    assert lane.is_settled(1000)
    assert sorted(number for one in told.values() for number in {number for number, _ in one}) == list(range(len(messages)))
    for task, made in told.items():
        numbers = [number for number, _ in groupby(made, key=lambda one: one[0])]
        assert len(numbers) == len(set(numbers)), f"{task}: messages mixed"


def test_without_a_server_many_threads_may_advance(receiver: Receiver) -> None:
    """Accounts of a mock in the process that are moved on from several threads get all of their callbacks."""
    world = World(_RULED, Settings(quotas=False), clock=Clock(speed=0, start_ms=START_MS))
    handles = [MockHandle("http://mock.test", world, world.account).new_account() for _ in range(4)]
    for handle in handles:
        for number in range(5):
            handle.account.outbox.put(START_MS + number, receiver.url, lambda: b"{}")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda handle: [handle.advance(0.001) for _ in range(5)], handles))
    assert [len(handle.deliveries()) for handle in handles] == [5] * 4
    assert len(receiver.got) == 20
