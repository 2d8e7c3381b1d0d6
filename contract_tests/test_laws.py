"""Laws of the mock over every family: what changes nothing, what is taken once, and what pages add up to."""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from conftest import bench
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_bodies import bodies

from kling_mock.settings import Settings
from kling_spec.bundle import ruled
from kling_spec.document import Document, Operation, operations
from kling_spec.load import load

_RULED = ruled(load())
_OPERATIONS = {one.id: one for one in operations(_RULED)}
_WITH_BODY = sorted(one.id for one in _OPERATIONS.values() if one.request)
_CREATES = sorted(one.id for one in _OPERATIONS.values() if one.role == "create")
_NAMED = [one for one in _CREATES if "external_task_id" in (_OPERATIONS[one].request or {})["properties"]]
_FAMILIES = sorted(one.family for one in _OPERATIONS.values() if one.role == "page")
_MOCK = bench(_RULED, Settings(any_id=True, quotas=False, journal=0))
_FEW = settings(max_examples=max(settings().max_examples // 4, 5))


def _sent(operation: Operation, body: Any) -> httpx2.Response:
    return _MOCK.post(body if isinstance(body, bytes) else json.dumps(body).encode(), path=operation.path)


def _end(operation: Operation, body: Any) -> Any:
    """Return what comes of a request in the end, without what is new each time: ids, addresses, times.

    A result that repeats an object of the request may repeat its strange members.
    """
    _MOCK.world.account.reset()
    answer = _sent(operation, body)
    if operation.role == "create" and answer.status_code == 200:
        _MOCK.world.advance(3600)
        path = _OPERATIONS[f"{operation.family}.get"].path.format(id=answer.json()["data"]["task_id"])
        headers = {"authorization": f"Bearer {_MOCK.world.settings.api_key}"}
        answer = _MOCK.http().get(path, headers=headers)
    return answer.status_code, _timeless(answer.json())


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _timeless(one) for name, one in value.items() if name not in ("request_id", "strange")}
    if isinstance(value, list):
        return [_timeless(one) for one in value]
    is_new = re.fullmatch(r"[0-9]{13,}|https?://.*/_mock/.*", str(value))
    return "new" if is_new else value


def _with_strangers(data: st.DataObject, operation: Operation, body: Document) -> Document:
    """Return a body with members that no reference lists, also within its objects."""
    value: Any = data.draw(st.sampled_from([1, "x", None, [{}], {"model_name": "none"}]))
    objects = {name for name, one in (operation.request or {})["properties"].items() if one.get("type") == "object"}
    known = {name: one for name, one in body.items() if name in objects and isinstance(one, dict)}
    return {"strange": value, **body, **{name: {**one, "strange": value} for name, one in known.items()}, "": value}


def _in_other_order(data: st.DataObject, operation: Operation, body: Document) -> Document:
    return dict(data.draw(st.permutations(list(body.items()))))


def _with_empty_members(data: st.DataObject, operation: Operation, body: Document) -> Document:
    """Return a body with optional members that are there and empty."""
    request = operation.request or {}
    free = sorted(set(request["properties"]) - set(request.get("required", [])) - set(body))
    assume(free)
    return {**body, **data.draw(st.dictionaries(st.sampled_from(free), st.sampled_from([None, "", []]), max_size=4))}


def _with_numbers(data: st.DataObject, operation: Operation, body: Document) -> Document:
    """Return a body with numbers in place of digits where the reference has text."""
    is_text = {name for name, one in (operation.request or {})["properties"].items() if one.get("type") == "string"}
    made = {name: int(one) for name, one in body.items() if name in is_text and re.fullmatch("[1-9][0-9]{0,9}", str(one))}
    assume(made)
    kind = data.draw(st.sampled_from([int, float]))
    return {**body, **{name: kind(one) for name, one in made.items()}}


def _in_other_letters(data: st.DataObject, operation: Operation, body: Document) -> bytes:
    """Return a body written otherwise: spaces, lines, no escapes."""
    return json.dumps(body, ensure_ascii=data.draw(st.booleans()), indent=data.draw(st.sampled_from([None, 3]))).encode()


_CHANGES: list[Callable[[st.DataObject, Operation, Document], Any]] = [
    *(_with_strangers, _in_other_order, _with_empty_members, _with_numbers, _in_other_letters),
]


@pytest.mark.generated
@pytest.mark.parametrize("name", _WITH_BODY)
@_FEW
@given(data=st.data())
def test_what_means_the_same_ends_the_same(name: str, data: st.DataObject) -> None:
    """Strange members, another order, empty members, numbers for numeric text, other spelling: same code, words, units, results."""
    operation = _OPERATIONS[name]
    body = data.draw(bodies(operation))
    body = {key: one for key, one in body.items() if one is not None}
    change = data.draw(st.sampled_from(_CHANGES))
    assert _end(operation, change(data, operation, body)) == _end(operation, body)


@pytest.mark.parametrize("name", [one for one in _CREATES if "duration" in (_OPERATIONS[one].request or {})["properties"]])
def test_a_numeric_duration_is_its_text(name: str) -> None:
    """Each length that a family serves, as text, whole number and number with a point: the same end, units included."""
    operation = _OPERATIONS[name]
    for example in operation.examples.values():
        for length in filter(None, (operation.request or {})["properties"]["duration"].get("enum", ["5"])):
            ends = [_end(operation, {**example, "duration": one}) for one in (length, int(length), float(length))]
            assert ends[0] == ends[1] == ends[2]


@pytest.mark.generated
@pytest.mark.parametrize("name", _NAMED)
@_FEW
@given(other=st.sampled_from(_NAMED), own=st.text(min_size=1, max_size=30).filter(lambda one: one.strip() == one))
def test_an_external_id_starts_one_task(name: str, other: str, own: str) -> None:
    """Sent again, to whatever family, it starts nothing and costs nothing; the task is found by it as by its id."""
    _MOCK.world.account.reset()
    first, second = _OPERATIONS[name], _OPERATIONS[other]
    made = _sent(first, {**next(iter(first.examples.values())), "external_task_id": own})
    assume(made.status_code == 200)
    before = _held()
    again = _sent(second, {**next(iter(second.examples.values())), "external_task_id": own})
    assert (again.status_code, again.json()["code"]) == (400, 1201)
    assert again.json()["message"] == f"External_task_id {own} already exists"
    assert _held() == before
    assert getattr(_MOCK.client(), first.family).get(own).task_id == made.json()["data"]["task_id"]


def _held() -> Any:
    account = _MOCK.world.account
    now = account.clock.now()
    return len(account.tasks), account.slots.told(now), account.wallet.told(now), len(account.outbox.log), account.outbox.lanes


@pytest.mark.generated
@pytest.mark.parametrize("family", _FAMILIES)
@_FEW
@given(number=st.integers(0, 9), size=st.integers(1, 5), added=st.lists(st.integers(0, 3), max_size=4))
def test_pages_add_up(family: str, number: int, size: int, added: list[int]) -> None:
    """Pages part the list, newest first; while tasks are added, going through them gives each old one once and none twice."""
    _MOCK.world.account.reset()
    client = _MOCK.client()
    resource = getattr(client, family)
    made = [_new(family) for _ in range(number)]
    pages = [[one.task_id for one in resource.page(at, size)] for at in range(1, number // size + 3)]
    assert [one for page in pages for one in page] == made[::-1]
    assert [len(one) for one in pages] == [min(size, max(number - at * size, 0)) for at in range(len(pages))]
    meanwhile = iter(added)
    seen = []
    for task in resource.pages(page_size=size):
        seen.append(task.task_id)
        made += [_new(family) for _ in range(next(meanwhile, 0))]
    assert len(set(seen)) == len(seen)
    assert [one for one in seen if one in made[:number]] == made[:number][::-1]


def _new(family: str) -> str:
    operation = _OPERATIONS[f"{family}.create"]
    body = {key: one for key, one in next(iter(operation.examples.values())).items() if key != "external_task_id"}
    return str(_sent(operation, body).json()["data"]["task_id"])
