"""The audit reads every format whole, and tells what a page and the spec say differently, and nothing else."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import reference_pages as pages
import yaml
from reference_pages import Part, Row

from kling_spec.audit import prose, samples
from kling_spec.audit.compare import audit
from kling_spec.audit.detect import read_page
from kling_spec.audit.difference import Difference
from kling_spec.audit.facts import Fact, SpecView
from kling_spec.audit.page import PageUnread
from kling_spec.load import home, load

_VIEW = SpecView(load())
_PARTS = {name: found for name in _VIEW.spec.families if (found := pages.parts(_VIEW, name))}
_TITLES = {name: str(_VIEW.spec.families[name]["title"]) for name in _PARTS}


def _sections(title: str, all_of: list[Part]) -> str:
    text = "\n".join(pages.lines_of(one, runs=False) for one in all_of)
    middle = len(text) // 2
    return json.dumps({"Create Task": text[: middle + 200], "Parameters": text[middle:], "Request Example": text[-300:]})


def _plain(title: str, all_of: list[Part]) -> str:
    return f"An advertisement\n\n{title}\n\n\n" + "\n".join(pages.lines_of(one, runs=True) for one in all_of)


def _openapi(title: str, all_of: list[Part]) -> str:
    document = yaml.safe_dump(pages.openapi(all_of, "/proxy/kling"), sort_keys=False, allow_unicode=True)
    return f"# {title}\n\n## OpenAPI Specification\n\n```yaml\n{document}```\n"


def _flat(title: str, all_of: list[Part]) -> str:
    return re.sub(r"\s+", " ", _openapi(title, all_of))


_FORMATS: dict[str, Callable[[str, list[Part]], str]] = {
    "markdown": pages.markdown,
    "sections": _sections,
    "plain": _plain,
    "openapi": _openapi,
    "flat openapi": _flat,
    "nameless": pages.nameless,
}


def _found(text: str) -> list[Difference]:
    return list(audit([_VIEW], [read_page(text, "page")])[0].differences)


def _told(text: str) -> list[tuple[str, str]]:
    """Return kind and field of the differences, but for the endpoints that a page of one endpoint lacks."""
    return [(one.kind, one.field) for one in _found(text) if one.kind != "endpoint-not-on-page"]


@pytest.mark.parametrize("family", _PARTS)
@pytest.mark.parametrize("name", _FORMATS)
def test_a_page_that_says_what_the_spec_says_shows_no_difference(name: str, family: str) -> None:
    """In every format, for every family: nothing is read wrong, nothing is made up."""
    if name in ("sections", "plain") and not any(one.body or one.query for one in _PARTS[family]):
        return  # nothing in it shows that it is a reference page
    text = _FORMATS[name](_TITLES[family], _PARTS[family])
    assert _told(text) == []


@pytest.mark.parametrize("name", [one for one in _FORMATS if one != "nameless"])
def test_every_endpoint_and_field_is_read(name: str) -> None:
    """No format loses an endpoint or a field of a body."""
    for family, all_of in _PARTS.items():
        if not any(one.body for one in all_of):
            continue
        page = read_page(_FORMATS[name](_TITLES[family], all_of), "page")
        assert len(page.endpoints) == len(all_of)
        for part, endpoint in zip(all_of, page.endpoints, strict=True):
            read = {path for one in endpoint.body or () for path in (one.path, *one.also)}
            assert {one.path for one in part.body} <= read, (family, part.title)


def _create_rows() -> Iterator[tuple[str, Part, Row]]:
    """Yield every field of every request once: what several families share comes with the first."""
    seen: set[str] = set()
    for family, all_of in _PARTS.items():
        for part in all_of:
            for row in part.body:
                if repr(row) not in seen:
                    seen.add(repr(row))
                    yield family, replace(part, reply={}), row


def _page_with(family: str, part: Part) -> str:
    """Return a page with this endpoint alone."""
    return pages.markdown(_TITLES[family], [part])


def _mutations(part: Part, row: Row) -> Iterator[tuple[str, str, Part]]:
    """Yield kind, the end of the field's name, and a page that differs in one thing."""
    if row.enum:
        yield "value-not-in-spec", row.path, pages.changed(part, row.path, enum=(*row.enum, "quite_new"))
        if len(row.enum) > 1:
            yield "value-not-on-page", row.path, pages.changed(part, row.path, enum=row.enum[1:])
    other = "boolean" if row.type != "boolean" else "object"
    yield "type", row.path, pages.changed(part, row.path, type=other, enum=(), default="", limits={})
    yield "default", row.path, pages.changed(part, row.path, default="unheard-of", required=False)
    for key, value in row.limits.items():
        moved = {**row.limits, key: value + 7} if isinstance(value, int | float) else row.limits
        if pages.sentences(replace(row, limits=moved)) != pages.sentences(row):
            yield "limit", f"{row.path} {key}", pages.changed(part, row.path, limits=moved)


