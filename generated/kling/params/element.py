"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kling._core.inputs import MediaInput

from . import shared


class VideoSource(TypedDict):
    """A video that shows the character."""

    video_url: str
    """A video by its address: mp4 or mov, 1080p, 16:9 or 9:16, 3 to 8 s, at most 200 MB."""


class VideoList(TypedDict):
    """The video of a video character."""

    refer_videos: list[VideoSource]
    """One video."""


class ImageList(TypedDict):
    """The pictures of a multi-image element."""

    frontal_image: MediaInput
    """The subject from the front."""
    refer_images: list[shared.ElementView]
    """Other views of the subject."""


class Create(TypedDict):
    """What an element is made from."""

    element_name: str
    """The name of the element."""
    element_description: str
    """What the element is."""
    reference_type: Literal["image_refer", "video_refer"]
    """image_refer makes a multi-image element; video_refer makes a video character, which only kling-v3-omni and later video models take."""
    element_image_list: NotRequired[ImageList]
    """The pictures of a multi-image element."""
    element_video_list: NotRequired[VideoList]
    """The video of a video character."""
    element_voice_id: NotRequired[str]
    """A custom or preset voice for the element, not a speech voice."""
    tag_list: NotRequired[list[shared.ElementTag]]
    """Tags of the element."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
