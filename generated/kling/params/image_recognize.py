"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import TypedDict

from kling._core.inputs import MediaInput


class Recognize(TypedDict):
    """The picture to look at."""

    image: MediaInput
    """A picture: an http(s) URL the service can reach, or bare base64 without a data: prefix. jpg, jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio from 1:2.5 to 2.5:1."""
