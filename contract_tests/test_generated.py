"""schemathesis makes requests from the bundle: a strict mock takes what is allowed and refuses what is not.

Its data comes from the closed bundle without the cross-field rules, whose product is more than it can take apart.
What it makes is laid over documented examples and kept where the rules hold; what breaks a rule is made elsewhere,
from the rule (test_rules).
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import jsonschema_rs
import pytest
import schemathesis
from conftest import Bench, bench
from hypothesis import assume, given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from kling_mock.settings import Settings
from kling_spec.bundle import ruled
from kling_spec.document import Document, Operation, operations
from kling_spec.load import load
from kling_spec.rule_samples import broken_rules

_RULED = ruled(load())
_OPERATIONS = {(one.verb, one.path): one for one in operations(_RULED)}
_REFUSALS = {1200, 1201, 1202}


def _without_rules(node: Any) -> Any:
    """Return the bundle without the compiled cross-field rules."""
    if isinstance(node, list):
        return [_without_rules(one) for one in node if not (isinstance(one, Mapping) and "$comment" in one)]
    if not isinstance(node, Mapping):
        return node
    made = {key: _without_rules(one) for key, one in node.items()}
    return {key: one for key, one in made.items() if (key, one) != ("allOf", [])}


def _cases(mode: GenerationMode) -> dict[str, tuple[Operation, st.SearchStrategy[Any]]]:
    """Return a strategy of cases for each operation."""
    schema = schemathesis.openapi.from_dict(_without_rules(_RULED))
    found = {}
    for one in schema.get_all_operations():
        assert isinstance(one, Ok), f"schemathesis cannot read an operation: {one}"
        made = one.ok()
        operation = _OPERATIONS[made.method.upper(), made.path]
        found[operation.id] = (operation, made.as_strategy(generation_mode=mode))
    return found


_POSITIVE, _NEGATIVE = _cases(GenerationMode.POSITIVE), _cases(GenerationMode.NEGATIVE)
_CAN_BE_WRONG = sorted(
    name for name, (one, _) in _NEGATIVE.items() if one.request or any(said["in"] == "query" for said in one.parameters)
)


_STRICT = bench(_RULED, Settings(strict=True, any_id=True, any_media=True, quotas=False))


def _strict() -> Bench:
    """Return a mock that refuses all that the bundle does not allow, as if it were new."""
    _STRICT.world.account.reset()
    return _STRICT


def _request(operation: Operation, case: Any, body: Any) -> httpx2.Request:
    """Return a case as it goes over the wire."""
    said = case.as_transport_kwargs(base_url="http://mock.test")
    content = {} if operation.request is None else {"json": body} if isinstance(body, dict | list) else {"content": _raw(body)}
    return httpx2.Request(operation.verb, said["url"], params=said.get("params"), **content)


def _sent(mock: Bench, request: httpx2.Request) -> httpx2.Response:
    """Send a request with the account's key, in this process."""
    request.headers["authorization"] = f"Bearer {mock.world.settings.api_key}"
    return mock.http().send(request)


def _raw(body: Any) -> bytes:
    return body if isinstance(body, bytes) else httpx2.Request("POST", "http://x", json=body).content


def _overlaid(example: Document, made: Document, names: list[str]) -> Document:
    return {**example, **{name: made[name] for name in names}}


@pytest.mark.generated
@pytest.mark.parametrize("name", sorted(_POSITIVE))
@given(data=st.data())
def test_what_the_bundle_allows_is_taken(name: str, data: st.DataObject) -> None:
    """A request that the bundle allows is answered with code 0; that the reply is as documented, every mock here looks at."""
    operation, cases = _POSITIVE[name]
    case, mock = data.draw(cases), _strict()
    body = case.body
    if operation.request is not None:
        example = data.draw(st.sampled_from(list(operation.examples.values())))
        names = data.draw(st.lists(st.sampled_from(sorted(case.body)), max_size=3, unique=True)) if case.body else []
        body = _overlaid(example, case.body, names)
        assume(not broken_rules(operation, body))
    answer = _sent(mock, _request(operation, case, body))
    unknown_task = operation.role == "get" and answer.json()["message"].startswith("Task not found")
    assert answer.json()["code"] == 0 or unknown_task, (body, answer.text)


@pytest.mark.generated
@pytest.mark.parametrize("name", _CAN_BE_WRONG)
@given(data=st.data())
def test_what_the_bundle_does_not_allow_is_refused(name: str, data: st.DataObject) -> None:
    """A request that breaks the bundle is refused with a code of the request class and a documented answer."""
    operation, cases = _NEGATIVE[name]
    case, mock = data.draw(cases), _strict()
    request = _request(operation, case, case.body)
    assume(_breaks(operation, request, case.body))
    answer = _sent(mock, request)
    assert answer.json()["code"] in _REFUSALS, (request.url, request.content, answer.text)
    assert len(mock.world.account.tasks) == 0


def _breaks(operation: Operation, request: httpx2.Request, body: Any) -> bool:
    """Say whether body or query are wrong as they go over the wire; schemathesis also breaks headers, and we send our own."""
    if operation.request is not None:
        return not (isinstance(body, dict) and _shape(operation.id).is_valid(body))
    asked = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    known = {one["name"]: one for one in operation.parameters if one["in"] == "query"}
    said = {name: value for name, value in asked.items() if value}
    missing = {name for name, one in known.items() if one.get("required")} - set(said)
    return bool(
        missing or set(said) - set(known) or any(not _fits_text(known[name]["schema"], value) for name, value in said.items())
    )


@cache
def _shape(name: str) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of an operation's body without the cross-field rules."""
    return jsonschema_rs.Draft202012Validator(_without_rules(_NEGATIVE[name][0].request))


def _fits_text(schema: Document, value: str) -> bool:
    """Say whether a value is allowed, given as text."""
    is_whole = schema.get("type") == "integer" and re.fullmatch("-?[0-9]+", value)
    return jsonschema_rs.Draft202012Validator(schema).is_valid(int(value) if is_whole else value)
