"""The journal: every call of an account is kept, bounded and without its secrets, and can be listed, exported, followed."""

import json
import re
from typing import Any
from urllib.parse import quote, unquote

import jsonschema_rs
import jwt
import msgspec
import pytest
from conftest import BODY, CREATE, START_MS, Bench, bench
from har_schema import HAR
from hypothesis import given
from hypothesis import strategies as st

from kling_mock.access_log import line
from kling_mock.bounded import KEPT
from kling_mock.handle import MockHandle
from kling_mock.near_miss import recent
from kling_mock.request import Request
from kling_mock.settings import API_KEY, SECRET_KEY, Settings
from kling_mock.verify import Expectation, explained
from kling_spec.document import Document


def _journal(mock: Bench, path: str = "", **asked: Any) -> Any:
    """Return what the control API says of the journal."""
    with mock.http() as http:
        return http.get(f"/_mock/journal{path}", params=asked).json()


def _calls(mock: Bench, **asked: Any) -> list[Any]:
    found: list[Any] = _journal(mock, **asked)["calls"]
    return found


def test_every_call_is_kept(mock: Bench) -> None:
    """Number, time, operation, request, answer, and all that is wrong, for calls that were answered and refused."""
    answer = mock.post().json()
    mock.post({"prompt": "x" * 3000, "model_name": "none"})
    mock.http().get("/v1/nothing")
    made, refused, lost = _calls(mock)
    assert [made["number"], refused["number"], lost["number"]] == [1, 2, 3]
    assert (made["at"], made["operation"], made["body"], made["reply"]) == (START_MS, "text_to_video.create", BODY, answer)
    assert (made["task_id"], made["status"], made["code"]) == (answer["data"]["task_id"], 200, 0)
    assert (made["verb"], made["path"], made["client"]) == ("POST", CREATE, "127.0.0.1")
    assert made["ms"] > 0
    assert (refused["status"], refused["code"], refused["message"]) == (400, 1201, refused["reply"]["message"])
    assert {one["pointer"] for one in refused["problems"]} == {"/model_name", "/prompt"}
    assert json.loads(refused["reply_headers"]["x-kling-mock-detail"]) == refused["problems"]
    assert (lost["operation"], lost["status"], lost["path"]) == ("", 404, "/v1/nothing")


def test_parameters_are_read(mock: Bench) -> None:
    """What stands in path and query is told as the service reads it."""
    task = mock.post().json()["data"]["task_id"]
    for path in (f"{CREATE}/{task}", f"{CREATE}?pageNum=2&pageSize=5"):
        mock.http().get(path, headers={"authorization": f"Bearer {API_KEY}"})
    _, one, page = _calls(mock)
    assert (one["parameters"], one["task_id"]) == ({"id": task}, task)
    assert (page["parameters"], page["query"]) == ({"pageNum": 2, "pageSize": 5}, {"pageNum": "2", "pageSize": "5"})


def test_whose_call_it_is(mock: Bench) -> None:
    """Who is refused at the door is in the journal of the account it claims to be; who is nobody, in the default one's."""
    made = mock.http().post("/_mock/accounts", content=b'{"id": "mine"}').json()
    forged = jwt.encode({"iss": made["access_key"]}, "s" * 32, algorithm="HS256")
    late = jwt.encode({"iss": made["access_key"], "exp": 1}, made["secret_key"], algorithm="HS256")
    assert [mock.post(token=one).json()["code"] for one in (forged, late, made["api_key"], "nobody")] == [1000, 1004, 0, 1002]
    mock.http().post("/v1/videos/typo", headers={"authorization": f"Bearer {made['api_key']}"})
    assert [one["code"] for one in _calls(mock, account_id="mine")] == [1000, 1004, 0, 1202]
    assert [one["code"] for one in _calls(mock)] == [1002]


