"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class CameraConfig(TypedDict):
    """Six axes, of which one may differ from zero."""

    horizontal: NotRequired[float]
    """Along x: negative left, positive right."""
    vertical: NotRequired[float]
    """Along y: negative down, positive up."""
    pan: NotRequired[float]
    """Turn around y: negative left, positive right."""
    tilt: NotRequired[float]
    """Turn around x: negative down, positive up."""
    roll: NotRequired[float]
    """Turn around z: negative counter-clockwise."""
    zoom: NotRequired[float]
    """Focal length: negative narrower view, positive wider."""


class Shot(TypedDict):
    """One shot of a clip the caller cuts."""

    index: int
    """The number of the shot; samples count from 1."""
    prompt: str
    """What the shot shows."""
    duration: Literal["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"]
    """Length of the shot."""


class Voice(TypedDict):
    """A voice for the clip."""

    voice_id: str
    """A custom or preset voice, not a lip-sync voice."""


class WatermarkInfo(TypedDict):
    """Whether a watermarked copy is wanted. A watermark of one's own is not possible."""

    enabled: NotRequired[bool]
    """true makes a watermarked copy beside the plain one."""
