"""Every kind of change between two states of the API is found, mirrored, and judged for callers, readers and mock users.

A row: the kind, what is changed in a small bundle, then the judgement forwards and backwards. `Cb Ms minor` says that it
is breaking for callers, safe for mock users, nothing to readers, and a minor version of the client.
"""

import json
from typing import Any

import pytest
from small_bundle import GONE, bundle, leaves

from kling_spec.bundle import dressed
from kling_spec.diff import Changes, diff
from kling_spec.diff.classes import KINDS

C, T, S = (f"components>schemas>boat.{name}>properties" for name in ("Create", "Task", "Sailor"))
RULES = "components>schemas>boat.Create>x-kling-rules"
NEEDED = "components>schemas>boat.Create>required"
POST, GET = "paths>/v1/boats>post", "paths>/v1/boats>get"
X = "x-kling-catalogues"
TABLES = {name: f"{X}>{name}>{name}" for name in ("errors", "prices", "models", "voices", "lifecycles", "limits")}
TASK = f"{TABLES['lifecycles']}>task"
TEXT: dict[str, Any] = {"type": "string"}

_ROWS: list[tuple[str, dict[str, Any], str, str]] = [
    # requests
    ("field-added", {f"{C}>deck": TEXT}, "Cs Ms minor", "Cb Mb major"),
    ("needed-field-added", {f"{C}>deck": TEXT, NEEDED: ["name", "deck"]}, "Cb Mb major", "Cb Mb major"),
    ("now-required", {NEEDED: ["name", "size"]}, "Cb Mb major", "Cs Ms minor"),
    ("type-widened", {f"{C}>size>type": "number"}, "Cs Ms minor", "Cb Mb major"),
    ("type-widened", {f"{C}>length>anyOf>2": {"type": "boolean"}}, "Cs Ms minor", "Cb Mb major"),
    ("type-changed", {f"{C}>name>type": "boolean"}, "Cb Mb major", "Cb Mb major"),
    ("value-added", {f"{C}>sail>enum>3": "green"}, "Cs Ms minor", "Cb Mb major"),
    ("value-added", {f"{C}>flag>enum>2": "star"}, "Cs Ms minor", "Cb Mb minor"),  # an open list
    ("value-added", {f"{C}>length>anyOf>1>enum>1": "none"}, "Cs Ms minor", "Cb Mb major"),
    ("values-closed", {f"{C}>name>enum": ["Ada"]}, "Cb Mb major", "Cs Ms minor"),
    ("list-opened", {f"{C}>sail>x-kling-open": True}, "Cs Ms minor", "Cb Mb major"),
    ("default-added", {f"{C}>name>default": "Ada"}, "Cr Mr minor", "Cr Mr minor"),
    ("default-changed", {f"{C}>size>default": 4}, "Cr Mr minor", "Cr Mr minor"),
    ("limit-narrowed", {f"{C}>size>maximum": 8}, "Cb Mb major", "Cs Ms minor"),
    ("limit-narrowed", {f"{C}>size>minimum": 2}, "Cb Mb major", "Cs Ms minor"),
    ("limit-narrowed", {f"{C}>name>maxLength": 10}, "Cb Mb major", "Cs Ms minor"),
    ("limit-narrowed", {f"{C}>name>minLength": 2}, "Cb Mb major", "Cs Ms minor"),
    ("limit-narrowed", {f"{C}>guests>maxItems": 3}, "Cb Mb major", "Cs Ms minor"),
    ("limit-narrowed", {f"{C}>crew>uniqueItems": True}, "Cb Mb major", "Cs Ms minor"),
    ("limit-narrowed", {f"{C}>name>pattern": "^A"}, "Cb Mb major", "Cs Ms minor"),
    ("limit-narrowed", {f"{C}>length>anyOf>0>minimum": 3}, "Cb Mb major", "Cs Ms minor"),
    ("limit-changed", {f"{C}>speed>pattern": "^[1-9]$"}, "Cb Mb major", "Cb Mb major"),
    ("limit-changed", {f"{C}>speed>format": "mph"}, "Cb Mb major", "Cb Mb major"),
    ("unit-changed", {f"{C}>size>x-kling-unit": "ft"}, "Cb Mb major", "Cb Mb major"),
    ("unit-told", {f"{C}>speed>x-kling-unit": "kn"}, "Cs Ms patch", "Cs Ms patch"),
    ("argument-renamed", {f"{C}>size>x-kling-name": "size_"}, "Cb Ms major", "Cb Ms major"),
    ("media-narrowed", {f"{C}>picture>x-kling-media>most_mb": 5}, "Cb Mb major", "Cs Ms minor"),
    ("media-narrowed", {f"{C}>picture>x-kling-media>least_px": 400}, "Cb Mb major", "Cs Ms minor"),
    ("media-narrowed", {f"{C}>picture>x-kling-media>formats": ["png"]}, "Cb Mb major", "Cs Ms minor"),
    ("media-narrowed", {f"{C}>picture>x-kling-media>ratio": [0.5, 1]}, "Cb Mb major", "Cs Ms minor"),
    ("media-narrowed", {f"{C}>picture>x-kling-media>base64": False}, "Cb Mb major", "Cs Ms minor"),
    ("media-changed", {f"{C}>picture>x-kling-media>ratio": [1, 3]}, "Cb Mb major", "Cb Mb major"),
    ("media-changed", {f"{C}>picture>x-kling-media>kind": "video"}, "Cb Mb major", "Cb Mb major"),
    ("reference-narrowed", {f"{C}>harbour>x-kling-ref>days": 20}, "Cb Mb major", "Cs Ms minor"),
    ("reference-narrowed", {f"{C}>name>x-kling-ref": {"kind": "boat"}}, "Cb Mb major", "Cs Ms minor"),
    ("reference-changed", {f"{C}>harbour>x-kling-ref>kind": "port"}, "Cb Mb major", "Cb Mb major"),
    ("end-announced", {f"{C}>size>x-kling-until": "2027-01-01"}, "Cr Mr minor", "Cs Ms minor"),
    ("end-announced", {f"{C}>flag>x-kling-values>moon>until": "2027-01-01"}, "Cr Mr minor", "Cs Ms minor"),
    ("end-sooner", {f"{C}>speed>x-kling-until": "2026-12-01"}, "Cr Mr minor", "Cs Ms minor"),
    ("start-changed", {f"{C}>size>x-kling-since": "2026-01-01"}, "Cs Ms patch", "Cs Ms patch"),
    ("deprecated", {f"{C}>size>deprecated": True}, "Cr Mr minor", "Cs Ms minor"),
    ("doc-changed", {f"{C}>sail>description": "Tint."}, "Cs Ms patch", "Cs Ms patch"),
    ("doc-changed", {f"{C}>speed>x-kling-successor": "size"}, "Cs Ms patch", "Cs Ms patch"),
    ("doc-changed", {f"{C}>flag>x-kling-values>moon>successor": "sun"}, "Cs Ms patch", "Cs Ms patch"),
    ("doc-changed", {f"{C}>sail>enum": ["white", "red", "blue"]}, "Cs Ms patch", "Cs Ms patch"),
    ("detail-changed", {f"{C}>flag>x-kling-values>moon>label": "pale"}, "Cr Mr minor", "Cr Mr minor"),
    ("detail-changed", {f"{C}>size>x-strange": 1}, "Cr Mr minor", "Cr Mr minor"),
    # parameters and bodies
    ("field-added", {f"{GET}>parameters>2": {"name": "far", "in": "query", "schema": TEXT}}, "Cs Ms minor", "Cb Mb major"),
    ("needed-field-added", {f"{GET}>parameters>2": {"name": "far", "in": "query", "required": True, "schema": TEXT}}, "Cb Mb major", "Cb Mb major"),
    ("now-required", {"components>parameters>PageNum>required": True}, "Cb Mb major", "Cs Ms minor"),
    ("limit-narrowed", {"components>parameters>PageNum>schema>maximum": 9}, "Cb Mb major", "Cs Ms minor"),
    ("now-optional", {f"{POST}>requestBody>required": False}, "Cs Ms minor", "Cb Mb major"),
    ("needed-field-removed", {f"{POST}>requestBody": GONE}, "Cb Mb major", "Cb Mb major"),
    # replies and callbacks
    ("field-added", {f"{T}>deck": TEXT}, "Rs Ms minor", "Rb Mb major"),
    ("needed-field-added", {f"{T}>deck": TEXT, "components>schemas>boat.Task>required": ["id", "deck"]}, "Rs Ms minor", "Rb Mb major"),
    ("now-required", {"components>schemas>boat.Task>required": ["id", "depth"]}, "Rs Ms minor", "Rb Mb major"),
    ("type-widened", {f"{T}>depth": {"anyOf": [{"type": "number", "minimum": 0, "maximum": 100}, TEXT], "x-kling-unit": "m"}}, "Rb Mb major", "Rs Ms minor"),
    ("type-changed", {f"{T}>log>type": "integer"}, "Rb Mb major", "Rb Mb major"),
    ("value-added", {f"{T}>state>enum>2": "lost"}, "Rr Mr minor", "Rs Ms minor"),
    ("values-freed", {f"{T}>state>enum": GONE}, "Rr Mr minor", "Rs Ms minor"),
    ("list-opened", {f"{T}>state>x-kling-open": True}, "Rr Mr minor", "Rs Ms minor"),
    ("default-added", {f"{T}>log>default": ""}, "Rs Ms minor", "Rs Ms minor"),
    ("limit-widened", {f"{T}>depth>maximum": 200}, "Rr Mr minor", "Rs Ms minor"),
    ("limit-changed", {f"{T}>log>pattern": "^b"}, "Rr Mr minor", "Rr Mr minor"),
    ("unit-changed", {f"{T}>depth>x-kling-unit": "ft"}, "Rb Mb major", "Rb Mb major"),
    ("reference-changed", {f"{T}>id>x-kling-ref>kind": "ship"}, "Rb Mb major", "Rb Mb major"),
    ("reference-narrowed", {f"{T}>id>x-kling-ref>days": 30}, "Rr Mr minor", "Rs Ms minor"),
    ("make-changed", {f"{T}>log>x-kling-make": {"value": "x"}}, "Rs Mr patch", "Rs Mr patch"),
    ("end-announced", {f"{T}>log>x-kling-until": "2027-01-01"}, "Rr Mr minor", "Rs Ms minor"),
    ("argument-renamed", {f"{T}>log>x-kling-name": "log_"}, "Rb Ms major", "Rb Ms major"),
    ("field-added", {"components>callbacks>BoatStatus>{$request.body#/callback_url}>post>parameters>1": {"name": "sent", "in": "header", "schema": TEXT}}, "Rs Ms minor", "Rb Mb major"),
    ("callback-removed", {f"{POST}>callbacks": GONE}, "Rb Mb major", "Rs Ms minor"),
    # a schema that stands in requests and in replies
    ("value-added", {f"{S}>rank>enum>2": "boy"}, "Cs Rr Mr minor", "Cb Rs Mb major"),
    ("field-added", {f"{S}>name": TEXT}, "Cs Rs Ms minor", "Cb Rb Mb major"),
    ("limit-narrowed", {f"{S}>age>maximum": 90}, "Cb Rs Mb major", "Cs Rr Mr minor"),
    # rules
    ("rule-added", {f"{RULES}>3": {"id": "r", "kind": "needed_with", "field": "crew", "when": {"sail": ["red"]}}}, "Cb Mb major", "Cs Ms minor"),
    ("rule-added", {f"{RULES}>3": {"id": "r", "kind": "prose", "text": "No rats."}}, "Cr Ms minor", "Cs Ms minor"),
    ("rule-added", {f"{RULES}>3": {"id": "r", "kind": "only_with", "field": "crew", "when": {"sail": ["red"]}, "tolerated": True}}, "Cr Ms minor", "Cs Ms minor"),
    ("rule-narrowed", {f"{RULES}>0>when>sail": ["red"]}, "Cb Mb major", "Cs Ms minor"),
    ("rule-changed", {f"{RULES}>0>when>sail": ["red", "blue"]}, "Cb Mb major", "Cb Mb major"),
    ("rule-reworded", {f"{RULES}>0>message": "No flag."}, "Cs Mr patch", "Cs Mr patch"),
    # operations, hosts, credentials, families
    ("operation-added", {"paths>/v1/boats/{id}": {"get": {"operationId": "boat.get", "tags": ["boat"], "responses": {}}}}, "Cs Ms minor", "Cb Mb major"),
    ("operation-renamed", {f"{GET}>operationId": "boat.browse"}, "Cb Ms major", "Cb Ms major"),
    ("operation-moved", {"paths>/v1/boats": {}, "paths>/v2/boats": bundle()["paths"]["/v1/boats"]}, "Cb Mb major", "Cb Mb major"),
    ("deprecated", {f"{GET}>deprecated": True}, "Cr Mr minor", "Cs Ms minor"),
    ("doc-changed", {f"{GET}>summary": "Boats."}, "Cs Ms patch", "Cs Ms patch"),
    ("doc-changed", {f"{GET}>x-kling-successor": "boat.create"}, "Cs Ms patch", "Cs Ms patch"),
    ("example-added", {f"{POST}>requestBody>content>application/json>examples>two": {"value": {}}}, "Cs Ms patch", "Cs Ms patch"),
    ("example-changed", {"components>responses>Boat>content>application/json>examples>told>value": {"code": 1}}, "Rs Mr patch", "Rs Mr patch"),
    ("price-changed", {f"{POST}>x-kling-price": GONE}, "Cr Mr patch", "Cr Mr patch"),
    ("host-removed", {"servers>1": GONE}, "Cb major", "Cs minor"),
    ("login-removed", {"security>1": GONE}, "Cb Mb major", "Cs Ms minor"),
    ("login-removed", {"security>1": GONE, "components>securitySchemes>Pair": GONE}, "Cb Mb major", "Cs Ms minor"),
    ("login-changed", {"components>securitySchemes>Key>scheme": "digest"}, "Cb Mb major", "Cb Mb major"),
    ("pack-changed", {"tags>0>x-kling-family>pack": "iron"}, "Cr Mr patch", "Cr Mr patch"),
    ("result-changed", {"tags>0>x-kling-family>result": "ships"}, "Rb Mb major", "Rb Mb major"),
    ("lifecycle-chosen", {"tags>0>x-kling-family>lifecycle": "none"}, "Rb Mb major", "Rb Mb major"),
    ("pace-changed", {"tags>0>x-kling-family>seconds": 9}, "Mr patch", "Mr patch"),
    # catalogues
    ("error-added", {f"{TABLES['errors']}>1": {"code": 2, "http": 400, "name": "Rot"}}, "Rr Ms minor", "Rb Mb major"),
    ("error-moved", {f"{TABLES['errors']}>0>http": 404}, "Rb Mb major", "Rb Mb major"),
    ("error-moved", {f"{TABLES['errors']}>0>name": "Hole"}, "Rb Mb major", "Rb Mb major"),
    ("error-retry", {f"{TABLES['errors']}>0>retry": "backoff"}, "Rr Ms minor", "Rr Ms minor"),
    ("message-added", {f"{X}>errors>messages>fire": {"code": 1, "text": "Smoke"}}, "Rs Mr patch", "Rs Mr patch"),
    ("message-changed", {f"{X}>errors>messages>leak>text": "Wet"}, "Rr Mr patch", "Rr Mr patch"),
    ("message-changed", {f"{X}>errors>success_message": "Fine"}, "Rr Mr patch", "Rr Mr patch"),
    ("price-list-added", {f"{TABLES['prices']}>rafts": {"pack": "wood", "rows": []}}, "Cs Ms patch", "Cs Ms patch"),
    ("price-added", {f"{TABLES['prices']}>boats>rows>2": {"when": {"sail": ["blue"]}, "units": "3"}}, "Cr Mr patch", "Cr Mr patch"),
    ("price-raised", {f"{TABLES['prices']}>boats>rows>0>units": "2.5"}, "Cr Mr patch", "Cs Mr patch"),
    ("price-changed", {f"{TABLES['prices']}>boats>rows>1>seconds_of": "source"}, "Cr Mr patch", "Cr Mr patch"),
    ("pack-changed", {f"{TABLES['prices']}>boats>pack": "iron"}, "Cr Mr patch", "Cr Mr patch"),
    ("model-added", {f"{TABLES['models']}>ash": {"fps": 30}}, "Cs Ms minor", "Cb Mb major"),
    ("model-removed", {f"{TABLES['models']}>oak>until": "2026-06-01"}, "Cb Mb major", "Cs Ms minor"),
    ("model-end-announced", {f"{TABLES['models']}>oak>until": "2027-06-01"}, "Cr Ms minor", "Cs Ms minor"),
    ("model-end-moved", {f"{TABLES['models']}>elm>until": "2027-06-01"}, "Cr Ms minor", "Cr Ms minor"),
    ("model-changed", {f"{TABLES['models']}>oak>fps": 30}, "Rr Mr patch", "Rr Mr patch"),
    ("pace-changed", {f"{TABLES['models']}>elm>seconds": 10}, "Mr patch", "Mr patch"),
    ("voice-added", {f"{TABLES['voices']}>bell": {"languages": ["en"]}}, "Cs Ms minor", "Cb Mb minor"),
    ("voice-changed", {f"{TABLES['voices']}>horn>languages": ["zh"]}, "Cr Mr patch", "Cr Mr patch"),
    ("lifecycle-added", {f"{TABLES['lifecycles']}>none": {}}, "Rs Ms minor", "Rs Ms minor"),
    ("state-added", {f"{TASK}>states>lost": {"next": []}}, "Rr Mr minor", "Rs Mb minor"),
    ("way-added", {f"{TASK}>states>sold>next": ["sunk"]}, "Rr Mr minor", "Rs Ms minor"),
    ("state-verdict", {f"{TASK}>states>sold>verdict": "failed"}, "Rb Mb major", "Rb Mb major"),
    ("slot-changed", {f"{TASK}>states>built>holds_slot": False}, "Cr Mr patch", "Cr Mr patch"),
    ("lifecycle-chosen", {f"{TASK}>first": "sold"}, "Rb Mb major", "Rb Mb major"),
    ("pace-changed", {f"{TASK}>seconds>built": [1, 3]}, "Mr patch", "Mr patch"),
    ("allowance-raised", {f"{TABLES['limits']}>days": 60}, "Cs Mr patch", "Cr Mr patch"),
    ("allowance-lowered", {f"{TABLES['limits']}>packs>wood>slots": 4}, "Cr Mr patch", "Cs Mr patch"),
    ("allowance-changed", {f"{TABLES['limits']}>packs>wood>per": "mast"}, "Cr Mr patch", "Cr Mr patch"),
    ("catalogue-doc-changed", {f"{TABLES['errors']}>0>meaning": "Wet."}, "Cs patch", "Cs patch"),
    ("catalogue-doc-changed", {f"{TABLES['models']}>elm>successor": "oak"}, "Cs patch", "Cs patch"),
    ("catalogue-doc-changed", {"info>title": "Ships"}, "Cs patch", "Cs patch"),
    ("catalogue-changed", {f"{X}>flags": {"flags": {"sun": 1}}}, "Cr Mr minor", "Cr Mr minor"),
]  # fmt: skip


