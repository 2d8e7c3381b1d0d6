"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Create(TypedDict):
    """What a video-to-audio task is made from. Without any prompt the pictures alone say what is heard."""

    video_id: NotRequired[str]
    """A video of 3 to 20 s that an earlier task made in the last 30 days."""
    video_url: NotRequired[str]
    """A video by its address: mp4 or mov, 3 to 20 s, at most 100 MB, of any size in pixels."""
    sound_effect_prompt: NotRequired[str]
    """What sounds to hear."""
    bgm_prompt: NotRequired[str]
    """What music to hear."""
    asmr_mode: NotRequired[bool]
    """true makes the sounds finer and closer to the ear."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
