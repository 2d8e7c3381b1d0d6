"""Pages are fetched politely from an index, watched by hash, and audited by command."""

import json
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import reference_pages as pages
from typer.testing import CliRunner, Result

from kling_spec.audit import fetch
from kling_spec.audit.facts import SpecView
from kling_spec.audit.fetch import Fetcher, FetchFailed, checked_url
from kling_spec.audit.known import read_known
from kling_spec.audit.watch import digest
from kling_spec.cli import app
from kling_spec.errors import SpecError
from kling_spec.load import home, load

_VIEW = SpecView(load())
_FAMILY = next(name for name in _VIEW.spec.families if len(pages.parts(_VIEW, name)) > 1)
_TITLE = str(_VIEW.spec.families[_FAMILY]["title"])
_PARTS = pages.parts(_VIEW, _FAMILY)
_GOOD = pages.markdown(_TITLE, _PARTS)
_ODD = pages.markdown(_TITLE, [*_PARTS, pages.Part("create", "POST", "/v1/videos/unheard-of")])


@dataclass
class Site:
    """A documentation server on loopback: pages by path, and what was asked of it."""

    pages: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    failing: list[int] = field(default_factory=list)  # statuses to answer first
    moved: dict[str, str] = field(default_factory=dict)
    tags: bool = True
    url: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        text = self.pages.get(request.path)
        tag = f'"{digest(text or "")[:8]}"'
        status = self.failing.pop(0) if self.failing else 301 if request.path in self.moved else 404 if text is None else 200
        if status == 200 and self.tags and request.headers.get("if-none-match") == tag:
            status = 304
        self.asked.append((request.path, status))
        self.headers.append({key.lower(): value for key, value in request.headers.items()})
        request.send_response(status)
        if status == 301:
            request.send_header("Location", self.moved[request.path])
        if self.tags:
            request.send_header("ETag", tag)
        request.send_header("Retry-After", "7")
        body = (text or "").encode() if status == 200 else b""
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


@pytest.fixture
def site() -> Iterator[Site]:
    """A site with an index of two pages, one of another host, and one page twice."""
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.answer(self)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    made.pages = {
        "/llms.txt": f"# Docs\n\n- [One](/docs/one.md): first\n- [Two]({made.url}/docs/two): second\n- [Away](https://example.com/x.md)\n- [Again](/docs/one.md#part)\n",
        "/docs/one.md": _GOOD,
        "/docs/two.md": "# News\n\n> Source: https://docs.example.com/news\n\nProse.\n",
    }
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Time:
    """A clock that moves when somebody waits."""

    now: float = 1_000_000.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def _fetcher(cache: Path, time: Time, pause: float = 0.5) -> Fetcher:
    return Fetcher(cache, clock=lambda: time.now, sleep=time.sleep, pause=pause)


def _all(fetcher: Fetcher, site: Site) -> dict[str, str]:
    return dict(fetcher.pages(f"{site.url}/llms.txt"))


def test_pages_are_fetched_one_at_a_time_and_only_once(site: Site, tmp_path: Path) -> None:
    """The index, then each page of the same host once, with a pause before each and a name in every request."""
    time = Time()
    found = _all(_fetcher(tmp_path, time), site)
    assert list(found) == [f"{site.url}/docs/one.md", f"{site.url}/docs/two.md"]
    assert found[f"{site.url}/docs/one.md"] == _GOOD
    assert [path for path, _ in site.asked] == ["/llms.txt", "/docs/one.md", "/docs/two.md"]
    assert time.waits == [0.5] * 3
    assert all(one["user-agent"].startswith("kling-toolkit/") for one in site.headers)


def test_what_has_not_moved_is_not_sent_again(site: Site, tmp_path: Path) -> None:
    """Within the hour nothing is asked; later each page is asked for by its tag, and only what moved is sent."""
    time = Time()
    first = _all(_fetcher(tmp_path, time), site)
    assert _all(_fetcher(tmp_path, time), site) == first
    assert len(site.asked) == 3
    time.now += 3600
    site.pages["/docs/two.md"] += "More.\n"
    second = _all(_fetcher(tmp_path, time), site)
    assert site.asked[3:] == [("/llms.txt", 304), ("/docs/one.md", 304), ("/docs/two.md", 200)]
    assert [first[one] == second[one] for one in first] == [True, False]