def test_a_body_that_is_not_read_is_kept_as_refused(ruled_doc: Document) -> None:
    """A body over the limit is in the journal; one to the control API is not."""
    mock = bench(ruled_doc, Settings())
    for path in (CREATE, "/_mock/reset"):
        answer = mock.world.too_large(Request("POST", path, {}, {"authorization": f"Bearer {API_KEY}"}, b""))
        assert (answer.headers["connection"], json.loads(answer.body)["code"]) == ("close", 1200)
    assert [(one["operation"], one["code"]) for one in _calls(mock)] == [("text_to_video.create", 1200)]


@pytest.mark.parametrize(("most", "kept"), [(3, [3, 4, 5]), (0, []), (1000, [1, 2, 3, 4, 5])])
def test_calls_are_bounded(ruled_doc: Document, most: int, kept: list[int]) -> None:
    """The latest calls stay, numbers go on, and how many were dropped is told."""
    mock = bench(ruled_doc, Settings(journal=most, quotas=False))
    for _ in range(5):
        mock.post()
    told = _journal(mock)
    assert [one["number"] for one in told["calls"]] == kept
    assert (told["kept"], told["dropped"]) == (len(kept), 5 - len(kept) if most else 0)


def test_bodies_are_bounded(mock: Bench) -> None:
    """Of a picture in base64 the beginning stays, and the members after it; other text is cut; how much is told."""
    picture = "iVBOR" + "A" * 300_000
    mock.post({"model_name": "kling-v1", "image": picture, "prompt": "after"}, path="/v1/videos/image2video")
    mock.post(b"x" * 300_000)
    made, text = _calls(mock)
    assert made["body"]["prompt"] == "after"
    assert made["body"]["image"].endswith(f"… ({len(picture) - 200} more characters)")
    assert made["body_bytes"] > 300_000
    assert (text["body"], text["body_bytes"], text["body_cut"]) == ("x" * KEPT, 300_000, 300_000 - KEPT)
    sizes = [len(record.request.body) for _, record in mock.world.account.journal.after()]
    assert max(sizes) <= KEPT


@pytest.mark.parametrize("before", range(1, 20, 6))
def test_no_secret_is_cut_in_two(mock: Bench, before: int) -> None:
    """Where a body or a long text is cut, no beginning of a key stays."""
    mock.post(b"x" * (KEPT - before) + SECRET_KEY.encode() * 2)
    mock.post({**BODY, "external_task_id": "x" * (200 - before) + SECRET_KEY + "y" * KEPT})
    text, made = _calls(mock)
    assert text["body"].endswith(f"x{'***' if before > 3 else SECRET_KEY[:before]}")
    assert ("***… (" in made["body"]["external_task_id"]) == (before > 3)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, [1, 2, 3, 4]),
        ({"operation": "*.create"}, [1, 2, 4]),
        ({"operation": "text_to_video.page"}, [3]),
        ({"code": 0}, [1, 3, 4]),
        ({"status": 400}, [2]),
        ({"since": 2}, [3, 4]),
        ({"text": "paper GOAT"}, [4]),
        ({"limit": 2}, [3, 4]),
        ({"limit": 0}, []),
        ({"operation": "*.create", "code": 0, "limit": 1}, [4]),
    ],
)
def test_filters(mock: Bench, asked: dict[str, Any], numbers: list[int]) -> None:
    """Every export takes the same filters; they go together."""
    mock.post()
    mock.post({"prompt": ""})
    mock.http().get(CREATE, headers={"authorization": f"Bearer {API_KEY}"})
    mock.post({**BODY, "prompt": "A paper goat"})
    assert [one["number"] for one in _calls(mock, **asked)] == numbers
    assert [one["_kling"]["number"] for one in _journal(mock, ".har", **asked)["log"]["entries"]] == numbers
    with mock.http() as http:
        lines, events = (http.get(f"/_mock/journal{one}", params=asked).text for one in (".jsonl", "/events"))
    assert [json.loads(one)["number"] for one in lines.splitlines()] == numbers
    if "limit" not in asked:
        assert [int(one) for one in re.findall(r"^id: (\d+)$", events, re.MULTILINE)] == numbers


