"""Hand-written classes beside the generated ones: which there are, and what they name that is gone.

`kling/_patch/<family>.py` may define `AsyncX`, `X` or both, each derived from the generated class of that name; the client
then has these. The modules are read, never imported.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from .files import HAND_WRITTEN, Files
from .names import class_name
from .pytext import Modules, owned, stored

Trees = dict[str, ast.Module]
"""Hand-written modules by their path below the folder of the client: kling/_patch/text_to_video.py."""


class PatchUnreadable(Exception):
    """A hand-written module is no Python."""


def read(folder: Path) -> Trees:
    """Return the hand-written modules of a generated client. Raises `PatchUnreadable`."""
    paths = sorted((folder / HAND_WRITTEN).rglob("*.py"))
    return {(name := path.relative_to(folder).as_posix()): _parsed(path, name) for path in paths}


def _parsed(path: Path, name: str) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise PatchUnreadable(f"{name}:{error.lineno}: {error.msg}") from error


def classes(trees: Trees) -> dict[str, set[str]]:
    """Return the names of the classes in each module: {"text_to_video": {"AsyncTextToVideo", "TextToVideo"}}."""
    return {_family(name): {one.name for one in tree.body if isinstance(one, ast.ClassDef)} for name, tree in trees.items()}


def findings(trees: Trees, files: Files) -> Iterator[str]:
    """Yield what hand-written modules name that these generated files do not have: file, line, name and the nearest one."""
    client = Modules({name: ast.parse(text) for name, text in files.items() if name.endswith(".py")} | trees)
    families = {Path(name).stem for name in files if name.startswith("kling/_async/families/")} - {"__init__"}
    for path, tree in trees.items():
        yield from _imports(path, tree, client)
        name = _family(path)
        if name in families:
            yield from _family_module(path, name, tree, client)
        elif not name.startswith("_") and "/" not in name:
            yield f"{path}: there is no family {name}{near(name, families)}"


def _family(path: str) -> str:
    """Return the family that a module is of; what begins with an underscore, or lies deeper, is of none."""
    return path.removeprefix(f"{HAND_WRITTEN}/").removesuffix(".py")


def _imports(path: str, tree: ast.Module, client: Modules) -> Iterator[str]:
    """Yield what is imported of the client, or taken from a module of it, and is not there."""
    origins, shadowed = client.origins(path), stored(tree)
    wrong = [f"{path}:{line}: {problem}" for line, dotted in client.imported(path) for problem in _missing(dotted, client)]
    yield from dict.fromkeys(wrong)  # a module that is gone is told once, however many names are taken from it
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id not in shadowed:
            origin = origins.get(node.value.id, "")
            if origin in client:
                yield from (f"{path}:{node.lineno}: {problem}" for problem in _missing(f"{origin}.{node.attr}", client))


def _missing(dotted: str, client: Modules) -> Iterator[str]:
    module, _, name = dotted.rpartition(".")
    if dotted in client or module.partition(".")[0] != "kling":
        return
    if module not in client:
        yield f"there is no module {module}{near(module, client)}"
    elif name != "*" and name not in client.names(module):
        yield f"{module} has no {name}{near(name, client.names(module))}"


def _family_module(path: str, family: str, tree: ast.Module, client: Modules) -> Iterator[str]:
    own = {one.name: one for one in tree.body if isinstance(one, ast.ClassDef)}
    wanted = {f"{half}{class_name(family)}": place for half, place in (("Async", "_async"), ("", "_sync"))}
    if not own.keys() & wanted:
        hint = next(filter(None, (near(name, wanted) for name in own)), "")
        yield f"{path}: it has neither {' nor '.join(wanted)}{hint}, so the client does not use it"
    for name, place in wanted.items():
        if name not in own:
            continue
        generated = f"kling.{place}.families.{family}.{name}"
        if generated not in client.ancestors(f"kling._patch.{family}.{name}"):
            yield f"{path}:{own[name].lineno}: {name} does not derive from {generated}"
        else:
            yield from (f"{path}:{line}: {name}: {problem}" for line, problem in _class(own[name], path, client))


def _class(node: ast.ClassDef, path: str, client: Modules) -> Iterator[tuple[int, str]]:
    """Yield line and words of each name that the bases of a class do not have, or have where the class does not know of it."""
    bases = client.inherited(path, node)
    if bases is None:
        return  # it derives from a class of elsewhere, whose names are not known
    for method in node.body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _method(method, bases)
    for line, name in _used(node, "super()"):
        if name not in bases:
            yield line, f"super() has no {name}{near(name, bases)}"
    mine = bases | owned(node)
    for line, name in _used(node, "self"):
        if name not in mine:
            yield line, f"it has no {name}{near(name, mine)}"


def _method(method: ast.FunctionDef | ast.AsyncFunctionDef, bases: set[str]) -> Iterator[tuple[int, str]]:
    said = {ast.unparse(one).rpartition(".")[2] for one in method.decorator_list}
    if "override" in said and method.name not in bases:
        yield method.lineno, f"{method.name} is marked @override, and there is none to replace{near(method.name, bases)}"
    if "override" not in said and method.name in bases and not method.name.startswith("__"):
        yield method.lineno, f"{method.name} replaces a generated one: mark it @override, or give it another name"


def _used(node: ast.ClassDef, of: str) -> Iterator[tuple[int, str]]:
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Load) and ast.unparse(one.value) == of:
            yield one.lineno, one.attr


def near(name: str, known: Iterable[str] | Mapping[str, object]) -> str:
    """Return the known name that was probably meant, as words."""
    found = get_close_matches(name, known, n=1, cutoff=0.6)
    return f" (did you mean {found[0]}?)" if found else ""
