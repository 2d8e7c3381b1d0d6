"""The mock refuses as the service was seen to: in order, with status, code and sentence; and tolerates as it does."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import jwt
import pytest
from conftest import START_MS, Bench, bench
from hypothesis import given
from hypothesis import strategies as st
from kling_mock.callbacks import Outbox, is_loopback
from kling_mock.clock import Clock
from kling_mock.ids import EPOCH, Ids
from kling_mock.settings import ACCESS_KEY, SECRET_KEY, Settings
from kling_mock.tasks import timeline
from kling_spec.bundle import ruled
from kling_spec.document import Document, operations
from kling_spec.lifecycle import lifecycle
from kling_spec.load import load

_RULED = ruled(load())
_CREATE = "/v1/videos/text2video"
_BODY = {"model_name": "kling-v2-6", "prompt": "A paper boat"}
_NOW = 1_790_000_000


def _token(*, iss: str = ACCESS_KEY, secret: str = SECRET_KEY, algorithm: str = "HS256", **claims: Any) -> str:
    return jwt.encode({"iss": iss, "exp": _NOW + 1800, "nbf": _NOW - 5, **claims}, secret, algorithm=algorithm)


def _post(mock: Bench, body: Any = _BODY, *, path: str = _CREATE, token: str | None = None, **headers: str) -> httpx2.Response:
    said = {"authorization": f"Bearer {token or mock.world.settings.api_key}", **headers}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return mock.http().post(path, content=content, headers=said)


@pytest.fixture
def timed(ruled_doc: Document) -> Bench:
    """A mock whose idea of now, for tokens, is fixed."""
    return bench(ruled_doc, Settings(wall=lambda: float(_NOW)))


_GOOD = [
    ("the vendor's sample", _token()),
    ("with iat", _token(iat=_NOW)),
    ("iat ahead", _token(iat=_NOW + 60)),
    ("float exp", _token(exp=_NOW + 1800.5)),
    ("no nbf", jwt.encode({"iss": ACCESS_KEY, "exp": _NOW + 9}, SECRET_KEY, algorithm="HS256")),
    ("typ missing", jwt.encode({"iss": ACCESS_KEY, "exp": _NOW + 9}, SECRET_KEY, algorithm="HS256", headers={"typ": None})),
]


@pytest.mark.parametrize("token", [one for _, one in _GOOD], ids=[name for name, _ in _GOOD])
def test_a_good_token_is_let_in(timed: Bench, token: str) -> None:
    """A key pair's token opens the door, twice, in the forms that clients send."""
    assert [_post(timed, token=token).json()["code"] for _ in range(2)] == [0, 0]


_BAD: list[tuple[str, str | None, int, int, str]] = [
    ("no header", None, 401, 1001, "Authorization is empty"),
    ("empty", "", 401, 1001, "Authorization is empty"),
    ("garbage", "Bearer garbage", 401, 1002, "The token was expected to have 3 parts, but got 0"),
    ("two parts", "Bearer a.b", 401, 1002, "The token was expected to have 3 parts, but got 2"),
    ("no scheme", _token(), 401, 1002, "The token was expected to have 3 parts, but got 0"),
    ("two spaces", f"Bearer  {_token()}", 401, 1002, "The token was expected to have 3 parts, but got 0"),
    ("unknown api key", "Bearer api-key-kling-nobody", 401, 1002, "api key not found"),
    ("unknown access key", f"Bearer {_token(iss='nobody')}", 401, 1002, "access key not found"),
    ("no issuer", f"Bearer {_token(iss='')}", 401, 1002, "access key not found"),
    ("three parts of nonsense", "Bearer a.b.c", 401, 1002, "The token is not a valid JSON Web Token"),
    ("other algorithm", f"Bearer {_token(algorithm='HS512', secret=SECRET_KEY * 2)}", 401, 1002, "The token is not a valid JSON Web Token"),
    ("exp as text", f"Bearer {_token(exp='soon')}", 401, 1002, "The token is not a valid JSON Web Token"),
    ("bad signature", f"Bearer {_token(secret=SECRET_KEY[::-1])}", 401, 1000, "Authentication failed"),
    ("not yet", f"Bearer {_token(nbf=_NOW + 1)}", 401, 1003, "Authorization is not yet valid"),
    ("expired", f"Bearer {_token(exp=_NOW)}", 401, 1004, "Authorization is expired"),
]


