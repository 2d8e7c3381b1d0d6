"""The client signs, checks, reads and fails as its docstrings say."""

import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from conftest import Bench
from hypothesis import given
from hypothesis import strategies as st

import kling
from kling import ApiError, Kling, KlingError, ParameterInvalid, RuleBroken, TaskFailed
from kling import errors as kling_errors
from kling._core.credentials import LIFETIME, RENEWAL, ApiKey, KeyPair, credentials
from kling._core.settings import base_url
from kling.types.shared import VideoTask
from kling_spec.load import load

_TASK = {"task_id": "1", "task_status": "submitted", "created_at": 1, "updated_at": 1}


def _client(answer: Callable[[httpx2.Request], httpx2.Response], **more: Any) -> Kling:
    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    said = {"api_key": "api-key-kling-x", "base_url": "http://mock.test", "max_retries": 0, **more}
    return Kling(**said, http_client=http)


def _saying(data: Any, *, status: int = 200, code: int = 0) -> Callable[[httpx2.Request], httpx2.Response]:
    return lambda request: httpx2.Response(status, json={"code": code, "message": "m", "request_id": "r", "data": data})


class TestCredentials:
    """Key pairs, API keys, the environment."""

    def test_a_token_is_kept_until_shortly_before_its_end(self) -> None:
        """The same token until 60 s before it expires, then a new one; claims are the documented ones."""
        now = [1_000_000.0]
        pair = KeyPair("access", "s" * 32, now=lambda: now[0])
        first = pair.authorization()
        claims = jwt.decode(first.removeprefix("Bearer "), "s" * 32, algorithms=["HS256"], options={"verify_exp": False})
        assert claims == {"iss": "access", "exp": 1_000_000 + LIFETIME, "nbf": 1_000_000 - 5}
        now[0] += LIFETIME - RENEWAL - 1
        assert pair.authorization() == first
        now[0] += 1
        assert pair.authorization() != first

    @pytest.mark.parametrize("code", [1003, 1004])
    def test_a_refused_token_is_signed_anew_once(self, code: int) -> None:
        """After 1003 or 1004 the call is repeated once with a new token; an API key is not."""
        calls: list[str] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            calls.append(request.headers["authorization"])
            return httpx2.Response(401, json={"code": code, "message": "no"})

        with pytest.raises(ApiError):
            _client(answer, api_key=None, access_key="a", secret_key="s" * 32).text_to_video.get("1")
        assert len(calls) == 2
        with pytest.raises(ApiError):
            _client(answer).text_to_video.get("1")
        assert len(calls) == 3

    def test_the_environment_is_asked_last(self) -> None:
        """Given keys win over the environment, a key pair over an API key; half a pair and nothing are refused."""
        both = {"KLING_ACCESS_KEY": "a", "KLING_SECRET_KEY": "b", "KLING_API_KEY": "c"}
        assert isinstance(credentials(access_key=None, secret_key=None, api_key=None, environment=both), KeyPair)
        assert credentials(access_key=None, secret_key=None, api_key="x", environment=both) == ApiKey("x")
        assert credentials(access_key=None, secret_key=None, api_key=None, environment={"KLING_API_KEY": "c"}) == ApiKey("c")
        for given_keys in ({"access_key": "a", "secret_key": None}, {"access_key": None, "secret_key": None}):
            with pytest.raises(kling.CredentialsMissing):
                credentials(**given_keys, api_key=None, environment={})

    def test_secrets_are_not_shown(self) -> None:
        """No repr tells a key."""
        shown = [repr(one) for one in (KeyPair("access-key-1234", "secret"), ApiKey("api-secret"), Kling(api_key="api-secret"))]
        assert not any("secret" in one or "1234" in one for one in shown)


@pytest.mark.parametrize(
    ("given_url", "region", "environment", "expected"),
    [
        (None, None, {}, "https://api-singapore.klingai.com"),
        (None, "beijing", {"KLING_BASE_URL": "http://env"}, "https://api-beijing.klingai.com"),
        (None, None, {"KLING_BASE_URL": "http://env/p/"}, "http://env/p"),
        ("http://mine/klingai/", "beijing", {}, "http://mine/klingai"),
    ],
)
def test_the_base_url(given_url: str | None, region: str | None, environment: dict[str, str], expected: str) -> None:
    """A given URL wins over a region, a region over the environment; the default is Singapore."""
    assert base_url(given_url, region, environment) == expected


def test_an_unknown_region_is_named() -> None:
    """The message lists the regions there are."""
    with pytest.raises(ValueError, match="singapore or beijing"):
        base_url(None, "paris", {})


