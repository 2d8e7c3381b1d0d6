"""Every value, rule, error, price and link of the spec is reached by the tests that are made from it, and nothing lies about.

What those tests can make is counted the way they make it: examples, samples of rules, made bodies, scripted faults.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from made_bodies import bodies

from kling.errors import BY_CODE
from kling_mock.faults import Code, flaw
from kling_mock.world import World
from kling_spec.bundle import plain, ruled
from kling_spec.document import Document, Operation, below, operations, reachable
from kling_spec.links import kinds
from kling_spec.lint import state_dates
from kling_spec.load import Spec, home, load
from kling_spec.prices import row_of
from kling_spec.rule_samples import broken_rules, ruled_objects, sampled
from kling_spec.shape import defaults_of
from kling_spec.values import pool

_SPEC = load()
_DATES = state_dates(_SPEC)
_STATES = {date: list(operations(plain(_SPEC, date))) for date in _DATES}
_PRICES = _SPEC.catalogues["prices"]["prices"]


def _enums(schema: Document, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield place and value of every enum below a resolved schema."""
    yield from ((place, value) for value in schema.get("enum", []))
    for name, one in schema.get("properties", {}).items():
        yield from _enums(one, f"{place}.{name}")
    for one in [*([schema["items"]] if "items" in schema else []), *schema.get("anyOf", [])]:
        yield from _enums(one, place)


def _every(schema: Document) -> Iterator[Any]:
    """Yield values in which each listed one stands at least once: what `made_bodies` makes of a member."""
    if "enum" in schema:
        yield from schema["enum"]
    for name, one in schema.get("properties", {}).items():
        yield from ({name: value} for value in _every(one))
    for one in below(schema) if "items" in schema else ():
        yield from ([value] for value in _every(one))
    for one in schema.get("anyOf", []):
        yield from _every(one)


def _said(body: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield place and value of all that a body says."""
    for name, one in body.items() if isinstance(body, dict) else ():
        yield from _said(one, f"{place}.{name}")
    for one in body if isinstance(body, list) else ():
        yield from _said(one, place)
    if not isinstance(body, dict | list):
        yield place, body


@pytest.mark.parametrize("name", sorted({one.id for found in _STATES.values() for one in found if one.request}))
def test_every_value_of_an_enum_is_sent(name: str) -> None:
    """Each listed value stands in a body that the tests make, in some state of the API."""
    for found in _STATES.values():
        for operation in (one for one in found if one.id == name):
            made = {one for body in _every(operation.request or {}) for one in _said(body)}
            assert set(_enums(operation.request or {})) - made == set()
            assert not bodies(operation).is_empty


def test_every_rule_is_kept_and_broken() -> None:
    """Each rule that one body can break has a sample of both; the others are unique, which test_laws breaks, or prose."""
    has: dict[str, set[bool]] = {}
    silent = set()
    for operation in (one for found in _STATES.values() for one in found):
        for place, schema, rule in ruled_objects(operation):
            if rule["kind"] not in ("unique", "prose") and has.get(rule["id"]) != {True, False}:
                has.setdefault(rule["id"], set()).update(sampled(operation, place, schema, rule))
    for schema in _SPEC.document["components"]["schemas"].values():
        silent |= {rule["id"] for rule in schema.get("x-kling-rules", []) if rule["kind"] in ("unique", "prose")}
    known = {rule["id"] for one in _SPEC.document["components"]["schemas"].values() for rule in one.get("x-kling-rules", [])}
    assert {name for name, kinds in has.items() if kinds == {True, False}} == known - silent


def test_every_code_can_be_answered(spec: Spec) -> None:
    """Each code of the table can be asked of the mock, for some operation, and is a class of the client."""
    world = World(ruled(spec))
    codes = [one["code"] for one in spec.catalogues["errors"]["errors"] if one["code"]]
    assert [flaw(Code(code=one), world.messages, world.operations) for one in codes] == [None] * len(codes)
    assert set(BY_CODE) == set(codes)


def test_every_sentence_has_a_situation() -> None:
    """Each message of the catalogue is one that the mock's code, or a kind of id, asks for."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (home().parent / "mock_server" / "kling_mock").rglob("*.py"))
    held = {kind for found in _STATES.values() for one in found for kind, _ in kinds(one.request or {})}
    asked = {f"{kind}_{what}" for kind in held for what in ("unknown", "deleted")}
    media = ("image", "video", "audio")
    asked |= {f"{kind}_{what}" for kind in media for what in re.findall(r'f"\{[^}]*kind[^}]*\}_(\w+)"', code)}
    asked |= {
        f"video_{side}_{limit}" for side in ("width", "height") for limit in ("least", "most")
    }  # made of the limit's name
    messages = _SPEC.catalogues["errors"]["messages"]
    assert {name for name in messages if f'"{name}"' not in code and name not in asked} == set()


@pytest.mark.parametrize("name", sorted(_PRICES))
def test_every_row_of_a_price_is_charged(name: str) -> None:
    """Each row of each price covers a body that the tests make and the spec allows, in some state of the API."""
    rows = _PRICES[name]["rows"]
    reached = {number for number, row in enumerate(rows) if any(_is_charged(one, row) for one in _of_price(name))}
    assert reached == set(range(len(rows)))


def _of_price(name: str) -> Iterator[Operation]:
    return (one for found in _STATES.values() for one in found if one.price == name)


def _is_charged(operation: Operation, row: Document) -> bool:
    """Say whether an allowed body is charged by a row."""
    price, defaults = _PRICES[operation.price or ""], defaults_of(operation.request or {})
    bodies = (body for example in operation.examples.values() for body in _asking(operation, example, row))
    return any(row_of(price, body, defaults) is row and not broken_rules(operation, body) for body in bodies)


def _asking(operation: Operation, example: Document, row: Document) -> Iterator[Document]:
    """Yield an example with what the condition of a row speaks of, in every way."""
    choices = [[("model_name", one) for one in _models(operation, row)]]
    for field, wanted in row.get("when", {}).items():
        name = field.partition("[")[0]
        member = (operation.request or {})["properties"].get(name, {})
        made = [*([example[name]] if name in example else []), *pool(member)]
        choices.append([(name, one) for one in (wanted if isinstance(wanted, list) else [*made, None])])
    for chosen in product(*choices):
        yield {name: one for name, one in {**example, **dict(chosen)}.items() if one is not None}


def _models(operation: Operation, row: Document) -> list[Any]:
    """Return the models to try: those of the condition where it names some."""
    listed = (operation.request or {})["properties"].get("model_name", {}).get("enum", [])
    return list(row.get("when", {}).get("model_name", [*listed, None]))


@pytest.mark.parametrize("dress", [plain, ruled])
@pytest.mark.parametrize("date", _DATES)
def test_no_component_lies_about(dress: Any, date: str) -> None:
    """Everything under components is used by an operation; security schemes are used by name."""
    bundle = dress(_SPEC, date)
    used = reachable(bundle, bundle["paths"])
    parts = {kind: nodes for kind, nodes in bundle["components"].items() if kind != "securitySchemes"}
    assert {
        f"{kind} {name}" for kind, nodes in parts.items() for name in nodes if f"#/components/{kind}/{name}" not in used
    } == set()
    assert {name for one in bundle["security"] for name in one} == set(bundle["components"]["securitySchemes"])