def test_a_run_that_broke_off_goes_on(site: Site, tmp_path: Path) -> None:
    """What was fetched before the failure is not asked for again."""
    time, gone = Time(), site.pages.pop("/docs/two.md")
    with pytest.raises(FetchFailed, match=r"two\.md: the server answered 404"):
        _all(_fetcher(tmp_path, time), site)
    site.pages["/docs/two.md"] = gone
    assert len(_all(_fetcher(tmp_path, time), site)) == 2
    assert site.asked[3:] == [("/docs/two.md", 200)]


def test_a_busy_server_is_waited_for(site: Site, tmp_path: Path) -> None:
    """As long as it asks, and not for ever."""
    time = Time()
    site.failing = [429, 503]
    _all(_fetcher(tmp_path, time, pause=0.0), site)
    assert [one for one in time.waits if one] == [7.0, 7.0]
    site.failing = [503, 503, 503]
    with pytest.raises(FetchFailed, match="503; what was fetched so far is kept"):
        _fetcher(tmp_path / "other", time).text(f"{site.url}/docs/one.md")


@pytest.mark.parametrize("url", ["http://docs.example.com/llms.txt", "file:///etc/hosts", "ftp://example.com/x", "llms.txt"])
def test_only_safe_addresses_are_fetched(url: str) -> None:
    """https everywhere, http on loopback alone."""
    with pytest.raises(FetchFailed, match="expected an address that begins with https://"):
        checked_url(url)


def test_a_redirect_is_checked_too(site: Site, tmp_path: Path) -> None:
    """It may lead on, but not off https, and not in circles."""
    site.moved = {"/a.md": "/docs/one.md", "/b.md": "http://docs.example.com/", "/c.md": "/c.md"}
    fetcher = _fetcher(tmp_path, Time())
    assert fetcher.text(f"{site.url}/a.md") == _GOOD
    with pytest.raises(FetchFailed, match="expected an address"):
        fetcher.text(f"{site.url}/b.md")
    with pytest.raises(FetchFailed, match="sent on more than"):
        fetcher.text(f"{site.url}/c.md")


