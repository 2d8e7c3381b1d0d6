"""Who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_OURS = {"kling", "kling_spec", "kling_codegen", "kling_mock", "kling_contract", "kling_site"}
_MAY: dict[str, set[str]] = {
    "generated/kling": {"kling"},
    "spec/kling_spec": {"kling_spec"},
    "generator/kling_codegen": {"kling_codegen", "kling_spec"},
    "generator/kling_site": {"kling_site", "kling_spec"},
    "mock_server/kling_mock": {"kling_mock", "kling_spec"},
    "contract_tests": _OURS,
    "benchmarks": _OURS,
}


def _files(folder: str) -> Iterator[Path]:
    """Yield the modules of a folder; the runtime is checked where it is copied to."""
    return (path for path in (_ROOT / folder).rglob("*.py") if "runtime" not in path.parts)


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("folder", _MAY)
def test_the_arrows_hold(folder: str) -> None:
    """spec ← generator, spec ← mock; the client imports nothing of ours; nothing imports the tests."""
    files = list(_files(folder))
    assert files
    wrong = {f"{path.relative_to(_ROOT)} imports {name}" for path in files for name in (_imported(path) & _OURS) - _MAY[folder]}
    assert wrong == set()


@pytest.mark.parametrize("path", ["rules", "shape", "lifecycle", "prices"])
def test_the_shared_law_needs_only_the_standard_library(path: str) -> None:
    """What the client carries a copy of imports nothing that has to be installed."""
    import sys

    assert _imported(_ROOT / "spec" / "kling_spec" / f"{path}.py") <= set(sys.stdlib_module_names)


def test_no_family_is_known_by_name() -> None:
    """Outside tests no Python names a family: adding one is adding one YAML file."""
    names = {path.stem for path in (_ROOT / "spec" / "families").glob("*.yaml")}
    hand_written = ("spec", "generator", "mock_server")
    said = {
        f"{path.relative_to(_ROOT)}: {node.value}"
        for folder in hand_written
        for path in (_ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    }
    assert said == set()


def test_functions_and_files_stay_readable() -> None:
    """No hand-written function over 60 lines, no file over 400, no template over 60."""
    folders = ("spec", "generator", "mock_server", "contract_tests", "benchmarks")
    for path in (one for folder in folders for one in (_ROOT / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 400, path
        sizes = {
            node.name: (node.end_lineno or 0) - node.lineno
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert not {name for name, size in sizes.items() if size >= 60}, path
    for path in (_ROOT / "generator" / "kling_codegen" / "templates").glob("*.j2"):
        assert path.read_text(encoding="utf-8").count("\n") <= 60, path
