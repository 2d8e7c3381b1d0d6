"""What ends is found wherever it stands in a request: by the generator in its schema, by the client in a call."""

import re
import warnings
from typing import Any

import pytest

from kling._core.ending import warn
from kling._core.operation import Operation
from kling_codegen.ends import ends
from kling_spec.document import Operation as Asked

_SAILS = {"red": {"until": "2027-03-01", "successor": "blue"}, "blue": {}}
_BOAT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "crew": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "rank": {"type": "string", "enum": ["cook", "mate"], "x-kling-values": {"cook": {"until": "2027-02-01"}}},
                    "age": {
                        "anyOf": [
                            {"type": "integer"},
                            {"type": "string", "enum": ["old"], "x-kling-values": {"old": {"until": "2027-01-01"}}},
                        ]
                    },
                    "pay": {"type": "number", "x-kling-until": "2027-01-01", "x-kling-successor": "wage"},
                },
            },
        },
        "rig": {
            "type": "object",
            "x-kling-until": "2027-04-01",
            "properties": {
                "sail": {"type": "string", "enum": ["red", "blue"], "default": "red", "x-kling-values": _SAILS},
                "mast": {"type": "string", "enum": ["oak"], "x-kling-values": {"oak": {"until": "2027-04-01"}}},
            },
        },
    },
}
_ORDER = {
    "name": "order",
    "in": "query",
    "schema": {"type": "string", "enum": ["up"], "x-kling-values": {"up": {"until": "2027-05-01"}}},
}


def _told(operation: Operation, said: dict[str, Any]) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        warn(operation, said)
    return [str(one.message) for one in found]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"crew": [{"rank": "mate"}], "rig": {}}, ["rig ", "rig.sail was not given, and its default 'red' .*2027-03-01 on; .*'blue'"]),
        ({"rig": {"sail": "blue", "mast": "oak"}}, ["rig is .* 2027-04-01 on$"]),
        ({"crew": [{"rank": "cook"}, {"rank": "cook", "pay": 0}]}, [r"crew\[\].rank 'cook' .* 2027-02-01 on$", r"crew\[\].pay .*'wage'$"]),
        ({"crew": [{"age": 40}, {"age": "old"}]}, [r"crew\[\].age 'old' .* 2027-01-01 on$"]),
        ({"order": "up"}, ["order 'up' is .* 2027-05-01 on$"]),
        ({"crew": "nobody", "rig": "none", "order": ["up"]}, ["rig "]),
        ({"crew": [None, "Ada"], "rig": None, "order": ""}, []),
    ],
)  # fmt: skip
def test_what_is_nested_is_found(said: dict[str, Any], told: list[str]) -> None:
    """In lists, in objects, in the query; what ends no sooner than what holds it is not told, wrong types are no matter."""
    body = {"content": {"application/json": {"schema": _BOAT}}}
    node = {"operationId": "boat.create", "requestBody": body, "parameters": [_ORDER]}
    found = ends(Asked(id="boat.create", verb="POST", path="/boats", node=node, document={}))
    operation = Operation("boat.create", "POST", "/boats", {}, None, "boat.Task", is_list=False, ends=found)
    messages = _told(operation, said)
    assert all(re.match(rf"boat\.create\.{text}", one) for text, one in zip(told, messages, strict=True)), messages


def test_an_operation_ends_with_all_it_takes() -> None:
    """What ends with it, or later, is not told beside it."""
    body = {"content": {"application/json": {"schema": _BOAT}}}
    node = {
        "operationId": "boat.create",
        "requestBody": body,
        "x-kling-until": "2027-03-01",
        "x-kling-successor": "ship.create",
    }
    found = ends(Asked(id="boat.create", verb="POST", path="/boats", node=node, document={}))
    assert [one["path"] for one in found] == [[], *(["crew", "[]", name] for name in ("rank", "age", "pay"))]
    assert found[0] == {"path": [], "until": "2027-03-01", "successor": "ship.create"}
