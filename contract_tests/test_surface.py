"""The sync and the async half are one client: the same names, parameters, types, defaults and docstrings."""

import inspect
import pkgutil
import re
from importlib import import_module
from typing import Any

import pytest

import kling._async
import kling._sync
from kling import CallOptions
from kling_codegen.names import argument_name
from kling_spec.bundle import plain
from kling_spec.document import Operation, operations
from kling_spec.load import load

_MODULES = sorted(one.name for one in pkgutil.walk_packages(kling._async.__path__, ""))
_OPERATIONS = list(operations(plain(load())))
_SAME = {
    r"\b_async\b": "_sync",
    r"\baclose\b": "close",
    r"\b__aenter__\b": "__enter__",
    r"\b__aexit__\b": "__exit__",
    r"\b__aiter__\b": "__iter__",
    r"(collections\.abc\.)?Awaitable\[(.*?\])\]": r"\2",
    r"\bAsync(?=[A-Z])": "",
    r"\bbetween tasks\b": "between threads",
}


def _plain(said: object) -> str:
    text = str(said)
    for pattern, word in _SAME.items():
        text = re.sub(pattern, word, text)
    return text


def _surface(module: str) -> dict[str, Any]:
    """Return what is public in a module: each class with its members, each function, as text."""
    loaded = import_module(module)
    own = {name: one for name, one in vars(loaded).items() if getattr(one, "__module__", "") == module}
    return {_plain(name): _told(one) for name, one in own.items() if not name.startswith("_")}


def _told(one: Any) -> Any:
    if isinstance(one, type):
        names = (
            name for name, it in vars(one).items() if not name.startswith("_") or (inspect.isfunction(it) and name[:2] == "__")
        )
        members = {_plain(name): _told(vars(one)[name]) for name in names}
        return [_plain([base.__name__ for base in one.__mro__]), one.__doc__ and _plain(one.__doc__), members]
    if isinstance(one, property):
        return ["property", _told(one.fget)]
    if callable(one):
        return [_plain(inspect.signature(one)), _plain(one.__doc__)]
    return type(one).__name__


def test_both_halves_have_the_same_modules() -> None:
    """Each module of one half has its twin."""
    assert sorted(one.name for one in pkgutil.walk_packages(kling._sync.__path__, "")) == _MODULES


@pytest.mark.parametrize("module", _MODULES)
def test_both_halves_have_the_same_surface(module: str) -> None:
    """Public classes and functions have the same names, bases, members, parameters, types, defaults and docstrings."""
    theirs = _surface(f"kling._async.{module}")
    assert theirs == _surface(f"kling._sync.{module}")
    assert theirs or module in ("families",)


@pytest.mark.parametrize("operation", _OPERATIONS, ids=lambda one: one.id)
def test_every_method_takes_the_options(operation: Operation) -> None:
    """Each method of both halves takes `CallOptions`, and has no argument of its own with the name of one."""
    for half in (kling.AsyncKling(api_key="k"), kling.Kling(api_key="k")):
        found = inspect.signature(getattr(getattr(half, operation.family), operation.name)).parameters
        assert "CallOptions" in str(found["options"].annotation)
        assert found["options"].kind is inspect.Parameter.VAR_KEYWORD
        assert not {"options", *CallOptions.__annotations__} & {argument_name(name) for name in _arguments(operation)}


def _arguments(operation: Operation) -> set[str]:
    return {one["name"] for one in operation.parameters} | set((operation.request or {}).get("properties", {}))
