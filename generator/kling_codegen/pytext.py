"""What Python modules define, read from their text: names, members of classes, where a name comes from."""

import ast
from collections.abc import Iterator

_KNOWN = {"typing.Generic", "typing.Protocol", "object"}
"""Bases that bring no names of their own that matter."""


class Modules:
    """Modules of one package, by their paths: kling/types/shared.py."""

    def __init__(self, trees: dict[str, ast.Module]) -> None:
        self._trees = {_dotted(path): tree for path, tree in trees.items()}
        self._packages = {_dotted(path) for path in trees if path.endswith("/__init__.py")}

    def __contains__(self, module: object) -> bool:
        return module in self._trees

    def __iter__(self) -> Iterator[str]:
        return iter(self._trees)

    def names(self, module: str) -> set[str]:
        """Return what can be imported from a module: what it binds, and the modules below it."""
        below = {one.removeprefix(f"{module}.").partition(".")[0] for one in self._trees if one.startswith(f"{module}.")}
        return below | set(_bound(self._trees[module].body))

    def imported(self, path: str) -> Iterator[tuple[int, str]]:
        """Yield line and full name of everything that a module imports."""
        for line, full, _ in self._imports(_dotted(path)):
            yield line, full

    def origins(self, path: str) -> dict[str, str]:
        """Return where the names come from that a module has imported: {"shared": "kling.types.shared"}."""
        return {name: full for _, full, name in self._imports(_dotted(path))}

    def inherited(self, path: str, node: ast.ClassDef) -> set[str] | None:
        """Return the names that a class has from its bases, None when one of them is not known."""
        found = set(dir(object))
        for base in self._bases(_dotted(path), node):
            names = self._members(base)
            if names is None:
                return None
            found |= names
        return found

    def ancestors(self, full: str) -> set[str]:
        """Return the full names of all classes that a class derives from, as far as they are known."""
        module, node = self._class(full)
        direct = set() if node is None else set(self._bases(module, node))
        return direct.union(*(self.ancestors(one) for one in direct))

    def _members(self, full: str) -> set[str] | None:
        if full in _KNOWN:
            return set()
        module, node = self._class(full)
        if node is None:
            return None
        found = owned(node)
        for base in self._bases(module, node):
            names = self._members(base)
            if names is None:
                return None
            found |= names
        return found

    def _class(self, full: str) -> tuple[str, ast.ClassDef | None]:
        module, _, name = full.rpartition(".")
        body = self._trees[module].body if module in self._trees else []
        return module, next((one for one in body if isinstance(one, ast.ClassDef) and one.name == name), None)

    def _bases(self, module: str, node: ast.ClassDef) -> list[str]:
        """Return the full names of the bases of a class, without what stands in brackets behind them."""
        origins = {name: full for _, full, name in self._imports(module)}
        here = {one.name: f"{module}.{one.name}" for one in self._trees[module].body if isinstance(one, ast.ClassDef)}
        found = []
        for base in node.bases:
            first, dot, rest = ast.unparse(base.value if isinstance(base, ast.Subscript) else base).partition(".")
            found.append({**here, **origins}.get(first, first) + dot + rest)
        return found

    def _imports(self, module: str) -> Iterator[tuple[int, str, str]]:
        """Yield line, full name and name here of each import."""
        for node in ast.walk(self._trees[module]):
            if isinstance(node, ast.ImportFrom):
                start = self._start(module, node)
                yield from ((node.lineno, f"{start}.{one.name}", one.asname or one.name) for one in node.names)
            elif isinstance(node, ast.Import):
                yield from ((node.lineno, one.name, one.asname) for one in node.names if one.asname)
                yield from ((node.lineno, one.name, one.name) for one in node.names if not one.asname)

    def _start(self, module: str, node: ast.ImportFrom) -> str:
        """Return the module that names are imported from, dots resolved."""
        if not node.level:
            return node.module or ""
        parts = module.split(".")
        up = node.level - (module in self._packages)
        return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])


def owned(node: ast.ClassDef) -> set[str]:
    """Return the names that a class defines itself, those that its methods give `self` among them."""
    given = {
        one.attr
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store) and ast.unparse(one.value) == "self"
    }
    return given | set(_bound(node.body))


def stored(tree: ast.Module) -> set[str]:
    """Return the names that are assigned or are arguments anywhere in a module."""
    names = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return names | {one.arg for one in ast.walk(tree) if isinstance(one, ast.arg)}


def _bound(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the names that statements bind, those under `if` and `try` too."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (one.asname or one.name.partition(".")[0] for one in names)
            case ast.If(body=then, orelse=other) | ast.Try(body=then, orelse=other):
                yield from _bound([*then, *other])
            case ast.Assign() | ast.AnnAssign() | ast.With() | ast.For():
                yield from (one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
