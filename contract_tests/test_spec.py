"""The YAML is read as JSON reads it, mistakes are named, and the bundle of any day is sound."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import validate

from kling_spec.as_of import as_of, in_force
from kling_spec.bundle import current, plain, ruled, text
from kling_spec.document import Document, inlined, operations
from kling_spec.editor import family_schema
from kling_spec.errors import SpecError
from kling_spec.lint import BASELINE, lint, state_dates
from kling_spec.load import Spec, home, load
from kling_spec.new import new_family
from kling_spec.shape import violations
from kling_spec.yaml_json import parse, read

Copy = Any  # a function that gives a copy of the spec with one file changed


@pytest.fixture
def changed(tmp_path: Path) -> Copy:
    """Give a function that copies the spec with one text replaced in one file."""

    def copy(file: str, before: str, after: str) -> Path:
        for path in home().rglob("*.yaml"):
            target = tmp_path / path.relative_to(home())
            target.parent.mkdir(exist_ok=True, parents=True)
            target.write_bytes(path.read_bytes())
        target = tmp_path / file
        said = target.read_text(encoding="utf-8")
        assert before in said, f"{file} no longer says {before!r}"
        target.write_text(said.replace(before, after, 1), encoding="utf-8")
        return tmp_path

    return copy


def test_yaml_is_read_as_json() -> None:
    """Ratios, switches, dates and octal-looking numbers stay text; JSON's own scalars do not."""
    read = parse(
        "{a: 16:9, b: on, c: 2026-03-18, d: yes, e: 1_000, f: 5, g: -0.5, h: true, i: null, j: 0o17, k: .5, l: 'null'}"
    )
    text_keys = {"a": "16:9", "b": "on", "c": "2026-03-18", "d": "yes", "e": "1_000", "j": "0o17", "k": ".5", "l": "null"}
    assert read == {**text_keys, "f": 5, "g": -0.5, "h": True, "i": None}


@pytest.mark.parametrize(
    ("text", "problem"),
    [("a: 1\na: 2", "x.yaml:2: the key a stands twice"), ("- 1", "expected a mapping"), ("a: [1", "x.yaml:"), ("a: !!python/name:os.system", "x.yaml:1")],
)  # fmt: skip
def test_other_yaml_is_refused(text: str, problem: str) -> None:
    """A key that stands twice, a list at the top, broken YAML and tags are refused with file and line."""
    with pytest.raises(SpecError, match=problem):
        parse(text, "x.yaml")


def test_the_spec_has_no_findings(spec: Spec) -> None:
    """The house rules hold for every file."""
    assert lint(spec) == []


@pytest.mark.parametrize("date", [None, BASELINE, "2026-06-18"])
@pytest.mark.parametrize("dress", [plain, ruled])
def test_bundles_are_valid_openapi(spec: Spec, dress: Any, date: str | None) -> None:
    """Both dresses of any day are OpenAPI 3.1 by an independent validator."""
    validate(dress(spec, date))


def test_the_committed_bundle_is_the_one_that_is_used(spec: Spec) -> None:
    """`current` gives the committed JSON while the YAML has its digest, and the same document as a fresh bundle."""
    assert text(current()) == text(ruled(spec))


_MISTAKES = [
    (
        "families/lip_sync.yaml",
        "x-kling-rules:",
        "x-kling-rule:",
        r"families/lip_sync.yaml: .*x-kling-rule \(did you mean x-kling-rules\?\)",
    ),
    ("families/lip_sync.yaml", "  name: lip_sync", "  name: lipsync", "x-kling-family: name must be lip_sync"),
    (
        "shared/task.yaml",
        "description: The id of the task. Opaque.",
        "descripton: The id",
        r"descripton \(did you mean description\?\)",
    ),
]


@pytest.mark.parametrize(("file", "before", "after", "problem"), _MISTAKES)
def test_an_unknown_key_stops_the_load(changed: Copy, file: str, before: str, after: str, problem: str) -> None:
    """The message names file, path and the nearest known name."""
    with pytest.raises(SpecError, match=problem):
        load(changed(file, before, after))


