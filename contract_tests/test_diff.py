"""What differs between two days of the API: laws that hold for every day of the spec, reports, and the command."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from small_bundle import bundle
from typer.testing import CliRunner

from kling_spec.bundle import plain, ruled, today
from kling_spec.cli import app, main
from kling_spec.diff import Change, Changes, diff
from kling_spec.diff.classes import KINDS
from kling_spec.diff.ruling import direction
from kling_spec.document import Document
from kling_spec.grammar import RULE_WORDS
from kling_spec.lint import BASELINE
from kling_spec.load import home, load

_SPEC = load()
_RUN = CliRunner()


def _dated(node: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every date of the spec with the way to what it dates."""
    if isinstance(node, Mapping):
        for key in ("x-kling-since", "x-kling-until", "since", "until"):
            if isinstance(node.get(key), str):
                yield node[key], where
        for key, one in node.items():
            yield from _dated(one, (*where, key))
    elif isinstance(node, list):
        for number, one in enumerate(node):
            yield from _dated(one, (*where, str(one.get("id", number)) if isinstance(one, Mapping) else str(number)))


_FACTS = [
    *_dated(_SPEC.document),
    *_dated(_SPEC.catalogues["models"], ("models",)),
    *_dated(_SPEC.catalogues["voices"], ("voices",)),
]
_DAYS = sorted({day for day, _ in _FACTS} | {BASELINE, today(_SPEC)})
_BUNDLES = {day: plain(_SPEC, day) for day in _DAYS}


@cache
def _between(old: str, new: str) -> Changes:
    """Return what differs between two dates of the spec."""
    return diff(_BUNDLES[old], _BUNDLES[new])


def _facts(changes: Changes) -> set[str]:
    return {json.dumps([one.kind, one.place, one.name, one.before, one.after]) for one in changes}


def _backwards(changes: Changes) -> set[str]:
    return {json.dumps([KINDS[one.kind].mirror, one.place, one.name, one.after, one.before]) for one in changes}


def test_a_day_does_not_differ_from_itself() -> None:
    """For every date of the spec, and between the two dresses of one day, nothing differs."""
    assert all(not diff(one, one).all for one in _BUNDLES.values())
    assert not diff(ruled(_SPEC), plain(_SPEC)).all
    assert not diff(plain(_SPEC, BASELINE), ruled(_SPEC, BASELINE)).all


def test_backwards_is_the_mirror_image() -> None:
    """Between any two days that follow each other, and the first and the last, backwards says the same the other way round."""
    for one, other in [*pairwise(_DAYS), (_DAYS[0], _DAYS[-1])]:
        assert _backwards(_between(one, other)) == _facts(_between(other, one)), (one, other)


def test_the_dress_makes_no_difference() -> None:
    """Two ruled bundles, two plain ones and one of each differ in the same facts."""
    expected = _facts(_between(BASELINE, today(_SPEC)))
    assert expected
    for old, new in ((ruled, ruled), (ruled, plain), (plain, ruled)):
        assert _facts(diff(old(_SPEC, BASELINE), new(_SPEC))) == expected


def _shows(change: Change, where: tuple[str, ...]) -> bool:
    """Say whether a change is about what stands at a place of the spec."""
    if "examples" in where:
        return change.kind.startswith("example-") and change.name == where[-1]
    if where[0] == "paths":
        operation = _SPEC.document["paths"][where[1]][where[2]]
        return change.element == f"operation {operation['operationId']}"
    if where[0] in ("models", "voices"):
        return change.element == f"{where[0][:-1]} {where[-1]}"
    kind, name, *rest = where[1:]
    if kind != "schemas":
        return change.element == f"{'security' if kind == 'securitySchemes' else kind[:-1]} {_parameter(kind, name)}"
    if "x-kling-rules" in rest:
        return change.element == f"rule {rest[-1]}"
    if "x-kling-values" in rest:
        return change.element == f"value {name}.{rest[1]} {rest[-1]}"
    return change.element == f"field {name}.{rest[1]}"


def _parameter(kind: str, name: str) -> str:
    return str(_SPEC.document["components"][kind][name].get("name", name)) if kind == "parameters" else name


def test_every_date_of_the_spec_shows() -> None:
    """What comes or goes on a day is in the comparison with the date before: whatever has a date in the spec."""
    facts = [(day, where) for day, where in _FACTS if BASELINE < day <= today(_SPEC)]
    assert len(facts) > 150
    changes = {day: _between(before, day).all for before, day in pairwise(_DAYS)}
    missing = [(day, " ".join(where)) for day, where in facts if not any(_shows(one, where) for one in changes[day])]
    assert missing == []