def test_every_change_of_a_field_is_told_once() -> None:
    """Values, types, defaults and limits of every field of every request, one at a time: that difference and no other."""
    count = 0
    for family, part, row in _create_rows():
        for kind, field, mutant in _mutations(part, row):
            if kind == "default" and row.required:
                mutant = pages.changed(mutant, row.path, required=False)
            told = [one for one in _told(_page_with(family, mutant)) if one[0] != "required"]
            assert told == [(kind, f"{family}.{part.title} {field}")], (family, part.title, row.path, kind)
            count += 1
    assert count > 300


def test_every_field_that_is_missing_or_new_is_told_once() -> None:
    """A row too few is a field the page lacks, a row too many one the spec lacks."""
    for family, part, row in _create_rows():
        without = replace(part, body=tuple(one for one in part.body if one.path != row.path))
        if without.body and ("." not in row.path or any(_beside(one, row) for one in without.body)):
            below = any(one.path.startswith((f"{row.path}.", f"{row.path}[]")) for one in part.body)
            expected = [] if below else [("field-not-on-page", f"{family}.{part.title} {row.path}")]
            told = [one for one in _told(_page_with(family, without)) if not below or one[1].endswith(f" {row.path}")]
            assert told in (expected, [("field-not-on-page", f"{family}.{part.title} {row.path}")])
    for family, all_of in _PARTS.items():
        for part in (one for one in all_of if one.body):
            more = replace(part, body=(*part.body, Row("brand_new", "string", required=False)))
            assert _told(_page_with(family, more)) == [("field-not-in-spec", f"{family}.{part.title} brand_new")]


def _beside(one: Row, row: Row) -> bool:
    return one.path.rpartition(".")[0] == row.path.rpartition(".")[0]


def test_required_is_told_unless_a_rule_decides() -> None:
    """Required on one side only is a difference; where a rule can ask for the field, a page's Yes is not."""
    for family, part, row in _create_rows():
        told = _told(_page_with(family, pages.changed(part, row.path, required=not row.required)))
        fact = _fact(family, part, row)
        excused = not row.required and (fact.conditional or "default" in fact.schema)
        assert told == ([] if excused else [("required", f"{family}.{part.title} {row.path}")])


def test_endpoints_are_compared_both_ways() -> None:
    """An endpoint the spec lacks, and one it has from the same page, are told."""
    for family, all_of in _PARTS.items():
        more = [*all_of, replace(all_of[0], path="/v1/videos/unheard-of")]
        assert _told(pages.markdown(_TITLES[family], more)) == [
            ("endpoint-not-in-spec", f"{all_of[0].verb} /v1/videos/unheard-of")
        ]
        kept, gone = all_of[:-1], all_of[-1]
        if kept and _source(kept[0]) == _source(gone):
            found = [(one.kind, one.field) for one in _found(pages.markdown(_TITLES[family], kept))]
            assert found == [("endpoint-not-on-page", f"{gone.verb} {gone.path}")]


def _source(part: Part) -> object:
    operation = _VIEW.find(part.verb, part.path)
    assert operation is not None
    return operation.node["x-kling-source"]["page"]


def test_what_another_page_of_the_run_shows_is_not_missing() -> None:
    """Two pages of today's reference that share an endpoint are held together against the spec."""
    family, part, row = next(one for one in _create_rows() if len(one[2].enum) > 2)
    halves = [pages.changed(part, row.path, enum=row.enum[:2]), pages.changed(part, row.path, enum=row.enum[2:])]
    both = [read_page(_page_with(family, one), str(number)) for number, one in enumerate(halves)]
    for page, run, is_whole in [
        (both[0], both, True),
        (both[1], both, True),
        (both[0], both[:1], False),
        (both[1], both[1:], False),
    ]:
        found = next(one for one in audit([_VIEW], run) if one.page is page).differences
        assert any(one.kind == "value-not-on-page" for one in found) is not is_whole


def test_a_reply_and_a_request_can_show_what_the_spec_lacks() -> None:
    """New fields, types and values of replies, new fields and values of sample requests."""
    family, row = next((family, row) for family, part, row in _create_rows() if row.enum and part.title == "create")
    part = next(one for one in _PARTS[family] if one.title == "create")
    reply = {**part.reply, "data": {**part.reply["data"], "brand_new": {"deep": 1}, "created_at": "string"}}
    text = _page_with(family, replace(part, reply=reply))
    assert _told(text) == [
        ("reply-type", f"{family}.create data.created_at"),
        ("reply-field-not-in-spec", f"{family}.create data.brand_new"),
    ]
    sent = json.dumps({row.path: "quite_new", "unheard_of": {"deep": 1}})
    text = _page_with(family, part).replace(
        "### Response Example", f"### Request Example\n\n```bash\ncurl --data '{sent}'\n```\n\n### Response Example", 1
    )
    assert _told(text) == [
        ("example-value-not-in-spec", f"{family}.create {row.path}"),
        ("example-field-not-in-spec", f"{family}.create unheard_of"),
    ]


def test_a_value_the_spec_ended_is_told_with_its_date() -> None:
    """A page that goes on to list what the spec ended says so, with the date and how far it is trusted."""
    family, part, row, value = next(
        (family, part, row, value)
        for family, part, row in _create_rows()
        if row.path == "model_name" and row.enum
        for value in _VIEW.dated(_fact(family, part, row).place)["enum"]
        if value not in row.enum
    )
    found = _found(_page_with(family, pages.changed(part, row.path, enum=(*row.enum, value))))
    assert next(one.told for one in found if one.kind == "value-ended").startswith(f"the page lists {value} (until 2026-")
    assert "value-not-in-spec" not in [one.kind for one in found]


