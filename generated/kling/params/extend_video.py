"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from . import shared


class Create(TypedDict):
    """What an extend-video task is made from. Model, mode and shape are those of the video."""

    video_id: str
    """The id of a video, not of a task, that text to video, image to video or an extension made in the last 30 days."""
    prompt: NotRequired[str]
    """What happens next."""
    negative_prompt: NotRequired[str]
    """What not to show."""
    cfg_scale: NotRequired[float]
    """How close to stay to the prompt; 1 is closest."""
    watermark_info: NotRequired[shared.WatermarkInfo]
    """Whether a watermarked copy is wanted."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