def _listed(document: Document) -> Iterator[tuple[str, str]]:
    """Yield field and value of every list of values in the named schemas of a bundle."""
    for name, schema in document["components"]["schemas"].items():
        for member, one in schema.get("properties", {}).items():
            yield from ((f"{name}.{member}", str(value)) for value in one.get("enum", []))


def test_values_come_and_go_as_the_bundles_say() -> None:
    """From one date to the next, the values told of are those that one bundle lists and the other does not."""
    for one, other in pairwise(_DAYS):
        old, new = _BUNDLES[one], _BUNDLES[other]
        both = {
            f"{name}.{member}"
            for name, schema in old["components"]["schemas"].items()
            for member in schema.get("properties", {})
            if member in new["components"]["schemas"].get(name, {}).get("properties", {})
        }
        told = {
            kind: {(each.place, each.name) for each in _between(one, other) if each.kind == kind}
            for kind in ("value-added", "value-removed")
        }
        before, after = ({each for each in _listed(bundle) if each[0] in both} for bundle in (old, new))
        assert (told["value-added"], told["value-removed"]) == (after - before, before - after)


def test_the_spec_of_march_and_of_today() -> None:
    """The verdict of half a year: models and an endpoint end, a mode and scenes come, replies lose nothing."""
    changes = _between(BASELINE, today(_SPEC))
    assert (changes.verdict, changes.worst("caller"), changes.worst("reader"), changes.worst("mock")) == (
        "major",
        "breaking",
        "safe",
        "breaking",
    )
    assert changes.fails("breaking")
    assert changes.fails("any")
    deduction = [one for one in changes if one.name == "final_balance_deduction" and one.place == "shared.VideoTask"]
    assert len(deduction) == 1, "a shared schema is told once"
    assert len(deduction[0].operations) > 10
    march_to_april = diff(_BUNDLES[BASELINE], plain(_SPEC, "2026-05-01"))
    assert (march_to_april.verdict, march_to_april.worst("caller")) == ("minor", "risky")


def test_a_rule_for_another_is_judged_by_requests() -> None:
    """A rule in the place of another is breaking when a request shows that it refuses more, risky when none does."""
    rules = "components>schemas>boat.Create>x-kling-rules"
    example = {
        "paths>/v1/boats>post>requestBody>content>application/json>examples>one>value": {
            "name": "Ada",
            "crew": [{}],
            "flag": "sun",
        }
    }
    old = bundle(example)
    for fields, level in ((["crew", "guests", "flag"], "breaking"), (["crew", "guests"], "risky")):
        rule = {"id": "new", "kind": "at_most_one_of", "fields": fields}
        found = [one for one in diff(old, bundle({**example, f"{rules}>1": rule})) if one.kind == "rule-added"]
        assert [one.level for one in found] == [level]
    june = [one for one in diff(plain(_SPEC, "2026-06-16"), plain(_SPEC, "2026-06-17")) if one.kind == "rule-added"]
    assert june
    assert {one.level for one in june} == {"risky"}


_VACUOUS = [
    ({"id": "r", "kind": "only_with", "field": "mast", "when": {"sail": ["red"]}}, "safe"),
    ({"id": "r", "kind": "needed_with", "field": "crew", "when": {"sail": ["green"]}}, "safe"),
    ({"id": "r", "kind": "needed_with", "field": "crew", "when": {"mast": ["tall"]}}, "breaking"),  # tall is the default
    ({"id": "r", "kind": "table", "key": "sail", "rows": {"green": [{"flag": "absent"}]}}, "safe"),
    ({"id": "r", "kind": "table", "key": "sail", "rows": {"blue": [{"flag": "absent"}]}}, "breaking"),
    (
        {"id": "r", "kind": "limited_with", "field": "sail", "to": ["red", "white", "blue"], "when": {"crew": {"given": True}}},
        "safe",
    ),
    ({"id": "r", "kind": "limited_with", "field": "sail", "to": ["red"], "when": {"crew": {"given": True}}}, "breaking"),
    ({"id": "r", "kind": "unique", "field": "mast"}, "safe"),
    ({"id": "r", "kind": "unique", "field": "name"}, "breaking"),
]


