"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from kling._core.inputs import MediaInput


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


class ElementDelete(TypedDict):
    """The element to delete."""

    element_id: str
    """The id of an element of one's own. Here, and only here, it is sent as text."""


class ElementRef(TypedDict):
    """An element of the library."""

    element_id: int
    """The id of the element, up to 18 digits; too long for a floating-point number."""


class ElementTag(TypedDict):
    """A tag for an element."""

    tag_id: Literal["o_101", "o_102", "o_103", "o_104", "o_105", "o_106", "o_107", "o_108"]
    """The tag: o_101 hottest, o_102 character, o_103 animal, o_104 item, o_105 costume, o_106 scene, o_107 effect, o_108 others."""


class Shot(TypedDict):
    """One shot of a clip the caller cuts."""

    index: int
    """The number of the shot; samples count from 1."""
    prompt: str
    """What the shot shows."""
    duration: Literal["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"]
    """Length of the shot."""


Sound: TypeAlias = MediaInput
"""A sound: an http(s) URL the service can reach, or bare base64 without a data: prefix. mp3, wav, m4a or aac, at most 5 MB."""


class Voice(TypedDict):
    """A voice for the clip."""

    voice_id: str
    """A custom or preset voice, not a lip-sync voice."""


class WatermarkInfo(TypedDict):
    """Whether a watermarked copy is wanted. A watermark of one's own is not possible."""

    enabled: NotRequired[bool]
    """true makes a watermarked copy beside the plain one."""


class ElementView(TypedDict):
    """One more view of the subject of an element."""

    image_url: MediaInput
    """The view, by its address or as base64."""
