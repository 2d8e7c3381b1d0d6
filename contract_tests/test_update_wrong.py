"""What `kling-spec` and `make update` do with wrong input, and with what they cannot write themselves."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from reference_pages import markdown, parts
from test_update import copy
from typer.testing import CliRunner

from kling_codegen.update import Finished, Stopped, Update, audit, compare
from kling_spec.as_of import checked_date
from kling_spec.audit.detect import files, read_file
from kling_spec.audit.facts import SpecView
from kling_spec.audit.page import PageUnread
from kling_spec.cli import app
from kling_spec.console import guarded
from kling_spec.diff.ruling import is_vacuous
from kling_spec.errors import SpecError
from kling_spec.load import Spec
from kling_spec.new import new_family

__all__ = ["copy"]  # a fixture

_VALUE = ("`16:9`, `9:16`, `1:1` |", "`16:9`, `9:16`, `1:1`, `4:3` |")
_FIELD = ("| `camera_control.config` |", "| `camera_control.ease` | float | No | - | - | A pace |\n| `camera_control.config` |")
_SHARED = (
    "| `watermark_info.enabled`",
    "| `watermark_info.label` | string | No | - | - | A text |\n| `watermark_info.enabled`",
)


def _page(update: Update, spec: Spec, *changes: tuple[str, str]) -> None:
    text = markdown("Text to Video", parts(SpecView(spec), "text_to_video"))
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    page = update.root / "page.md"
    page.write_text(text, encoding="utf-8")
    update.pages, update.apply = [page], True


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-13-01", "2026-00-10", "2026-1-1", "20260101", "2026-W01-1", "１９９９-01-01", "today", ""]
)
def test_a_day_that_is_none_is_refused(text: str) -> None:
    """A day of no calendar would be another API without a word."""
    with pytest.raises(SpecError, match="is not a date"):
        checked_date(text)
    assert checked_date("2028-02-29") == "2028-02-29"


def test_a_folder_without_pages_is_told(tmp_path: Path) -> None:
    """A nightly job that looks into the wrong folder must not be green."""
    (tmp_path / "page.pdf").write_bytes(b"%PDF")
    with pytest.raises(PageUnread, match="expected pages in this folder"):
        list(files([tmp_path]))
    assert isinstance(CliRunner().invoke(app, ["audit", str(tmp_path)]).exception, PageUnread)


@pytest.mark.parametrize("name", ["class", "import", "lambda", "nonlocal", "True"])
def test_a_word_of_python_names_no_family(name: str, tmp_path: Path) -> None:
    """A family is an attribute of the client."""
    (tmp_path / "families").mkdir()
    with pytest.raises(SpecError, match="cannot name a family"):
        new_family(name, tmp_path, "2026-03")


_HEAD = "# Text to Video\n\n## Create Task\n\n- Method: `POST`\n- Path: `/v1/videos/text2video`\n\n"


@pytest.mark.parametrize(
    "text",
    ["[" * 300_000, _HEAD + "[" * 300_000, _HEAD + "[a](" * 100_000, _HEAD + '```json\n{"data": ' + '{"a":' * 100_000],
    ids=["lists", "brackets", "links", "reply"],
)
def test_a_hostile_page_is_read_or_refused_soon(text: str, tmp_path: Path) -> None:
    """Nothing in a page takes time with its square, or ends in anything but a page or one line."""
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    begin = time.process_time()
    with suppress(PageUnread):
        read_file(page)
    assert time.process_time() - begin < 5


def test_an_error_is_told_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets in a file's name, or in what was found in it, are no commands to the terminal."""

    def fails() -> None:
        raise SpecError("[/x] and [bold]parts[/]: no such file")

    with pytest.raises(SystemExit) as ended:
        guarded(fails, SpecError)
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error [/x] and [bold]parts[/]: no such file\n"


def test_what_families_share_is_left_and_told(copy: Update, spec: Spec, capsys: pytest.CaptureFixture[str]) -> None:
    """What apply does not write is not promised; where all is left, an update stops there and says so."""
    _page(copy, spec, _SHARED)
    with pytest.raises(Stopped, match="by the list above"):
        audit(copy)
    said = capsys.readouterr().out
    assert "to do: shared/task.yaml" in said
    assert "--apply" not in said
    _page(copy, spec, _SHARED, _VALUE)
    assert audit(copy) == "the mechanical part is written"
    assert copy.told == ["1 to do by hand: step 1 lists them"]
    said = capsys.readouterr().out
    assert "2 differences (1 that --apply can write)" in said
    assert said.count("(--apply does)") == 1
    assert "to do: shared/task.yaml" in said


def test_what_is_not_in_force_yet_is_told(copy: Update, spec: Spec) -> None:
    """An update with a date after the day of the spec says why nothing changes."""
    copy.seen = "2099-01-01"
    _page(copy, spec, _FIELD)
    audit(copy)
    with pytest.raises(Finished, match=r"nothing to release\n.*not in force yet.*move version in spec/head\.yaml"):
        compare(copy)


@pytest.mark.parametrize(
    ("when", "vacuous"),
    [
        ({"model_name": {"not": ["new"]}}, True),
        ({"model_name": ["a", "b"]}, True),
        ({"model_name": {"not": ["new"]}, "mode": ["std"]}, False),
        ({"model_name": {"not": ["new", "a"]}}, False),
        ({"model_name": ["a", "new"]}, False),
        ({"model_name": {"given": True}}, False),
    ],
    ids=str,
)
def test_a_rule_about_a_new_model_alone_breaks_nobody(when: dict[str, Any], vacuous: bool) -> None:
    """A model that comes with a rule of its own is no major change: no earlier request names it."""
    old, new = (
        {"properties": {"model_name": {"enum": one, "default": "a"}, "mode": {"enum": ["std", "pro"]}, "voice": {}}}
        for one in (["a", "b"], ["a", "b", "new"])
    )
    assert is_vacuous({"id": "x", "kind": "only_with", "field": "voice", "when": when}, old, new) is vacuous
