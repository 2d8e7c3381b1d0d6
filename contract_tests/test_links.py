"""The bundle says what can follow a reply, and schemathesis goes these ways: what a reply gave is taken by the next request.

Requests are documented examples, so that what is looked at is the way and not the data (that is test_generated). Ids that
no reply gave are refused: this mock knows its own only.
"""

from typing import Any

import httpx2
import pytest
import schemathesis
from conftest import bench
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import GenerationMode
from schemathesis.core.transport import Response
from schemathesis.generation.stateful.state_machine import normalize_name

from kling_mock.references import Wanted
from kling_mock.settings import Settings
from kling_spec.bundle import ruled
from kling_spec.document import Document, Operation, operations
from kling_spec.links import kinds, places
from kling_spec.load import load

_RULED = ruled(load())
_OPERATIONS = {one.id: one for one in operations(_RULED)}
_BY_LABEL = {f"{one.verb} {one.path}": one for one in _OPERATIONS.values()}
_STEPS = 6


def _links(operation: Operation) -> Document:
    """Return the links of an operation by name, resolved."""
    said = operation.node["responses"]["200"].get("links", {})
    return {name: _RULED["components"]["links"][one["$ref"].rpartition("/")[2]] for name, one in said.items()}


def _kinds(schema: Document) -> set[str]:
    return {kind for kind, _ in kinds(schema)}


_TAKERS = sorted(one.id for one in _OPERATIONS.values() if one.request and _kinds(one.request))
_GIVEN: set[str] = set().union(*(_kinds(one.data_schema) for one in _OPERATIONS.values() if one.role in ("get", "call")))


@pytest.mark.parametrize("operation", [one for one in _OPERATIONS.values() if one.role == "create"], ids=lambda one: one.id)
def test_a_create_leads_to_its_task_and_its_page(operation: Operation) -> None:
    """Every family that starts tasks has the links, because it has the operations."""
    links = _links(operation)
    assert links[f"{operation.family}.get"]["parameters"] == {"id": "$response.body#/data/task_id"}
    assert links[f"{operation.family}.page"]["operationId"] == f"{operation.family}.page"
    assert _links(_OPERATIONS[f"{operation.family}.page"])[f"{operation.family}.get"]["parameters"]


@pytest.mark.parametrize("name", _TAKERS)
def test_an_id_that_a_reply_gives_leads_to_what_takes_it(name: str) -> None:
    """Each kind of id that a request takes and some reply gives is filled by a link; the rest of the body is an example."""
    taker = _OPERATIONS[name]
    bodies = [one[name]["requestBody"] for source in _OPERATIONS.values() if name in (one := _links(source))]
    filled = {kind for body in bodies for path, kind in places(body, taker.request or {}) if _at(body, path)[0] == "$"}
    assert filled == _kinds(taker.request or {}) & _GIVEN
    assert all(any(_like(body, _anonymous(example)) for example in taker.examples.values()) for body in bodies)


def _at(body: Any, path: tuple[str | int, ...]) -> str:
    for part in path:
        body = body[part]
    return str(body)


def _like(body: Any, example: Any) -> bool:
    """Say whether a body is the example, but for its expressions."""
    if isinstance(body, dict) and isinstance(example, dict):
        return body.keys() == example.keys() and all(_like(body[name], example[name]) for name in body)
    if isinstance(body, list) and isinstance(example, list):
        return len(body) == len(example) and all(map(_like, body, example))
    return bool(body == example) or str(body).startswith("$response.body#/data/")


def _of_examples() -> Document:
    """Return the bundle for schemathesis: a body is one of the examples, and a link brings a body of its own."""
    links = {
        name: {**one, "x-schemathesis": {"merge_body": False}} if "requestBody" in one else one
        for name, one in _RULED["components"]["links"].items()
    }
    paths = {path: {verb: _of_example(node) for verb, node in item.items()} for path, item in _RULED["paths"].items()}
    return {**_RULED, "paths": paths, "components": {**_RULED["components"], "links": links}}


