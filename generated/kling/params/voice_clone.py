"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Create(TypedDict):
    """What a voice is made from."""

    voice_name: str
    """How the voice is called."""
    voice_url: NotRequired[str]
    """A recording by its address: mp3 or wav, or a video in mp4 or mov; 5 to 30 s."""
    video_id: NotRequired[str]
    """A video that an earlier task made with a voice in it; 5 to 30 s."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""


class Delete(TypedDict):
    """The voice to delete."""

    voice_id: str
    """A voice of the account."""
