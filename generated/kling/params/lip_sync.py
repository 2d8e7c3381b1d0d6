"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from kling._core.inputs import MediaInput

from . import shared


class FaceChoice(TypedDict):
    """A face, the part of a sound it speaks, and where in the video it does."""

    face_id: str
    """A face of the session."""
    audio_id: NotRequired[str]
    """A sound that text to speech made in the last 30 days."""
    sound_file: NotRequired[MediaInput]
    """A sound: an http(s) URL the service can reach, or bare base64 without a data: prefix. mp3, wav, m4a or aac, at most 5 MB."""
    sound_start_time: int
    """Where the part begins, on the clock of the sound."""
    sound_end_time: int
    """Where the part ends, on the clock of the sound."""
    sound_insert_time: int
    """Where the part is put, on the clock of the video."""
    sound_volume: NotRequired[float]
    """How loud the sound is; 2 is loudest."""
    original_audio_volume: NotRequired[float]
    """How loud the video's own sound stays. Nothing changes for a silent video."""


class IdentifyFace(TypedDict):
    """The video to look for faces in."""

    video_id: NotRequired[str]
    """A video that an earlier task made in the last 30 days."""
    video_url: NotRequired[str]
    """A video by its address: mp4 or mov, 720p or 1080p with sides from 512 to 2160 px, 2 to 60 s, at most 100 MB."""


class Create(TypedDict):
    """What a lip-sync task is made from."""

    session_id: str
    """The session that identify_face opened for the video."""
    face_choose: list[FaceChoice]
    """Who speaks what. One person only so far."""
    watermark_info: NotRequired[shared.WatermarkInfo]
    """Whether a watermarked copy is wanted."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
