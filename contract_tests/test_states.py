"""One account through any order of requests and controls: what it answers, holds and tells is what the lifecycle says."""

import copy
import json
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from account_model import UNKNOWN, Account, Case, Pack, Task, began, cases
from conforming import expected
from conftest import START_MS, bench
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from kling_mock.settings import Settings
from kling_spec.bundle import ruled
from kling_spec.document import operations
from kling_spec.load import load

_RULED = ruled(load())
_OPERATIONS = {one.id: one for one in operations(_RULED)}
_CASES = dict(cases(_RULED))
_NAMES = st.sampled_from(list(_CASES))
_PLACES = st.integers(0, 2)
_MOCK = bench(_RULED, Settings(any_id=True))
_NUMBERS = count()
_LONG = 600.0  # seconds in which every task comes to its end
_FAULTS: list[dict[str, Any]] = [
    *({"kind": "code", "code": code} for code in (5000, 1301)),
    {"kind": "fail", "reason": "risk_control"},
    {"kind": "stuck"},
    *({"kind": "callbacks", "how": how} for how in ("duplicate", "reorder", "drop")),
]
_ASKED = st.tuples(
    _PLACES,
    st.sampled_from(["", "", "mine", "other"]),  # external_task_id
    st.booleans(),  # whether it wants to be told
    st.none() | st.sampled_from(_FAULTS),
    st.sampled_from([0.0, 0.5, 2.0, 4.0]),  # seconds that go by
)


