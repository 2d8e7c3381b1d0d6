"""Prices, the vendor's changelog and the pages for users hold together with the rest of the spec."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Bench

from kling_codegen.reference import pages
from kling_spec.bundle import plain
from kling_spec.document import Document, Operation, below, objects, operations
from kling_spec.lint import BASELINE
from kling_spec.load import home, load
from kling_spec.prices import text, units
from kling_spec.shape import defaults_of
from kling_spec.yaml_json import read

_SPEC = load()
_DOC = plain(_SPEC)
_CHANGELOG = read(home() / "changelog.yaml")["entries"]
_PAGES = home().parent / "generated" / "reference"

_V3, _V26, _OMNI, _O1 = ({"model_name": name} for name in ("kling-v3", "kling-v2-6", "kling-v3-omni", "kling-video-o1"))
_OBSERVED: list[tuple[str, dict[str, Any], str]] = [
    ("text_to_video.create", {**_V26, "mode": "std", "duration": "5"}, "1.5"),
    ("text_to_video.create", {**_V26, "mode": "pro", "duration": "5"}, "2.5"),
    ("text_to_video.create", {**_V3, "mode": "std", "duration": "5", "sound": "on"}, "4.5"),
    ("text_to_video.create", {**_V3, "mode": "std", "duration": "6", "sound": "on"}, "5.4"),
    ("video_omni.create", {**_OMNI, "mode": "std", "duration": "5"}, "3"),
    ("video_omni.create", {**_OMNI, "mode": "std", "duration": "3"}, "1.8"),
    ("video_omni.create", {**_O1, "mode": "pro", "duration": "5"}, "4"),
    ("image_generation.create", {"model_name": "kling-v3"}, "8"),
    ("image_generation.create", {"model_name": "kling-v3", "n": 3}, "24"),
    ("text_to_speech.synthesize", {}, "0.05"),
    ("voice_clone.create", {}, "0.05"),
    ("element.create", {}, "0"),
]


def _operation(name: str) -> Operation:
    return next(one for one in operations(_DOC) if one.id == name)


@pytest.mark.parametrize(("name", "body", "expected"), _OBSERVED)
def test_prices_are_those_that_were_charged(name: str, body: dict[str, Any], expected: str) -> None:
    """The catalogue gives what the service was seen to take."""
    operation = _operation(name)
    price = _SPEC.catalogues["prices"]["prices"][operation.price or ""]
    assert text(units(price, body, defaults_of(operation.request or {}))) == expected


@pytest.mark.parametrize("operation", [one for one in operations(_DOC) if one.price], ids=lambda one: one.id)
def test_every_example_has_a_price(operation: Operation) -> None:
    """Some row of the price list covers each documented example."""
    price = _SPEC.catalogues["prices"]["prices"][operation.price or ""]
    free = all(row.get("units") == "0" for row in price["rows"])
    for body in operation.examples.values():
        assert (units(price, body, defaults_of(operation.request or {})) > 0) is not free


def test_every_price_is_used() -> None:
    """No price list is left over."""
    used = {one.price for date in (BASELINE, None) for one in operations(plain(_SPEC, date)) if one.price}
    assert set(_SPEC.catalogues["prices"]["prices"]) == used


def test_every_reference_has_a_giver() -> None:
    """Whatever kind of id a request refers to, some reply gives that kind; voices for speech stand in a catalogue."""
    wanted = {kind for one in operations(_DOC) for kind in _kinds(one.request or {})}
    given = {kind for one in operations(_DOC) for kind in _kinds(one.data_schema)}
    assert wanted - given - {"task", "speech_voice"} == set()


def _kinds(schema: Document) -> Iterator[str]:
    if "x-kling-ref" in schema:
        yield schema["x-kling-ref"]["kind"]
    for one in below(schema):
        yield from _kinds(one)


def _elements() -> set[str]:
    """Return the names of everything that an entry of the changelog may have touched."""
    document = _SPEC.document
    found = {f"family {name}" for name in _SPEC.families} | {f"model {name}" for name in _SPEC.catalogues["models"]["models"]}
    found |= {f"price {name}" for name in _SPEC.catalogues["prices"]["prices"]} | {
        f"operation {one.id}" for one in operations(document)
    }
    found |= {f"security {name}" for name in document["components"]["securitySchemes"]}
    found |= {f"parameter {name}" for name in document["components"]["parameters"]}
    for name, schema in document["components"]["schemas"].items():
        found |= {f"schema {name}"} | {f"rule {rule['id']}" for rule in schema.get("x-kling-rules", [])}
        for member, one in schema.get("properties", {}).items():
            found |= {f"field {name}.{member}"} | {f"value {name}.{member} {value}" for value in _values(one)}
    return found


def _values(schema: Document) -> list[Any]:
    return [value for one in [schema, schema.get("items", {}), *schema.get("anyOf", [])] for value in one.get("enum", [])]


def test_the_changelog_names_what_exists() -> None:
    """Every element that an entry names is in the spec; entries are dated and in order."""
    known = _elements()
    wrong = [f"{entry['date']}: {one}" for entry in _CHANGELOG for one in entry["touches"] if one not in known]
    assert wrong == []
    dates = [entry["date"] for entry in _CHANGELOG]
    assert dates == sorted(dates, reverse=True)
    assert all(re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", one) for one in dates)


def _dated() -> Iterator[tuple[str, str]]:
    """Yield element and date of every fact of the spec that has a date."""
    document = _SPEC.document
    for operation in operations(document):
        yield from ((f"operation {operation.id}", date) for date in _dates(operation.node))
    for kind, part in (("security", "securitySchemes"), ("parameter", "parameters")):
        for name, one in document["components"][part].items():
            yield from ((f"{kind} {name}", date) for date in _dates(one))
    for name, one in _SPEC.catalogues["models"]["models"].items():
        yield from ((f"model {name}", one[key]) for key in ("since", "until") if key in one)
    for name, schema in document["components"]["schemas"].items():
        for rule in schema.get("x-kling-rules", []):
            yield from ((f"rule {rule['id']}", date) for date in _dates(rule))
        for member, one in schema.get("properties", {}).items():
            yield from ((f"field {name}.{member}", date) for date in _dates(one))
            for value, dates in one.get("x-kling-values", {}).items():
                yield from ((f"value {name}.{member} {value}", dates[key]) for key in ("since", "until") if key in dates)


def _dates(node: Mapping[str, Any]) -> list[str]:
    return [node[key] for key in ("x-kling-since", "x-kling-until") if key in node]


def test_every_date_has_its_entry() -> None:
    """Each since and until of the spec has an entry of that day that touches the element."""
    said = {(one, entry["date"]) for entry in _CHANGELOG for one in entry["touches"]}
    assert sorted({f"{date}: {element}" for element, date in _dated() if (element, date) not in said}) == []


_EXAMPLES = [
    pytest.param(one["example"], id=f"{name}.{one['name']}")
    for name, page in pages(_DOC)
    for one in page["operations"]
    if one["example"]
]


@pytest.mark.parametrize("example", _EXAMPLES)
def test_the_examples_of_the_pages_run(example: str, mock: Bench) -> None:
    """What a page shows as Python works with the client."""
    found: dict[str, Any] = {"client": mock.client()}
    exec(example, found)
    assert found["answer"] is not None


def test_every_family_has_its_page() -> None:
    """One Markdown page a family, with every argument of its operations."""
    assert {path.stem for path in _PAGES.glob("*.md")} == {tag["name"] for tag in _DOC["tags"]}
    for operation in operations(_DOC):
        page = Path(_PAGES / f"{operation.family}.md").read_text(encoding="utf-8")
        names = [
            name for place, schema in objects(operation.request or {}) if not place for name in schema.get("properties", {})
        ]
        assert all(f"| `{name}` |" in page for name in names), operation.id


def test_retired_models_end_when_they_were_seen_to() -> None:
    """On 2026-09-14 kling-v1 is served, a day later it is not, and model_name must be given."""
    before, after = (
        next(one for one in operations(plain(_SPEC, date)) if one.id == "text_to_video.create").request or {}
        for date in ("2026-09-14", "2026-09-15")
    )
    assert "kling-v1" in before["properties"]["model_name"]["enum"]
    assert "kling-v1" not in after["properties"]["model_name"]["enum"]
    assert "model_name" in after["required"]
