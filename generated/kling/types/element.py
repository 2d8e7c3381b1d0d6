"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model

from . import shared


class VideoInfo(Model):
    """A video that shows the character, as replies tell it."""

    video_url: str | None = None
    """Where the video can be fetched."""


class VideoListInfo(Model):
    """The video of a video character, as replies tell it."""

    refer_videos: list[VideoInfo] | None = None
    """The video."""


class VoiceInfo(Model):
    """The voice that is bound to an element."""

    voice_id: str | None = None
    """The id of the voice."""
    voice_name: str | None = None
    """The name of the voice."""
    trial_url: str | None = None
    """Where a sample of the voice can be fetched."""
    owned_by: str | None = None
    """Whose the voice is: kling for presets, else the id of an account."""


class ImageListInfo(Model):
    """The pictures of a multi-image element, as replies tell them."""

    frontal_image: str | None = None
    """Where the front view can be fetched."""
    refer_images: list[shared.ElementViewInfo] | None = None
    """The other views."""


class Element(Model):
    """An element of the advanced library."""

    element_id: int
    """The id of the element, up to 18 digits and too long for a floating-point number; three digits for some presets. Other endpoints take it in their element_list."""
    element_name: str
    """The name of the element."""
    element_description: str
    """What the element is."""
    reference_type: Literal["image_refer", "video_refer"] | str
    """What it was made from: pictures or a video."""
    element_image_list: ImageListInfo | None = None
    """The pictures; empty or absent for a video character."""
    element_video_list: VideoListInfo | None = None
    """The video; empty or absent for a multi-image element."""
    element_voice_info: VoiceInfo | None = None
    """The voice; empty or absent without one."""
    tag_list: list[shared.ElementTagInfo] | None = None
    """The tags; may be empty."""
    owned_by: str
    """Whose it is: kling for presets, else the id of the account that made it."""
    status: Literal["succeed", "deleted"] | str | None = None
    """Whether it can be used. That deleted elements stay listed is a guess."""


class TaskResult(Model):
    """What the task made; without elements until it succeeds."""

    elements: list[Element] | None = None
    """The elements. One in practice."""


class Task(Model):
    """A task that makes an element."""

    task_id: str
    """The id of the task. Opaque."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""
    task_status_msg: str | None = None
    """Why the task failed, else empty."""
    task_info: shared.TaskInfo | None = None
    task_result: TaskResult | None = None
    final_unit_deduction: str | None = None
    """Units taken from the resource pack, once the task has ended; left out for presets."""
    final_balance_deduction: shared.BalanceDeduction | None = None
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""
