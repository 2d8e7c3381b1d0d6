"""Each operation from its example: client → mock → typed reply; each family that starts tasks through its lifecycle."""

import asyncio
import json
from typing import Any

import httpx2
import jsonschema_rs
import pytest
from conftest import Bench, bench

from kling import AsyncKling, Kling, TaskFailed, TaskTimeout
from kling._core.operation import family
from kling_codegen.names import argument_name
from kling_mock.faults import Fail
from kling_mock.settings import Settings
from kling_mock.transport import MockTransport
from kling_spec.bundle import plain, ruled
from kling_spec.document import Document, Operation, inlined, operations
from kling_spec.lifecycle import lifecycle
from kling_spec.load import load

_DOC = plain(load())
_RULED = ruled(load())
_OPERATIONS = list(operations(_DOC))
_EXAMPLES = [pytest.param(one, body, id=f"{one.id}-{name}") for one in _OPERATIONS for name, body in one.examples.items()]
_CREATES = [
    pytest.param(one, body, id=f"{one.id}-{name}")
    for one in _OPERATIONS
    if one.role == "create"
    for name, body in one.examples.items()
]


def _method(client: Any, operation: Operation) -> Any:
    return getattr(getattr(client, operation.family), operation.name)


def _arguments(body: Document) -> dict[str, Any]:
    return {argument_name(name): one for name, one in body.items()}


@pytest.mark.parametrize(("operation", "body"), _EXAMPLES)
def test_an_example_is_answered(operation: Operation, body: Document, client: Kling) -> None:
    """The client sends every example, and the mock's answer is of the promised type."""
    answer = _method(client, operation)(**_arguments(body))
    assert type(answer) is family(operation.family).operations[operation.name].model


@pytest.mark.parametrize(
    "operation", [one for one in _OPERATIONS if one.role == "call" and not one.examples], ids=lambda one: one.id
)
def test_a_call_without_body_is_answered(operation: Operation, client: Kling) -> None:
    """A call that only asks is answered from the examples of its parameters."""
    asked = {argument_name(one["name"]): one["example"] for one in operation.parameters if one.get("required")}
    assert _method(client, operation)(**asked) is not None


@pytest.mark.parametrize(("operation", "body"), _CREATES)
def test_a_task_goes_through_its_lifecycle(operation: Operation, body: Document, mock: Bench, client: Kling) -> None:
    """submitted at once, no result before the end, then one that can be fetched; a callback for each change, in order."""
    url = "http://127.0.0.1:9/hook"
    created = _method(client, operation)(**{**_arguments(body), "callback_url": url})
    resource = getattr(client, operation.family)
    assert created.task_status == "submitted"
    assert created.created_at == created.updated_at
    mock.world.advance(3600)
    done = resource.get(created)
    assert done.task_status == "succeed"
    assert done.task_status_msg == ""
    assert float(done.final_unit_deduction) >= 0
    states = [json.loads(sent)["task_status"] for _, sent in mock.delivered]
    assert states == ["submitted", "processing", "succeed"]
    assert json.loads(mock.delivered[-1][1]) == _wire(mock, operation, created.task_id)


def _wire(mock: Bench, operation: Operation, task_id: str) -> Any:
    get = next(one for one in _OPERATIONS if one.family == operation.family and one.role == "get")
    headers = {"authorization": f"Bearer {mock.world.settings.api_key}"}
    return mock.http().get(get.path.format(id=task_id), headers=headers).json()["data"]


@pytest.mark.parametrize(("operation", "body"), _CREATES)
def test_replies_and_callbacks_fit_their_schemas(operation: Operation, body: Document, mock: Bench, client: Kling) -> None:
    """What create, get, page and callbacks say is valid for an independent validator, in every state."""
    created = _method(client, operation)(**{**_arguments(body), "callback_url": "http://127.0.0.1:9/hook"})
    mine = {one.role: one for one in _OPERATIONS if one.family == operation.family}
    task = jsonschema_rs.Draft202012Validator(mine["get"].data_schema)
    for _ in range(3):
        task.validate(_wire(mock, operation, created.task_id))
        mock.world.advance(1)
    mock.world.advance(3600)
    for _, sent in mock.delivered:
        task.validate(json.loads(sent))
    page = mock.http().get(mine["page"].path, headers={"authorization": f"Bearer {mock.world.settings.api_key}"}).json()
    jsonschema_rs.Draft202012Validator(inlined(mine["page"].reply, _DOC)).validate(page)


