"""Every block of docs/guides/mock.md and scenarios.md that is a test runs as one."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_GUIDES = Path(__file__).resolve().parent.parent / "docs" / "guides"
_BLOCKS = [
    block
    for name in ("mock.md", "scenarios.md")
    for block in re.findall(r"```python\n(def test_.*?)```", (_GUIDES / name).read_text(encoding="utf-8"), re.DOTALL)
]


def _made(block: str) -> Callable[..., None]:
    """Return the test function that a block holds."""
    names: dict[str, Any] = {}
    exec(block, names)
    found: Callable[..., None] = next(one for name, one in names.items() if name.startswith("test_"))
    return found


@pytest.mark.parametrize("block", _BLOCKS, ids=lambda block: block.partition("(")[0].removeprefix("def "))
def test_a_block_of_the_guide(block: str, request: pytest.FixtureRequest) -> None:
    """It runs with the fixtures that its arguments name."""
    test = _made(block)
    arguments = test.__code__.co_varnames[: test.__code__.co_argcount]
    test(**{name: request.getfixturevalue(name) for name in arguments})


def test_there_are_blocks() -> None:
    """The guides show tests."""
    assert len(_BLOCKS) >= 6
