"""Whatever comes back, a method gives what it promises or raises an error of this package; both halves do the same."""

import asyncio
import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire import Wire

from kling import AsyncKling, Kling, KlingError, TaskTimeout
from kling._core.operation import family
from kling_codegen.names import argument_name
from kling_spec.bundle import plain
from kling_spec.document import Operation, operations
from kling_spec.load import load
from kling_spec.values import pool

_DOC = plain(load())
_OPERATIONS = {one.id: one for one in operations(_DOC)}
_CODES = [one["code"] for one in load().catalogues["errors"]["errors"]]
_FEW = settings(max_examples=max(settings().max_examples // 2, 5))
_PATHS = tuple[str | int, ...]

_SCALARS = st.sampled_from(
    [None, True, 0, -1, 5, 2**63, 10**400, 1e308, float("inf"), float("nan"), "", "x", "0", "brand_new", "9" * 5000, "\ud800"]
)
_JSON = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2), max_leaves=4)  # fmt: skip
_GONE = object()
_PAGES = [
    b"",
    b"<html><body>502 Bad Gateway</body></html>",
    b"null",
    b"[]",
    b"{}",
    b"OK",
    b"\xff\xfe",
    b"{" * 5000,
    b"[" * 5000,
]


def _right(operation: Operation) -> Any:
    """Return a well-formed answer with all that its data may hold."""
    (*_, data) = pool(operation.data_schema)[:2]
    return {"code": 0, "message": "SUCCEED", "request_id": "r", "data": data}


def _places(value: Any, path: _PATHS = ()) -> Iterator[_PATHS]:
    yield path
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _places(one, (*path, key))


def _changed(value: Any, path: _PATHS, to: Any) -> Any:
    """Return a value with another one at a path, or without what is there; as it was where the path leads nowhere."""
    if not path:
        return to
    first, rest = path[0], path[1:]
    if isinstance(value, dict) and first in value:
        made = _GONE if not rest and to is _GONE else _changed(value[first], rest, to)
        return {key: one if key != first else made for key, one in value.items() if key != first or made is not _GONE}
    if isinstance(value, list) and isinstance(first, int) and first < len(value):
        made = [] if not rest and to is _GONE else [_changed(value[first], rest, to)]
        return [*value[:first], *made, *value[first + 1 :]]
    return value


def _bodies(operation: Operation) -> st.SearchStrategy[bytes]:
    """Return bodies that are right, right but for some members, cut off, or nothing like an answer."""
    right = _right(operation)
    paths = st.sampled_from([*_places(right), *[("code",), ("data",)] * 3])
    values = st.one_of(_SCALARS, _SCALARS, _JSON, st.sampled_from(_CODES), st.just(_GONE))
    changes = st.lists(st.tuples(paths, values), max_size=3)
    spoiled = changes.map(lambda found: _printed(_spoiled(right, found)))
    cut = st.builds(lambda body, share: body[: int(len(body) * share)], spoiled, st.floats(0, 1))
    return st.one_of(spoiled, spoiled, spoiled, cut, st.sampled_from(_PAGES), st.binary(max_size=20), _JSON.map(_printed))


def _spoiled(value: Any, changes: list[tuple[_PATHS, Any]]) -> Any:
    for path, to in changes:
        value = _changed(value, path, None if to is _GONE and not path else to)
    return value


def _printed(value: Any) -> bytes:
    return json.dumps(value).encode()


_HEADERS: st.SearchStrategy[dict[str, str]] = st.sampled_from(
    [{}, {}, {}, {"content-encoding": "gzip"}, {"content-encoding": "br2"}, {"content-type": "application/json; charset=x"}]
    + [{"retry-after": one} for one in ("", "soon", "-1", "1e999", "nan", "9" * 400, "Wed, 99 Foo 2026 00:00:00 GMT")]
    + [{"date": "yesterday"}, {"content-length": "7"}]
)
_STATUSES = st.sampled_from([200, 200, 200, 201, 204, 302, 400, 401, 404, 429, 500, 503, 599])


