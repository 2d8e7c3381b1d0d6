"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from kling._core.model import Model

from . import shared


class Element(Model):
    """An element of the old library."""

    element_id: int
    """The id of the element, up to 18 digits; too long for a floating-point number."""
    element_name: str
    """The name of the element."""
    element_description: str
    """What the element is."""
    element_frontal_image: str
    """Where the front view can be fetched."""
    element_refer_list: list[shared.ElementViewInfo] | None = None
    """The other views."""
    tag_list: list[shared.ElementTagInfo] | None = None
    """The tags; may be empty."""
    owned_by: str
    """Whose it is: kling for presets, else the id of the account that made it."""
    final_unit_deduction: str | None = None
    """Units taken from the resource pack; seen in the list of presets."""
