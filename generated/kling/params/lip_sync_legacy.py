"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kling._core.inputs import MediaInput


class Input(TypedDict):
    """The video, and what is spoken in it."""

    task_id: NotRequired[str]
    """The task that made the video; early versions asked for it beside video_id."""
    video_id: NotRequired[str]
    """A video of 5 or 10 s that an earlier task made in the last 30 days."""
    video_url: NotRequired[str]
    """A video by its address: mp4 or mov, 720p or 1080p with sides from 720 to 1920 px, 2 to 60 s, at most 100 MB."""
    mode: Literal["text2video", "audio2video"]
    """What is spoken: a text or a sound."""
    text: NotRequired[str]
    """What is spoken, as text."""
    voice_id: NotRequired[str]
    """Who reads the text; a voice of the text-to-speech catalogue."""
    voice_language: NotRequired[Literal["zh", "en"]]
    """The language of the text. Send it: some clients say that without it en holds, others zh."""
    voice_speed: NotRequired[float]
    """How fast the voice reads; one decimal."""
    audio_type: NotRequired[Literal["file", "url"]]
    """How the sound is given: itself or by its address."""
    audio_file: NotRequired[MediaInput]
    """The sound itself as bare base64: mp3, wav, m4a or aac, at most 5 MB."""
    audio_url: NotRequired[str]
    """The sound by its address: mp3, wav, m4a or aac, at most 5 MB."""


class Create(TypedDict):
    """What the task is made from."""

    input: Input
    """The video, and what is spoken in it."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
