"""The mock refuses as the service was seen to: in order, with status, code and sentence; and tolerates as it does."""

import json
from typing import Any

import jwt
import pytest
from conftest import BODY, CREATE, Bench, bench
from hypothesis import given
from hypothesis import strategies as st

from kling.errors import BY_CODE
from kling_mock.settings import ACCESS_KEY, SECRET_KEY, Settings
from kling_spec.bundle import ruled
from kling_spec.document import Document, operations
from kling_spec.load import load

_RULED = ruled(load())
_NOW = 1_790_000_000


def _token(*, iss: str = ACCESS_KEY, secret: str = SECRET_KEY, algorithm: str = "HS256", **claims: Any) -> str:
    return jwt.encode({"iss": iss, "exp": _NOW + 1800, "nbf": _NOW - 5, **claims}, secret, algorithm=algorithm)


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
    assert [timed.post(token=token).json()["code"] for _ in range(2)] == [0, 0]


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
    (
        "other algorithm",
        f"Bearer {_token(algorithm='HS512', secret=SECRET_KEY * 2)}",
        401,
        1002,
        "The token is not a valid JSON Web Token",
    ),
    ("exp as text", f"Bearer {_token(exp='soon')}", 401, 1002, "The token is not a valid JSON Web Token"),
    ("bad signature", f"Bearer {_token(secret=SECRET_KEY[::-1])}", 401, 1000, "Authentication failed"),
    ("not yet", f"Bearer {_token(nbf=_NOW + 1)}", 401, 1003, "Authorization is not yet valid"),
    ("expired", f"Bearer {_token(exp=_NOW)}", 401, 1004, "Authorization is expired"),
]


@pytest.mark.parametrize(("value", "status", "code", "message"), [one[1:] for one in _BAD], ids=[one[0] for one in _BAD])
def test_a_bad_authorization_is_refused(timed: Bench, value: str | None, status: int, code: int, message: str) -> None:
    """Each way to be nobody has its status, code and sentence, and no data."""
    headers = {} if value is None else {"authorization": value}
    answer = timed.http().post(CREATE, json=BODY, headers=headers)
    assert answer.status_code == status
    assert {key: one for key, one in answer.json().items() if key != "request_id"} == {"code": code, "message": message}


def test_an_api_key_was_no_key_before_june(spec: Any) -> None:
    """As of March 2026 only key pairs are known."""
    march = bench(ruled(spec, "2026-03-18"))
    assert march.post().json()["code"] == 1002


_REFUSED: list[tuple[str, Any, int, int, str]] = [
    ("not json", b"{", 400, 1200, "Request body is not a JSON object"),
    ("empty", b"", 400, 1200, "Request body is not a JSON object"),
    ("a list", b"[]", 400, 1200, "Request body is not a JSON object"),
    ("not utf-8", b'{"prompt": "\xff"}', 400, 1200, "Request body is not a JSON object"),
    ("too deep", b'{"a":' * 2000 + b"1" + b"}" * 2000, 400, 1200, "Request body is not a JSON object"),
    ("unknown value", {**BODY, "mode": "standard"}, 400, 1201, "mode value 'standard' is invalid"),
    ("unknown model", {**BODY, "model_name": "kling-v3-0"}, 400, 1201, "model_name value 'kling-v3-0' is invalid"),
    (
        "retired model",
        {**BODY, "model_name": "kling-v1"},
        400,
        1201,
        "The model 'kling-v1' has been discontinued and is no longer available.",
    ),
    ("retired default", {"prompt": "x"}, 400, 1201, "The model 'kling-v1' has been discontinued and is no longer available."),
    ("too long", {**BODY, "prompt": "x" * 2501}, 400, 1201, "prompt: size must be between 0 and 2500"),
    ("wrong type", {**BODY, "prompt": {"text": "x"}}, 400, 1201, "prompt value '{'text': 'x'}' is invalid"),
    ("broken rule", {"model_name": "kling-v3"}, 400, 1201, "prompt must be given with multi_shot false"),
    (
        "table",
        {**BODY, "sound": "on"},
        400,
        1201,
        "model_name kling-v2-6 does not serve this: sound must be off; got 'on', or mode must be pro; got 'std'",
    ),
    ("shape before rules", {**BODY, "sound": "on", "mode": "best"}, 400, 1201, "mode value 'best' is invalid"),
]


