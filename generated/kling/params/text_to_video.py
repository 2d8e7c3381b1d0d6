"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from . import shared


class CameraControl(TypedDict):
    """A camera move. Without it the model decides."""

    type: NotRequired[Literal["simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward"]]
    """simple takes one axis of config; the others are fixed moves."""
    config: NotRequired[shared.CameraConfig]
    """The axes of a simple move."""


class Create(TypedDict):
    """What a text-to-video task is made from."""

    model_name: Literal["kling-v2-5-turbo", "kling-v2-6", "kling-v3"]
    """The model."""
    prompt: NotRequired[str]
    """What to show. With voice_list it may name voices as <<<voice_1>>>. Not read when the caller cuts the shots (multi_prompt)."""
    negative_prompt: NotRequired[str]
    """What not to show."""
    multi_shot: NotRequired[bool]
    """true makes several shots in one clip."""
    shot_type: NotRequired[Literal["customize", "intelligence"]]
    """Who cuts the shots: customize is the caller with multi_prompt, intelligence is the model."""
    multi_prompt: NotRequired[list[shared.Shot]]
    """The shots; their durations add up to duration."""
    voice_list: NotRequired[list[shared.Voice]]
    """Voices for the tokens in prompt. The capability maps list no model that takes it here."""
    sound: NotRequired[Literal["on", "off"]]
    """Whether the clip has sound."""
    cfg_scale: NotRequired[float]
    """How close to stay to the prompt; 1 is closest."""
    mode: NotRequired[Literal["std", "pro", "4k"]]
    """std is 720p, pro 1080p, 4k 2160p."""
    camera_control: NotRequired[CameraControl]
    """A camera move."""
    aspect_ratio: NotRequired[Literal["16:9", "9:16", "1:1"]]
    """Width to height."""
    duration: NotRequired[Literal["3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"]]
    """Length of the clip."""
    watermark_info: NotRequired[shared.WatermarkInfo]
    """Whether a watermarked copy is wanted."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