@pytest.mark.parametrize(
    "row", [one for one in load().catalogues["errors"]["errors"] if one["code"]], ids=lambda one: one["name"]
)
def test_every_code_has_its_class(row: dict[str, Any]) -> None:
    """A code of the table becomes its class, with status, message, request id, retry verdict and remedy; it pickles."""
    with pytest.raises(ApiError) as caught:
        _client(_saying(None, status=row["http"], code=row["code"])).text_to_video.page()
    error = caught.value
    assert type(error).__name__ == row["name"]
    assert row["group"] in [one.__name__ for one in type(error).__mro__]
    assert (error.code, error.http, error.message, error.request_id) == (row["code"], row["http"], "m", "r")
    assert (error.retry, error.remedy) == (row["retry"], row["remedy"])
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_an_unknown_code_is_an_api_error() -> None:
    """A code that is not in the table is still told."""
    with pytest.raises(ApiError, match="code 4711"):
        _client(_saying(None, status=400, code=4711)).text_to_video.page()


def test_all_broken_rules_are_told_before_anything_is_sent() -> None:
    """RuleBroken lists everything that is wrong; nothing goes out."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        raise AssertionError("something was sent")

    with pytest.raises(RuleBroken) as caught:
        _client(answer).text_to_video.create(model_name="kling-v2-6", prompt="x" * 2501, sound="on", duration="7")
    assert [one.rule_id for one in caught.value.violations] == ["size", "t2v-models"]
    assert caught.value.rule_id == "size"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("how", "asked", "is_sent"),
    [
        ({}, {"cfg_scale": 0.3}, True),
        ({"strict": True}, {"cfg_scale": 0.3}, False),
        ({}, {"sound": "on"}, False),
        ({"strict_models": False}, {"sound": "on"}, True),
        ({"strict_models": False}, {"duration": "2"}, False),
        ({"check": False}, {"duration": "2"}, True),
    ],
)
def test_how_strict_a_client_is(how: dict[str, bool], asked: dict[str, Any], is_sent: bool) -> None:
    """strict, strict_models and check decide what is sent all the same."""
    client = _client(_saying(_TASK), **how)
    if is_sent:
        assert client.text_to_video.create(model_name="kling-v2-6", prompt="x", **asked).task_id == "1"
    else:
        with pytest.raises(RuleBroken):
            client.text_to_video.create(model_name="kling-v2-6", prompt="x", **asked)


def test_a_new_effect_is_sent() -> None:
    """effect_scene is open: a scene that is not listed yet goes out."""
    made = _client(_saying(_TASK)).video_effects.create(effect_scene="brand_new", input={"image": "https://a.example/x.png"})
    assert made.task_id == "1"


def test_only_what_was_given_is_sent() -> None:
    """The body holds the given arguments, with the API's own names; the query too."""
    sent: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return _saying([] if request.method == "GET" else _TASK)(request)

    client = _client(answer)
    client.text_to_video.create(model_name="kling-v3", prompt="Grüße")
    client.text_to_video.page(2, 10)
    assert json.loads(sent[0].content) == {"model_name": "kling-v3", "prompt": "Grüße"}
    assert sent[1].url.query == b"pageNum=2&pageSize=10"


def test_ids_are_escaped_in_paths() -> None:
    """A caller's own id may hold slashes; an empty one is refused."""
    sent: list[bytes] = []
    client = _client(lambda request: sent.append(request.url.raw_path) or _saying(_TASK)(request))  # type: ignore[func-returns-value]  # append is the point
    client.text_to_video.get("a/b?c")
    assert sent == [b"/v1/videos/text2video/a%2Fb%3Fc"]
    with pytest.raises(ValueError, match="must not be empty"):
        client.text_to_video.get("")


def test_replies_may_hold_more_and_other_things() -> None:
    """Unknown members are kept, unknown values taken, absent and null members are None, numbers become text."""
    data = {**_TASK, "task_status": "dreaming", "shiny": [1], "task_info": None, "final_unit_deduction": 2.5, "created_at": "7"}
    task = _client(_saying(data)).text_to_video.get("1")
    assert (task.task_status, task.task_info, task.task_result, task.final_unit_deduction, task.created_at) == (
        "dreaming",
        None,
        None,
        "2.5",
        7,
    )
    assert task.model_extra == {"shiny": [1]}


_MALFORMED = [
    b"",
    b"<html>",
    b"[]",
    b"{}",
    b'{"code": "x"}',
    b'{"code": 0}',
    b'{"code": 0, "data": 5}',
    b'{"code": 0, "data": {}}',
    b'{"code": null}',
]


@pytest.mark.parametrize("content", _MALFORMED, ids=str)
def test_what_is_no_answer_is_malformed(content: bytes) -> None:
    """An answer that is none of the service's raises ReplyMalformed with the start of it, or the missing member."""
    with pytest.raises(kling.ReplyMalformed, match=r"text_to_video\.get"):
        _client(lambda request: httpx2.Response(200, content=content)).text_to_video.get("1")


