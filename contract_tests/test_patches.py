"""Hand-written classes stand in for generated ones, survive every generation, and are told what they name that is gone."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kling_codegen import patches
from kling_codegen.cli import app
from kling_spec.load import home

_GUIDE = (Path(__file__).parent.parent / "docs" / "guides" / "update.md").read_text(encoding="utf-8")
_PATCH = next(one for one in re.findall(r"```python\n(.*?)```", _GUIDE, re.DOTALL) if one.startswith("# kling/_patch/"))
_HOME = "kling/_patch/text_to_video.py"
_STORY = """
import asyncio, inspect, sys
import httpx2
import kling
assert "kling._patch.text_to_video" not in sys.modules
sent = []

def answer(request):
    sent.append((request.method, request.url.query.decode(), request.content.decode()))
    task = {"task_id": "1", "task_status": "submitted", "created_at": 1, "updated_at": 1}
    data = [task] if request.method == "GET" else task
    return httpx2.Response(200, json={"code": 0, "message": "", "request_id": "r", "data": data})

plain = kling.Kling(api_key="k", max_retries=0, transport=httpx2.MockTransport(answer))
client = plain.with_options(timeout=5)
assert client.text_to_video.draft("A paper boat").task_id == "1"
assert client.text_to_video.with_options(timeout=7).draft("A paper boat").task_id == "1"
assert [one.task_id for one in client.text_to_video.page()] == ["1"]
assert client.text_to_video.with_raw_response.create(model_name="kling-v3", prompt="A boat").status == 200
assert client.check(client.text_to_video.draft, "") and not client.check(client.text_to_video.draft, "A boat")
assert client.estimate(client.text_to_video.draft, "A boat") > 0
assert type(client.text_to_video).__module__ == "kling._patch.text_to_video"

async def story():
    async with kling.AsyncKling(api_key="k", max_retries=0, transport=httpx2.MockTransport(answer)) as client:
        await client.warm()
        assert (await client.text_to_video.draft("A paper boat")).task_id == "1"
        assert [one.task_id for one in await client.text_to_video.page()] == ["1"]

