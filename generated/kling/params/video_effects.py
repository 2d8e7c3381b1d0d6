"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from kling._core.inputs import MediaInput
from kling.params.values import VideoEffectsCreateEffectScene


class Input(TypedDict):
    """The pictures: image for a scene with one, images for a scene with two."""

    image: NotRequired[MediaInput]
    """A picture: an http(s) URL the service can reach, or bare base64 without a data: prefix. jpg, jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio from 1:2.5 to 2.5:1."""
    images: NotRequired[list[MediaInput]]
    """Two portraits: first the left, then the right. The service joins them into one picture."""


class Create(TypedDict):
    """What an effect task is made from. Length, size and price of the clip depend on the effect."""

    effect_scene: VideoEffectsCreateEffectScene | str
    """The effect. A scene labelled dual takes two pictures, every other takes one. let’s_ride has a typographic apostrophe."""
    input: Input
    """What the effect is put on."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
