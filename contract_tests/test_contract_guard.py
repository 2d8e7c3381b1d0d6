"""What the guard of live-free runs lets through, and what ends a run."""

import json
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_contract.errors import NotFree, NotProven, Tripped
from kling_contract.guard import IMPOSSIBLE_MODEL, Guard
from kling_contract.keys import NOBODY, Keys, nobody
from kling_contract.target import Asked, Target
from kling_mock.settings import ACCESS_KEY, API_KEY, SECRET_KEY

KEYS = Keys(ACCESS_KEY, SECRET_KEY, API_KEY)
URL = "http://live.test"
CREATE = "/v1/videos/text2video"


def _guarded(*answers: httpx2.Response) -> tuple[Target, list[httpx2.Request]]:
    """Return a target behind a guard, and the list of what goes through."""
    sent: list[httpx2.Request] = []
    left = iter(answers)

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return next(left, None) or httpx2.Response(400, json={"code": 1201, "message": "no"})

    guard = Guard(URL, KEYS.secrets, ledgers=frozenset({"/ledger"}), readable=frozenset({CREATE}))
    return Target(URL, transport=httpx2.MockTransport(answer), guard=guard), sent


_OWN = KEYS.header("own")
_POISON = json.dumps({"model_name": IMPOSSIBLE_MODEL}).encode()
_NOT_FREE: dict[str, Asked] = {
    "a create": Asked("POST", CREATE, _OWN, b'{"prompt": "boat"}'),
    "an empty create": Asked("POST", CREATE, _OWN, b"{}"),
    "a create without a body": Asked("POST", CREATE, _OWN),
    "one that only breaks a rule": Asked("POST", CREATE, _OWN, b'{"model_name": "kling-v1", "duration": "7"}'),
    "a poison and a prompt": Asked("POST", CREATE, _OWN, json.dumps({"model_name": IMPOSSIBLE_MODEL, "prompt": "boat"}).encode()),
    "a poison that is said twice": Asked("POST", CREATE, _OWN, b'{"model_name": "kling-v1", "model_name": "no-such-model-kling-contract"}'),
    "almost a poison": Asked("POST", CREATE, _OWN, b'{"model_name": "no-such-model-kling-contract "}'),
    "a list": Asked("POST", CREATE, _OWN, b"[]"),
    "not JSON": Asked("POST", CREATE, None, b"{"),
    "nobody with a prompt": Asked("POST", CREATE, None, b'{"prompt": "boat"}'),
    "a delete": Asked("DELETE", f"{CREATE}/1", _OWN),
    "a put": Asked("PUT", CREATE, _OWN, b"{}"),
    "a patch": Asked("PATCH", "/ledger", _OWN, b"{}"),
    "a read with a body": Asked("GET", CREATE, _OWN, b"{}"),
    "a key in the URL": Asked("GET", f"{CREATE}?key={API_KEY}", None),
    "an expired token": Asked("POST", CREATE, KEYS.header("expired"), b"{}"),
    "a forged token": Asked("POST", CREATE, KEYS.header("forged"), b"{}"),
    "another's key": Asked("POST", CREATE, "Bearer api-key-of-somebody", b"{}"),
    "a ledger under another name": Asked("POST", "/ledger/", _OWN, b"{}"),
    "a ledger on the way to elsewhere": Asked("POST", f"/ledger/..{CREATE}", _OWN, b"{}"),
}  # fmt: skip


@pytest.mark.parametrize("name", _NOT_FREE)
def test_the_guard_stops(name: str) -> None:
    """What could be charged, or change something, is not sent, though every poison be proven."""
    target, sent = _guarded()
    _prove(target)
    count = len(sent)
    with pytest.raises(NotFree):
        target.send(_NOT_FREE[name])
    assert len(sent) == count


def _prove(target: Target) -> None:
    """Let the server refuse reads of nobody, and of a task that does not exist."""
    for who in NOBODY:
        target.http._transport._guard._proofs.add((nobody(who), CREATE))  # type: ignore[attr-defined]  # what a read would teach it
    target.send(Asked("GET", f"{CREATE}/no-such-task", _OWN))


