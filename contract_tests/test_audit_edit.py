"""Edits of the spec's YAML change what they say and keep every other byte; --apply makes the mechanical ones."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_spec.audit.apply import apply, edited
from kling_spec.audit.difference import Change, Difference
from kling_spec.audit.facts import Place
from kling_spec.audit.page import Field
from kling_spec.audit.yaml_text import EditRefused, YamlText, scalar
from kling_spec.errors import SpecError
from kling_spec.load import home, load
from kling_spec.yaml_json import parse

_FILES = sorted(home().rglob("*.yaml"))
_FAMILIES = sorted(home().glob("families/*.yaml"))
_SOURCE = {"page": "Some Page", "seen": "2026-09", "trust": "page"}

_UNUSUAL = """\
# A comment on top
late: &again {b: 1,   a: 2}   # odd spaces
list:   # of things
    - one
    -   'two'   # with a comment

    - "three"
flow: [a,
       b,   # after b
       c,]
empty: []
none: {}
text: >-
  folded
  text

again: *again
last:
  member: 1"""


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_reading_and_writing_changes_no_byte(path: Path, tmp_path: Path) -> None:
    """Parse, change nothing, write: the same bytes, for every YAML of the spec."""
    copy = tmp_path / path.name
    text = YamlText.read(path)
    assert text.line(()) == 1
    text.write(copy)
    assert copy.read_bytes() == path.read_bytes()


def _places(node: Any, where: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield where, node
    for key, one in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from _places(one, (*where, key))


def _at(node: Any, where: tuple[str | int, ...]) -> Any:
    for part in where:
        node = node[part]
    return node


def _lines_touched(before: str, after: str) -> tuple[int, int]:
    """Return how many lines went and how many came between the first and the last line that differs."""
    old, new = before.split("\n"), after.split("\n")
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return len(old), len(new)


def _check(text: YamlText, after: YamlText, where: tuple[str | int, ...], wanted: Any) -> None:
    """The edit says exactly what was wanted, and touches one line, which may become two."""
    expected = parse(text.text)
    if where:
        _at(expected, where[:-1])[where[-1]] = wanted
    assert parse(after.text) == (expected if where else wanted)
    went, came = _lines_touched(text.text, after.text)
    assert went <= 1
    assert came <= 2


@pytest.mark.parametrize("path", _FAMILIES, ids=lambda path: path.stem)
def test_an_edit_changes_only_what_it_says(path: Path) -> None:
    """Every list, mapping and number of every family: appended to, added to, replaced."""
    text = YamlText.read(path)
    places = [one for one in _places(parse(text.text)) if one[0][:2] == ("components", "schemas")]
    kinds = {"enum", "properties", "x-kling-values", "minimum", "maximum", "maxLength", "maxItems", "most_mb", "required"}
    for where, node in [one for one in places if one[0][-1] in kinds]:
        if isinstance(node, list):
            _check(text, text.appended(where, scalar("brand_new")), where, [*node, "brand_new"])
        elif isinstance(node, dict) and node:
            _check(
                text, text.with_member(where, "brand_new", "{type: string}"), where, {**node, "brand_new": {"type": "string"}}
            )
        elif isinstance(node, int | float):
            _check(text, text.replaced(where, "4321"), where, 4321)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_comments_order_and_odd_layout_stay(newline: str) -> None:
    """Comments, quotes, blank lines, trailing commas, a missing end of line, and the file's own line ends."""
    text = YamlText(_UNUSUAL.replace("\n", newline))
    after = text.appended(("list",), "four").appended(("flow",), "d").appended(("empty",), "x").with_member(("none",), "k", "v")
    after = after.with_member((), "new", "1").with_member(("last",), "other", "2").replaced(("last", "member"), "7")
    expected = (
        _UNUSUAL.replace('- "three"\n', '- "three"\n    - four\n')
        .replace("c,]", "c, d]")
        .replace("[]", "[x]")
        .replace("{}", "{k: v}")
    )
    expected = expected.replace("member: 1", "member: 7\n  other: 2") + "\nnew: 1"
    assert after.text == expected.replace("\n", newline)


def test_what_an_anchor_names_is_not_edited() -> None:
    """It would change other places too."""
    text = YamlText(_UNUSUAL)
    for where in (("late", "b"), ("again", "b")):
        with pytest.raises(EditRefused, match="anchor"):
            text.replaced(where, "2")
    with pytest.raises(EditRefused, match="is not there"):
        text.replaced(("nowhere",), "2")
    with pytest.raises(EditRefused, match="has member already"):
        text.with_member(("last",), "member", "2")


