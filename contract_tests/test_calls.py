"""What can be different for a call: options, raw answers, hooks, the log, the connections."""

import asyncio
import json
import threading
from typing import Any, assert_type

import httpx2
import pytest
from conftest import BODY, Bench, bench
from wire import TASK, Wire, answer, client_of

import kling
from kling import AsyncKling, ConcurrencyExceeded, Kling, RawResponse, RuleBroken
from kling._core.operation import family
from kling.types.shared import TaskCreated, VideoTask
from kling_codegen.names import argument_name
from kling_mock.transport import MockTransport
from kling_spec.bundle import plain
from kling_spec.document import Document, Operation, operations
from kling_spec.load import load

_BY_ID = {one.id: one for one in operations(plain(load()))}
_OPERATIONS = [pytest.param(one, id=name) for name, one in _BY_ID.items()]
_ANSWERED = [  # a get without a create has nothing that it could look at
    pytest.param(one, id=name) for name, one in _BY_ID.items() if one.role != "get" or f"{one.family}.create" in _BY_ID
]
_BODY: Any = BODY
_WRONG: Any = "99"


def _arguments(operation: Operation) -> Document:
    """Return the arguments of an example of an operation."""
    body: Document = next(iter(operation.examples.values()), {})
    asked = {one["name"]: one.get("example", "1") for one in operation.parameters if one.get("required")}
    found = {argument_name(name): one for name, one in {**body, **asked}.items()}
    return {"task": "1"} if operation.role == "get" else found


def _method(client: Any, operation: Operation) -> Any:
    return getattr(getattr(client, operation.family), operation.name)


@pytest.mark.parametrize("operation", _OPERATIONS)
def test_every_call_takes_options(operation: Operation) -> None:
    """Headers, query, body members and the time limit of one call go out with it, for every operation, and only once."""
    wire = Wire(answer(status=429, code=1303), answer(status=429, code=1303))
    options: Any = {"extra_headers": {"x-one": "1"}, "extra_query": {"two": "2"}, "extra_body": {"three": 3}, "timeout": 4.5}
    none: Any = {}
    for more in (options, none):
        with pytest.raises(ConcurrencyExceeded):
            _method(client_of(wire), operation)(**_arguments(operation), **more)
    one, other = wire.sent
    assert (one.headers["x-one"], dict(one.url.params).get("two")) == ("1", "2")
    assert one.extensions["timeout"] == dict.fromkeys(("connect", "read", "write", "pool"), 4.5)
    assert json.loads(one.content).pop("three") == 3 if one.content else operation.request is None
    assert "x-one" not in other.headers
    assert "two" not in dict(other.url.params)
    assert b"three" not in other.content
    assert other.extensions["timeout"] == dict.fromkeys(("connect", "read", "write", "pool"), 60.0)


def test_options_are_added_to_those_of_the_client() -> None:
    """A call's own win; the client and its families are not changed; a family, a client and a call take the same."""
    wire = Wire()
    client = client_of(wire, extra_headers={"X-One": "client", "X-Two": "client"}, timeout=9)
    before = client.text_to_video
    copy = client.with_options(extra_headers={"x-two": "copy"})
    copy.text_to_video.with_options(extra_headers={"X-THREE": "family"}).get("1", extra_headers={"x-four": "call"}, timeout=2)
    client.text_to_video.get("1")
    said = [{name: one for name, one in sent.headers.items() if name.startswith("x-")} for sent in wire.sent]
    assert said == [
        {"x-one": "client", "x-two": "copy", "x-three": "family", "x-four": "call"},
        {"x-one": "client", "x-two": "client"},
    ]
    assert [sent.extensions["timeout"]["read"] for sent in wire.sent] == [2, 9]
    assert client.text_to_video is before
    assert copy.text_to_video is not before
    assert copy._transport.http is client._transport.http


def test_copies_share_connections_and_do_not_close_them() -> None:
    """Leaving a copy closes nothing; closing the client closes all; a client of the caller's is never closed."""
    client = client_of(Wire())
    with client.with_options(timeout=1) as copy:
        copy.text_to_video.get("1")
    assert not client._transport.http.is_closed
    client.close()
    assert copy._transport.http.is_closed
    own = httpx2.Client(transport=Wire())
    with Kling(api_key="k", http_client=own) as client:
        client.text_to_video.get("1", timeout=1)
    assert not own.is_closed


def test_an_extra_header_wins() -> None:
    """Whoever needs another Authorization or user agent can send it, once."""
    wire = Wire()
    client_of(wire).text_to_video.get("1", extra_headers={"authorization": "Basic x", "USER-AGENT": "mine"})
    names = [name.lower() for name, _ in wire.sent[0].headers.raw]
    assert (wire.sent[0].headers["authorization"], wire.sent[0].headers["user-agent"]) == ("Basic x", "mine")
    assert len(names) == len(set(names))