def _of_example(node: Document) -> Document:
    examples = _OPERATIONS[node["operationId"]].examples
    if not examples:
        return node
    said = {"schema": {"enum": [_anonymous(one) for one in examples.values()]}}
    return {**node, "requestBody": {"required": True, "content": {"application/json": said}}}


def _anonymous(body: Any) -> Any:
    """Return a body without the caller's own id: an example can be sent twice."""
    return {name: one for name, one in body.items() if name != "external_task_id"} if isinstance(body, dict) else body


_SCHEMA = schemathesis.openapi.from_dict(_of_examples())
_SCHEMA.config.generation.update(modes=[GenerationMode.POSITIVE])
_MACHINE: Any = _SCHEMA.as_state_machine()
_MOCK = bench(_RULED, Settings(quotas=False))
_ROOTS = {label: normalize_name(f"RANDOM -> {label}") for label in _MACHINE._root_labels}


class _Following(_MACHINE):  # type: ignore[misc]  # the class is made at run time
    """Follows the links on a mock that knows the ids it gave; between two requests its clock moves on by two seconds."""

    followed: list[str]

    def setup(self) -> None:
        _MOCK.world.account.reset()

    def call(self, case: Any, **kwargs: Any) -> Response:
        operation = _BY_LABEL[case.operation.label]
        content = {"json": case.body} if operation.request else {}
        said = case.as_transport_kwargs(base_url="http://mock.test")
        headers = {"authorization": f"Bearer {_MOCK.world.settings.api_key}"}
        known = self._knows(operation, case)
        with _MOCK.http() as http:
            answer = http.request(operation.verb, said["url"], params=said.get("params"), headers=headers, **content)
        _MOCK.world.advance(2)
        assert answer.json()["code"] == (0 if known else 1201), (operation.id, case.body, answer.text)
        if known:
            type(self).followed.append(operation.id)
        return _told(answer)

    def _knows(self, operation: Operation, case: Any) -> bool:
        """Say whether all ids of a request are such that a reply gave them."""
        account = _MOCK.world.account
        if operation.role == "get":
            return account.tasks.find(operation.family, case.path_parameters["id"]) is not None
        wanted = [(kind, _at(case.body, path)) for path, kind in places(case.body, operation.request or {})]
        standing = account.register.standing if operation.role != "delete" else frozenset()
        return all(
            (kind, value) in standing or account.register.knows(Wanted("", kind, value, 1e12), account.clock.now())
            for kind, value in wanted
        )

    def after_call(self, response: Any, case: Any) -> None:
        """Keep no record: nothing is looked up in it."""

    def validate_response(self, response: Any, case: Any, additional_checks: Any = None, **kwargs: Any) -> None:
        """Leave it to the mock's own watch: it looks at every answer."""


def _told(answer: httpx2.Response) -> Response:
    """Return an answer as schemathesis has them."""
    headers = {name: [value] for name, value in answer.headers.items()}
    request: Any = None  # no link speaks of it
    return Response(answer.status_code, headers, answer.content, request, elapsed=0.0, verify=False)


@pytest.mark.generated
@pytest.mark.parametrize("family", sorted({_BY_LABEL[label].family for label in _ROOTS}))
def test_what_a_reply_gave_is_taken(family: str) -> None:
    """Starting at one family, whatever its replies lead to is answered; only ids that nobody gave are refused."""
    roots = {label: rule for label, rule in _ROOTS.items() if _BY_LABEL[label].family == family}
    hidden = dict.fromkeys(set(_ROOTS.values()) - set(roots.values()))
    own = {"followed": [], "root_rules": frozenset(roots.values()), "_root_labels": frozenset(roots)}
    machine: Any = type("Following", (_Following,), {**hidden, **own})
    number = max(settings().max_examples // 5, 2)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=number, stateful_step_count=_STEPS, phases=[Phase.generate])
    )
    assert {one.partition(".")[0] for one in machine.followed} >= {family}
