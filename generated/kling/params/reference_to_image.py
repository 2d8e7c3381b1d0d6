"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kling._core.inputs import MediaInput

from . import shared


class Subject(TypedDict):
    """One subject."""

    subject_image: MediaInput
    """A picture that shows the subject and little else."""


class Create(TypedDict):
    """What a multi-image task is made from."""

    model_name: NotRequired[Literal["kling-v2-1"]]
    """The model. Without it the service took kling-v2 until about June 2026 and takes kling-v2-1 now; better to name it."""
    prompt: NotRequired[str]
    """What to show."""
    subject_image_list: list[Subject]
    """The subjects."""
    scene_image: NotRequired[MediaInput]
    """The place they are put in."""
    style_image: NotRequired[MediaInput]
    """The style of the result."""
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