@pytest.mark.generated
@given(content=st.binary(max_size=60) | st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.dictionaries(st.sampled_from(["code", "data", "message", "task_id", "task_status", "created_at", "updated_at", "task_result", "videos"]), inner, max_size=6) | st.lists(inner, max_size=3), max_leaves=12).map(lambda one: json.dumps(one).encode()))  # fmt: skip
def test_any_answer_raises_only_our_errors(content: bytes) -> None:
    """Whatever comes back, well-formed or not, is a task or an error of this package."""
    try:
        task = _client(lambda request: httpx2.Response(200, content=content)).text_to_video.get("1")
    except KlingError:
        return
    assert isinstance(task, VideoTask)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [(httpx2.ReadTimeout("slow"), kling.RequestTimeout), (httpx2.ConnectError("refused"), kling.ConnectionFailed)],
)
def test_no_answer_is_a_connection_error(raised: Exception, kind: type[KlingError]) -> None:
    """A connection that breaks, or takes too long, is told as such, with its cause."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        raise raised

    with pytest.raises(kind) as caught:
        _client(answer).text_to_video.page()
    assert caught.value.__cause__ is raised


def test_a_failed_download_leaves_nothing(tmp_path: Path, mock: Bench) -> None:
    """A refused or broken download leaves no file, and no part of one."""
    client = mock.client()
    with pytest.raises(kling.DownloadFailed, match="HTTP 404"):
        client.download("http://mock.test/_mock/assets/nothing.mp4", tmp_path / "x.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_download_sends_no_credentials(tmp_path: Path) -> None:
    """The keys go to the API only, never to where results are kept."""
    seen: list[Any] = []
    client = _client(lambda request: seen.append(request.headers.get("authorization")) or httpx2.Response(200, content=b"film"))  # type: ignore[func-returns-value]  # append is the point
    progress: list[Any] = []
    path = client.download("http://cdn.test/x.mp4", tmp_path / "x.mp4", on_progress=lambda *so_far: progress.append(so_far))
    assert path.read_bytes() == b"film"
    assert seen == [None]
    assert progress == [(4, 4)]


def test_a_failed_task_pickles() -> None:
    """Errors about tasks survive a process boundary."""
    error = TaskFailed(VideoTask(task_id="1", task_status="failed", task_status_msg="no", created_at=1, updated_at=1))
    assert str(pickle.loads(pickle.dumps(error))) == str(copy.copy(error)) == "task 1 failed: no"


def test_run_is_create_and_wait(mock: Bench) -> None:
    """`run` takes the arguments of both."""
    client = mock.client()

    def sleep(seconds: float) -> None:
        mock.world.advance(seconds)

    client._transport.sleep = sleep  # type: ignore[method-assign]  # the clock is moved by hand
    assert client.text_to_video.run(model_name="kling-v3", prompt="x", interval=1).task_status == "succeed"


_VECTORS = [
    ((100, 100, 3, 16 / 9), (0.1495, 0.1495, 0.6547, 0.6547)),
    ((100, 100, 2, 1), (0.2071, 0.2071, 0.2071, 0.2071)),
    ((1920, 1080, 3, 1), (0.6547, 0.6547, 0.1495, 0.1495)),
    ((1000, 500, 1.5, 2), (0.1124, 0.1124, 0.1124, 0.1124)),
]


@pytest.mark.parametrize(("asked", "expected"), _VECTORS)
def test_expansion_ratios_are_those_of_the_reference(
    asked: tuple[int, int, float, float], expected: tuple[float, ...], mock: Bench
) -> None:
    """The vendor's printed vector and others; what comes out can be sent as it is."""
    width, height, area, aspect_ratio = asked
    ratios = kling.expansion_ratios(width, height, area=area, aspect_ratio=aspect_ratio)
    assert tuple(ratios.values()) == expected
    assert mock.client().extend_image.create(image="https://a.example/x.png", **ratios).task_status == "submitted"


@pytest.mark.parametrize(
    "asked", [(1080, 1920, 2.5, 16 / 9), (100, 100, 4, 1), (0, 100, 2, 1), (100, 100, 2, -1), (100, 100, 3, 40)]
)
def test_a_shape_that_cannot_be_reached_is_told(asked: tuple[int, int, float, float]) -> None:
    """Cutting off, more than three times the area, and nonsense are refused before anything is sent."""
    with pytest.raises(ValueError, match=r"cannot be reached|must be above 0"):
        kling.expansion_ratios(asked[0], asked[1], area=asked[2], aspect_ratio=asked[3])


_LAZY = """
import sys
import kling
assert not {"httpx2", "pydantic", "jwt", "kling.errors"} & set(sys.modules), "import kling is not lazy"
client = kling.Kling(access_key="a", secret_key="b" * 32)
client.text_to_video
heavy = {"httpx2", "pydantic", "jwt", "kling.types.shared", "kling._sync.families.video_effects"} & set(sys.modules)
assert not heavy, f"a client without a call has loaded {heavy}"
"""


def test_nothing_is_loaded_before_it_is_needed() -> None:
    """Importing the package loads no library; building a client loads no models and no other family."""
    subprocess.run([sys.executable, "-c", _LAZY], check=True)


def test_every_name_can_be_imported() -> None:
    """Each lazily exported name is there, and dir() lists it."""
    assert set(kling.__all__) <= set(dir(kling))
    assert all(getattr(kling, name) is not None for name in kling.__all__)
    assert kling.ParameterInvalid is ParameterInvalid is kling_errors.BY_CODE[1201]
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = kling.nothing_like_it