def _calls(operation: Operation) -> dict[str, Callable[[Any], Any]]:
    """Return what can be called that reads the answers of an operation."""
    arguments = _arguments(operation)

    def method(client: Any, name: str = operation.name, **more: Any) -> Any:
        return getattr(getattr(client, operation.family), name)(**{**arguments, **more})

    others: dict[str, dict[str, Any]] = {
        "get": {"wait": {"timeout": 0}},
        "page": {"pages": {}},
        "create": {"run": {"timeout": 0}},
    }
    return {operation.name: method, **{name: partial(method, name=name, **more) for name, more in others.get(operation.role, {}).items()}}  # fmt: skip


def _arguments(operation: Operation) -> dict[str, Any]:
    body: dict[str, Any] = next(iter(operation.examples.values()), {})
    asked = {one["name"]: one.get("example", "1") for one in operation.parameters if one.get("required")}
    found = {argument_name(name): one for name, one in {**body, **asked}.items()}
    return {"task": found.pop("id"), **found} if "id" in found else found


class _Repeating(Wire):
    """Gives the same answer to everything."""

    def __init__(self) -> None:
        super().__init__()
        self.said: tuple[int, dict[str, str], bytes] = (200, {}, b"")

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        status, headers, body = self.said
        return httpx2.Response(status, headers=headers, stream=httpx2.ByteStream(body))


def _client(kind: Any, **more: Any) -> Any:
    made = kind(api_key="k", access_key=None, base_url="http://api.test", transport=_WIRE, check=False, **more)

    async def sleep(seconds: float) -> None:
        assert 0 <= seconds < 1e9

    made._transport.sleep = sleep if kind is AsyncKling else lambda seconds: None
    return made


_WIRE = _Repeating()
_SYNC = {limit: _client(Kling, max_retries=limit) for limit in (0, 1)}
_ASYNC = {limit: _client(AsyncKling, max_retries=limit) for limit in (0, 1)}


def _outcome(call: Callable[[Any], Any], client: Any) -> Any:
    """Return what a call gives, or the class of what it raises."""
    try:
        found = call(client)
        return list(islice(found, 3)) if isinstance(found, Iterator) else found
    except KlingError as error:
        return type(error) if str(error) else error


async def _outcome_async(call: Callable[[Any], Any], client: Any) -> Any:
    try:
        found = call(client)
        if not hasattr(found, "__aiter__"):
            return await found
        made = []
        async for one in found:
            made.append(one)
            if len(made) == 3:
                break
        return made
    except KlingError as error:
        return type(error)


def _is_promised(operation: Operation, found: Any) -> bool:
    models = (family(operation.family).operations[name].model for name in (operation.name, "get") if name in family(operation.family).operations)  # fmt: skip
    known = tuple(models)
    return all(isinstance(one, known) for one in (found if isinstance(found, list) else [found]))


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for all."""
    with asyncio.Runner() as made:
        yield made


@pytest.mark.parametrize("name", sorted(one.family for one in _OPERATIONS.values() if one.role == "get"))
@pytest.mark.parametrize("member", ["created_at", "updated_at"])
def test_a_time_that_no_clock_shows_is_no_time(name: str, member: str) -> None:
    """A wait is not thrown off by it, whether the task runs or has ended."""
    right = _right(_OPERATIONS[f"{name}.get"])
    for status in ("submitted", "processing", "succeed"):
        said = {**right["data"], "task_status": status, "created_at": 1, "updated_at": 5, member: 10**400}
        _WIRE.said = 200, {}, _printed({**right, "data": said})
        found = _outcome(lambda client: getattr(client, name).wait("1", timeout=0), _SYNC[0])
        assert found is TaskTimeout or _is_promised(_OPERATIONS[f"{name}.get"], found)


@pytest.mark.generated
@pytest.mark.parametrize("name", sorted(_OPERATIONS))
@_FEW
@given(data=st.data())
def test_any_reply_is_what_was_promised_or_an_error_of_ours(name: str, data: st.DataObject, runner: asyncio.Runner) -> None:
    """Well- or ill-formed, cut off, HTML, of other types, too big: typed data or a KlingError, sync and async alike."""
    operation = _OPERATIONS[name]
    _WIRE.said = data.draw(st.tuples(_STATUSES, _HEADERS, _bodies(operation)))
    call = data.draw(st.sampled_from(list(_calls(operation).values())))
    limit = data.draw(st.sampled_from([0, 1]))
    found = _outcome(call, _SYNC[limit])
    assert isinstance(found, type) or _is_promised(operation, found)
    assert repr(runner.run(_outcome_async(call, _ASYNC[limit]))) == repr(found)
