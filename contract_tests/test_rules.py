"""Every rule means the same to the check, the JSON Schema, the client and the mock."""

import re
from typing import Any

import httpx2
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_samples import SAMPLES

from kling_contract.witnesses import strict_mock, verdicts
from kling_spec import rules
from kling_spec.bundle import plain, ruled
from kling_spec.document import Document, operations
from kling_spec.grammar import RULE_WORDS
from kling_spec.load import load
from kling_spec.rule_samples import Sample, ruled_objects
from kling_spec.rule_schema import compile_rule
from kling_spec.rules import CHECKS, Rule
from kling_spec.shape import defaults_of
from kling_spec.values import pool

_SPEC = load()
_RULES = {
    rule["id"]: (schema, rule)
    for operation in operations(plain(_SPEC, "2026-03-18"))
    for _, schema, rule in ruled_objects(operation)
    if compile_rule(rule, {}) is not None
}


@pytest.fixture(scope="module")
def strict() -> httpx2.Client:
    """A strict mock of today's API."""
    return strict_mock(ruled(_SPEC))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_all_four_agree(sample: Sample, strict: httpx2.Client) -> None:
    """Check, schema, client and mock give every sample the same verdict."""
    assert set(verdicts(sample, strict).values()) == {not sample.keeps}


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.keeps], ids=lambda sample: sample.id)
def test_a_body_that_keeps_all_rules_is_accepted(sample: Sample, mock: Any) -> None:
    """A lenient mock starts a task, or answers, for every body that breaks nothing."""
    with mock.client(check=False) as client:
        http = client._transport.http
        headers = {"authorization": client._transport.settings.credentials.authorization()}
        answer = http.request(sample.operation.verb, sample.operation.path, json=sample.body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (200, 0), answer.text


_NOT_GIVEN: st.SearchStrategy[Any] = st.sampled_from([None, "", []])


def _bodies(schema: Document, rule: Rule) -> st.SearchStrategy[dict[str, Any]]:
    """Return bodies made of the fields that a rule speaks of, each absent, not given, or one of its values."""
    names = sorted(_tops(rule) & set(schema["properties"]))
    values = {name: st.one_of(_NOT_GIVEN, _value(schema["properties"][name], rule)) for name in names}
    return st.fixed_dictionaries({}, optional=values)


def _tops(rule: Rule) -> set[str]:
    grouped = [name for field in rule.get("fields", []) for name in ([field] if isinstance(field, str) else field)]
    cells = [name for rows in rule.get("rows", {}).values() for row in rows for name in row]
    single = [rule[key] for key in ("field", "key", "items", "equals") if key in rule]
    return {re.split(r"[.\[]", name)[0] for name in [*grouped, *cells, *single, *rule.get("when", {})]}


def _value(schema: Document, rule: Rule) -> st.SearchStrategy[Any]:
    if schema.get("type") == "object":
        members = {name: st.one_of(_NOT_GIVEN, _value(one, rule)) for name, one in schema["properties"].items()}
        return st.fixed_dictionaries({}, optional=members)
    if "token" in rule and schema.get("type") == "string":
        numbers = st.lists(st.integers(0, rule["most"] + 12), max_size=3)
        return numbers.map(lambda found: " ".join(f"<<<{rule['token']}_{number}>>>" for number in found))
    if schema.get("type") == "array":
        return st.lists(st.sampled_from(pool(schema["items"])), max_size=schema.get("maxItems", 4))
    return st.sampled_from(pool(schema))


@pytest.mark.generated
@pytest.mark.parametrize("name", sorted(_RULES))
@given(data=st.data())
def test_check_equals_schema(name: str, data: st.DataObject) -> None:
    """The check and the JSON Schema of a rule agree about any body, half-given ones too."""
    schema, rule = _RULES[name]
    body = data.draw(_bodies(schema, rule))
    defaults = defaults_of(schema)
    compiled = compile_rule(rule, defaults)
    assert compiled is not None
    valid = jsonschema_rs.Draft202012Validator(compiled).is_valid(body)
    assert (rules.check(rule, body, defaults) is None) == valid


_KINDS: dict[str, list[tuple[dict[str, Any], dict[str, Any], bool]]] = {
    "exactly_one_of": [({"fields": ["a", "b"]}, {"a": 1}, True), ({"fields": ["a", "b"]}, {"a": 1, "b": 1}, False), ({"fields": ["a", "b"]}, {"a": ""}, False)],
    "at_least_one_of": [({"fields": ["a", "b"]}, {"b": 0}, True), ({"fields": ["a", "b"]}, {"b": []}, False)],
    "at_most_one_of": [({"fields": ["a", ["b", "c"]]}, {"b": 1, "c": 1}, True), ({"fields": ["a", ["b", "c"]]}, {"a": 1, "c": 1}, False)],
    "at_most_one_of ": [({"fields": ["a[t=x]", "b[t!=y]"]}, {"a": [{"t": "x"}], "b": [{"t": "y"}]}, True), ({"fields": ["a[t=x]", "b[t!=y]"]}, {"a": [{"t": "x"}], "b": [{}]}, False)],
    "needed_with ": [({"field": "a", "when": {"b": {"more_than": 1}}}, {"b": [1]}, True), ({"field": "a", "when": {"b": {"more_than": 1}}}, {"b": [1, 2]}, False)],
    "only_with ": [({"field": "a", "when": {"b": {"at_most": 1}}}, {"a": 1, "b": [1]}, True), ({"field": "a", "when": {"b": {"at_most": 1}}}, {"a": 1, "b": [1, 2]}, False)],
    "token_needs ": [({"field": "p", "token": "image", "items": "v", "most": 10}, {"p": "<<<image_10>>>", "v": [{}] * 10}, True), ({"field": "p", "token": "image", "items": "v", "most": 10}, {"p": "<<<image_011>>>", "v": [{}] * 10}, False)],
    "together": [({"fields": ["a", "b"]}, {}, True), ({"fields": ["a", "b"]}, {"a": 1}, False)],
    "only_with": [({"field": "a", "when": {"b": [True]}}, {"a": 1, "b": True}, True), ({"field": "a", "when": {"b": [True]}}, {"a": 1, "b": 1}, False)],
    "needed_with": [({"field": "a", "when": {"b": {"not": ["x"]}}}, {"b": "x"}, True), ({"field": "a", "when": {"b": {"not": ["x"]}}}, {}, False)],
    "limited_with": [({"field": "a", "to": ["5"], "when": {"b": {"given": True}}}, {"a": "7"}, True), ({"field": "a", "to": ["5"], "when": {"b": {"given": True}}}, {"a": "7", "b": "y"}, False)],
    "apart": [({"low": "a", "high": "b", "least": 2000}, {"a": 0, "b": 2000}, True), ({"low": "a", "high": "b", "least": 2000}, {"a": 1, "b": 2000}, False)],
    "sum_equals": [({"items": "s", "of": "d", "equals": "t"}, {"s": [{"d": "2"}, {"d": "3"}], "t": "5"}, True), ({"items": "s", "of": "d", "equals": "t"}, {"s": [{"d": "2"}], "t": "5"}, False)],
    "distinct": [({"items": "s", "of": "i"}, {"s": [{"i": 1}, {"i": 2}]}, True), ({"items": "s", "of": "i"}, {"s": [{"i": 1}, {"i": 1}]}, False)],
    "count_at_most": [({"fields": ["a", "b"], "most": 3}, {"a": [1, 2], "b": [1]}, True), ({"fields": ["a", "b"], "most": 3}, {"a": [1, 2], "b": [1, 2]}, False)],
    "one_nonzero": [({"fields": ["a", "b"]}, {"a": 0, "b": -1.5}, True), ({"fields": ["a", "b"]}, {"a": 1, "b": 2}, False)],
    "token_needs": [({"field": "p", "token": "voice", "items": "v", "most": 2}, {"p": "<<<voice_1>>>", "v": [{}]}, True), ({"field": "p", "token": "voice", "items": "v", "most": 2}, {"p": "<<<voice_2>>>", "v": [{}]}, False)],
    "table": [({"key": "m", "rows": {"x": [{"a": ["1"]}, {"b": "absent"}]}}, {"m": "x", "a": "1", "b": 1}, True), ({"key": "m", "rows": {"x": [{"a": ["1"]}, {"b": "absent"}]}}, {"m": "x", "a": "2", "b": 1}, False)],
    "unique": [({"field": "a"}, {"a": 1}, True)],
    "prose": [({"text": "…"}, {}, True)],
}  # fmt: skip


def test_every_kind_has_its_cases() -> None:
    """A new kind of rule comes with an example of what it says, a check, a schema and its words."""
    assert {kind.strip() for kind in _KINDS} == set(CHECKS) == set(RULE_WORDS)


@pytest.mark.parametrize(
    ("kind", "words", "body", "keeps"), [(kind.strip(), *case) for kind, cases in _KINDS.items() for case in cases]
)
def test_a_kind_says_what_its_name_says(kind: str, words: dict[str, Any], body: dict[str, Any], keeps: bool) -> None:
    """Each kind of rule, on the smallest body that shows it, as a check and as a schema."""
    rule = {"id": "r", "kind": kind, **words}
    compiled = compile_rule(rule, {})
    assert (rules.check(rule, body, {}) is None) is keeps
    assert compiled is None or jsonschema_rs.Draft202012Validator(compiled).is_valid(body) is keeps
