"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kling._core.inputs import MediaInput


class Sheet(TypedDict):
    """A sheet of paper."""

    side: int
    """Length of a side."""


Create = TypedDict(
    "Create",
    {
        "colour": NotRequired[Literal["white", "red", "gold"]],
        "sheets": list[Sheet],
        "class": NotRequired[Literal["a", "b"] | str],
        "sail": NotRequired[MediaInput],
    },
)
