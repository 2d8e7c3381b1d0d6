"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kling._core.inputs import MediaInput

from . import shared


class ElementRef(TypedDict):
    """An element of the library."""

    element_id: int
    """The id of the element, up to 18 digits; too long for a floating-point number."""


class Point(TypedDict):
    """A place in image, counted from its lower left corner."""

    x: int
    """From the left edge; that it is not negative is a guess."""
    y: int
    """From the lower edge; that it is not negative is a guess."""


class CameraControl(TypedDict):
    """A camera move. Without it the model decides."""

    type: Literal["simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward"]
    """simple takes one axis of config; the others are fixed moves, which no model of this family takes."""
    config: NotRequired[shared.CameraConfig]
    """The axes of a simple move."""


class DynamicMask(TypedDict):
    """A part of image and the way it moves."""

    mask: MediaInput
    """The part that moves."""
    trajectories: list[Point]
    """The way, from its first point to its last; two points make a straight line."""


class Create(TypedDict):
    """What an image-to-video task is made from. The clip has the shape of its frame."""

    model_name: Literal["kling-v2-5-turbo", "kling-v2-6", "kling-v3"]
    """The model."""
    image: NotRequired[MediaInput]
    """The first frame."""
    image_tail: NotRequired[MediaInput]
    """The last frame, given as image is. No aspect ratio is asked of it."""
    multi_shot: NotRequired[bool]
    """true makes several shots in one clip."""
    shot_type: NotRequired[Literal["customize", "intelligence"]]
    """Who cuts the shots: customize is the caller with multi_prompt, intelligence is the model."""
    prompt: NotRequired[str]
    """What happens in the clip. It may name voices as <<<voice_1>>>, elements as <<<element_1>>> and the picture as <<<image_1>>>. Not read when the caller cuts the shots (multi_prompt)."""
    multi_prompt: NotRequired[list[shared.Shot]]
    """The shots; their durations add up to duration."""
    negative_prompt: NotRequired[str]
    """What not to show."""
    element_list: NotRequired[list[ElementRef]]
    """Elements that appear in the clip."""
    voice_list: NotRequired[list[shared.Voice]]
    """Voices for the tokens in prompt. A task that uses them is charged at the voice rate."""
    sound: NotRequired[Literal["on", "off"]]
    """Whether the clip has sound."""
    cfg_scale: NotRequired[float]
    """How close to stay to the prompt; 1 is closest."""
    mode: NotRequired[Literal["std", "pro", "4k"]]
    """std is 720p, pro 1080p, 4k 2160p. Models without modes do not read it."""
    static_mask: NotRequired[MediaInput]
    """The part of image that holds still."""
    dynamic_masks: NotRequired[list[DynamicMask]]
    """The parts of image that move."""
    camera_control: NotRequired[CameraControl]
    """A camera move."""
    duration: NotRequired[Literal["3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"]]
    """Length of the clip."""
    watermark_info: NotRequired[shared.WatermarkInfo]
    """Whether a watermarked copy is wanted."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