@pytest.mark.parametrize(("value", "status", "code", "message"), [one[1:] for one in _BAD], ids=[one[0] for one in _BAD])
def test_a_bad_authorization_is_refused(timed: Bench, value: str | None, status: int, code: int, message: str) -> None:
    """Each way to be nobody has its status, code and sentence, and no data."""
    headers = {} if value is None else {"authorization": value}
    answer = timed.http().post(_CREATE, json=_BODY, headers=headers)
    assert answer.status_code == status
    assert {key: one for key, one in answer.json().items() if key != "request_id"} == {"code": code, "message": message}


def test_an_api_key_was_no_key_before_june(spec: Any) -> None:
    """As of March 2026 only key pairs are known."""
    march = bench(ruled(spec, "2026-03-18"))
    assert _post(march).json()["code"] == 1002


_REFUSED: list[tuple[str, Any, int, int, str]] = [
    ("not json", b"{", 400, 1200, "Request body is not a JSON object"),
    ("empty", b"", 400, 1200, "Request body is not a JSON object"),
    ("a list", b"[]", 400, 1200, "Request body is not a JSON object"),
    ("not utf-8", b'{"prompt": "\xff"}', 400, 1200, "Request body is not a JSON object"),
    ("too deep", b'{"a":' * 2000 + b"1" + b"}" * 2000, 400, 1200, "Request body is not a JSON object"),
    ("unknown value", {**_BODY, "mode": "standard"}, 400, 1201, "mode value 'standard' is invalid"),
    ("unknown model", {**_BODY, "model_name": "kling-v3-0"}, 400, 1201, "model_name value 'kling-v3-0' is invalid"),
    ("retired model", {**_BODY, "model_name": "kling-v1"}, 400, 1201, "The model 'kling-v1' has been discontinued and is no longer available."),
    ("retired default", {"prompt": "x"}, 400, 1201, "The model 'kling-v1' has been discontinued and is no longer available."),
    ("too long", {**_BODY, "prompt": "x" * 2501}, 400, 1201, "prompt: size must be between 0 and 2500"),
    ("wrong type", {**_BODY, "prompt": {"text": "x"}}, 400, 1201, "prompt value '{'text': 'x'}' is invalid"),
    ("broken rule", {"model_name": "kling-v3"}, 400, 1201, "prompt must be given with multi_shot false"),
    ("table", {**_BODY, "sound": "on"}, 400, 1201, "model_name kling-v2-6 does not serve this: sound must be off; got 'on', or mode must be pro; got 'std'"),
    ("shape before rules", {**_BODY, "sound": "on", "mode": "best"}, 400, 1201, "mode value 'best' is invalid"),
]


@pytest.mark.parametrize(("body", "status", "code", "message"), [one[1:] for one in _REFUSED], ids=[one[0] for one in _REFUSED])
def test_a_bad_body_is_refused(mock: Bench, body: Any, status: int, code: int, message: str) -> None:
    """The first thing that is wrong is said in the service's words; nothing is started."""
    answer = _post(mock, body)
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (status, code, message)
    assert "data" not in answer.json()
    assert len(mock.world.account.tasks) == 0


def test_a_prefixed_picture_is_not_base64(mock: Bench) -> None:
    """A data: URL, or broken base64, is refused with the observed sentence; clean base64 is taken."""
    codes = [_post(mock, {"image": image}, path="/v1/videos/image-recognize").json() for image in ("data:image/png;base64,aGk=", "aGk", "aGk=")]
    assert [one["message"] for one in codes[:2]] == ["File is not in a valid base64 format"] * 2
    assert codes[2]["code"] == 0