class AnyStory(RuleBasedStateMachine):
    """Requests of one account, beside its model. The clock stands still between them."""

    def __init__(self) -> None:
        super().__init__()
        self.name = "default"
        self.taken: tuple[bytes, Account] | None = None
        self.account = Account({}, START_MS)

    @initialize(
        units=st.sampled_from([3, 20, 1000]),
        slots=st.sampled_from([1, 3, 9]),
        names=st.lists(_NAMES, min_size=1, max_size=3, unique=True),
    )
    def open(self, units: int, slots: int, names: list[str]) -> None:
        """Begin with an account with small packs, and with what will be asked of it."""
        self.cases = [_CASES[one] for one in names]
        kinds = _RULED["x-kling-catalogues"]["limits"]["limits"]["packs"]
        packs = [{"kind": kind, "units": units, "slots": slots} for kind in kinds]
        made = self.control(
            "POST", "/accounts", {"id": f"story-{next(_NUMBERS)}", "seed": 7, "packs": packs, "clock": {"now_ms": START_MS}}
        )
        self.name, self.key = made["id"], made["api_key"]
        self.url = f"http://127.0.0.1:9/{self.name}"
        self.account = Account({kind: Pack(Decimal(units), slots) for kind in kinds}, START_MS)

    def teardown(self) -> None:
        """Forget the account."""
        if self.name != "default":
            self.control("DELETE", f"/accounts/{self.name}")
        _MOCK.delivered.clear()

    def control(self, verb: str, path: str, body: Any = None) -> Any:
        """Return the control API's answer for the account."""
        with _MOCK.http() as http:
            content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
            answer = http.request(verb, f"/_mock{path}", content=content, headers={"x-kling-mock-account": self.name})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, verb: str, path: str, body: Any = None, **query: Any) -> Any:
        """Return the answer to a request of the account's owner."""
        content = None if body is None else json.dumps(body)
        with _MOCK.http() as http:
            headers = {"authorization": f"Bearer {self.key}"}
            return http.request(verb, path, content=content, params=query, headers=headers).json()

    def page(self, family: str, **query: Any) -> list[Any]:
        """Return a page of a family's tasks; empty while the account is in no good standing."""
        found: list[Any] = self.send("GET", _OPERATIONS[f"{family}.page"].path, **query).get("data", [])
        return found

    @rule(asked=st.lists(_ASKED, min_size=1, max_size=4))
    def create(self, asked: list[tuple[int, str, bool, dict[str, Any] | None, float]]) -> None:
        """Start tasks, each of which is refused for the first reason that there is; some time goes by after each."""
        for place, external, is_told, fault, seconds in asked:
            self.observe()
            if fault is not None:
                self.break_next(fault)
            self.create_one(self.case(place), external, is_told)
            self.advance(seconds)

    def create_one(self, case: Case, external: str, is_told: bool) -> None:
        own = {"external_task_id": external, "callback_url": self.url if is_told else ""}
        answer = self.send("POST", case.operation.path, {**case.body, **own})
        code = self.account.refusal(case, external)
        met = {} if code else self.account.struck()
        assert answer["code"] == (code or met.get("answer", {}).get("code", 0)), answer
        if answer["code"] == 0:
            self.began(case, answer["data"], external, is_told, met)

    def case(self, place: int) -> Case:
        return self.cases[place % len(self.cases)]

    def began(self, case: Case, told: Any, external: str, is_told: bool, met: Any) -> None:
        end = met.get("end", {}).get("kind")
        polled = bool(self.account.polls)
        task = began(case, told["task_id"], self.account.now, fails=end == "fail", stuck=end == "stuck", polled=polled)
        assert told["task_id"] not in self.account.tasks
        how = met.get("callbacks", {}).get("how", "in order") if is_told else ""
        self.account.tasks[task.id] = replace(task, external=external, heard=how)
        assert (told["task_status"], told["created_at"]) == (case.life.first, self.account.now)

    @rule(place=_PLACES, body=st.sampled_from([{"model_name": "none"}, {"callback_url": 5}, [], None]))
    def create_wrongly(self, place: int, body: Any) -> None:
        """Send what breaks the shape: nothing is started, no fault is spent."""
        case = self.case(place)
        content = {**case.body, **body} if isinstance(body, dict) else body
        known = (case.operation.request or {})["properties"]
        if not isinstance(body, dict) or ("model_name" in body and "model_name" in known):
            assert self.send("POST", case.operation.path, content)["code"] == (1201 if isinstance(body, dict) else 1200)

    @precondition(lambda self: self.account.tasks)
    @rule(number=st.integers(0, 50), by_external=st.booleans(), times=st.integers(1, 5))
    def get(self, number: int, by_external: bool, times: int) -> None:
        """Look at a task, by its id or the caller's own."""
        id = list(self.account.tasks)[number % len(self.account.tasks)]
        for _ in range(times):
            task = self.account.tasks[id]
            wanted = (by_external and task.external) or id
            answer = self.send("GET", _OPERATIONS[f"{task.case.operation.family}.get"].path.format(id=wanted))
            assert answer["data"]["task_id"] == id
            self.look(task.looked_at(self.account.now, self.account.polls), answer["data"])

    def look(self, task: Task, told: Any) -> None:
        """Compare what a reply tells of a task with what is known."""
        seen = task.seen(told, self.account.now)
        assert not task.polled or seen.place == task.place
        self.account.tasks[task.id] = seen
        units = told.get("final_unit_deduction")
        verdict = task.case.life.verdict(told["task_status"])
        assert (units is None) == (verdict == "running")
        assert verdict != "done" or float(units) == float(task.case.units)
        assert verdict != "failed" or (units == "0" and told["task_status_msg"])

    @rule(place=_PLACES)
    def get_unknown(self, place: int) -> None:
        """Look at a task that is not there."""
        path = _OPERATIONS[f"{self.case(place).operation.family}.get"].path.format(id="nobody")
        assert self.send("GET", path)["code"] == 1201

    @rule(place=_PLACES, number=st.integers(1, 4), size=st.integers(1, 3))
    def page_through(self, place: int, number: int, size: int) -> None:
        """Ask for one page: that part of all tasks, newest first."""
        family = self.case(place).operation.family
        newest = [id for id, one in reversed(self.account.tasks.items()) if one.case.operation.family == family]
        listed = [one["task_id"] for one in self.page(family, pageNum=number, pageSize=size)]
        assert listed == newest[(number - 1) * size : number * size]

    @rule(seconds=st.sampled_from([0.2, 0.7, 1.6, 3.1, _LONG]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.account.now += int(seconds * 1000)
        assert self.control("POST", "/clock/advance", {"seconds": seconds})["now"] == self.account.now

    @rule(seconds=st.sampled_from([1, 4]))
    def go_back(self, seconds: int) -> None:
        """Set the clock back, look, and set it forth again: tasks answer by the time alone; nothing comes of it."""
        before = self.account.now - seconds * 1000
        self.control("PATCH", "/clock", {"now_ms": before})
        for told in self.told():
            task = self.account.tasks[told["task_id"]]
            if before < task.begins[0][0]:
                assert told["task_status"] == task.way[0]
            else:
                self.account.tasks[task.id] = replace(task.seen(told, before), place=task.place)
        self.control("PATCH", "/clock", {"now_ms": self.account.now})

    @rule(
        polls=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=3),
        place=_PLACES,
        is_told=st.booleans(),
    )
    def poll(self, polls: list[tuple[int, int]], place: int, is_told: bool) -> None:
        """Let looks move new tasks on, or time again: start a task and look, so often before each so many move it."""
        for number, (needed, looks) in enumerate(polls):
            self.account.polls = needed
            self.control("PATCH", f"/accounts/{self.name}", {"polls": needed})
            if number == 0:
                self.create_one(self.case(place), "", is_told)
            if self.account.tasks:
                self.get(number=len(self.account.tasks) - 1, by_external=False, times=looks)

    @rule(state=st.sampled_from(["abnormal", "arrears"]), place=_PLACES)
    def stand(self, state: str, place: int) -> None:
        """Fall into another standing, in which nothing is answered, and out of it again."""
        for self.account.state in (state, "normal"):
            self.control("PATCH", f"/accounts/{self.name}", {"state": self.account.state})
            if self.account.state != "normal":
                self.create_one(self.case(place), "", True)

    def break_next(self, fault: dict[str, Any]) -> None:
        self.account.faults.append(fault)
        self.control("POST", "/faults", {"faults": [{**fault, "times": 1, "role": "create"}]})

    @rule()
    def reset(self) -> None:
        """Forget everything but packs, standing and clock."""
        self.control("POST", "/reset")
        self.account.tasks.clear()
        self.account.faults.clear()
        self.forget()

    @rule()
    def keep(self) -> None:
        """Take a snapshot."""
        self.observe()
        with _MOCK.http() as http:
            self.taken = http.get(f"/_mock/accounts/{self.name}/snapshot").content, copy.deepcopy(self.account)

    @precondition(lambda self: self.taken is not None)
    @rule()
    def go_on_from_kept(self) -> None:
        """Restore the snapshot. What waits to be told is no part of it: that is waited for, and not listened to after."""
        assert self.taken is not None
        self.advance(_LONG)
        self.control("PUT", f"/accounts/{self.name}/snapshot", self.taken[0])
        self.account = copy.deepcopy(self.taken[1])
        self.account.tasks = {id: replace(one, heard=UNKNOWN) for id, one in self.account.tasks.items()}
        self.forget()

    def forget(self) -> None:
        _MOCK.delivered[:] = [one for one in _MOCK.delivered if one[0] != self.url]

    def told(self) -> list[Any]:
        """Return every task as pages tell it; that moves none on."""
        families = {one.case.operation.family for one in self.account.tasks.values()}
        return [one for family in families for one in self.page(family, pageSize=500)]

    def observe(self) -> None:
        """Look at every task."""
        for told in self.told():
            self.look(self.account.tasks[told["task_id"]], told)

    @invariant()
    def holds_what_it_should(self) -> None:
        """Units, places and the number of tasks are those of the tasks that run, have ended or have failed."""
        self.observe()
        told = self.control("GET", f"/accounts/{self.name}")
        assert told["tasks"] == len(self.account.tasks)
        for pack in told["packs"]:
            assert pack["remaining_quantity"] == float(self.account.left(pack["kind"])), pack
            assert told["running"].get(pack["kind"], 0) == self.account.used(pack["kind"])

    @invariant()
    def tells_what_it_should(self) -> None:
        """Callbacks come for each state of each task, once and in order of time, with what a look would have told."""
        self.control("POST", "/clock/advance", {"seconds": 0})
        told = [json.loads(body) for url, body in _MOCK.delivered if url == self.url]
        for task in self.account.tasks.values():
            own = [one for one in told if one["task_id"] == task.id]
            assert task.heard == UNKNOWN or [one["task_status"] for one in own] == task.calls()
            for one in own:
                get = _OPERATIONS[f"{task.case.operation.family}.get"]
                expected(_RULED).validator(f"{get.id} told", get.data).validate(one)
                earliest, latest = task.begins[task.way.index(one["task_status"])]
                assert earliest <= one["updated_at"] <= latest
        strays = {id for id, one in self.account.tasks.items() if one.heard == "reorder"}
        times = [one["updated_at"] for one in told if one["task_id"] not in strays]
        assert times == sorted(times)


@pytest.mark.generated
def test_any_story_keeps_to_the_model() -> None:
    """Creates, looks, pages, time, polls, standing, faults, resets and snapshots in any order: as the model has it."""
    number = settings().max_examples * 3 // 2
    how = settings(max_examples=number, stateful_step_count=20, phases=[Phase.generate])  # shrinking takes minutes
    run_state_machine_as_test(AnyStory, settings=how)