def test_extra_members_are_not_looked_at() -> None:
    """They go out as they are, over our own, also an external_task_id; the typed arguments are still looked at."""
    wire = Wire()
    client = client_of(wire, max_retries=1)
    client.text_to_video.create(**_BODY, extra_body={"new_thing": [1], "prompt": "x" * 9999, "external_task_id": "mine"})
    sent = json.loads(wire.sent[0].content)
    assert sent == {**_BODY, "new_thing": [1], "prompt": "x" * 9999, "external_task_id": "mine"}
    with pytest.raises(RuleBroken):
        client.text_to_video.create(**_BODY, duration=_WRONG, extra_body={"new_thing": 1})
    assert len(wire.sent) == 1


def test_how_a_call_is_looked_at() -> None:
    """check, strict and strict_models can be said for one call."""
    client = client_of(Wire())
    asked: Any = {**_BODY, "sound": "on"}
    with pytest.raises(RuleBroken):
        client.text_to_video.create(**asked)
    assert client.text_to_video.create(**asked, strict_models=False).task_id == "1"
    assert client.text_to_video.create(**asked, duration=_WRONG, check=False).task_id == "1"
    with pytest.raises(RuleBroken):
        client.text_to_video.create(**_BODY, cfg_scale=0.3, strict=True)


def test_unknown_arguments_are_refused() -> None:
    """A word that is neither an argument nor an option is an error before anything is sent, as it is everywhere in Python."""
    wire = Wire()
    client = client_of(wire)
    calls: list[Any] = [client.text_to_video.with_options, client.with_options, client.text_to_video.page]
    for call in calls:
        with pytest.raises(TypeError, match="unknown arguments: promt"):
            call(promt="x")
    with pytest.raises(TypeError, match=r"unknown arguments: promt; see kling\.CallOptions"):
        client.text_to_video.create(**_BODY, promt="x")  # type: ignore[call-arg]  # wrong on purpose
    with pytest.raises(TypeError, match="unknown arguments: api_keys"):
        Kling(api_keys="x", api_key="k")  # type: ignore[call-arg]  # wrong on purpose
    assert wire.sent == []


def test_type_checkers_see_the_options() -> None:
    """mypy, which reads this file, refuses an option of the wrong type and knows what a call with options gives."""
    client = client_of(Wire())
    assert_type(client.text_to_video.get("1", timeout=None, max_retries=1), VideoTask)
    assert_type(client.text_to_video.with_options(check=False).create(**_BODY), TaskCreated)
    assert_type(client.with_options(retry_budget=1), Kling)
    assert_type(client.text_to_video.with_raw_response.create(**_BODY), RawResponse[Any])
    client.text_to_video.get("1", check="no")  # type: ignore[arg-type]  # wrong on purpose
    client.text_to_video.create(model_name="kling-v3", prompt="x", strict="no")  # type: ignore[arg-type]  # wrong on purpose


def test_the_user_agent_tells_version_and_spec() -> None:
    """It is sent through a client of the caller's too."""
    wire = Wire()
    Kling(api_key="k", base_url="http://x.test", http_client=httpx2.Client(transport=wire)).text_to_video.get("1")
    said = wire.sent[0].headers["user-agent"]
    assert said.startswith(f"kling-toolkit/{kling.__version__} (python 3.")
    assert said.endswith(f"; spec {kling.SPEC_DATE})")
    assert kling.__version__[0].isdecimal()


def test_how_the_client_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transport, proxy and limits reach the client's own httpx2 client; beside one of the caller's they are refused."""
    made: list[Any] = []
    monkeypatch.setattr(httpx2, "Client", lambda **said: made.append(said))
    monkeypatch.setattr(httpx2, "AsyncClient", lambda **said: made.append(said))
    limits = httpx2.Limits(max_connections=3)
    for half in (Kling, AsyncKling):
        _ = half(api_key="k", proxy="http://proxy.test:8080", limits=limits)._transport.http
    assert made == [{"timeout": 60.0, "proxy": "http://proxy.test:8080", "limits": limits}] * 2
    with pytest.raises(ValueError, match="proxy and limits must be given to http_client"):
        Kling(api_key="k", proxy="http://x.test", limits=limits, http_client=object())  # type: ignore[arg-type]  # any will do


class TestRetries:
    """How often and how long a call is tried."""

    @pytest.mark.parametrize("limit", [0, 1, 3])
    def test_the_limit_of_a_call(self, limit: int) -> None:
        """max_retries of a call wins over the client's."""
        wire = Wire(*(answer(status=429, code=1303) for _ in range(9)))
        with pytest.raises(ConcurrencyExceeded):
            client_of(wire, max_retries=2).text_to_video.get("1", max_retries=limit)
        assert len(wire.sent) == limit + 1

    def test_the_budget_of_a_call(self) -> None:
        """No attempt begins that would have to wait beyond the budget; the other settings of retries stay."""
        wire = Wire(*(answer(status=429, code=1303) for _ in range(9)))
        client = client_of(wire, max_retries=5)
        with pytest.raises(ConcurrencyExceeded):
            client.text_to_video.get("1", retry_budget=0.5)
        assert len(wire.sent) == 1
        assert client.with_options(retry_budget=0.5)._transport.settings.retries.limit == 5

    @pytest.mark.parametrize(("asked", "sent"), [("7", 2), ("600", 1), ("soon", 2), ("", 2)])
    def test_the_service_sets_the_pace(self, asked: str, sent: int) -> None:
        """A refusal that asks to wait is waited for, or told at once where that is beyond the budget."""
        wire, slept = Wire(answer(TASK, status=429, code=1302, Retry_After=asked)), list[float]()
        client = client_of(wire, max_retries=1)
        client._transport.sleep = slept.append  # type: ignore[method-assign, assignment]  # no test sleeps
        if sent == 2:
            assert client.text_to_video.get("1").task_id == "1"
            assert slept[0] >= (7 if asked == "7" else 1)
        else:
            with pytest.raises(kling.RateLimited):
                client.text_to_video.get("1")
        assert len(wire.sent) == sent


