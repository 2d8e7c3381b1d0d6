"""A batch counts the places of a pack as the account does: a task that makes several pictures takes as many."""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest
from conftest import Bench, bench
from hand import Hand, Noting, sync_client
from hypothesis import given
from hypothesis import strategies as st

from kling._core.jobs import Slots
from kling._core.operation import family
from kling_codegen.names import argument_name
from kling_mock.settings import Settings
from kling_spec.bundle import plain
from kling_spec.document import Document, Operation, operations
from kling_spec.load import load

_START = 1000.0  # seconds on the hand's clock
_DOC = plain(load())
_PACKS = _DOC["x-kling-catalogues"]["limits"]["limits"]["packs"]
_BODIES = [
    pytest.param(one, {**body, **more}, id=f"{one.id}-{name}-{'-'.join(map(str, more.values()))}")
    for one in operations(_DOC)
    if one.role == "create" and one.request
    for name, body in one.examples.items()
    for more in [{}, *({"n": n} for n in (1, 3, 9) if "n" in one.request["properties"])]
]


@pytest.fixture
def open_handed(ruled_doc: Document) -> Bench:
    """A mock that knows any id."""
    return bench(ruled_doc, Settings(any_id=True, quotas=False))


@pytest.mark.parametrize(("operation", "body"), _BODIES)
def test_a_task_takes_what_the_account_counts(operation: Operation, body: Document, open_handed: Bench) -> None:
    """Client and mock count the places of every example alike, whatever number of pictures it asks for."""
    mine = family(operation.family)
    answer = open_handed.post(body, path=operation.path)
    assert answer.status_code == 200, answer.text
    account = open_handed.world.account
    used = account.slots.used(mine.pack, account.clock.now())
    arguments = {argument_name(name): one for name, one in body.items()}
    assert mine.places(mine.operations[operation.name], arguments) == used
    assert mine.slots == _PACKS[mine.pack]["slots"]


def _pictures(counts: list[int]) -> list[dict[str, Any]]:
    """Return jobs that make so many pictures each."""
    said = {"model_name": "kling-image-o1", "prompt": "A paper boat"}  # which takes 24 s
    return [{"id": str(i), "call": "image_omni.create", "arguments": {**said, "n": n}} for i, n in enumerate(counts)]


class _Watch:
    """Runs a batch on an account with quotas; notes its refusals, and how long it holds how many places while it has jobs left."""

    def __init__(self, ruled_doc: Document, journal: Path, jobs: list[dict[str, Any]], **settings: Any) -> None:
        self.hand = Hand(bench(ruled_doc, Settings(any_id=True, realistic=True, **settings)))
        client, self._noting = sync_client(self.hand, self._note)
        object.__setattr__(client._transport.settings.retries, "chance", lambda: 0.5)
        self.refused: list[float] = []
        self.held: Counter[int] = Counter()
        self.hand.ring = self._look
        self.batch = client.batch(jobs, journal=journal)
        self.found = list(self.batch)
        self.seconds = self.hand.at - _START

    def _note(self, request: httpx2.Request) -> httpx2.Response | None:
        answer = super(Noting, self._noting).handle_request(request)
        if answer.status_code == 429:
            self.refused.append(self.hand.at - _START)
        return answer

    def _look(self) -> None:
        if self.batch._work._queues["image"]:
            self.held[self.batch._work._slots["image"].running] += round(1000 * self.hand.slept[-1])


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9])
def test_a_pack_of_nine_is_filled_and_not_overrun(n: int, ruled_doc: Document, tmp_path: Path) -> None:
    """A batch of two rounds is never refused, and holds all places that its tasks can take."""
    ran = _Watch(ruled_doc, tmp_path / "run.jsonl", _pictures([n] * (2 * (9 // n))))
    assert {one.verdict for one in ran.found} == {"done"}
    assert ran.refused == []
    assert ran.held.most_common(1)[0][0] == max(ran.held) == 9 - 9 % n
    assert ran.held[9 - 9 % n] > 0.9 * ran.held.total(), "the rest is between two looks at tasks that have ended"


@pytest.mark.parametrize("slots", [None, 4, 30])
def test_whatever_the_account_has(slots: int | None, ruled_doc: Document, tmp_path: Path) -> None:
    """Jobs of one to three pictures: at most two places are idle, and few are refused but the one tried each minute."""
    ran = _Watch(ruled_doc, tmp_path / "run.jsonl", _pictures([1, 3, 2, 3, 1, 2, 2, 3] * 12), slots=slots)
    assert {one.verdict for one in ran.found} == {"done"}
    assert len(ran.refused) <= 3 + ran.seconds / 60
    idle = sum(time for places, time in ran.held.items() if places < (slots or 9) - 2)
    assert idle < {None: 0.1, 4: 0.1, 30: 0.4}[slots] * ran.held.total()


def test_a_series_of_any_length_takes_one_place() -> None:
    """Nobody can tell how many pictures it will have."""
    mine = family("image_omni")
    counts = {"auto": 1, 5: 5, "5": 5, None: 4}
    said = {"result_type": "series", "n": 9}
    assert {one: mine.places(mine.operations["create"], {**said, "series_amount": one}) for one in counts} == counts


@given(st.lists(st.tuples(st.sampled_from("tre"), st.integers(1, 9), st.floats(0, 90)), max_size=80), st.integers(1, 12))
def test_places_are_never_stuck(steps: list[tuple[str, int, float]], limit: int) -> None:
    """Whatever happened: something may start within 90 s, however much it takes; what runs is what was started and has not ended."""
    slots, now, running = Slots(limit=limit), 0.0, list[int]()
    for what, places, passed in steps:
        now += passed
        if what == "t" and slots.rest(now, places) == 0:
            slots.taken(now, places)
            running.append(places)
        elif what == "r":
            slots.refused(now, 30.0, places)
            assert slots.rest(now, places) > 0
        elif what == "e" and running:
            slots.freed(running.pop(0))
        assert slots.running == sum(running)
        assert slots.rest(now, places) <= 90
    assert running or slots.rest(now + 30.0, 9) == 0