@pytest.mark.parametrize(("body", "status", "code", "message"), [one[1:] for one in _REFUSED], ids=[one[0] for one in _REFUSED])
def test_a_bad_body_is_refused(mock: Bench, body: Any, status: int, code: int, message: str) -> None:
    """The first thing that is wrong is said in the service's words; nothing is started."""
    answer = mock.post(body)
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (status, code, message)
    assert "data" not in answer.json()
    assert len(mock.world.account.tasks) == 0


def test_a_prefixed_picture_is_not_base64(mock: Bench) -> None:
    """A data: URL, or broken base64, is refused with the observed sentence."""
    found = [
        mock.post({"image": image}, path="/v1/videos/image-recognize").json()["message"]
        for image in ("data:image/png;base64,aGk=", "aGk")
    ]
    assert found == ["File is not in a valid base64 format"] * 2


def test_a_blank_member_is_named_as_the_service_names_it(mock: Bench) -> None:
    """A missing member of a nested object is told in camel case, as the service's validation does."""
    body = {
        "session_id": "1",
        "face_choose": [{"face_id": "0", "audio_id": "1", "sound_start_time": 0, "sound_insert_time": 0}],
    }
    assert (
        mock.post(body, path="/v1/videos/advanced-lip-sync").json()["message"]
        == "faceChoose[0].soundEndTime: must not be blank"
    )


def test_everything_that_is_wrong_is_told_to_the_developer(mock: Bench) -> None:
    """A header lists all problems with pointer, rule and what was got."""
    answer = mock.post({"model_name": "kling-v2-6", "mode": "best", "prompt": "x" * 3000, "camera_control": {"type": "spin"}})
    told = json.loads(answer.headers["x-kling-mock-detail"])
    assert [(one["pointer"], one["rule"]) for one in told[:3]] == [
        ("/prompt", "maxLength"),
        ("/mode", "enum"),
        ("/camera_control/type", "enum"),
    ]


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
    assert mock.post({**BODY, **more}).json()["code"] == 0


_MEANINGLESS = [
    {"aspect_ratio": "0:0"},
    {"aspect_ratio": "99:1"},
    {"duration": 300, "mode": "4k"},
    {"resolution": "4k", "aspect_ratio": "1:99"},
]


@pytest.mark.parametrize("more", _MEANINGLESS, ids=str)
def test_members_of_other_families_mean_nothing(mock: Bench, more: dict[str, Any]) -> None:
    """A member that this family does not have is ignored, whatever it says elsewhere."""
    body = {"effect_scene": "color_mixing", "input": {"image": "https://a.example/x.png"}}
    assert mock.post({**body, **more}, path="/v1/videos/effects").json()["code"] == 0


@pytest.mark.parametrize("more", [_TOLERATED[0], _TOLERATED[2], _TOLERATED[3], _TOLERATED[5]], ids=str)
def test_a_strict_mock_tolerates_nothing(ruled_doc: Document, more: dict[str, Any]) -> None:
    """With --strict the same bodies are refused."""
    answer = bench(ruled_doc, Settings(strict=True)).post({**BODY, **more})
    assert (answer.status_code, answer.json()["code"]) == (400, 1201)


def test_the_tables_of_models_can_be_switched_off(ruled_doc: Document) -> None:
    """With --lenient-models a combination that the tables deny is accepted, and only that."""
    mock = bench(ruled_doc, Settings(lenient_models=True, strict=True))
    assert mock.post({**BODY, "sound": "on"}).json()["code"] == 0
    assert mock.post({**BODY, "mode": "best"}).json()["code"] == 1201


@pytest.mark.parametrize(
    "row", [one for one in load().catalogues["errors"]["errors"] if one["code"]], ids=lambda one: str(one["code"])
)
def test_every_code_can_be_asked_for(mock: Bench, row: dict[str, Any]) -> None:
    """A scripted fault refuses one request with the code's HTTP status and class; nothing is started; the next goes through."""
    assert mock.http().post("/_mock/fault-next", json={"code": row["code"]}).status_code == 200
    with pytest.raises(BY_CODE[row["code"]]) as caught:
        mock.client().text_to_video.create(model_name="kling-v2-6", prompt="x")
    assert caught.value.http == row["http"]
    assert len(mock.world.account.tasks) == 0
    assert mock.post().json()["code"] == 0


