"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kling._core.inputs import MediaInput

from . import shared


class Create(TypedDict):
    """What an image task is made from."""

    model_name: NotRequired[Literal["kling-v2-1", "kling-v3"]]
    """The model. Without it the service took kling-v1 until about March 2026 and takes kling-v3 now."""
    prompt: str
    """What to show."""
    negative_prompt: NotRequired[str]
    """What not to show. Not read beside image."""
    image: NotRequired[MediaInput]
    """A picture to go by."""
    image_reference: NotRequired[Literal["subject", "face"]]
    """What of image to keep: the traits of its subject, or the looks of its face, of which there must be exactly one."""
    image_fidelity: NotRequired[float]
    """How close to stay to image; 1 is closest."""
    human_fidelity: NotRequired[float]
    """How close to stay to the features of the subject of image; 1 is closest. Read with image_reference subject only."""
    element_list: NotRequired[list[shared.ElementRef]]
    """Elements that appear in the pictures; ten together with image."""
    resolution: NotRequired[Literal["1k", "2k"]]
    """How large the pictures are."""
    n: NotRequired[int]
    """How many pictures to make. Each takes a slot and is charged."""
    aspect_ratio: NotRequired[Literal["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"]]
    """Width to height."""
    watermark_info: NotRequired[shared.WatermarkInfo]
    """Whether watermarked copies are wanted."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