def test_a_blank_member_is_named_as_the_service_names_it(mock: Bench) -> None:
    """A missing member of a nested object is told in camel case, as the service's validation does."""
    body = {"session_id": "1", "face_choose": [{"face_id": "0", "audio_id": "1", "sound_start_time": 0, "sound_insert_time": 0}]}
    assert _post(mock, body, path="/v1/videos/advanced-lip-sync").json()["message"] == "faceChoose[0].soundEndTime: must not be blank"


def test_everything_that_is_wrong_is_told_to_the_developer(mock: Bench) -> None:
    """A header lists all problems with pointer, rule and what was got."""
    answer = _post(mock, {"model_name": "kling-v2-6", "mode": "best", "prompt": "x" * 3000, "camera_control": {"type": "spin"}})
    told = json.loads(answer.headers["x-kling-mock-detail"])
    assert [(one["pointer"], one["rule"]) for one in told[:3]] == [("/prompt", "maxLength"), ("/mode", "enum"), ("/camera_control/type", "enum")]


_TOLERATED = [
    {"duration": 5},
    {"duration": 5.0},
    {"cfg_scale": 0.5},
    {"foo": 1},
    {"callback_url": "", "external_task_id": "", "voice_list": [], "negative_prompt": None, "shot_type": ""},
    {"multi_shot": "false"},
    {"watermark_info": {"enabled": "true"}},
    {"cfg_scale": "0.7"},
]


@pytest.mark.parametrize("more", _TOLERATED, ids=str)
def test_what_real_clients_send_is_tolerated(mock: Bench, more: dict[str, Any]) -> None:
    """Numbers for numeric text, empty members, unknown members and cfg_scale on v2 models are accepted by default."""
    assert _post(mock, {**_BODY, **more}).json()["code"] == 0


@pytest.mark.parametrize("more", [_TOLERATED[0], _TOLERATED[2], _TOLERATED[3], _TOLERATED[5]], ids=str)
def test_a_strict_mock_tolerates_nothing(ruled_doc: Document, more: dict[str, Any]) -> None:
    """With --strict the same bodies are refused."""
    answer = _post(bench(ruled_doc, Settings(strict=True)), {**_BODY, **more})
    assert (answer.status_code, answer.json()["code"]) == (400, 1201)


def test_a_numeric_duration_is_billed_like_its_text(mock: Bench) -> None:
    """`duration: 10` and `duration: "10"` cost the same."""
    ids = [_post(mock, {**_BODY, "duration": one}).json()["data"]["task_id"] for one in (10, "10", 10.0)]
    mock.world.advance(3600)
    client = mock.client()
    assert [client.text_to_video.get(one).final_unit_deduction for one in ids] == ["3", "3", "3"]


def test_an_external_id_is_taken_once(mock: Bench) -> None:
    """A duplicate starts nothing; the task is found by the caller's id."""
    first = _post(mock, {**_BODY, "external_task_id": "mine 1/2"}).json()["data"]
    again = _post(mock, {**_BODY, "external_task_id": "mine 1/2"})
    assert (again.status_code, again.json()["message"]) == (400, "External_task_id mine 1/2 already exists")
    assert mock.client().text_to_video.get("mine 1/2").task_id == first["task_id"]
    assert len(mock.world.account.tasks) == 1


def test_an_unknown_task_is_a_bad_parameter(mock: Bench) -> None:
    """Not 404 and not 1203: the service was seen to answer 400 / 1201; a task of another family is as unknown."""
    made = _post(mock).json()["data"]["task_id"]
    for path, wanted in ((f"{_CREATE}/nope", "nope"), (f"/v1/videos/image2video/{made}", made)):
        answer = mock.http().get(path, headers={"authorization": f"Bearer {mock.world.settings.api_key}"})
        assert (answer.status_code, answer.json()["code"]) == (400, 1201)
        assert answer.json()["message"] == f"Task not found by id/external id: {wanted}"


