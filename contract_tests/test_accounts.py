"""Accounts of one server: apart from each other, in good standing or not, paid for or not, each in its own time."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx2
import jwt
import pytest
from conftest import BODY, CREATE, START_MS, Bench, bench

from kling_mock.settings import Settings
from kling_spec.document import Document, operations


@dataclass
class Caller:
    """An account of a mock in this process, and the requests of its owner."""

    mock: Bench
    id: str
    api_key: str

    def send(self, verb: str, path: str, body: Any = None, **headers: str) -> Any:
        """Return the answer's JSON."""
        content = None if body is None else json.dumps(body)
        with self.mock.http() as http:
            return http.request(
                verb, path, content=content, headers={"authorization": f"Bearer {self.api_key}", **headers}
            ).json()

    def create(self, **more: Any) -> Any:
        """Start a video task and return the answer."""
        return self.send("POST", CREATE, {**BODY, **more})

    def states(self) -> list[str]:
        """Return the states of the video tasks, newest first."""
        return [one["task_status"] for one in self.send("GET", CREATE)["data"]]

    def control(self, verb: str, path: str, body: Any = None) -> Any:
        """Return the control API's answer for this account."""
        with self.mock.http() as http:
            content = None if body is None else json.dumps(body)
            return http.request(verb, f"/_mock{path}", content=content, headers={"x-kling-mock-account": self.id}).json()

    def left(self, kind: int = 0) -> float:
        """Return the units left in a pack."""
        return float(self.control("GET", f"/accounts/{self.id}")["packs"][kind]["remaining_quantity"])


@pytest.fixture
def exact(ruled_doc: Document) -> Bench:
    """A mock with all limits."""
    return bench(ruled_doc, Settings())


def opened(mock: Bench, **options: Any) -> Caller:
    """Return a fresh account."""
    made = mock.http().post("/_mock/accounts", content=json.dumps(options)).json()
    return Caller(mock, made["id"], made["api_key"])


@pytest.fixture
def caller(exact: Bench) -> Caller:
    """A fresh account with all limits."""
    return opened(exact)


def test_accounts_share_nothing(exact: Bench) -> None:
    """Of many accounts at once each has its own tasks, external ids, faults, clock and units."""
    with ThreadPoolExecutor(16) as pool:
        callers = list(pool.map(lambda _: opened(exact), range(200)))
        made = list(pool.map(lambda one: one.create(external_task_id="same")["code"], callers))
    assert made == [0] * 200
    assert len({one.id for one in callers}) == len({one.api_key for one in callers}) == 200
    first, second = callers[:2]
    first.control("POST", "/clock/advance", {"seconds": 600})
    first.control("POST", "/fault-next", {"code": 5000})
    assert second.states() == ["submitted"]
    assert first.create()["code"] == 5000
    assert second.create()["code"] == 0
    assert first.states() == ["succeed"]
    assert first.left() == 10_000 - 1.5


def test_a_deleted_account_is_unknown(exact: Bench) -> None:
    """Deleting forgets the keys, signed tokens that were seen included; the default account stays."""
    made = exact.http().post("/_mock/accounts", content=b"{}").json()
    token = jwt.encode({"iss": made["access_key"]}, made["secret_key"], algorithm="HS256")
    assert exact.post(token=token).json()["code"] == 0
    assert exact.http().delete(f"/_mock/accounts/{made['id']}").status_code == 200
    assert exact.post(token=token).json()["code"] == 1002
    assert exact.post(token=made["api_key"]).json()["message"] == "api key not found"
    assert exact.http().delete("/_mock/accounts/default").status_code == 400
    assert exact.http().get("/_mock/accounts/none").status_code == 404


@pytest.mark.parametrize("body", [{"id": "default"}, {"api_key": Settings().api_key}, {"access_key": Settings().access_key}])
def test_ids_and_keys_are_given_once(exact: Bench, body: Any) -> None:
    """What another account has is refused, and nothing of the new account stays."""
    answer = exact.http().post("/_mock/accounts", content=json.dumps(body))
    assert answer.status_code == 400
    assert "taken by account 'default'" in answer.json()["error"]
    assert len(exact.http().get("/_mock/accounts").json()["accounts"]) == 1