@given(
    st.one_of(
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1),
        st.integers(),
        st.booleans(),
        st.sampled_from(["16:9", "on", "5", "let’s go", "null", "- a", "a: b", "#x"]),
    )
)
def test_a_scalar_reads_as_itself(value: Any) -> None:
    """Within a flow list too."""
    assert parse(f"key: [{scalar(value)}, 1]")["key"][0] == value


def _spec(tmp_path: Path, *families: str) -> Path:
    """Return a copy of the spec with these family files alone, so that it lints fast."""
    folder = Path(shutil.copytree(home(), tmp_path / "spec", ignore=shutil.ignore_patterns("kling_spec")))
    for path in folder.glob("families/*.yaml"):
        if f"families/{path.name}" not in families:
            path.unlink()
    return folder


def _first(kind: str) -> tuple[str, tuple[str | int, ...], dict[str, Any]]:
    """Return file, place and schema of the first member of a request with this key."""
    for path in _FAMILIES:
        for where, node in _places(parse(path.read_text(encoding="utf-8"))):
            if (
                len(where) == 5
                and str(where[2]).endswith(".Create")
                and isinstance(node, dict)
                and kind in node
                and "anyOf" not in node
            ):
                return f"families/{path.name}", where, node
    raise AssertionError(kind)


def _difference(change: Change | None, kind: str = "limit") -> Difference:
    place = change.place if change else Place("head.yaml", ())
    return Difference("Some Page", kind, "some.create field", "told", "do it by hand", place, 1, change)


def test_apply_writes_values_fields_and_limits_and_leaves_the_rest(tmp_path: Path) -> None:
    """What is written lints, is dated and says its source; what is shared or needs thought is left to be done."""
    enum_file, enum_at, enum = _first("enum")
    limit_file, limit_at, _ = _first("maxLength")
    folder = _spec(tmp_path, enum_file, limit_file)
    field = Field("brand_new", "string", required=False, default="a", enum=("a", "b"), limits={"maxLength": 9})
    changes = [
        _difference(Change("values", Place(enum_file, enum_at), ("brand_new", "16:9"))),
        _difference(Change("member", Place(enum_file, (*enum_at[:3], "properties")), ("brand_new", field))),
        _difference(Change("limit", Place(limit_file, limit_at), ("maxLength", 4321))),
        _difference(Change("limit", Place("shared/media.yaml", ("x",)), ("maxLength", 1))),
        _difference(None, "type"),
    ]
    applied = apply(folder, changes, "2026-09-20")
    assert [len(applied.written), len(applied.left)] == [3, 2]
    assert [one for one in applied.findings if not one.endswith("[orphan]")] == []  # of the families that are not there
    after = parse((folder / enum_file).read_text(encoding="utf-8"))
    written = _at(after, enum_at)
    assert written["enum"] == [*enum["enum"], "brand_new", "16:9"]
    assert written["x-kling-values"]["16:9"] == {"since": "2026-09-20", "trust": "page"}
    member = _at(after, (*enum_at[:3], "properties", "brand_new"))
    assert {**member, "description": ""} == {
        "type": "string", "enum": ["a", "b"], "default": "a", "maxLength": 9, "description": "",
        "x-kling-since": "2026-09-20", "x-kling-source": _SOURCE,
    }  # fmt: skip
    limited = _at(parse((folder / limit_file).read_text(encoding="utf-8")), limit_at)
    assert limited["maxLength"] == 4321
    assert (limited["x-kling-source"]["seen"], limited["x-kling-source"]["trust"]) == ("2026-09", "page")
    load(folder)


def test_a_limit_that_was_not_there_is_added() -> None:
    """Beside what the field says, with its source."""
    text = YamlText("a:\n  type: string # why\n  description: A thing.\n")
    after = edited(text, Change("limit", Place("x", ("a",)), ("maxLength", 5)), page="Some Page", day="2026-09-20")
    assert after.text == text.text + "  maxLength: 5\n  x-kling-source: {page: Some Page, seen: 2026-09, trust: page}\n"


def test_an_apply_that_breaks_the_spec_is_taken_back(tmp_path: Path) -> None:
    """Every file is as it was, and the reason is told."""
    file, where, _ = _first("enum")
    folder = _spec(tmp_path, file)
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    change = Change("limit", Place(file, where[:1]), ("unheard_of", 1))
    with pytest.raises(SpecError, match="nothing was written"):
        apply(folder, [_difference(change)], "2026-09-20")
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == before