@pytest.mark.parametrize(("rule", "level"), _VACUOUS)
def test_a_rule_about_what_is_new_breaks_nobody(rule: Document, level: str) -> None:
    """A rule that comes with the value or field it speaks of refuses no request of before."""
    fields = "components>schemas>boat.Create>properties"
    new = {f"{fields}>sail>enum>3": "green", f"{fields}>mast": {"type": "string", "default": "tall"}}
    changes = diff(bundle(), bundle({**new, "components>schemas>boat.Create>x-kling-rules>3": rule}))
    assert [one.level for one in changes if one.kind == "rule-added"] == [level]


def _rule(kind: str, **words: Any) -> Document:
    basis = {"field": "a", "fields": ["a", "b"], "when": {"m": ["x", "y"]}, "to": [1, 2], "low": "a", "high": "b", "least": 5}
    more = {
        "items": "i",
        "of": "n",
        "equals": "e",
        "most": 4,
        "token": "t",
        "key": "m",
        "rows": {"x": [{"d": [1, 2]}]},
        "text": "T",
    }
    return {"id": "r", "kind": kind, **{word: {**basis, **more}[word] for word in RULE_WORDS[kind]}, **words}


_DIRECTIONS: list[tuple[str, dict[str, Any], str]] = [
    *(("exactly_one_of", {"fields": fields}, "wider narrower") for fields in (["a"], ["a", "b", "c"])),
    ("at_least_one_of", {"fields": ["a", "b", "c"]}, "wider"),
    ("at_most_one_of", {"fields": ["a", "b", "c"]}, "narrower"),
    ("at_most_one_of", {"fields": ["a", ["b", "c"]]}, "wider narrower"),
    ("together", {"fields": ["a", "b", "c"]}, "wider narrower"),
    ("only_with", {"when": {"m": ["x", "y", "z"]}}, "wider"),
    ("only_with", {"when": {"m": ["x", "y"], "n": [1]}}, "narrower"),
    ("only_with", {"when": {"m": {"not": ["z"]}}}, "wider narrower"),
    ("only_with", {"field": "c"}, "wider narrower"),
    ("needed_with", {"when": {"m": ["x", "y", "z"]}}, "narrower"),
    ("needed_with", {"when": {"m": ["x", "y"], "n": [1]}}, "wider"),
    ("limited_with", {"to": [1, 2, 3]}, "wider"),
    ("limited_with", {"to": [1]}, "narrower"),
    ("limited_with", {"when": {}}, "narrower"),
    ("apart", {"least": 6}, "narrower"),
    ("apart", {"least": 4}, "wider"),
    ("sum_equals", {"when": {"m": ["x"]}}, "wider"),
    ("sum_equals", {"equals": "f"}, "wider narrower"),
    ("distinct", {"of": "k"}, "wider narrower"),
    ("count_at_most", {"most": 5}, "wider"),
    ("count_at_most", {"fields": ["a", "b", "c"]}, "narrower"),
    ("one_nonzero", {"fields": ["a"]}, "wider"),
    ("token_needs", {"most": 3}, "narrower"),
    ("table", {"rows": {"x": [{"d": [1, 2, 3]}]}}, "wider"),
    ("table", {"rows": {"x": [{"d": [1, 2], "e": "given"}]}}, "narrower"),
    ("table", {"rows": {"x": [{"d": [1, 2]}, {"d": [9]}]}}, "wider"),
    ("table", {"rows": {"x": [{"d": [1, 2]}], "y": [{"d": [1]}]}}, "narrower"),
    ("unique", {"field": "b"}, "wider narrower"),
    ("prose", {"text": "U"}, "wider narrower"),
    ("distinct", {"message": "No."}, ""),
    ("together", {"tolerated": True}, "wider"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "words", "way"), _DIRECTIONS)
def test_every_word_of_a_rule_has_a_direction(kind: str, words: dict[str, Any], way: str) -> None:
    """A changed rule lets more through, less, or both; backwards it is the other way round."""
    old, new = _rule(kind), _rule(kind, **words)
    turned = {"wider": "narrower", "narrower": "wider"}
    assert direction(old, new) == set(way.split())
    assert direction(new, old) == {turned[one] for one in way.split()}


def test_the_directions_are_of_every_kind() -> None:
    """Each of the kinds of rules has a row above."""
    assert {one[0] for one in _DIRECTIONS} == RULE_WORDS.keys()