sync, sent = sent, []
asyncio.run(story())
draft, _, page, _ = sync
assert sent == [draft, page], sent
assert page[1] == "pageNum=1&pageSize=500", page
print("ok")
"""


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spec of one family."""
    folder = tmp_path_factory.mktemp("spec")
    others = [path.name for path in (home() / "families").iterdir() if path.stem != "text_to_video"]
    shutil.copytree(home(), folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", *others), dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def made(spec: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A client without hand-written modules."""
    folder = tmp_path_factory.mktemp("client")
    assert _codegen(spec, folder).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def generated(made: Path) -> dict[str, str]:
    """The modules of it, by their paths."""
    return _texts(made)


@pytest.fixture
def client(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(made, tmp_path / "client"))


def _codegen(spec: Path, folder: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["--spec", str(spec), "--out", str(folder), *more])


def _patch(folder: Path, text: str, name: str = _HOME) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def _findings(modules: dict[str, str], generated: dict[str, str]) -> list[str]:
    return list(patches.findings({name: ast.parse(text) for name, text in modules.items()}, generated))


def _texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.py")}


def test_the_patch_of_the_guide_works(spec: Path, client: Path) -> None:
    """An added and a replaced method are there on both halves, loaded with the family and not before; helpers may stand beside."""
    _patch(client, _PATCH)
    _patch(client, "def fold() -> None: ...\n", "kling/_patch/_paper.py")
    before = _texts(client)
    done = _codegen(spec, client)
    assert done.output.startswith("kling/_async/client.py\nkling/_sync/client.py\n2 of ")
    after = _texts(client)
    assert {name for name in after if before.get(name) != after[name]} == {"kling/_async/client.py", "kling/_sync/client.py"}
    paths = [str(client), str(Path(__file__).parent)]
    code = f"import sys; sys.path[:0] = {paths!r}\n{_STORY}"
    told = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert told.stdout == "ok\n", told.stderr


def test_the_editor_sees_the_patched_class(spec: Path, client: Path, made: Path) -> None:
    """The property of each patched half is annotated with the hand-written class; nothing else of the client differs."""
    _patch(client, _PATCH)
    _codegen(spec, client)
    for half, name in (("async", "AsyncTextToVideo"), ("sync", "TextToVideo")):
        path = f"kling/_{half}/client.py"
        generated = (made / path).read_text("utf-8")
        patched = (client / path).read_text("utf-8")
        assert patched.count(f"from kling._patch.text_to_video import {name}\n") == 2  # for the editor, and for the call
        assert f'def text_to_video(self) -> "{name}":' in patched
        assert "".join(sorted(patched.replace("kling._patch.", ".families."))) == "".join(sorted(generated))


def test_one_half_may_be_patched(spec: Path, client: Path, made: Path) -> None:
    """Where only one class is there, the other half stays as generated."""
    start = _PATCH.index("class TextToVideo(")
    _patch(client, _PATCH[:start])
    assert _codegen(spec, client).output.startswith("kling/_async/client.py\n1 of ")
    assert (client / "kling/_sync/client.py").read_text("utf-8") == (made / "kling/_sync/client.py").read_text("utf-8")


def test_a_patch_survives(spec: Path, client: Path) -> None:
    """Generating and checking neither touch nor tell it; without it, the client is the plain one again."""
    _patch(client, _PATCH)
    assert _codegen(spec, client, "--check").exit_code == 1  # the client does not name it yet
    _codegen(spec, client)
    left_over = client / "kling" / "left_over.py"
    left_over.write_text("x = 1\n", encoding="utf-8")
    assert "left_over" in _codegen(spec, client, "--check").output
    _codegen(spec, client)
    found = _codegen(spec, client, "--check")
    assert (found.exit_code, "0 of " in found.output, "kling/_patch" in found.output) == (0, True, False)
    assert (client / _HOME).read_text("utf-8") == _PATCH
    assert not left_over.exists()
    (client / _HOME).unlink()
    assert _codegen(spec, client, "--check").exit_code == 1


_GONE = [
    ("async def page", "async def pagee", r"AsyncTextToVideo: pagee is marked @override.*none to replace \(did you mean pages?\?\)"),
    ("    @override\n    def page", "    def page", r"TextToVideo: page replaces a generated one: mark it @override"),
    ("await self.create(", "await self.creates(", r"AsyncTextToVideo: it has no creates \(did you mean create\?\)"),
    ("return super().page(", "return super().paje(", r"TextToVideo: super\(\) has no paje \(did you mean pages?\?\)"),
    ("TaskCreated, VideoTask\n", "TaskCreated, VideoTusk as VideoTask\n", r"kling\.types\.shared has no VideoTusk \(did you mean VideoTask\?\)"),
    ("import CallOptions", "import CalOptions as CallOptions", r"kling has no CalOptions \(did you mean CallOptions\?\)"),
    ("from kling.types.shared", "from kling.types.shard", r"there is no module kling\.types\.shard \(did you mean kling\.types\.shared\?\)"),
    ("class TextToVideo(Generated)", "class TextToVideo", r"TextToVideo does not derive from kling\._sync\.families\.text_to_video\.TextToVideo"),
    ("kling._sync.families.text_to_video", "kling._async.families.text_to_video", r"kling\._async\.families\.text_to_video has no TextToVideo \(did you mean AsyncTextToVideo\?\)"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "becomes", "told"), _GONE, ids=lambda text: text[:30])
def test_a_name_that_is_gone_is_told(generated: dict[str, str], was: str, becomes: str, told: str) -> None:
    """File, line, class, name and the nearest name are told first; what follows from it may come behind."""
    line = _PATCH[: _PATCH.index(was)].count("\n") + 1
    found, *more = _findings({_HOME: _PATCH.replace(was, becomes, 1)}, generated)
    assert re.match(re.escape(f"{_HOME}:{line}: ") + told, found), found
    assert all("does not derive" in one for one in more)


def test_a_check_fails_for_what_is_gone(spec: Path, client: Path) -> None:
    """Each run tells it; generating goes on, a check ends with 1."""
    _patch(client, _PATCH.replace("await self.create(", "await self.creates("))
    for more, code in ([], 0), (["--check"], 1):
        done = _codegen(spec, client, *more)
        assert (done.exit_code, "AsyncTextToVideo: it has no creates (did you mean create?)" in done.output) == (code, True)
    assert "0 of " in done.output


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("text_to_vide.py", _PATCH, "there is no family text_to_vide (did you mean text_to_video?)"),
        ("text_to_video.py", "class TextToVideos: ...\n", "it has neither AsyncTextToVideo nor TextToVideo (did you mean TextToVideo?)"),
        ("_paper.py", "from kling import types\nx = types.shred\n", "_paper.py:2: kling.types has no shred (did you mean shared?)"),
        ("_paper.py", "from .text_to_vid import x\n", "_paper.py:1: there is no module kling._patch.text_to_vid"),
    ],
)  # fmt: skip
def test_a_module_that_fits_nothing_is_told(generated: dict[str, str], name: str, text: str, told: str) -> None:
    """A module of no family, one without the classes, and helpers that import what is gone."""
    (found,) = _findings({f"kling/_patch/{name}": text}, generated)
    assert told in found


def test_what_cannot_be_known_is_not_told(generated: dict[str, str]) -> None:
    """Names of bases from elsewhere, of shared bases, of one's own attributes and of shadowing variables give no finding."""
    shared = "class Words:\n    language = 'en'\n\n    def say(self) -> str: ...\n"
    text = _PATCH.replace("(Generated)", "(Words, Generated)").replace("(AsyncGenerated)", "(Thing, AsyncGenerated)")
    text = text.replace("await self.create(", "await self.anything(").replace("    def draft", "    told = ''\n\n    def draft")
    text += "\n    def more(self, CallOptions: str) -> str:\n        self.mine = self.say() + self.language + self.told\n"
    text += "        return self.mine + CallOptions.strip()\n"
    text = text.replace("import CallOptions\n", "import CallOptions\nfrom thing import Thing\nfrom ._words import Words\n")
    assert _findings({_HOME: text, "kling/_patch/_words.py": shared}, generated) == []


def test_a_patch_that_is_no_python_stops_the_generator(spec: Path, client: Path) -> None:
    """Nothing is written, and the line is told."""
    _patch(client, "class TextToVideo:\n    def\n")
    with pytest.raises(patches.PatchUnreadable, match=r"kling/_patch/text_to_video\.py:2: invalid syntax"):
        patches.read(client)
    assert isinstance(_codegen(spec, client).exception, patches.PatchUnreadable)