def _fact(family: str, part: Part, row: Row) -> Fact:
    return next(_VIEW.body(one) for one in _VIEW.operations.values() if one.id == f"{family}.{part.title}")[row.path]


def test_a_difference_names_the_line() -> None:
    """File and line lead to the field in the YAML."""
    for family, part, row in _create_rows():
        for one in _found(
            _page_with(
                family,
                pages.changed(
                    part, row.path, type="object" if row.type == "boolean" else "boolean", default="", enum=(), limits={}
                ),
            )
        ):
            line = (home() / one.place.file).read_text(encoding="utf-8").splitlines()[one.line - 1]
            assert str(one.place.where[-1]) in line


def test_an_index_shows_which_families_are_covered() -> None:
    """A family without endpoint and page in the index is told, and so is an endpoint the spec lacks."""
    whole = {_TITLES[name]: all_of for name, all_of in _PARTS.items()}
    assert _told(pages.index(whole)) == []
    without = dict(list(whole.items())[1:])
    assert _told(pages.index(without)) == [("family-not-in-index", next(iter(_PARTS)))]
    more = {**whole, "News": [Part("create", "POST", "/v1/videos/unheard-of")]}
    assert _told(pages.index(more)) == [("endpoint-not-in-spec", "POST /v1/videos/unheard-of")]


def test_limits_without_a_name_are_told_when_no_field_has_them() -> None:
    """Of text without field names only the limits can be compared."""
    family, part, row = next(one for one in _create_rows() if "maximum" in one[2].limits and one[1].title == "create")
    mutant = pages.changed(part, row.path, limits={"minimum": 3.5, "maximum": 4321})
    text = pages.nameless(_TITLES[family], [mutant])
    assert [kind for kind, _ in _told(text)] == ["limit"]


@pytest.mark.parametrize("text", ["", "{}", "[1]", "A letter to nobody.", "{broken", "# A title\n\nAnd prose."])
def test_what_is_no_page_is_one_clear_line(text: str) -> None:
    """It names the file and the formats that are read."""
    with pytest.raises(
        PageUnread, match=r"^letter\.txt: expected a page of the reference as .*Markdown export.*; found none of these$"
    ):
        read_page(text, "letter.txt")


@pytest.mark.parametrize(
    ("sentence", "kind", "limits"),
    [
        ("Value range: [0, 3]. More of it is louder", "number", {"minimum": 0, "maximum": 3}),
        ("取值范围：[1,70]", "integer", {"minimum": 1, "maximum": 70}),
        ("有效范围：0.5~4.0", "number", {"minimum": 0.5, "maximum": 4}),
        ("It must not exceed 1,200 characters", "string", {"maxLength": 1200}),
        ("名称不能超过 70 个字符", "string", {"maxLength": 70}),
        ("标题最大长度90", "string", {"maxLength": 90}),
        ("When the mode is pro, it cannot exceed 5 characters", "string", {}),
        ("Array length must be 3. The first is red", "array", {"minItems": 3, "maxItems": 3}),
        ("Supports up to 7 images, and at least 2 images", "array", {"minItems": 2, "maxItems": 7}),
        ("Size ≤7MB, sides ≥200px, shape 1:4 ~ 3:1", "string", {"most_mb": 7, "least_px": 200, "ratio": [0.25, 3]}),
        ("Known formats: .avi/.mov, duration 4s–9s, sides 300px–900px. If it is longer, it fails", "string",
         {"formats": ["avi", "mov"], "seconds": [4, 9], "least_px": 300, "most_px": 900}),
        ("格式为 WAV/OGG，大小≤8M，长度在 2.0 秒-9.0 秒", "string", {"formats": ["ogg", "wav"], "most_mb": 8, "seconds": [2, 9]}),
        ("时长 ≥1 秒且 ≤3 秒，或 ≥6 秒且 ≤8 秒", "string", {}),
    ],
)  # fmt: skip
def test_limits_are_found_in_sentences(sentence: str, kind: str, limits: dict[str, object]) -> None:
    """In English and in Chinese, and only what holds without a condition."""
    assert prose.limits([sentence], kind) == limits


def test_samples_with_mistakes_are_read() -> None:
    """Comments, trailing commas, bare type words, lists cut short, and enum values in comments."""
    text = '{ "a": [ { "b": "string", // x, "y": {\n } ], "c": boolean, // c\n "d": 1.5 /* d */, "e": long, "f": [1, ...],\n "g": "x" // State, Enum values：one、two（2）, three\n'
    fields = {one.path: one for one in samples.reply_fields(text)}
    assert {path: one.type for path, one in fields.items()} == {
        "a": "array", "a[].b": "string", "c": "boolean", "d": "number", "e": "integer", "f": "array", "g": "string",
    }  # fmt: skip
    assert fields["g"].enum == ("one", "two", "three")