class TestRaw:
    """Answers as they came."""

    @pytest.mark.parametrize("operation", _ANSWERED)
    def test_every_call_gives_its_answer(self, operation: Operation, mock: Bench) -> None:
        """Status, headers, request id and body stand beside the data that the plain call gives."""
        client = mock.client()
        asked = _arguments(operation)
        if operation.role == "get":
            create = _BY_ID[f"{operation.family}.create"]
            asked = {"task": _method(client, create)(**_arguments(create))}
        said = getattr(getattr(client, operation.family).with_raw_response, operation.name)(**asked)
        assert isinstance(said, RawResponse)
        body = json.loads(said.body)
        assert (said.status, said.request_id, said.headers["content-type"]) == (200, body["request_id"], "application/json")
        model = family(operation.family).operations[operation.name].model
        assert {type(one) for one in (said.data if isinstance(said.data, list) else [said.data])} <= {model}

    def test_the_async_client_does_the_same(self, ruled_doc: Document) -> None:
        """The raw method is awaited."""

        async def story() -> RawResponse[Any]:
            made = bench(ruled_doc)
            key, transport = made.world.settings.api_key, MockTransport(made.world)
            async with AsyncKling(api_key=key, base_url="http://mock.test", transport=transport) as client:
                return await client.text_to_video.with_raw_response.create(**_BODY)

        assert asyncio.run(story()).data.task_status == "submitted"

    def test_a_refusal_is_raised(self) -> None:
        """An error is an error, with the headers of its answer."""
        with pytest.raises(ConcurrencyExceeded) as caught:
            client_of(Wire(answer(status=429, code=1303, X_Trace="t"))).text_to_video.with_raw_response.get("1")
        assert caught.value.headers["x-trace"] == "t"

    @pytest.mark.parametrize("name", ["wait", "pages", "run", "with_options", "nothing"])
    def test_only_what_sends_one_request_has_one(self, name: str) -> None:
        """Waiting and paging have no answer of their own."""
        with pytest.raises(AttributeError, match=f"{name} does not send just one request"):
            getattr(client_of(Wire()).text_to_video.with_raw_response, name)

    def test_a_create_that_was_looked_up_gives_that_answer(self) -> None:
        """The data is what a create answers, the rest is of the look-up."""
        wire = Wire(httpx2.ReadTimeout("slow"), answer({**TASK, "task_result": {}}))
        said = client_of(wire, max_retries=1).text_to_video.with_raw_response.create(**_BODY)
        assert [one.method for one in wire.sent] == ["POST", "GET"]
        assert type(said.data) is family("text_to_video").operations["create"].model
        assert b"task_result" in said.body


def test_one_client_serves_many_threads(mock: Bench) -> None:
    """Options of one thread's calls are not seen by another's."""
    seen, lock = list[tuple[str, str]](), threading.Lock()

    def keep(request: httpx2.Request) -> httpx2.Response:
        with lock:
            seen.append((request.headers["x-thread"], json.loads(request.content)["external_task_id"]))
        return MockTransport(mock.world).handle_request(request)

    key, transport = mock.world.settings.api_key, httpx2.MockTransport(keep)
    client = Kling(api_key=key, base_url="http://mock.test", transport=transport, extra_headers={"X-Thread": "none"})
    client.text_to_video.create(**_BODY, external_task_id="none-0")

    def work(name: str) -> None:
        for number in range(40):
            mine = client.with_options(extra_headers={"X-Thread": name}) if number % 2 else client
            more: Any = {} if number % 2 else {"extra_headers": {"X-Thread": name}}
            mine.text_to_video.create(**_BODY, external_task_id=f"{name}-{number}", **more)

    threads = [threading.Thread(target=work, args=(str(number),)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(seen) == 161
    assert [one for one in seen if one[0] != one[1].partition("-")[0]] == []