def test_any_key_opens_an_account(ruled_doc: Document) -> None:
    """With --accept-any-key each unknown key, of both forms, has an account of its own; a known one keeps its secret."""
    mock = bench(ruled_doc, Settings(accept_any_key=True))
    for token in ("any", "other", jwt.encode({"iss": "somebody"}, "s" * 32, algorithm="HS256")):
        assert mock.post({**BODY, "external_task_id": "same"}, token=token).json()["code"] == 0
        assert mock.post({**BODY, "external_task_id": "same"}, token=token).json()["code"] == 1201
    forged = jwt.encode({"iss": Settings().access_key}, "s" * 32, algorithm="HS256")
    assert mock.post(token=forged).json()["code"] == 1000
    assert len(mock.world.accounts) == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "abnormal"}, 1100),
        ({"state": "arrears"}, 1101),
        ({"allowed_ips": ["10.0.0.1"]}, 1304),
        ({"denied": ["text_to_video"]}, 1103),
        ({"denied": ["text_to_video.create"]}, 1103),
        ({"denied": ["kling-v2-6"]}, 1103),
        ({"denied": ["kling-v3"]}, 0),
        ({"allowed_ips": ["127.0.0.1"]}, 0),
        ({"packs": []}, 1102),
        ({"packs": [{"kind": "image", "units": 100}]}, 1102),
        ({"packs": [{"kind": "video", "units": "1.4"}]}, 1102),
        ({"packs": [{"kind": "video", "units": "1.5"}]}, 0),
        ({"packs": [{"kind": "video", "units": 9, "starts_in_days": 1}]}, 1102),
        ({"packs": [{"kind": "video", "units": 9, "slots": 0}]}, 1303),
    ],
)
def test_standing(caller: Caller, change: Any, code: int) -> None:
    """Each state of an account has its code and its HTTP status of the table."""
    caller.control("PATCH", f"/accounts/{caller.id}", change)
    assert caller.create()["code"] == code


def test_the_caller_is_the_first_forwarded_address(caller: Caller) -> None:
    """Behind a gateway the address that it forwards counts."""
    caller.control("PATCH", f"/accounts/{caller.id}", {"allowed_ips": ["10.0.0.1"]})
    assert caller.send("GET", CREATE, **{"x-forwarded-for": "10.0.0.1, 10.9.9.9"})["code"] == 0


def test_a_wrong_model_is_told_before_an_empty_pack(caller: Caller) -> None:
    """The request is looked at before the balance, the balance before the places."""
    caller.control("PATCH", f"/accounts/{caller.id}", {"packs": [{"kind": "video", "units": 0, "slots": 0}]})
    assert caller.create(model_name="none")["code"] == 1201
    assert caller.create()["code"] == 1102


def test_places_are_free_when_tasks_end(caller: Caller) -> None:
    """A pack's places are taken from submitted until the end, failed tasks included; beyond them nothing is queued."""
    caller.control("POST", "/fail-next", {})
    assert [caller.create()["code"] for _ in range(6)] == [0] * 5 + [1303]
    assert caller.create()["message"] == "parallel task over resource pack limit"
    caller.control("POST", "/clock/advance", {"seconds": 600})
    assert sorted(caller.states()) == ["failed", *["succeed"] * 4]
    assert caller.create()["code"] == 0


def test_an_image_takes_a_place_a_picture(caller: Caller) -> None:
    """n pictures take n places of the image pack, and none of the video pack."""
    path, body = "/v1/images/generations", {"model_name": "kling-v2-1", "prompt": "x", "n": 5}
    assert caller.send("POST", path, body)["code"] == 0
    assert caller.send("POST", path, body)["code"] == 1303
    assert caller.send("POST", path, {**body, "n": 4})["code"] == 0
    assert caller.create()["code"] == 0


def test_a_failed_task_gives_its_units_back(caller: Caller) -> None:
    """Units are held while a task runs that will fail, and are back once it has; the others stay taken."""
    caller.control("POST", "/fail-next", {})
    caller.create()
    caller.create()
    assert caller.left() == 10_000 - 3
    caller.control("POST", "/clock/advance", {"seconds": 600})
    assert caller.left() == 10_000 - 1.5