def _told(changes: Changes) -> str:
    """Return how changes are judged, in the words of the table."""
    worst = [f"{whom[0].upper()}{level[0]}" for whom in ("caller", "reader", "mock") if (level := changes.worst(whom))]
    return " ".join([*worst, changes.verdict])


@pytest.mark.parametrize(
    ("kind", "change", "forwards", "backwards"), _ROWS, ids=[f"{one[0]}-{number}" for number, one in enumerate(_ROWS)]
)
def test_each_kind_is_judged_both_ways(kind: str, change: dict[str, Any], forwards: str, backwards: str) -> None:
    """One change gives one kind, its mirror gives the mirrored kind, and both are judged as the table says."""
    old, new = bundle(), bundle(change)
    there, back = diff(old, new), diff(new, old)
    assert {one.kind for one in there} == {kind}
    assert {one.kind for one in back} == {KINDS[kind].mirror}
    assert (_told(there), _told(back)) == (forwards, backwards)
    assert all(one.reason.endswith(".") for each in (*there, *back) for one in each.effects)


@pytest.mark.parametrize("change", [row[1] for row in _ROWS], ids=[f"{one[0]}-{number}" for number, one in enumerate(_ROWS)])
def test_ruled_bundles_differ_in_the_same_facts(change: dict[str, Any]) -> None:
    """What the ruled dress adds to a bundle, patterns and closed objects, does not show in a comparison."""
    old, new = dressed(bundle()), dressed(bundle(change))
    assert _facts(diff(old, new)) == _facts(diff(bundle(), bundle(change)))


