"""`run` takes the options of a call, for the create and for every look."""

import asyncio
from typing import Any, assert_type

import httpx2
import pytest
from wire import TASK, Wire, answer, client_of

from kling import AsyncKling, CallOptions, RuleBroken
from kling.errors import ServerUnavailable
from kling.types.shared import VideoTask
from kling_spec.bundle import plain
from kling_spec.document import Operation, operations
from kling_spec.load import load

_BODY: Any = {"model_name": "kling-v2-6", "prompt": "A paper boat"}
_ENDED = {**TASK, "task_status": "succeed", "task_result": {}}
_OPERATIONS = {one.id: one for one in operations(plain(load()))}
_STARTING = [one for one in _OPERATIONS.values() if one.role == "create" and f"{one.family}.get" in _OPERATIONS]
_OPTIONS: CallOptions = {"extra_headers": {"X-Trace": "7"}, "extra_query": {"trace": "7"}, "timeout": 3.0}


def _answers() -> list[httpx2.Response | Exception]:
    return [answer(TASK), answer({**TASK, "task_status": "processing"}), answer(_ENDED)]


def _told(request: httpx2.Request) -> tuple[str | None, str | None, Any]:
    """Return what a request shows of `_OPTIONS`."""
    return request.headers.get("x-trace"), request.url.params.get("trace"), request.extensions["timeout"]["read"]


@pytest.mark.parametrize("operation", _STARTING, ids=lambda one: one.family)
def test_every_run_takes_them(operation: Operation) -> None:
    """The create and each look say them; the next call does not."""
    wire = Wire(*_answers(), *_answers())
    family = getattr(client_of(wire, check=False), operation.family)
    body = next(iter(operation.examples.values()))
    family.run(**body, interval=1.0, options=_OPTIONS)
    assert [one.method for one in wire.sent] == ["POST", "GET", "GET"]
    assert {_told(one) for one in wire.sent} == {("7", "7", 3.0)}
    family.run(**body, interval=1.0)
    assert {_told(one) for one in wire.sent[3:]} == {(None, None, 60.0)}


def test_a_create_of_run_is_that_of_create() -> None:
    """With the same options both send the same."""
    options: CallOptions = {**_OPTIONS, "extra_body": {"new_thing": 1}}
    runs, creates = Wire(*_answers()), Wire()
    client_of(runs).text_to_video.run(**_BODY, options=options)
    client_of(creates).text_to_video.create(**_BODY, **options)
    ours, theirs = runs.sent[0], creates.sent[0]
    assert (ours.url, ours.content, ours.headers, ours.extensions) == (
        theirs.url,
        theirs.content,
        theirs.headers,
        theirs.extensions,
    )
    assert b"new_thing" in ours.content
    assert all(not one.content for one in runs.sent[1:])


def test_the_async_run_takes_them() -> None:
    """The other half does the same."""
    wire = Wire(*_answers())

    async def story() -> VideoTask:
        async def sleep(seconds: float) -> None:
            pass

        async with AsyncKling(api_key="k", base_url="http://api.test", transport=wire) as client:
            client._transport.sleep = sleep  # type: ignore[method-assign]  # no test sleeps
            return await client.text_to_video.run(**_BODY, options=_OPTIONS)

    assert asyncio.run(story()).task_status == "succeed"
    assert {_told(one) for one in wire.sent} == {("7", "7", 3.0)}


def test_how_often_it_is_tried() -> None:
    """The timeout of run is that of the wait, beside the one of a request; retries are those asked for."""
    wire = Wire(answer(status=503, code=5001), *_answers())
    assert client_of(wire).text_to_video.run(**_BODY, timeout=9.0, options={"max_retries": 1, "timeout": 3.0}).task_id == "1"
    with pytest.raises(ServerUnavailable):
        client_of(Wire(answer(status=503, code=5001))).text_to_video.run(**_BODY)


def test_how_a_run_is_looked_at() -> None:
    """`check` and its kin hold for its create, also before it is paid for; an unknown option is refused before anything is sent."""
    wrong: Any = {**_BODY, "duration": "99"}
    client = client_of(Wire(*_answers()))
    with pytest.raises(RuleBroken):
        client.text_to_video.run(**wrong)
    assert_type(client.text_to_video.run(**wrong, options={"check": False}), VideoTask)
    with pytest.raises(RuleBroken):
        client.estimate(client.text_to_video.run, **_BODY, cfg_scale=0.3, options={"strict": True})
    assert client.estimate(client.text_to_video.run, **_BODY, options={"max_retries": 0}) > 0
    with pytest.raises(TypeError, match="unknown arguments: promt"):
        client.text_to_video.run(**_BODY, options={"promt": 1})  # type: ignore[arg-type]  # wrong on purpose


def test_no_family_has_a_field_of_that_name() -> None:
    """`options` is free in what every create is made from."""
    assert not [one.id for one in _STARTING if "options" in (one.request or {})["properties"]]
