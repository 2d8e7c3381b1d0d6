"""The site takes every page there is, its links are checked, and it asks nothing of the network."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kling_site.build import build
from kling_site.errors import SiteBroken
from kling_site.links import check
from kling_site.sources import SECTIONS, lay_out
from kling_site.vendor import vendor_page
from kling_spec.load import Spec, home
from kling_spec.yaml_json import read

_ROOT = home().parent
_ENTRIES: list[dict[str, Any]] = read(home() / "changelog.yaml")["entries"]
_SMALL = {
    "README.md": "# Boats\n\nSee [sailing](docs/guides/sail.md#the-wind), [the rest](docs/guides/) and [a file](data.txt).\n",
    "docs/guides/sail.md": "# Sail\n\n[Home](../../README.md)\n\n## The wind\n\n```python\nx = [y](README.md)\n```\n",
    "docs/guides/row.md": "# Row\n\n[Rest](sail.md)\n",
    "docs/guides/anchor.md": "# Anchor\n",
    "data.txt": "boats\n",
}


def _checkout(folder: Path, pages: Mapping[str, str]) -> Path:
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a small checkout."""
    folder = tmp_path_factory.mktemp("built")
    build(_checkout(folder / "checkout", _SMALL), folder / "site")
    return folder / "site"


def test_a_small_site_is_whole(built: Path) -> None:
    """The README is the first page, links between pages hold, a list stands for a folder, and linked files come along."""
    home_page = (built / "index.html").read_text(encoding="utf-8")
    for link in ("docs/guides/sail.html#the-wind", "docs/guides/index.html", "data.txt"):
        assert link in home_page
    assert 'href="../../index.html"' in (built / "docs/guides/sail.html").read_text(encoding="utf-8")
    assert "[y](README.md)" in _words(built / "docs/guides/sail.html")
    found = check(built)
    assert found.wrong == []
    assert found.links > 40


def _words(page: Path) -> str:
    return re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))


def test_search_needs_no_server(built: Path) -> None:
    """The search index is a script beside the pages, so that a browser may read it from a file."""
    assert (built / "searchindex.js").read_text(encoding="utf-8").startswith("Search.setIndex(")
    assert "searchindex.js" in (built / "search.html").read_text(encoding="utf-8")


_ROW = "docs/guides/row"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[x](nowhere.md) [x](sail.md#the-tide) [x](#ebb) [x](../there/)", [f"{_ROW}.md:3", "nowhere.md", "the-tide", "ebb", "there"]),
        (
            "![x](https://example.com/x.png) <a href='there.html'>x</a> <script src='//example.com/x.js'></script>",
            [f"{_ROW}.html: loads https://example.com/x.png", "there.html leads to no file", "loads //example.com/x.js"],
        ),
    ],
    ids=["Markdown", "HTML"],
)  # fmt: skip
def test_a_broken_page_stops_the_build(tmp_path: Path, text: str, said: list[str]) -> None:
    """A link to no page, no anchor or no file, and a load from elsewhere, are told by page; the site there was stays."""
    checkout = _checkout(tmp_path / "checkout", {**_SMALL, f"{_ROW}.md": f"# Row\n\n{text}\n"})
    before = _checkout(tmp_path / "site", {"searchindex.js": "", "old.html": "old"})
    with pytest.raises(SiteBroken) as told:
        build(checkout, before)
    assert [one for one in said if one not in str(told.value)] == []
    assert (before / "old.html").read_text() == "old"


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    """A folder that holds other files is not taken for an old site."""
    out = _checkout(tmp_path / "out", {"thesis.txt": "years of work"})
    with pytest.raises(SiteBroken, match="not a site"):
        build(_checkout(tmp_path / "checkout", _SMALL), out)
    assert (out / "thesis.txt").is_file()


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("a.html", "<img srcset='b.png 1x, https://example.com/b.png 2x'>", ["b.png leads to no file", "loads https://example.com/b.png"]),
        ("a.html", "<link rel='stylesheet' href='https://example.com/a.css'>", ["loads https://example.com/a.css"]),
        ("a.html", "<link rel='canonical' href='https://example.com/'><a href='https://example.com/'>x</a>", []),
        ("a.html", "<p id='b'></p><a href='#b'>x</a><a href='?q=1#c'>x</a>", ["?q=1#c leads to no anchor of a.html"]),
        ("a.html", "<p style='background: url(//example.com/x.png)'></p>", ["loads //example.com/x.png"]),
        ("a.html", "<a href='mailto:x@example.com'>x</a><img src='data:image/png;base64,AA=='>", []),
        ("a.css", "@import 'https://example.com/a.css'; b { background: url(c.png) }", ["loads https://example.com/a.css", "c.png leads to no file"]),
        ("a.js", "fetch('https://example.com/x'); import(`//cdn.example.com/y`)", ["loads https://example.com/x", "loads //cdn.example.com/y"]),
        ("a.js", "new WebSocket(\"wss://example.com/x\")", ["loads wss://example.com/x"]),
        ("a.js", "/* https://example.com */ x.createElementNS('http://www.w3.org/2000/svg', 'g')", []),
    ],
)  # fmt: skip
def test_what_the_check_of_a_site_finds(tmp_path: Path, name: str, text: str, wrong: list[str]) -> None:
    """Dead ends and loads from elsewhere in HTML, CSS and JavaScript are found; what only leads elsewhere is let be."""
    _checkout(tmp_path, {name: text})
    assert [one.partition(": ")[2] for one in check(tmp_path).wrong] == wrong


def test_every_page_of_this_checkout_is_in_the_contents(tmp_path: Path) -> None:
    """Each guide, decision and page of the reference is staged and stands in the contents of the home page."""
    lay_out(_ROOT, tmp_path, {"spec/changelog.md": "# The vendor's changelog\n"})
    wanted = {path.relative_to(_ROOT).as_posix() for globs in SECTIONS.values() for glob in globs for path in _ROOT.glob(glob)}
    contents = (tmp_path / "index.md").read_text(encoding="utf-8").splitlines()
    assert wanted > {"CHANGELOG.md", "generated/COVERAGE.md"}
    assert {name for name in wanted if name not in contents or not (tmp_path / name).is_file()} == set()
    assert len(wanted) > 30


def test_the_vendors_changelog_is_whole(spec: Spec) -> None:
    """Every entry stands on the page under its day, and every element with its name or value."""
    page = vendor_page(spec, _ENTRIES, set())
    assert page.count("\n- **") == len(_ENTRIES)
    for entry in _ENTRIES:
        part = page.partition(f"### {entry['date']}\n")[2].partition("\n### ")[0]
        said = [
            element.split(" ")[-1].rpartition(".")[2]
            for element in entry["touches"]
            if element.split(" ")[0] not in ("price", "family")
        ]
        assert [one for one in said if one not in part] == []


def test_entries_lead_to_the_pages_of_families(spec: Spec) -> None:
    """A family with a page is linked to, its operations to their headings; one without a page is only named."""
    entry = {
        "date": "2026-01-01",
        "gist": "A <b> and *c*.",
        "kind": "enum",
        "touches": [
            "operation text_to_video.create",
            "value text_to_video.Create.mode 4k",
            "rule t2v-models",
            "price lip_sync",
        ],
    }
    page = vendor_page(spec, [entry], {"text_to_video"})
    family = "../generated/reference/text_to_video.md"
    assert f"- [text_to_video]({family}): [`create()`]({family}#create), `Create.mode` `4k`, rule `t2v-models`\n" in page
    assert "\n  - lip_sync: prices\n" in page
    assert r"A \<b> and \*c\*." in page