def test_the_ledger_adds_up(caller: Caller) -> None:
    """The rows of the billing query follow each other without a gap, part by part, and end at what is left."""
    for _ in range(5):
        caller.create(duration="10")
    caller.control("POST", "/clock/advance", {"seconds": 600})
    asked: dict[str, Any] = {"start_time": START_MS, "end_time": START_MS + 10**9, "limit": 2}
    rows: list[Any] = []
    while True:
        data = caller.send("POST", "/account/billing/package", asked)["data"]
        assert data["result"]["count"] == len(data["result"]["detail"]) <= 2
        rows += data["result"]["detail"]
        if not data["has_more"]:
            break
        asked = {"cursor": data["next_cursor"]}
    assert [one["unit_before_deduction"] for one in rows[1:]] == [one["unit_after_deduction"] for one in rows[:-1]]
    assert (rows[0]["unit_before_deduction"], rows[-1]["unit_after_deduction"]) == (10_000, caller.left())
    assert {one["task_id"] for one in rows} == {one["task_id"] for one in caller.send("GET", CREATE)["data"]}
    wrong = {
        **asked,
        "start_time": START_MS,
        "end_time": START_MS + 10**9,
        "filters": [{"key": "product_type", "values": ["image"]}],
    }
    assert caller.send("POST", "/account/billing/package", {**wrong, "cursor": ""})["data"]["result"]["detail"] == []


def test_costs_may_be_asked_once_a_second(caller: Caller) -> None:
    """One request a second of the account's clock; the reply has an envelope of its own inside."""
    path = f"/account/costs?start_time={START_MS}&end_time={START_MS}"
    assert caller.send("GET", path)["data"]["code"] == 0
    assert caller.send("GET", path)["code"] == 1302
    caller.control("POST", "/clock/advance", {"seconds": 1})
    assert caller.send("GET", path)["code"] == 0


def test_requests_a_second(caller: Caller) -> None:
    """A limit on all requests answers 1302 beyond it, and lets others come a second later."""
    caller.control("PATCH", f"/accounts/{caller.id}", {"requests_per_second": 3})
    assert [caller.send("GET", CREATE)["code"] for _ in range(5)] == [0, 0, 0, 1302, 1302]
    caller.control("POST", "/clock/advance", {"seconds": 1})
    assert caller.send("GET", CREATE)["code"] == 0


def test_progress_by_looks(caller: Caller) -> None:
    """With polls, time moves no task; every second look does, frees the place at the end, and callbacks follow."""
    caller.control("PATCH", f"/accounts/{caller.id}", {"polls": 2})
    task = caller.create(callback_url="http://127.0.0.1:9/x")["data"]["task_id"]
    caller.control("POST", "/clock/advance", {"seconds": 86_400})
    seen = [caller.send("GET", f"{CREATE}/{task}")["data"]["task_status"] for _ in range(5)]
    assert seen == ["submitted", "processing", "processing", "succeed", "succeed"]
    caller.control("POST", "/clock/advance", {"seconds": 0})
    told = [json.loads(body)["task_status"] for _, body in caller.mock.delivered]
    assert told == ["submitted", "processing", "succeed"]
    assert caller.control("GET", f"/accounts/{caller.id}")["running"] == {"video": 0}
    ended = caller.send("POST", "/account/billing/package", {"start_time": START_MS, "end_time": START_MS + 10**9})
    assert len(ended["data"]["result"]["detail"]) == 1


def test_the_clock_can_be_set(caller: Caller) -> None:
    """A clock runs, stands and jumps, forth and back; a task answers by the time alone."""
    caller.create()
    caller.control("PATCH", "/clock", {"now_ms": START_MS + 10**6})
    assert caller.states() == ["succeed"]
    assert caller.control("PATCH", "/clock", {"at": "2026-09-22T00:00:00+02:00"})["now"] == 1_790_028_000_000
    caller.control("PATCH", "/clock", {"now_ms": START_MS})
    assert caller.states() == ["submitted"]
    caller.control("PATCH", "/clock", {"speed": 1_000_000})
    assert "speed" in caller.control("GET", "/clock")
    assert caller.control("PATCH", "/clock", {"speed": -1})["error"].startswith("cannot run at speed -1")


