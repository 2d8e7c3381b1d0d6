"""Every generated method with made arguments: what the spec allows is taken, what it does not allow is not even sent.

The spec's own checks say which; a client that does not check sends it all the same, and then a strict mock refuses it.
"""

import json
from typing import Any

import httpx2
import pytest
from conftest import Bench, bench
from hypothesis import given, settings
from hypothesis import strategies as st
from made_bodies import bodies
from spec_samples import SAMPLES

from kling import Kling, ParameterInvalid, RuleBroken
from kling._core.operation import family
from kling_codegen.names import argument_name
from kling_mock.settings import Settings
from kling_mock.transport import MockTransport
from kling_spec.bundle import plain, ruled
from kling_spec.document import Document, Operation, operations
from kling_spec.load import load
from kling_spec.rule_samples import Sample, broken_rules

_SPEC = load()
_DOC = plain(_SPEC)
_OPERATIONS = {one.id: one for one in operations(_DOC)}
_WITH_BODY = sorted(one.id for one in _OPERATIONS.values() if one.request)
_CALLS = sorted(one.id for one in _OPERATIONS.values() if one.parameters and not one.request)
_MOCK: Bench = bench(ruled(_SPEC), Settings(strict=True, any_id=True, quotas=False, journal=0))
_FEW = settings(max_examples=max(settings().max_examples // 2, 5))
_SENT: list[httpx2.Request] = []


class _Counting(MockTransport):
    """Keeps what is sent."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        _SENT.append(request)
        return super().handle_request(request)


def _client(**more: Any) -> Kling:
    said = {"api_key": Settings().api_key, "base_url": "http://mock.test", "max_retries": 0, **more}
    return Kling(**said, http_client=httpx2.Client(transport=_Counting(_MOCK.world)))


_STRICT, _UNCHECKED = _client(strict=True), _client(check=False)


def _call(client: Kling, operation: Operation, body: Document) -> Any:
    """Call the method of an operation with a body's members as arguments."""
    _SENT.clear()
    _MOCK.world.account.reset()
    method = getattr(getattr(client, operation.family), operation.name)
    return method(**{argument_name(name): one for name, one in body.items()})


def _is_taken(operation: Operation, body: Document) -> None:
    for client in (_STRICT, _UNCHECKED):
        assert type(_call(client, operation, body)) is family(operation.family).operations[operation.name].model
        assert json.loads(_SENT[0].content) == {name: one for name, one in body.items() if one is not None}


def _is_refused(operation: Operation, body: Document, broken: set[str]) -> None:
    with pytest.raises(RuleBroken) as caught:
        _call(_STRICT, operation, body)
    assert {one.rule_id for one in caught.value.violations} == broken
    assert _SENT == []
    with pytest.raises(ParameterInvalid) as refused:
        _call(_UNCHECKED, operation, body)
    assert (refused.value.code, refused.value.http) == (_CODE, 400)
    assert len(_MOCK.world.account.tasks) == 0


_MESSAGES = _SPEC.catalogues["errors"]["messages"]
(_CODE,) = {_MESSAGES[one]["code"] for one in ("rule", "enum", "size", "type", "blank", "not_base64", "model_retired")}


@pytest.mark.generated
@pytest.mark.parametrize("name", _WITH_BODY)
@_FEW
@given(data=st.data())
def test_a_method_takes_what_the_spec_allows_and_nothing_else(name: str, data: st.DataObject) -> None:
    """Allowed: sent as it is, accepted, and answered with the promised type. Not allowed: RuleBroken, and 1201 unchecked."""
    operation = _OPERATIONS[name]
    body = data.draw(bodies(operation))
    required = (operation.request or {}).get("required", [])
    broken = {one.rule_id for one in broken_rules(operation, body)}
    if not broken:
        _is_taken(operation, body)
    elif all(name in body for name in required):
        _is_refused(operation, body, broken)


@pytest.mark.parametrize("sample", [one for one in SAMPLES if not one.keeps], ids=lambda sample: sample.id)
def test_a_broken_rule_is_told_by_its_id_before_anything_is_sent(sample: Sample) -> None:
    """Each rule of the spec, broken: the method says which; unchecked, the mock refuses with the catalogue's code."""
    broken = {one.rule_id for one in broken_rules(sample.operation, sample.body)}
    assert sample.rule["id"] in broken
    _is_refused(sample.operation, sample.body, broken)


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.keeps], ids=lambda sample: sample.id)
def test_what_keeps_a_rule_is_taken(sample: Sample) -> None:
    """Each rule of the spec, kept: the method sends it, and a strict mock takes it."""
    _is_taken(sample.operation, sample.body)


@pytest.mark.generated
@pytest.mark.parametrize("name", _CALLS)
@_FEW
@given(data=st.data())
def test_a_method_without_body_is_answered_or_refused_in_words(name: str, data: st.DataObject) -> None:
    """Any number, text or time as parameter: an answer of the promised type, or 1201; nothing else comes of it."""
    operation = _OPERATIONS[name]
    asked = {}
    for one in operation.parameters:
        if one.get("required") or data.draw(st.booleans()):
            kind = st.integers(-3, 2000) if one["schema"]["type"] == "integer" else st.text(min_size=1, max_size=20)
            asked[argument_name(one["name"])] = data.draw(kind)
    _SENT.clear()
    id = [asked.pop("id")] if "id" in asked else []
    try:
        answer = getattr(getattr(_STRICT, operation.family), operation.name)(*id, **asked)
    except ParameterInvalid:
        return
    model = family(operation.family).operations[operation.name].model
    assert all(type(one) is model for one in answer) if isinstance(answer, list) else type(answer) is model