@pytest.mark.parametrize("query", ["pageNum=0", "pageNum=1001", "pageSize=501", "pageSize=x"])
def test_a_page_outside_the_limits_is_refused(mock: Bench, query: str) -> None:
    """Page numbers and sizes have limits; the message names field and value."""
    answer = mock.http().get(f"{_CREATE}?{query}", headers={"authorization": f"Bearer {mock.world.settings.api_key}"})
    name, _, value = query.partition("=")
    assert (answer.status_code, answer.json()["message"]) == (400, f"{name} value '{value}' is invalid")


@pytest.mark.parametrize(("verb", "path", "allow"), [("PUT", _CREATE, "GET, POST"), ("POST", f"{_CREATE}/1", "GET"), ("GET", "/v1/tasks/1", None)])
def test_what_does_not_exist_is_refused_before_auth(mock: Bench, verb: str, path: str, allow: str | None) -> None:
    """An unknown path or method is 404 / 1202; the methods that a path has are told."""
    answer = mock.http().request(verb, path)
    assert (answer.status_code, answer.json()["code"], answer.headers.get("allow")) == (404, 1202, allow)


def test_a_slash_at_the_end_and_a_prefix_are_fine(ruled_doc: Document) -> None:
    """Paths may end in a slash, and stand behind the prefix of a gateway; without it they are unknown."""
    mock = bench(ruled_doc, Settings(prefix="/klingai"))
    answers = [_post(mock, path=path) for path in (f"/klingai{_CREATE}", f"/klingai{_CREATE}/", _CREATE)]
    assert [one.json()["code"] for one in answers] == [0, 0, 1202]


def test_every_operation_wants_a_caller(mock: Bench) -> None:
    """No operation answers without an Authorization header."""
    for one in operations(_RULED):
        answer = mock.http().request(one.verb, one.path.replace("{id}", "1"))
        assert answer.json()["code"] == 1001, one.id


@given(body=st.binary(max_size=200))
def test_any_bytes_get_an_envelope(body: bytes) -> None:
    """Whatever the body, the answer is the service's envelope, never a fault of the mock."""
    answer = _post(_FUZZED, body).json()
    assert answer["code"] in (1200, 1201)


_JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@pytest.mark.generated
@given(data=st.data())
def test_any_values_get_an_envelope(data: st.DataObject) -> None:
    """Whatever stands in the known members, the answer is 0, 1200 or 1201."""
    operation = data.draw(st.sampled_from([one for one in operations(_RULED) if one.request]))
    members = sorted((operation.request or {})["properties"])
    body = data.draw(st.dictionaries(st.sampled_from(members), _JSON, max_size=4))
    assert _post(_FUZZED, body, path=operation.path).json()["code"] in (0, 1200, 1201)


_FUZZED = bench(_RULED)


def test_ids_are_snowflakes_of_their_time(mock: Bench) -> None:
    """Ids have 18 digits, grow, and tell their creation to the millisecond; request ids are UUIDs of version 4."""
    made = [_post(mock).json() for _ in range(3)]
    ids = [int(one["data"]["task_id"]) for one in made]
    assert ids == sorted(set(ids))
    assert {(one >> 22) + EPOCH for one in ids} == {START_MS}
    assert all(len(str(one)) == 18 for one in ids)
    assert {one["request_id"][14] for one in made} == {"4"}


def test_the_same_seed_repeats_a_run() -> None:
    """Two mocks with one seed mint the same ids and times; another seed other ones."""

    def run(seed: int) -> list[Any]:
        mock = bench(_RULED, Settings(seed=seed))
        answers = [_post(mock).json() for _ in range(2)]
        return [*answers, [task.timeline for task in mock.world.account.tasks.page("text_to_video", 1, 9)]]

    assert run(1) == run(1)
    assert run(1) != run(2)