@pytest.mark.parametrize(("operation", "body"), [one for one in _CREATES if "minimal" in str(one.id)])
def test_a_failed_task_says_why_and_costs_nothing(operation: Operation, body: Document, mock: Bench, client: Kling) -> None:
    """A task that the service refuses late ends as failed, with the reason and no units."""
    mock.world.account.faults.add(Fail(reason="Failure to pass the risk control system", times=1))
    created = _method(client, operation)(**_arguments(body))
    mock.world.advance(3600)
    with pytest.raises(TaskFailed, match="Failure to pass the risk control system") as caught:
        getattr(client, operation.family).wait(created)
    assert caught.value.reason == "Failure to pass the risk control system"
    assert caught.value.task.final_unit_deduction == "0"


@pytest.mark.parametrize("name", [name for name, one in load().catalogues["lifecycles"]["lifecycles"].items() if one])
def test_every_way_of_a_lifecycle_ends(name: str) -> None:
    """From the first state every way leads to a final one, and every state can be reached."""
    life = lifecycle(name, load().catalogues["lifecycles"]["lifecycles"][name])
    assert life is not None
    assert {state for way in life.ways() for state in way} == set(life.states)
    assert all(life.states[way[-1]].is_final and life.verdict(way[-1]) in ("done", "failed") for way in life.ways())
    assert life.verdict("a state nobody knows") == "running"


def test_a_result_can_be_fetched(client: Kling, mock: Bench, tmp_path: Any) -> None:
    """The video's url gives a film of the asked length, shape and sound."""
    import av

    created = client.text_to_video.create(
        model_name="kling-v2-6", prompt="x", mode="pro", sound="on", aspect_ratio="9:16", duration="5"
    )
    mock.world.advance(3600)
    video = client.text_to_video.get(created).task_result.videos[0]  # type: ignore[union-attr,index]  # it has succeeded
    path = client.download(video.url, tmp_path / "boat.mp4")
    with av.open(path) as film:
        assert (film.streams.video[0].width, film.streams.video[0].height) == (1080, 1920)
        assert video.duration == "5.041"
        assert abs(film.duration / 1e6 - 5.041) < 0.1  # type: ignore[operator]  # a file knows its length
        assert len(film.streams.audio) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_pages_hold_every_task_once(client: Kling, mock: Bench) -> None:
    """Pages partition the list, newest first; an iterator over pages gives each task once."""
    made = []
    for number in range(7):
        made.append(client.text_to_video.create(model_name="kling-v3", prompt=str(number)).task_id)
        mock.world.advance(1)
    pages = [[one.task_id for one in client.text_to_video.page(number, 3)] for number in (1, 2, 3, 4)]
    assert [len(one) for one in pages] == [3, 3, 1, 0]
    assert (
        [one for page in pages for one in page]
        == made[::-1]
        == [one.task_id for one in client.text_to_video.pages(page_size=3)]
    )
    assert client.image_to_video.page() == []


def test_the_async_client_does_the_same(ruled_doc: Document) -> None:
    """The async half makes, waits for and lists a task like the sync half."""
    mock = bench(ruled_doc, Settings())

    async def story() -> tuple[Any, list[str]]:
        http = httpx2.AsyncClient(transport=MockTransport(mock.world))
        async with (
            http,
            AsyncKling(api_key=mock.world.settings.api_key, base_url="http://mock.test", http_client=http) as client,
        ):
            created = await client.text_to_video.create(model_name="kling-v3", prompt="A paper boat")
            mock.world.advance(3600)
            done = await client.text_to_video.wait(created)
            return done, [one.task_id async for one in client.text_to_video.pages()]

    done, listed = asyncio.run(story())
    assert done.task_status == "succeed"
    assert listed == [done.task_id]


def test_waiting_ends_at_its_time_limit(client: Kling) -> None:
    """A task that does not end in time is handed back, and can be waited for again."""
    created = client.text_to_video.create(model_name="kling-v3", prompt="A paper boat")
    seen: list[Any] = []
    with pytest.raises(TaskTimeout) as caught:
        client.text_to_video.wait(created, timeout=0, on_update=seen.append)
    assert caught.value.task.task_id == created.task_id
    assert [one.task_status for one in seen] == ["submitted"]
