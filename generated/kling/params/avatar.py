"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kling._core.inputs import MediaInput

from . import shared


class Create(TypedDict):
    """What an avatar task is made from. The clip is about as long as the sound."""

    image: MediaInput
    """A picture: an http(s) URL the service can reach, or bare base64 without a data: prefix. jpg, jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio from 1:2.5 to 2.5:1."""
    audio_id: NotRequired[str]
    """A sound that text to speech made in the last 30 days."""
    sound_file: NotRequired[MediaInput]
    """A sound: an http(s) URL the service can reach, or bare base64 without a data: prefix. mp3, wav, m4a or aac, at most 5 MB."""
    prompt: NotRequired[str]
    """What the person does and feels, and how the camera moves."""
    mode: NotRequired[Literal["std", "pro"]]
    """std is cheaper, pro looks better."""
    watermark_info: NotRequired[shared.WatermarkInfo]
    """Whether a watermarked copy is wanted."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
