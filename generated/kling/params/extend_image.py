"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from kling._core.inputs import MediaInput

from . import shared


class Create(TypedDict):
    """What an expansion task is made from."""

    image: MediaInput
    """The picture to go on from."""
    up_expansion_ratio: float
    """What is added above, in heights of image: 0.1 adds 2 px above a picture 20 px high."""
    down_expansion_ratio: float
    """What is added below, in heights of image."""
    left_expansion_ratio: float
    """What is added on the left, in widths of image."""
    right_expansion_ratio: float
    """What is added on the right, in widths of image."""
    prompt: NotRequired[str]
    """What the added part shows."""
    n: NotRequired[int]
    """How many pictures to make. Each takes a slot and is charged."""
    watermark_info: NotRequired[shared.WatermarkInfo]
    """Whether watermarked copies are wanted."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
