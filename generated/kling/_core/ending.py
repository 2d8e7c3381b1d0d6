"""Warns of what the service ends on a day that is known, at the line of the user that asks for it."""

import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from .operation import Operation
from .rules import is_given

_SKIPPED = tuple(f"{folder}{os.sep}" for folder in (Path(__file__).parent.parent, Path(os.__file__).with_name("asyncio")))
"""The code between the user's line and ours: this package, and the loop that runs a task of asyncio."""


def warn(operation: Operation, said: Mapping[str, Any]) -> None:
    """Give a `DeprecationWarning` for each thing of a call that ends. `said` is body and query, by the names on the wire."""
    found = list(_told(operation, said))
    frame = _caller(operation) if found else None
    if frame is None:
        return
    seen, name = frame.f_globals.setdefault("__warningregistry__", {}), frame.f_globals.get("__name__", "<string>")
    for text in found:
        warnings.warn_explicit(text, DeprecationWarning, frame.f_code.co_filename, frame.f_lineno, name, seen)


def _told(operation: Operation, said: Mapping[str, Any]) -> Iterator[str]:
    for end in operation.ends:
        path, value = end["path"], end.get("value")
        name, found = ".".join([operation.id, *path]).replace(".[]", "[]"), list(_at(said, path))
        if value is None and found:
            what = name
        elif value is not None and value in found:
            what = f"{name} {value!r}"
        elif "is_default" in end and any(_lacks(one, path[-1]) for one in _at(said, path[:-1])):
            what = f"{name} was not given, and its default {value!r}"
        else:
            continue
        then = f"; its successor is {end['successor']!r}" if "successor" in end else ""
        yield f"{what} is no longer taken from {end['until']} on{then}"


def _lacks(node: Any, name: str) -> bool:
    return isinstance(node, Mapping) and not is_given(node.get(name))


def _at(node: Any, path: list[str]) -> Iterator[Any]:
    """Yield what was given in a place of a body; the body itself where there is no path."""
    if not path:
        yield from [node] if is_given(node) else []
    elif path[0] == "[]":
        for one in node if isinstance(node, list | tuple) else ():
            yield from _at(one, path[1:])
    elif isinstance(node, Mapping):
        yield from _at(node.get(path[0]), path[1:])


def _caller(operation: Operation) -> FrameType | None:
    """Return the frame of the user's line; None where the client asks of its own accord, for a task that is waited for."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_back is not None and frame.f_code.co_filename.startswith(_SKIPPED):
        if frame.f_code.co_name == "performed" and operation.verb == "GET":
            return None
        frame = frame.f_back
    return frame