def test_a_task_is_followed_through_its_calls(mock: Bench) -> None:
    """The filter for a task finds its create and each look at it."""
    first, second = (mock.post().json()["data"]["task_id"] for _ in range(2))
    for one in (second, first):
        mock.http().get(f"{CREATE}/{one}", headers={"authorization": f"Bearer {API_KEY}"})
    assert [one["number"] for one in _calls(mock, task_id=first)] == [1, 4]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"operation": "text_to_vidio.create"}, "did you mean text_to_video.create"),
        ({"limit": "many"}, "limit"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_filter_is_told(mock: Bench, asked: dict[str, str], said: str) -> None:
    """An operation that there is not, a word for a number, a name that is none."""
    with mock.http() as http:
        for path in ("", ".har", ".jsonl", "/events"):
            answer = http.get(f"/_mock/journal{path}", params=asked)
            assert answer.status_code == 400
            assert said in answer.json()["error"]


def test_one_call_and_none(mock: Bench) -> None:
    """A call is found by its number until it is forgotten; numbers are not given twice; a reset forgets as well."""
    mock.post()
    assert _journal(mock, "/1")["number"] == 1
    assert mock.http().delete("/_mock/journal").json() == {"kept": 0, "last": 1}
    assert mock.http().get("/_mock/journal/1").status_code == 404
    assert mock.http().get("/_mock/journal/x").status_code == 400
    mock.post()
    assert [one["number"] for one in _calls(mock)] == [2]
    assert _journal(mock)["dropped"] == 0
    mock.http().post("/_mock/reset")
    assert _calls(mock) == []


def test_the_archive_is_har(mock: Bench) -> None:
    """What is exported keeps the format's rules, for calls of every kind."""
    mock.post()
    mock.post({"prompt": ""})
    mock.post(b"\xff\xfe not json")
    mock.post(b"x" * 100_000)
    mock.http().get(f"{CREATE}?pageNum=1&pageSize=30", headers={"authorization": f"Bearer {API_KEY}"})
    mock.http().get("/v1/%E2%82%AC/%2F?x=%20y")
    archive = _journal(mock, ".har")
    jsonschema_rs.validator_for(HAR).validate(archive)
    entries = archive["log"]["entries"]
    assert len(entries) == 6
    assert json.loads(entries[0]["request"]["postData"]["text"]) == BODY
    assert json.loads(entries[0]["response"]["content"]["text"])["message"] == "SUCCEED"
    assert entries[4]["request"]["url"] == f"http://mock.test{CREATE}?pageNum=1&pageSize=30"
    assert "bytes are not kept" in entries[3]["request"]["postData"]["comment"]


_KEY, _SECRET = "api-key-kling-Zw7xKq0PmT4vRb9L", 'se"cr/et+Ünder%41\\x, and longer than that'
_FORMS = st.sampled_from(
    [str, quote, lambda one: "".join(f"%{byte:02x}" for byte in one.encode()), lambda one: json.dumps(one)[1:-1]]
)
_PLACED = st.builds(
    lambda before, form, secret, after: before + form(secret) + after,
    st.sampled_from(["", "x", "https://a:", "key=", "?token=", "Bearer ", "\n"]),
    _FORMS,
    st.sampled_from([_KEY, _SECRET]),
    st.sampled_from(["", "y", "@host/", "&z=1", '"']),
)
_JSON = st.recursive(
    _PLACED | st.integers() | st.none() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(_PLACED | st.sampled_from(["prompt", "secret"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_BODIES = (
    st.builds(lambda one: json.dumps(one).encode(), _JSON)
    | st.builds(lambda one: json.dumps({**BODY, "external_task_id": one, "prompt": one}).encode(), _PLACED)
    | st.builds(lambda one, fill: fill + one.encode(), _PLACED, st.sampled_from([b"{", b"\xff", b"x" * (KEPT - 12)]))
)
_HEADERS = st.dictionaries(
    st.sampled_from(["authorization", "x-api-key", "cookie", "x-any", "user-agent", "content-type", "host"]),
    _PLACED | st.just(f"Bearer {_KEY}") | st.just(f"Bearer {jwt.encode({'iss': 'own-access-key'}, _SECRET)}"),
    max_size=3,
)
_REQUESTS = st.builds(
    Request,
    verb=st.sampled_from(["GET", "POST", "DELETE"]),
    path=st.sampled_from([CREATE, "/v1/none"]) | st.builds(lambda one: f"{CREATE}/{quote(one)}", _PLACED),
    query=st.dictionaries(st.sampled_from(["pageNum", "key", "x"]) | _PLACED, _PLACED, max_size=2),
    headers=_HEADERS,
    body=_BODIES,
)


@pytest.fixture(scope="module")
def guarded(ruled_doc: Document) -> Bench:
    """A mock whose only account has the secrets that are looked for."""
    return bench(
        ruled_doc, Settings(api_key=_KEY, secret_key=_SECRET, access_key="own-access-key", any_id=True, quotas=False, journal=1)
    )


@pytest.mark.generated
@given(request=_REQUESTS)
def test_no_secret_leaves(guarded: Bench, request: Request) -> None:
    """Whatever a request was, no key of the account is in anything that is told of it, escaped neither."""
    world, account = guarded.world, guarded.world.account
    world.handle(request)
    ((number, record),) = account.journal.after(account.journal.last - 1)
    with guarded.http() as http:
        paths = ("", ".har", ".jsonl", "/events", f"/{number}")
        outputs = [http.get(f"/_mock/journal{one}").text for one in paths]
        outputs.append(http.get("/_mock/metrics").text)
    calls = [msgspec.json.decode(one, type=dict[str, Any]) for one in outputs[2].splitlines()]
    assert len(calls) == len(account.journal)
    handle = MockHandle("http://mock.test", world, account)
    outputs += [line(account, record).decode(), recent(handle.calls())]
    outputs.append(explained(Expectation("text_to_video.create", {"prompt": "none"}), handle.calls(), account.journal))
    for text in outputs:
        for secret in (_KEY, _SECRET):
            forms = {secret, quote(secret), json.dumps(secret)[1:-1], msgspec.json.encode(secret).decode()[1:-1]}
            assert not {one for one in forms for seen in (text, unquote(text)) if one in seen}


def test_secrets_of_others_go_by_their_names(mock: Bench) -> None:
    """Signed URLs, passwords in URLs, and members that are called secrets are masked; the rest of them is not."""
    mock.post({**BODY, "callback_url": "https://me:pw@h.test/x?token=t0p&page=2", "webhook_secret": "s", "prompt": "my token"})
    mock.http().get(f"{CREATE}?key=k&pageNum=1", headers={"cookie": "c", "authorization": "Basic b"})
    made, listed = _calls(mock)
    assert made["body"] == {
        **BODY,
        "callback_url": "https://***@h.test/x?token=***&page=2",
        "webhook_secret": "***",
        "prompt": "my token",
    }
    assert listed["query"] == {"key": "***", "pageNum": "1"}
    assert (listed["headers"]["cookie"], listed["headers"]["authorization"]) == ("***", "Basic ***")
    assert listed["parameters"] == {"key": "***", "pageNum": 1}


def test_the_secret_of_the_default_account_is_masked_by_default(mock: Bench) -> None:
    """A secret in a prompt is found in a listing neither by eye nor by its text."""
    mock.post({**BODY, "prompt": f"my key is {SECRET_KEY}."})
    assert _calls(mock)[0]["body"]["prompt"] == "my key is ***."
    assert _calls(mock, text=SECRET_KEY) == []