@pytest.mark.parametrize("headers", [{"x-api-key": API_KEY}, {"cookie": "session=1"}, {"x-http-method-override": "POST"}])
def test_the_guard_stops_headers_that_could_mean_anything(headers: dict[str, str]) -> None:
    """Credentials can come by other ways than Authorization, and so can methods."""
    guard = Guard(URL, KEYS.secrets)
    with pytest.raises(NotFree):
        guard.check(httpx2.Request("GET", f"{URL}{CREATE}", headers=headers))


def test_the_guard_stops_at_other_hosts() -> None:
    """Keys go to the server that was asked for and to no other, not even on another port."""
    guard = Guard(URL, KEYS.secrets)
    for url in ("http://elsewhere.test/v1", "https://live.test/v1", "http://live.test:81/v1"):
        with pytest.raises(NotFree, match="is not"):
            guard.check(httpx2.Request("GET", url))


_TEXT = st.text(max_size=20)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_MEMBERS = st.dictionaries(
    st.sampled_from(["model_name", "prompt", "image", "x"]),
    st.sampled_from([IMPOSSIBLE_MODEL, "kling-v1", "boat"]) | _JSON,
    max_size=3,
)


@pytest.mark.generated
@given(
    verb=st.sampled_from(["POST", "PUT", "DELETE", "PATCH", "post", "GET"]),
    body=_MEMBERS | _JSON,
    who=st.sampled_from(["own", "key", *NOBODY, "expired", "forged"]),
)
def test_what_goes_through_is_free(verb: str, body: Any, who: str) -> None:
    """Of any request, what the guard lets through is a read without a body, or bare and poisoned."""
    guard = Guard(URL, KEYS.secrets, believes=True)
    header = KEYS.header(who)
    headers = {} if header is None else {"authorization": header}
    request = httpx2.Request(verb, f"{URL}{CREATE}", headers=headers, content=json.dumps(body))
    try:
        guard.check(request)
    except NotFree:
        return
    assert request.method != "GET"
    assert body in ({}, {"model_name": IMPOSSIBLE_MODEL})
    assert body or who in NOBODY


def test_a_poison_must_be_proven() -> None:
    """Before the server has refused a read of the same nobody at the same path, no create of theirs is sent."""
    no = httpx2.Response(401, json={"code": 1001, "message": "no"})
    yes = httpx2.Response(200, json={"code": 0, "message": "SUCCEED", "data": []})
    target, sent = _guarded(yes, no, no)
    create = Asked("POST", CREATE, None, b"{}")
    for proof in ("nothing", "a read that was let in"):
        with pytest.raises(NotProven):
            target.send(create)
        if proof == "nothing":
            target.send(Asked("GET", CREATE, None))
    target.send(Asked("GET", CREATE, None))
    assert target.send(create).code == 1001
    with pytest.raises(NotProven):
        target.send(replace(create, authorization=nobody("malformed")))
    assert len(sent) == 3


def test_a_model_must_be_proven_too() -> None:
    """With the caller's keys a create is sent only where a task that does not exist was not found."""
    found = httpx2.Response(200, json={"code": 0, "message": "SUCCEED", "data": {}})
    target, sent = _guarded(found)
    for _ in range(2):
        with pytest.raises(NotProven):
            target.send(Asked("POST", CREATE, _OWN, _POISON))
        target.send(Asked("GET", f"{CREATE}/no-such-task", _OWN))
    assert target.send(Asked("POST", CREATE, _OWN, _POISON)).code == 1201
    assert len(sent) == 3


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, json={"code": 0, "message": "SUCCEED", "data": {"task_id": "1"}}),
        httpx2.Response(400, json={"code": 0, "message": "SUCCEED"}),
        httpx2.Response(200, json={"code": "0", "message": "SUCCEED"}),
        httpx2.Response(200, json={"id": "1"}),
        httpx2.Response(202, text="accepted"),
        httpx2.Response(400, json={"code": 1201, "message": "no", "data": {"task_id": "1"}}),
    ],
)
def test_the_trip_wire(answer: httpx2.Response) -> None:
    """Whatever is not certainly a refusal ends the run."""
    target, _ = _guarded(httpx2.Response(401, json={"code": 1001, "message": "no"}), answer)
    target.send(Asked("GET", CREATE, None))
    with pytest.raises(Tripped, match="Nothing more is sent"):
        target.send(Asked("POST", CREATE, None, b"{}"))
