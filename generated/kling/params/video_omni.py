"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kling._core.inputs import MediaInput

from . import shared


class ImageRef(TypedDict):
    """A picture to go by, or a frame of the clip."""

    image_url: MediaInput
    """A picture: an http(s) URL the service can reach, or bare base64 without a data: prefix. jpg, jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio from 1:2.5 to 2.5:1."""
    type: NotRequired[Literal["first_frame", "end_frame"]]
    """The frame that the picture is; left out for a picture to go by."""


class VideoRef(TypedDict):
    """A video to edit or to go by."""

    video_url: str
    """The video by its address: mp4 or mov, 3 to 15 s, sides from 720 to 2160 px, 24 to 60 frames a second, at most 200 MB. The clip has 24 frames a second."""
    refer_type: NotRequired[Literal["feature", "base"]]
    """base is the video to edit; feature lends style, camera and motion, or the shot before or after."""
    keep_original_sound: NotRequired[Literal["yes", "no"]]
    """Whether the sound of the video stays. That it does by default is a guess."""


class Create(TypedDict):
    """What an omni-video task is made from. What a list holds need not be named in prompt."""

    model_name: NotRequired[Literal["kling-video-o1", "kling-v3-omni"]]
    """The model."""
    multi_shot: NotRequired[bool]
    """true makes several shots in one clip."""
    shot_type: NotRequired[Literal["customize", "intelligence"]]
    """Who cuts the shots: customize is the caller with multi_prompt, intelligence is the model. Read only with multi_shot."""
    prompt: NotRequired[str]
    """What to show, and what not to. It names pictures as <<<image_1>>>, elements as <<<element_1>>> and the video as <<<video_1>>>, counted from 1 in their lists. Not read when the caller cuts the shots (multi_prompt)."""
    multi_prompt: NotRequired[list[shared.Shot]]
    """The shots; their durations add up to duration, and their prompts may name pictures and elements as prompt does. Read only with multi_shot."""
    image_list: NotRequired[list[ImageRef]]
    """Pictures of a subject, a scene or a style, and the first and last frame."""
    element_list: NotRequired[list[shared.ElementRef]]
    """Elements that appear in the clip."""
    video_list: NotRequired[list[VideoRef]]
    """The video to edit or to go by."""
    sound: NotRequired[Literal["on", "off"]]
    """Whether the clip has sound."""
    mode: NotRequired[Literal["std", "pro", "4k"]]
    """std is 720p, pro 1080p, 4k 2160p."""
    aspect_ratio: NotRequired[Literal["16:9", "9:16", "1:1"]]
    """Width to height. A first frame or a video to edit brings its own."""
    duration: NotRequired[Literal["3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"]]
    """Length of the clip. Not read when a video is edited, which keeps its own length."""
    watermark_info: NotRequired[shared.WatermarkInfo]
    """Whether a watermarked copy is wanted."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
