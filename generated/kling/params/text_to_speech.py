"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class Synthesize(TypedDict):
    """What is read, and by whom."""

    text: str
    """What is read. It is checked for content."""
    voice_id: str
    """A voice of the text-to-speech catalogue. Preset and custom voices are not taken."""
    voice_language: Literal["zh", "en"]
    """The language. The page calls it required and yet names zh as what holds without it."""
    voice_speed: NotRequired[float]
    """How fast the voice reads, 0.8 to 2 with one decimal. The service moves other values into the range."""