def _facts(changes: Changes) -> set[str]:
    return {json.dumps([one.kind, one.place, one.name, one.before, one.after]) for one in changes}


def test_the_table_has_every_kind() -> None:
    """No kind of change is without a row, forwards or backwards; a mirror's mirror is the kind itself."""
    kinds = {row[0] for row in _ROWS}
    assert kinds | {KINDS[one].mirror for one in kinds} == KINDS.keys()
    assert all(KINDS[one.mirror].mirror == name for name, one in KINDS.items())


def _is_said(place: str) -> bool:
    """Say whether a word tells something: not the day, not the digest, no label that follows from an id, no reference."""
    return not place.endswith((">$ref", ">digest", "info>version", "tags>0>name", ">tags>0"))


def _backwards(changes: Changes) -> set[str]:
    """Return changes as their mirror images."""
    return {json.dumps([KINDS[one.kind].mirror, one.place, one.name, one.after, one.before]) for one in changes}


@pytest.mark.parametrize("place", [one for one in leaves(bundle()) if _is_said(one)])
def test_no_change_is_missed(place: str) -> None:
    """Whatever single word of a bundle changes, the comparison says so, and backwards says the mirror image."""
    node: Any = bundle()
    for part in place.split(">"):
        node = node[int(part)] if isinstance(node, list) else node[part]
    other = (not node) if isinstance(node, bool) else node + 1 if isinstance(node, int | float) else f"{node}s"
    new = bundle({place: other})
    there, back = diff(bundle(), new), diff(new, bundle())
    assert there.all
    plain = {json.dumps([one.kind, one.place, one.name, one.before, one.after], default=str) for one in back}
    assert plain == {one for one in _backwards(there) if "operation-" not in one} | {
        one for one in plain if "operation-" in one
    }