@given(seed=st.text(max_size=8), start=st.integers(0, 2**41), later=st.integers(0, 10_000_000))
def test_a_task_never_goes_back(seed: str, start: int, later: int) -> None:
    """Whatever the seed, states follow the lifecycle and time; what a task says depends on the time alone."""
    data = load().catalogues["lifecycles"]["lifecycles"]["task"]
    life = lifecycle("task", data)
    assert life is not None
    for fails in (True, False):
        steps = timeline(life, start=start, fails=fails, seed=seed)
        assert [at for _, at in steps] == sorted(at for _, at in steps)
        assert all(after in life.states[before].next for (before, _), (after, _) in zip(steps, steps[1:], strict=False))
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


@pytest.mark.parametrize(("url", "here"), [("http://127.0.0.1:1/x", True), ("http://localhost/x", True), ("http://[::1]:8/x", True), ("http://127.0.0.1.example.com/", False), ("http://10.0.0.1/", False), ("http://example.com@127.0.0.2/", True), ("http://127.0.0.1@example.com/", False), ("file:///x", False)])  # fmt: skip
def test_callbacks_go_to_loopback_only(url: str, here: bool) -> None:
    """Only an address of this machine, or localhost, is posted to; the rest is logged with the reason."""
    sent: list[str] = []
    outbox = Outbox(lambda target, body: sent.append(target) or 200)  # type: ignore[func-returns-value]  # append is the point
    outbox.put(0, url, lambda: b"{}")
    outbox.settle(1)
    assert is_loopback(url) is here
    assert bool(sent) is here
    assert len(outbox.log) == 1


def test_callbacks_fall_due_in_order(mock: Bench) -> None:
    """Advancing delivers what fell due, oldest first, across tasks; a receiver that cannot be reached stops nothing."""
    order: list[tuple[int, str]] = []

    def send(url: str, body: bytes) -> int:
        said = json.loads(body)
        order.append((said["updated_at"], said["task_status"]))
        raise OSError("refused")

    mock.world.outbox._send = send
    for _ in range(20):
        _post(mock, {**_BODY, "callback_url": "http://127.0.0.1:9/x"})
        mock.world.clock.advance(0.4)
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
    _post(mock, {**_BODY, "callback_url": "http://127.0.0.1:9/x"})
    mock.http().post("/_mock/fail-next", json={})
    assert mock.http().post("/_mock/reset").json() == {"tasks": 0}
    assert mock.world.advance(600) == []
    assert not mock.world.account.next_failures


def test_a_fault_of_the_mock_is_an_answer(mock: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """What goes wrong inside is code 5000 and a traceback in the log, not a dropped connection."""
    broken: Callable[..., Any] = lambda *args: 1 / 0  # noqa: E731 (the shortest way to fail)
    monkeypatch.setattr(mock.world, "create", broken)
    monkeypatch.setitem(__import__("kling_mock.world", fromlist=["x"])._HANDLERS, "create", broken)
    assert _post(mock).json()["code"] == 5000
    assert "ZeroDivisionError" in caplog.text


def test_packs_tell_what_is_left(mock: Bench) -> None:
    """A task that succeeds takes its units from the pack, and the account query says so."""
    client = mock.client()
    before = client.account.costs(start_time=0, end_time=1).resource_pack_subscribe_infos
    client.text_to_video.create(model_name="kling-v3", prompt="x", duration="3")
    after = client.account.costs(start_time=0, end_time=1).resource_pack_subscribe_infos
    assert before
    assert after
    assert before[0].remaining_quantity - after[0].remaining_quantity == pytest.approx(1.8)
    assert client.account.costs(start_time=0, end_time=1, resource_pack_name="none").resource_pack_subscribe_infos == []
