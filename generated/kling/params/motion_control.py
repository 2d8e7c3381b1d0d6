"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kling._core.inputs import MediaInput

from . import shared


class Create(TypedDict):
    """What a motion-control task is made from. Length and shape of the clip follow the video and the picture."""

    model_name: NotRequired[Literal["kling-v2-6", "kling-v3"]]
    """The model."""
    prompt: NotRequired[str]
    """What else to show, and how the camera moves."""
    image_url: MediaInput
    """The character: an http(s) URL the service can reach, or bare base64 without a data: prefix. jpg, jpeg or png, at most 10 MB, each side from 300 to 65536 px, aspect ratio from 1:2.5 to 2.5:1. People, drawn figures and some animals do; best upright and not small, with head and body in sight and as much of the body as in the video."""
    video_url: str
    """The motion by its address: mp4 or mov, 3 to 30 s, each side from 340 to 3850 px, at most 100 MB. Best one real person in one take without cuts, camera moves or haste; of several people the largest counts."""
    element_list: NotRequired[list[shared.ElementRef]]
    """An element that the character is."""
    keep_original_sound: NotRequired[Literal["yes", "no"]]
    """Whether the sound of the video stays."""
    character_orientation: Literal["image", "video"]
    """Which way the character faces: as in the picture, or as the person in the video."""
    mode: Literal["std", "pro"]
    """std is 720p, pro 1080p."""
    watermark_info: NotRequired[shared.WatermarkInfo]
    """Whether a watermarked copy is wanted."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