_IMAGES, _CLIPS = "families/image_generation.yaml", "families/reference_to_video.yaml"
_THEN, _CLIP = "kling-v1: {successor: kling-v3}", "summary: Start a video made from several pictures.\n      "
_SUCCESSORS = [
    (_IMAGES, _THEN, "kling-v1: {successor: kling-v9}", "value kling-v1: its successor kling-v9 is no value of this field"),
    (_IMAGES, _THEN, "kling-v1: {successor: kling-v2-new}", "its successor kling-v2-new is not in force on 2026-09-15"),
    (_IMAGES, _THEN, "kling-v1: {successor: kling-v1}", "its successor kling-v1 is not in force on 2026-09-15"),
    (_IMAGES, _THEN, "kling-v3: {successor: kling-v2-1}", "value kling-v3: has the successor kling-v2-1, but no until"),
    (
        "models.yaml",
        "kling-v1-5: {",
        "kling-v1-5: {successor: kling-v9, ",
        "models kling-v1-5: its successor kling-v9 is no model",
    ),
    (
        "models.yaml",
        "kling-v1-5: {",
        "kling-v1-5: {successor: kling-v2, ",
        "its successor kling-v2 is not in force on 2026-09-15",
    ),
    (
        "models.yaml",
        "kling-v1-5: {",
        "kling-v1-5: {successor: kling-image-o1, ",
        "no family serves its successor kling-image-o1",
    ),
    (
        "models.yaml",
        "kling-v3: {",
        "kling-v3: {successor: kling-v2-6, ",
        "models kling-v3: has the successor kling-v2-6, but no unt",
    ),
    (
        "families/multi_elements.yaml",
        "          # The page of September has no such field",
        "          x-kling-successor: model\n          # The page of September has no such field",
        "multi_elements.Create.model_name: its successor model is no field of this schema",
    ),
    (_CLIPS, _CLIP, f"{_CLIP}x-kling-successor: video_omni.run\n      ", "its successor video_omni.run is no operation"),
    (
        _CLIPS,
        _CLIP,
        f"{_CLIP}x-kling-successor: reference_to_video.get\n      ",
        "reference_to_video.get is not in force on 2026-09",
    ),
]
_CONTRADICTIONS = [
    ("families/lip_sync.yaml", "schemas/lip_sync.FaceChoice'", "schemas/lip_sync.FaceChoise'", "refers to nothing"),
    ("families/lip_sync.yaml", "lifecycle: task", "lifecycle: job", "lifecycle job is not in lifecycles.yaml"),
    ("families/text_to_video.yaml", "x-kling-price: video_models", "x-kling-price: gold", "gold is not in prices.yaml"),
    (
        "families/text_to_video.yaml",
        "field: prompt, when: {multi_shot: [false]}",
        "field: prmpt, when: {multi_shot: [false]}",
        "prmpt is not a property",
    ),
    (
        "families/text_to_video.yaml",
        "shot_type: [intelligence]}",
        "shot_type: [inteligence]}",
        "shot_type has no value 'inteligence'",
    ),
    ("families/text_to_video.yaml", "kind: sum_equals", "kind: sums_up", "kind sums_up is not known"),
    ("families/text_to_video.yaml", "id: t2v-shots-needed", "id: t2v-prompt-needed", "no sample|is taken|stands twice"),
    (
        "families/text_to_video.yaml",
        "mode: pro\n                  aspect_ratio",
        "mode: best\n                  aspect_ratio",
        "example single_shot on .*mode must be std or pro",
    ),
    ("families/text_to_video.yaml", "since: '2026-04-23'", "since: '2026-4-23'", "is not a date"),
    ("families/text_to_video.yaml", "seen: 2026-03, trust: page", "seen: 2026-03, trust: sure", "trust must be one of"),
    ("families/text_to_video.yaml", "      summary: Look at one text-to-video task.\n", "", "has no summary"),
    ("models.yaml", "kling-v3: {modes", "kling-v3-0: {modes", "kling-v3 is missing"),
    ("errors.yaml", "{code: 1000, http: 401", "{code: 1001, http: 401", "a code stands twice"),
    *_SUCCESSORS,
]


@pytest.mark.parametrize(("file", "before", "after", "problem"), _CONTRADICTIONS, ids=[one[2][:30] for one in _CONTRADICTIONS])
def test_lint_names_each_contradiction(changed: Copy, file: str, before: str, after: str, problem: str) -> None:
    """One planted mistake gives findings that name it; the spec without it has none."""
    import re

    found = [str(one) for one in lint(load(changed(file, before, after)))]
    assert any(re.search(problem, one) for one in found), found


def test_a_model_that_ends_tells_its_successor_where_it_is_served(changed: Copy) -> None:
    """A family's own entry without dates adds to those of the model; one with dates takes their place."""
    known = load(changed("models.yaml", "kling-v1-6: {", "kling-v1-6: {successor: kling-v2-6, "))
    assert lint(known) == []
    values = {
        name: plain(known, BASELINE)["components"]["schemas"][name]["properties"]["model_name"]["x-kling-values"]
        for name in ("text_to_video.Create", "reference_to_video.Create", "image_generation.Create")
    }
    dates = {"until": "2026-09-15", "trust": "third-party"}
    assert values["text_to_video.Create"]["kling-v1-6"] == {**dates, "successor": "kling-v2-6"}
    assert values["reference_to_video.Create"]["kling-v1-6"] == dates
    assert values["image_generation.Create"]["kling-v1"] == {**dates, "successor": "kling-v3"}
    assert values["image_generation.Create"]["kling-v1-5"] == dates
    assert values["image_generation.Create"]["kling-v2-1"] == {"since": "2025-07-30"}