def test_size_is_bounded(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page over the bound is refused, and so is an index without pages."""
    monkeypatch.setattr(fetch, "MOST_BYTES", 100)
    with pytest.raises(FetchFailed, match="larger than 100 bytes"):
        _fetcher(tmp_path, Time()).text(f"{site.url}/docs/one.md")
    with pytest.raises(FetchFailed, match="expected an index with links"):
        list(_fetcher(tmp_path, Time()).pages(f"{site.url}/docs/two.md"))


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def _folder(tmp_path: Path, **texts: str) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def test_the_command_tells_by_its_exit_code(tmp_path: Path) -> None:
    """0 without a difference, 1 with one, 2 when a page cannot be read, which does not hide the others."""
    assert _run("audit", _folder(tmp_path, good=_GOOD)).exit_code == 0
    odd = _run("audit", _folder(tmp_path, odd=_ODD))
    assert odd.exit_code == 1
    assert "POST /v1/videos/unheard-of" in odd.stdout
    mixed = _run("audit", _folder(tmp_path, letter="Dear reader."))
    assert mixed.exit_code == 2
    assert "not read: " in mixed.stdout
    assert "unheard-of" in mixed.stdout
    alone = _run("audit", tmp_path / "pages" / "letter.md")
    assert isinstance(alone.exception, SpecError)
    assert isinstance(_run("audit").exception, SpecError)


def test_the_report_has_three_forms(tmp_path: Path) -> None:
    """Text, JSON and Markdown tell the same differences with their place."""
    folder = _folder(tmp_path, odd=_ODD)
    told = json.loads(_run("audit", folder, "--json").stdout)
    assert [(one["kind"], one["field"]) for one in told["differences"]] == [
        ("endpoint-not-in-spec", "POST /v1/videos/unheard-of")
    ]
    assert told["pages"][0]["as_of"] == _VIEW.day
    assert "| `POST /v1/videos/unheard-of` |" in _run("audit", folder, "--markdown").stdout
    assert "[endpoint-not-in-spec]" in _run("audit", folder).stdout


def test_the_command_fetches(site: Site, tmp_path: Path) -> None:
    """--from reads the index and audits its pages; a second run asks for nothing."""
    for _ in range(2):
        assert _run("audit", "--from", f"{site.url}/llms.txt", "--cache", tmp_path, "--pause", 0).exit_code == 0
    assert len(site.asked) == 3


def test_watch_audits_what_moved(tmp_path: Path) -> None:
    """The first time everything is new; then nothing; white space is nothing; then the page that changed; then the one that went."""
    state = tmp_path / "state.json"
    folder = _folder(tmp_path, one=_GOOD, two=_GOOD)

    def watched(expected: int) -> str:
        result = _run("watch", folder, "--state", state)
        assert result.exit_code == expected, result.output
        return result.output

    assert watched(1).count("new: ") == 2
    assert "none moved" in watched(0)
    _folder(tmp_path, one=_GOOD.replace("\n", "\n\n"))
    watched(0)
    _folder(tmp_path, one=_ODD)
    told = watched(1)
    assert told.count("changed: ") == 1
    assert "unheard-of" in told
    watched(0)
    (folder / "two.md").unlink()
    assert "gone: " in watched(1)
    watched(0)
    _folder(tmp_path, three="A letter.")
    watched_error = _run("watch", folder, "--state", state)
    assert watched_error.exit_code != 0
    state.write_text("{}", encoding="utf-8")
    assert "delete the file" in str(_run("watch", folder, "--state", state).exception)


def _known(tmp_path: Path, entries: Sequence[dict[str, str]]) -> Path:
    folder = Path(shutil.copytree(home(), tmp_path / "spec", ignore=shutil.ignore_patterns("kling_spec"), dirs_exist_ok=True))
    (folder / "audit-known.yaml").write_text(json.dumps({"entries": list(entries)}), encoding="utf-8")
    return folder


def test_known_differences_are_explained_and_stale_entries_told(tmp_path: Path) -> None:
    """An entry takes its difference out of the count; one about the page that explains nothing is told; others are silent."""
    pages_folder = _folder(tmp_path, odd=_ODD)
    used = {"page": _TITLE, "kind": "endpoint-not-in-spec", "field": "POST /v1/*/unheard-of", "why": "Because."}
    stale = {"page": _TITLE, "kind": "default", "field": f"{_PARTS[0].title} x", "why": "Once."}
    other = {"page": "Another Page", "kind": "default", "field": "x", "why": "Elsewhere."}
    result = _run("audit", pages_folder, "--spec", _known(tmp_path, [used, stale, other]), "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert [one["why"] for one in told["explained"]] == ["Because."]
    assert [one["why"] for one in told["unused"]] == ["Once."]
    wrong = _run("audit", pages_folder, "--spec", _known(tmp_path, [{**used, "kind": "nonsense"}]))
    assert "entry 1: needs page, kind, field and why" in str(wrong.exception)


def test_apply_by_command(tmp_path: Path) -> None:
    """--apply writes a new value, after which the same page shows no difference."""
    family, part, row = next(
        (name, part, row)
        for name in _VIEW.spec.families
        for part in pages.parts(_VIEW, name)
        for row in part.body
        if row.enum and part.title == "create" and row.type == "string" and "." not in row.path and row.path != "model_name"
    )
    folder = _known(tmp_path, [])
    for path in folder.glob("families/*.yaml"):
        if path.stem != family:
            path.unlink()
    new = pages.changed(part, row.path, enum=(*row.enum, "brand_new"))
    all_of = [new if one.title == "create" else one for one in pages.parts(_VIEW, family)]
    page = tmp_path / "page.md"
    page.write_text(pages.markdown("Some Page", all_of), encoding="utf-8")
    first = _run("audit", page, "--spec", folder, "--apply")
    assert first.exit_code == 1
    assert "written: " in first.output
    found = [line for line in first.output.splitlines() if line.strip().startswith("lint: ")]
    assert [line for line in found if not line.endswith("[orphan]")] == []  # of the families that are not there
    assert _run("audit", page, "--spec", folder).exit_code == 0


def test_the_known_differences_name_what_there_is() -> None:
    """Every entry of the spec's own list names an operation or a family of the spec, or an endpoint."""
    ids = {one.id for one in _VIEW.operations.values()}
    for entry in read_known(home()):
        named = entry.field.partition(" ")[0]
        assert named in ids | set(_VIEW.spec.families) | {"GET", "POST", "*"}, entry