def test_advancing_tells_what_happened(caller: Caller) -> None:
    """A hundred tasks moved ten minutes on have ended, and their changes are told in order of time."""
    caller.control("PATCH", f"/accounts/{caller.id}", {"packs": [{"kind": "video", "units": 1000, "slots": 100}]})
    for _ in range(100):
        assert caller.create(callback_url="http://127.0.0.1:9/x")["code"] == 0
    told = caller.control("POST", "/clock/advance", {"seconds": 600})
    assert [one["state"] for one in told["changes"]].count("succeed") == 100
    assert [one["at"] for one in told["changes"]] == sorted(one["at"] for one in told["changes"])
    assert len(told["delivered"]) == 300
    assert caller.control("POST", "/clock/advance", {"seconds": 600})["changes"] == []


def test_results_are_kept_by_their_own_account(exact: Bench) -> None:
    """A result expires by the clock of the account that made it, not by another's."""
    first, second = opened(exact), opened(exact)
    urls = []
    for one in (first, second):
        one.create()
        one.control("POST", "/clock/advance", {"seconds": 600})
        urls.append(one.send("GET", CREATE)["data"][0]["task_result"]["videos"][0]["url"])
    first.control("POST", "/clock/advance", {"seconds": 31 * 86_400})
    with exact.http() as http:
        assert [_head(http, url) for url in urls] == [404, 200]


def _head(http: httpx2.Client, url: str) -> int:
    return http.head(url).status_code


def test_the_oldest_ended_tasks_are_forgotten(ruled_doc: Document) -> None:
    """Above the bound the oldest tasks that have ended leave, with their external ids; running ones stay."""
    mock = bench(ruled_doc, Settings(most_tasks=5, quotas=False))
    for number in range(5):
        assert mock.post({**BODY, "external_task_id": f"old-{number}"}).json()["code"] == 0
    assert mock.post({**BODY, "external_task_id": "more"}).json()["code"] == 0
    assert len(mock.world.account.tasks) == 6
    mock.world.advance(600)
    assert mock.post({**BODY, "external_task_id": "new"}).json()["code"] == 0
    listed = [one.external_id for one in mock.world.account.tasks.page("text_to_video", 1, 100)]
    assert listed == ["new", "more", "old-4", "old-3", "old-2", "old-1"]
    assert mock.post({**BODY, "external_task_id": "old-0"}).json()["code"] == 0


@pytest.mark.parametrize(("fidelity", "said"), [("observed", (400, 1201)), ("documented", (404, 1203))])
def test_fidelity(ruled_doc: Document, fidelity: str, said: tuple[int, int]) -> None:
    """The mock does what was seen, or what the table says, for a task and a model that are not there."""
    mock = bench(ruled_doc, Settings(fidelity=fidelity))
    headers = {"authorization": f"Bearer {Settings().api_key}"}
    unknown = mock.http().get(f"{CREATE}/1", headers=headers)
    retired = mock.post({**BODY, "model_name": "kling-v1"})
    assert [(one.status_code, one.json()["code"]) for one in (unknown, retired)] == [said, said]


def test_realistic_times_are_those_seen(ruled_doc: Document) -> None:
    """With --realistic a task takes as long as its family, its model or its kind of result was seen to take."""
    mock = bench(ruled_doc, Settings(realistic=True, quotas=False, any_id=True))
    models = ruled_doc["x-kling-catalogues"]["models"]["models"]
    typical = ruled_doc["x-kling-catalogues"]["lifecycles"]["lifecycles"]["task"]["typical"]
    families = {tag["name"]: tag["x-kling-family"] for tag in ruled_doc["tags"]}
    creates = [one for one in operations(ruled_doc) if one.role == "create"]
    assert len(creates) > 15
    for one in creates:
        body = next(iter(one.examples.values()))
        assert mock.post(body, path=one.path).json()["code"] == 0, one.id
        (task,) = mock.world.account.tasks.page(one.family, 1, 1)
        model = body.get("model_name", mock.world.laws[one.id].defaults.get("model_name"))
        family = families[one.family]
        seen = family.get("seconds") or models.get(model, {}).get("seconds") or typical[family["result"]]
        assert seen * 0.8 <= (task.begins[-1] - task.begins[-2]) / 1000 <= seen * 1.2
