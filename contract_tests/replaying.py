"""Plays entries of the vendor's changelog again: the spec before an entry, the spec with it, and what differs.

A case is a file of `replay/`. The spec with the entry is today's YAML; the spec before it is the same YAML with the edits of
the entry undone, made in a copy. Both are read as of the day of the entry and hold one family only, which is enough and quick.

    entry    the day of the entry, as spec/changelog.yaml has it
    family   the family that is generated and asked
    dated    whether the YAML carries the dates of the entry, so that `--as-of` the day before tells the same
    beside   another family that is there too, where the one is new
    why      why another file than the family's was edited too, where one was
    undo     by file: at (a place), drop (what is taken out there) or put (what stood there before); or gone: true
    unmoved  why the client stays as it is, where it does
    requests what the mock answers before and after: a code, or with `tells` whether the task tells that field
    unproven why the mock has nothing to enforce, where it has not
    verdict  what the client's next version must raise

`python -m replaying` writes the accepted changes of the client anew; look at each changed line before you keep it.
"""

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jwt
from conftest import bench
from replay_changes import told

from kling_codegen.render import generate
from kling_codegen.tables import table
from kling_spec.bundle import plain, ruled
from kling_spec.document import Document, Operation, operations
from kling_spec.load import Spec, home, load
from kling_spec.yaml_json import read

_FOLDER = Path(__file__).parent / "replay"


@dataclass(frozen=True)
class Case:
    """One entry of the changelog, as a case."""

    name: str
    said: Mapping[str, Any]  # what its file says

    @property
    def day(self) -> str:
        return str(self.said["entry"])

    @property
    def family(self) -> str:
        return str(self.said["family"])

    @property
    def expected(self) -> Path:
        """Return the file with the accepted changes of the client."""
        return _FOLDER / f"{self.name}.diff"


def cases() -> list[Case]:
    """Return the cases in order of their names, which begin with the day."""
    return [Case(path.stem, read(path)) for path in sorted(_FOLDER.glob("*.yaml"))]


@cache
def _spec(name: str, *, is_before: bool) -> Spec:
    case = next(one for one in cases() if one.name == name)
    with TemporaryDirectory() as folder:
        _copy(Path(folder), {case.family, case.said.get("beside")})
        for file, edits in case.said["undo"].items() if is_before else ():
            _undo(Path(folder) / file, edits)
        return load(Path(folder))


def before(case: Case) -> Spec:
    """Return the spec without the entry, of the one family."""
    return _spec(case.name, is_before=True)


def after(case: Case) -> Spec:
    """Return the spec with the entry, of the one family."""
    return _spec(case.name, is_before=False)


def _copy(target: Path, families: set[str | None]) -> None:
    for path in home().rglob("*.yaml"):
        if path.parent.name != "families" or path.stem in families:
            (target / path.relative_to(home())).parent.mkdir(exist_ok=True)
            shutil.copyfile(path, target / path.relative_to(home()))


def _undo(path: Path, edits: Any) -> None:
    if edits == {"gone": True}:
        path.unlink()
        return
    data = read(path)
    for edit in edits:
        _edit(data, edit)
    path.write_text(json.dumps(data), encoding="utf-8")


def _edit(data: Any, edit: Mapping[str, Any]) -> None:
    """Take out or put back; a place that is not there is an error, so that no edit is idle."""
    for step in edit["at"]:
        data = data[_key(data, step)]
    for one in edit.get("drop", ()):
        del data[_key(data, one)]
    for key, value in edit.get("put", {}).items():
        if data.get(key) == value:
            raise ValueError(f"{edit['at']}: {key} is {value} already")
        data[key] = value


def _key(node: Any, step: Any) -> Any:
    """Return where a step leads: a key; in a list the place of what equals the step, or holds all that it holds."""
    if isinstance(node, dict):
        return step
    return next(index for index, one in enumerate(node) if _holds(one, step))


def _holds(whole: Any, part: Any) -> bool:
    if isinstance(part, Mapping) and isinstance(whole, Mapping):
        return all(key in whole and _holds(whole[key], one) for key, one in part.items())
    return bool(whole == part)


def client_changes(case: Case) -> str:
    """Return what differs in the generated client; the sync half, which follows from the other, is left out."""
    made = [generate(spec, case.day) for spec in (before(case), after(case))]
    old, new = ({name[6:]: text for name, text in files.items() if _is_told(name)} for files in made)
    return told(old, new)


def _is_told(name: str) -> bool:
    return name.startswith("kling/") and not name.startswith("kling/_sync/")


def law(spec: Spec, day: str, family: str) -> Any:
    """Return the client's table of a family as of a day: shape and rules of each request, without dates and words."""
    return _undated(json.loads(table(plain(spec, day), family)))


def _undated(node: Any) -> Any:
    if isinstance(node, list):
        return [_undated(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {key: _undated(one) for key, one in node.items() if key not in _DATES}


_DATES = ("x-kling-values", "x-kling-since", "x-kling-until", "ends")


def answers(case: Case, spec: Spec) -> Iterator[Any]:
    """Yield what the mock of a spec answers to each request of a case."""
    bundle, known = ruled(spec, case.day), {one.id: one for one in operations(plain(after(case), case.day))}
    for request in case.said.get("requests", ()):
        yield _answer(bundle, known[request["call"]], request)


def _answer(bundle: Document, operation: Operation, request: Mapping[str, Any]) -> Any:
    """Return the code of the answer, or whether the task tells a field once it has ended."""
    mock = bench(bundle)
    settings = mock.world.settings
    now = int(time.time())
    signed = jwt.encode({"iss": settings.access_key, "exp": now + 1800, "nbf": now - 5}, settings.secret_key, "HS256")
    token = settings.api_key if request.get("login") == "ApiKey" else signed
    headers = {"authorization": f"Bearer {token}"}
    with mock.http() as http:
        answer = http.request(operation.verb, operation.path, json=request.get("body"), headers=headers).json()
        if "tells" not in request:
            return answer["code"]
        mock.world.advance(600)
        task = http.get(f"{operation.path}/{answer['data']['task_id']}", headers=headers).json()["data"]
        return request["tells"] in task


def accept() -> None:
    """Write what differs in the client of each case."""
    for case in cases():
        case.expected.unlink(missing_ok=True)
        if changed := client_changes(case):
            case.expected.write_text(changed, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    accept()
