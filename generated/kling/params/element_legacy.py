"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from kling._core.inputs import MediaInput

from . import shared


class Make(TypedDict):
    """What an element of the old library is made from."""

    element_name: str
    """The name of the element."""
    element_description: str
    """What the element is."""
    element_frontal_image: MediaInput
    """The subject from the front."""
    element_refer_list: list[shared.ElementView]
    """Other views of the subject."""
    tag_list: NotRequired[list[shared.ElementTag]]
    """Tags of the element."""
