"""Four witnesses for one rule: the check, its JSON Schema, the client, the mock.

Each says whether it finds the rule broken in a body. They come to it in different ways, so a mistake in one shows.
"""

import json
from collections.abc import Mapping
from typing import Any

import httpx2
import jsonschema_rs

from kling._core.operation import family
from kling_mock.broken import objects_at
from kling_mock.clock import Clock
from kling_mock.settings import Settings
from kling_mock.transport import MockTransport
from kling_mock.world import World
from kling_spec import rules
from kling_spec.document import Document, Operation
from kling_spec.rule_samples import Sample
from kling_spec.rule_schema import compile_rule
from kling_spec.shape import defaults_of

Verdicts = Mapping[str, bool]


def strict_mock(bundle: Document) -> httpx2.Client:
    """Return an HTTP client whose requests a strict mock answers in this process."""
    world = World(bundle, Settings(strict=True, any_id=True, any_media=True), clock=Clock(speed=0), send=lambda post: 200)
    headers = {"authorization": f"Bearer {world.settings.api_key}"}
    return httpx2.Client(transport=MockTransport(world), base_url="http://mock.test", headers=headers)


def verdicts(sample: Sample, mock: httpx2.Client) -> Verdicts:
    """Return which witnesses find the sample's rule broken; those that cannot say it are left out."""
    found = {"check": by_check(sample), "client": by_client(sample.operation, sample.rule["id"], sample.body)}
    schema = by_schema(sample)
    if schema is not None:
        found["schema"] = schema
    found["mock"] = sample.rule["id"] in by_mock(sample.operation, sample.body, mock)
    return found


def by_check(sample: Sample) -> bool:
    """Ask the Python check of kling_spec."""
    schema = _object_schema(sample.operation, sample.place)
    return any(
        rules.check(sample.rule, one, defaults_of(schema)) is not None for _, one in objects_at(sample.body, sample.place)
    )


def by_schema(sample: Sample) -> bool | None:
    """Ask the rule's JSON Schema; None where JSON Schema cannot say it."""
    schema = compile_rule(sample.rule, defaults_of(_object_schema(sample.operation, sample.place)))
    if schema is None:
        return None
    validator = jsonschema_rs.Draft202012Validator(schema)
    return not all(validator.is_valid(dict(one)) for _, one in objects_at(sample.body, sample.place))


def by_client(operation: Operation, rule_id: str, body: Mapping[str, Any]) -> bool:
    """Ask the generated client's own table."""
    found: list[Any] = []
    family(operation.family).operations[operation.name].check(dict(body), "", found)
    return any(one.rule_id == rule_id for one in found)


def by_mock(operation: Operation, body: Mapping[str, Any], mock: httpx2.Client) -> set[str]:
    """Return the rules and keywords that a strict mock reports, over HTTP; empty when it accepts the body."""
    answer = mock.request(operation.verb, operation.path, json=body)
    if answer.json()["code"] == 0:
        return set()
    return {one["rule"] for one in json.loads(answer.headers.get("x-kling-mock-detail", "[]"))} or {str(answer.json()["code"])}


def _object_schema(operation: Operation, place: str) -> Document:
    schema = operation.request or {}
    for part in place.split(".") if place else []:
        schema = schema["properties"][part.removesuffix("[]")]
        schema = schema["items"] if part.endswith("[]") else schema
    return schema