def test_a_numeric_duration_is_billed_like_its_text(mock: Bench) -> None:
    """`duration: 10` and `duration: "10"` cost the same."""
    ids = [mock.post({**BODY, "duration": one}).json()["data"]["task_id"] for one in (10, "10", 10.0)]
    mock.world.advance(3600)
    client = mock.client()
    assert [client.text_to_video.get(one).final_unit_deduction for one in ids] == ["3", "3", "3"]


def test_an_external_id_is_taken_once(mock: Bench) -> None:
    """A duplicate starts nothing; the task is found by the caller's id."""
    first = mock.post({**BODY, "external_task_id": "mine 1/2"}).json()["data"]
    again = mock.post({**BODY, "external_task_id": "mine 1/2"})
    assert (again.status_code, again.json()["message"]) == (400, "External_task_id mine 1/2 already exists")
    assert mock.client().text_to_video.get("mine 1/2").task_id == first["task_id"]
    assert len(mock.world.account.tasks) == 1


def test_an_unknown_task_is_a_bad_parameter(mock: Bench) -> None:
    """Not 404 and not 1203: the service was seen to answer 400 / 1201; a task of another family is as unknown."""
    made = mock.post().json()["data"]["task_id"]
    for path, wanted in ((f"{CREATE}/nope", "nope"), (f"/v1/videos/image2video/{made}", made)):
        answer = mock.http().get(path, headers={"authorization": f"Bearer {mock.world.settings.api_key}"})
        assert (answer.status_code, answer.json()["code"]) == (400, 1201)
        assert answer.json()["message"] == f"Task not found by id/external id: {wanted}"


@pytest.mark.parametrize("query", ["pageNum=0", "pageNum=1001", "pageSize=501", "pageSize=x"])
def test_a_page_outside_the_limits_is_refused(mock: Bench, query: str) -> None:
    """Page numbers and sizes have limits; the message names field and value."""
    answer = mock.http().get(f"{CREATE}?{query}", headers={"authorization": f"Bearer {mock.world.settings.api_key}"})
    name, _, value = query.partition("=")
    assert (answer.status_code, answer.json()["message"]) == (400, f"{name} value '{value}' is invalid")


@pytest.mark.parametrize(
    ("verb", "path", "allow"), [("PUT", CREATE, "GET, POST"), ("POST", f"{CREATE}/1", "GET"), ("GET", "/v1/tasks/1", None)]
)
def test_what_does_not_exist_is_refused_before_auth(mock: Bench, verb: str, path: str, allow: str | None) -> None:
    """An unknown path or method is 404 / 1202; the methods that a path has are told."""
    answer = mock.http().request(verb, path)
    assert (answer.status_code, answer.json()["code"], answer.headers.get("allow")) == (404, 1202, allow)


def test_a_slash_at_the_end_and_a_prefix_are_fine(ruled_doc: Document) -> None:
    """Paths may end in a slash, and stand behind the prefix of a gateway; without it they are unknown."""
    mock = bench(ruled_doc, Settings(prefix="/klingai"))
    answers = [mock.post(path=path) for path in (f"/klingai{CREATE}", f"/klingai{CREATE}/", CREATE)]
    assert [one.json()["code"] for one in answers] == [0, 0, 1202]


def test_every_operation_wants_a_caller(mock: Bench) -> None:
    """No operation answers without an Authorization header."""
    for one in operations(_RULED):
        answer = mock.http().request(one.verb, one.path.replace("{id}", "1"))
        assert answer.json()["code"] == 1001, one.id


@given(body=st.binary(max_size=200))
def test_any_bytes_get_an_envelope(body: bytes) -> None:
    """Whatever the body, the answer is the service's envelope, never a fault of the mock."""
    answer = _FUZZED.post(body).json()
    assert answer["code"] in (1200, 1201)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.generated
@given(data=st.data())
def test_any_values_get_an_envelope(data: st.DataObject) -> None:
    """Whatever stands in the known members, the answer is 0, 1200 or 1201."""
    operation = data.draw(st.sampled_from([one for one in operations(_RULED) if one.request]))
    members = sorted((operation.request or {})["properties"])
    body = data.draw(st.dictionaries(st.sampled_from(members), _JSON, max_size=4))
    assert _FUZZED.post(body, path=operation.path).json()["code"] in (0, 1200, 1201)


_FUZZED = bench(_RULED)
