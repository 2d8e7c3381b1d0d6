"""Many callers at once, with control calls among them: nothing fails, no task is lost, the ledger adds up."""

import json
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import BODY, CREATE

from kling_mock.account import Account
from kling_mock.clock import Clock
from kling_mock.post import Post
from kling_mock.request import Request
from kling_mock.settings import Settings
from kling_mock.world import World
from kling_spec.bundle import current

_HOOK = "http://127.0.0.1:9/hook"
_UNITS = 10**6
_OWN, _SHARED, _STEPS = 8, 8, 150


class Caller:
    """One of many; each draws its steps from a seed of its own."""

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.random = random.Random(number)
        self.made: list[str] = []
        self._taken: Any = None

    def ask(self, verb: str, path: str, body: Any = None, *, key: str = "", id: str = "") -> tuple[int, Any]:
        """Return status and JSON of an answer, which is never a failure of the mock."""
        headers = {"authorization": f"Bearer {key}", "x-kling-mock-account": id or "default", "host": "mock.test"}
        said = self.world.handle(Request(verb, path, {}, headers, b"" if body is None else json.dumps(body).encode()))
        data = json.loads(said.body)
        assert said.status < 500, (verb, path, data)
        return said.status, data

    def create(self, key: str) -> None:
        hook = {"callback_url": _HOOK} if self.random.random() < 0.5 else {}
        status, said = self.ask("POST", CREATE, {**BODY, **hook}, key=key)
        if status == 200:
            self.made.append(said["data"]["task_id"])

    def own(self) -> tuple[str, list[str]]:
        """Use an account that nobody else uses, and return its id and the tasks that it was told of."""
        packs = [{"kind": "video", "units": _UNITS, "slots": _UNITS}]
        _, told = self.ask("POST", "/_mock/accounts", {"packs": packs, "clock": {"speed": self.random.choice([0, 1, 100])}})
        id, key = told["id"], told["api_key"]
        for _ in range(_STEPS):
            step = self.random.choice(["create"] * 4 + ["get"] * 3 + ["advance", "fail", "snapshot", "callbacks"])
            if step == "create":
                self.create(key)
            elif step == "get" and self.made:
                assert self.ask("GET", f"{CREATE}/{self.random.choice(self.made)}", key=key)[0] == 200
            elif step == "advance":
                self.ask("POST", "/_mock/clock/advance", {"seconds": self.random.choice([0, 1, 60])}, id=id)
            elif step == "fail":
                self.ask("POST", "/_mock/fail-next", {}, id=id)
            else:
                self.ask("GET", f"/_mock/accounts/{id}/snapshot" if step == "snapshot" else "/_mock/callbacks", id=id)
        return id, self.made

    def share(self) -> None:
        """Use accounts that others use, reset, restore and delete meanwhile."""
        for _ in range(_STEPS):
            id = f"shared-{self.random.randrange(3)}"
            step = self.random.choice(["create"] * 5 + ["get"] * 2 + ["reset", "advance", "take", "restore", "delete", "poll"])
            if step == "create":
                self.create(f"key-{id}")
            elif step == "get" and self.made:
                self.ask("GET", f"{CREATE}/{self.made[-1]}", key=f"key-{id}")
            elif step == "take":
                status, said = self.ask("GET", f"/_mock/accounts/{id}/snapshot")
                self._taken = said if status == 200 else self._taken
            elif step == "restore" and self._taken is not None:
                self.ask("PUT", f"/_mock/accounts/{id}/snapshot", self._taken)
            elif step == "delete":
                self.ask("DELETE", f"/_mock/accounts/{id}")
                self.ask("POST", "/_mock/accounts", {"id": id, "api_key": f"key-{id}", "clock": {"speed": 0}})
            elif step == "poll":
                self.ask("PATCH", f"/_mock/accounts/{id}", {"polls": self.random.choice([0, 1]), "callback_retries": 1})
            else:
                path, body = ("reset", None) if step == "reset" else ("clock/advance", {"seconds": 60})
                self.ask("POST", f"/_mock/{path}", body, id=id)


def _adds_up(account: Account) -> None:
    """Hold that units went for the tasks that did not fail, and that no place is taken once all have ended."""
    account.clock.run(0)
    account.clock.advance(7200)
    account.outbox.settle(account.clock.now())
    spent = sum((Decimal(one.units) for one in account.tasks if not one.reason), Decimal(0))
    assert _UNITS - account.wallet.left("video", account.clock.now()) == spent
    assert sum((one.amount for one in account.wallet.taken), Decimal(0)) == spent
    assert account.slots.used("video", account.clock.now()) == 0
    assert account.outbox.waiting == []


def _seen(world: World) -> dict[str, Any]:
    """Return the tasks of each account, and what it has still to tell."""
    return {
        one.id: ([task.id for task in one.tasks], [(each.number, each.state, each.due_ms) for each in one.outbox.waiting])
        for one in world.accounts
    }


@pytest.fixture
def often() -> Iterator[None]:
    """Let threads take turns much more often than they would."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(2e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("is_kept", [False, True], ids=["memory", "file"])
def test_many_at_once_fail_at_nothing(tmp_path: Path, is_kept: bool) -> None:
    """No answer is a failure of the mock, no task of an answered create is lost, and a file has what memory has."""
    turn = random.Random(0)

    def send(post: Post) -> int:
        return turn.choice([200, 200, 500])

    settings = Settings(store=str(tmp_path / "kling.db") if is_kept else "")
    world = World(current(), settings, clock=Clock(speed=0), send=send)
    callers = [Caller(world, number) for number in range(_OWN + _SHARED)]
    with world.dispatcher, ThreadPoolExecutor(len(callers)) as pool:
        owners = [pool.submit(one.own) for one in callers[:_OWN]]
        sharers = [pool.submit(one.share) for one in callers[_OWN:]]
        for sharer in sharers:
            sharer.result(timeout=60)
        told = [one.result(timeout=60) for one in owners]
    for id, made in told:
        account = world.accounts.get(id)
        assert sorted(task.id for task in account.tasks) == sorted(made)
        _adds_up(account)
    for account in world.accounts:
        assert all(account.tasks.of_id(one.task_id) for one in account.outbox.waiting), account.id
    if is_kept:
        world.close()
        again = World(current(), settings, clock=Clock(speed=0), send=send)
        assert _seen(again) == _seen(world)
        again.close()