def test_a_report_tells_alike_things_once() -> None:
    """Values of one field, and one thing in many places, are one entry; JSON has each by itself."""
    changes = diff(_BUNDLES[BASELINE], plain(_SPEC), ("march", "today"))
    text, markdown = changes.text(), changes.markdown()
    assert text.startswith(f"march ({BASELINE}) → today ({today(_SPEC)})\nmajor: ")
    assert text.count("value removed: kling-v1, kling-v1-6") == 1
    assert text.count("final_balance_deduction") == 1
    assert "\x1b" not in text
    assert re.search(r"^- \*\*value removed\*\* `kling-v1`, `kling-v1-6`", markdown, re.MULTILINE)
    told = json.loads(changes.json())
    assert len(told["changes"]) == len(changes) == sum(told["counts"].values())
    assert told["verdict"] == "major"
    assert {"for", "level", "reason"} == told["changes"][0]["effects"][0].keys()


def test_the_page_needs_nothing_else() -> None:
    """The HTML report has no address of anything to load, and what the API says is escaped in it."""
    page = diff(bundle(), bundle({"info>title": "<script>alert(1)</script>"})).html()
    assert not re.findall(r"""(?:src|href)=|@import|url\(""", page)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert diff(bundle(), bundle()).html().count("<article") == 0


def _asked(*arguments: str) -> tuple[int, str]:
    done = _RUN.invoke(app, ["diff", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_the_exit_code_says_whether_the_limit_is_met(tmp_path: Path) -> None:
    """0 when there is nothing as bad as --fail-on says, 1 when there is, 2 for a level that is none."""
    size = "components>schemas>boat.Create>properties>size"
    made: dict[str, dict[str, Any]] = {
        "old": {},
        "doc": {f"{size}>description": "x"},
        "default": {f"{size}>default": 4},
        "limit": {f"{size}>maximum": 8},
    }
    for name, change in made.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(bundle(change)))
    codes = {"old": (0, 0, 0), "doc": (0, 0, 1), "default": (0, 1, 1), "limit": (1, 1, 1)}
    old = str(tmp_path / "old.json")
    for name, expected in codes.items():
        new = str(tmp_path / f"{name}.json")
        assert tuple(_asked(old, new, "--fail-on", limit)[0] for limit in ("breaking", "risky", "any")) == expected
        assert _asked(old, new)[0] == 0
    assert _asked(old, old)[1].endswith("\nnone: nothing differs\n")
    assert _asked(old, old, "--fail-on", "never")[0] == 2


@pytest.mark.parametrize(
    "word", ["2026-02-30x", "2026-13-01", "no-such-revision", "--upload-pack=x", "", "pyproject.toml", "x.json"]
)
def test_what_is_no_state_of_the_api_is_named(
    word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A word that means nothing ends with one line on standard error that names it, and exit 2."""
    (tmp_path / "x.json").write_text("{}")
    (tmp_path / "pyproject.toml").write_text("x")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["kling-spec", "diff", "--", word, "today"])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (2, 1)
    assert word in said


@pytest.mark.parametrize(
    ("name", "begin"), [("a.md", "## API changes"), ("a.html", "<!doctype html>"), ("a.json", "{"), ("a.txt", "2026-")]
)
def test_the_output_is_what_its_name_says(name: str, begin: str, tmp_path: Path) -> None:
    """--output writes Markdown, HTML, JSON or text by the suffix."""
    assert _asked(BASELINE, "today", "--output", str(tmp_path / name)) == (0, "")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begin)


def test_files_folders_and_revisions_are_states(tmp_path: Path) -> None:
    """A bundle, a spec folder, and a commit of a repository stand for the API they hold; a commit may be asked for a day."""
    folder = tmp_path / "project" / "spec"
    for path in home().rglob("*.yaml"):
        target = folder / path.relative_to(home())
        target.parent.mkdir(exist_ok=True, parents=True)
        shutil.copyfile(path, target)
    git = ["git", "-C", str(folder.parent), "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    models = folder / "models.yaml"
    models.write_text(
        models.read_text(encoding="utf-8").replace("kling-v3: {", "kling-v3: {until: '2026-09-20', "), encoding="utf-8"
    )
    (tmp_path / "old.json").write_text(json.dumps(ruled(_SPEC)))
    for old in ("HEAD", str(tmp_path / "old.json"), str(home())):
        code, said = _asked(old, "today", "--spec", str(folder), "--format", "json", "--fail-on", "breaking")
        changes = json.loads(said)["changes"]
        assert code == 1
        assert "value text_to_video.Create.model_name kling-v3" in {one["touches"] for one in changes}
    assert _asked(f"HEAD@{BASELINE}", BASELINE, "--spec", str(folder), "--fail-on", "risky")[0] == 1  # an end is announced