def test_a_new_family_from_the_template_lints(changed: Copy) -> None:
    """`make new` gives a file without findings, and refuses a name that is taken or none."""
    folder = changed("head.yaml", "openapi", "openapi")
    new_family("face_swap", folder, "2026-03")
    assert lint(load(folder)) == []
    for name in ("face_swap", "Face-Swap", ""):
        with pytest.raises(SpecError):
            new_family(name, folder, "2026-03")


def test_editors_know_the_grammar() -> None:
    """The JSON Schema for editors is current, takes every family file, and marks a misspelt key."""
    made = family_schema()
    assert json.loads((home() / "family.schema.json").read_text(encoding="utf-8")) == made, (
        "kling-spec schema --out spec/family.schema.json"
    )
    validator = jsonschema_rs.Draft202012Validator(made)
    for path in home().glob("families/*.yaml"):
        validator.validate(read(path))
    assert not validator.is_valid({"x-kling-famly": {}})


_DATES = st.dates().map(lambda one: one.replace(year=2026).isoformat())


@given(since=st.none() | _DATES, until=st.none() | _DATES, date=_DATES)
def test_since_is_in_and_until_is_out(since: str | None, until: str | None, date: str) -> None:
    """A fact stands from its first day on, and no longer on the day it ends."""
    assert in_force(since, until, date) == ((since or "") <= date and (until is None or date < until))


def test_as_of_is_a_pure_filter(spec: Spec) -> None:
    """Filtering twice is filtering once, and the spec itself stays as it was."""
    before = text(spec.document)
    models = spec.catalogues["models"]["models"]
    once = as_of(spec.document, BASELINE, models)
    assert as_of(once, BASELINE, models) == once
    assert text(spec.document) == before


def test_the_baseline_is_the_api_of_march(spec: Spec) -> None:
    """On 2026-03-18 there are the old models and 229 scenes; API keys, 4k and the ledgers come later."""
    march, today = plain(spec, BASELINE), plain(spec)
    create = {
        name: next(one for one in operations(bundle) if one.id == "text_to_video.create").request
        for name, bundle in (("march", march), ("today", today))
    }
    assert create["march"]
    assert create["today"]
    assert create["march"]["properties"]["model_name"]["default"] == "kling-v1"
    assert "model_name" in create["today"]["required"]
    assert "default" not in create["today"]["properties"]["model_name"]
    assert "4k" not in create["march"]["properties"]["mode"]["enum"]
    assert "4k" in create["today"]["properties"]["mode"]["enum"]
    assert len(march["components"]["schemas"]["video_effects.Create"]["properties"]["effect_scene"]["enum"]) == 229
    assert set(march["components"]["securitySchemes"]) == {"KeyPair"}
    assert "/account/billing/package" not in march["paths"]


def test_every_code_has_one_row(spec: Spec) -> None:
    """The table has the 22 codes of the vendor's page, six of them under HTTP 429."""
    rows = spec.catalogues["errors"]["errors"]
    assert len({one["code"] for one in rows}) == len(rows) == 22
    assert sum(one["http"] == 429 for one in rows) == 6


@pytest.mark.parametrize("date", ["", "2026", "2026-13-01", "18.3.2026", "2026-03-32"])
def test_a_bad_date_is_refused(spec: Spec, date: str) -> None:
    """A date that is none is named."""
    with pytest.raises(SpecError, match="is not a date"):
        plain(spec, date or "x")


def _bodies() -> list[tuple[str, Document, Any]]:
    spec = load()
    return [(f"{date}-{one.id}-{name}", one.request or {}, body) for date in state_dates(spec) for one in operations(ruled(spec, date)) for name, body in one.examples.items()]  # fmt: skip


@pytest.mark.parametrize(("schema", "body"), [pytest.param(schema, body, id=name) for name, schema, body in _bodies()])
def test_examples_hold_for_two_validators(schema: Document, body: Any) -> None:
    """Every example keeps the ruled JSON Schema and our own check of shape and rules."""
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(body)
    assert violations(schema, body) == []


def test_reply_examples_fit_their_schemas(doc: Document) -> None:
    """Every example of a reply is what its schema says, for an independent validator."""
    found = [one for one in operations(doc) if one.reply_example is not None]
    assert found
    for one in found:
        jsonschema_rs.Draft202012Validator(inlined(one.reply, doc)).validate(one.reply_example)
