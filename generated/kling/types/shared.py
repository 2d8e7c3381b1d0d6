"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model


class Audio(Model):
    """One generated sound, in two formats."""

    id: str
    """The id of the sound. No other endpoint is known to take it."""
    url_mp3: str
    """Where the sound can be fetched as mp3 for 30 days."""
    url_wav: str
    """Where the sound can be fetched as wav for 30 days."""
    duration_mp3: str | None = None
    """Length of the mp3."""
    duration_wav: str | None = None
    """Length of the wav."""


class BalanceDeduction(Model):
    """Money taken from the balance."""

    quota: str | None = None
    """What was taken."""
    list_price: str | None = None
    """What the list price is."""


class ElementTagInfo(Model):
    """A tag of an element, as replies tell it."""

    id: str
    """The id of the tag, such as o_103; requests call it tag_id."""
    name: str | None = None
    """The name of the tag, such as Animal."""
    description: str | None = None
    """What the tag stands for; may be empty."""


class ElementViewInfo(Model):
    """One more view of the subject of an element, as replies tell it."""

    image_url: str | None = None
    """Where the view can be fetched."""


class GeneratedImage(Model):
    """One generated picture. It has no id; other endpoints take it by its address."""

    index: int
    """The number of the picture, from 0; the pages allow up to 9."""
    url: str
    """Where the picture can be fetched for 30 days."""
    watermark_url: str | None = None
    """The watermarked copy, when one was asked for."""


class ImageTaskResult(Model):
    """What the task made; without pictures until it succeeds."""

    images: list[GeneratedImage] | None = None
    """The pictures, as many as were asked for."""


class ParentVideo(Model):
    """The video a follow-up task works on."""

    id: str | None = None
    """The id of the source video."""
    url: str | None = None
    """Where the source video can be fetched."""
    duration: str | None = None
    """Length of the source video."""


class TaskInfo(Model):
    """What the task was created with."""

    external_task_id: str | None = None
    """The caller's own id."""
    parent_video: ParentVideo | None = None


class Video(Model):
    """One generated video."""

    id: str
    """The id of the video; other endpoints take it as video_id for 30 days."""
    url: str
    """Where the video can be fetched for 30 days."""
    watermark_url: str | None = None
    """The watermarked copy, when one was asked for."""
    duration: str | None = None
    """Length of the file, such as 5.041."""


class VideoTaskResult(Model):
    """What the task made; without videos until it succeeds."""

    videos: list[Video] | None = None
    """The videos. One in practice."""


class WatermarkInfo(Model):
    """Whether a watermarked copy is wanted. A watermark of one's own is not possible."""

    enabled: bool | None = None
    """true makes a watermarked copy beside the plain one."""


class ElementDeleted(Model):
    """That the element is being deleted. Nothing can be asked about this task."""

    task_id: str
    """The id of the deletion. Opaque."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""


class ImageTask(Model):
    """A task that makes pictures."""

    task_id: str
    """The id of the task. Opaque."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""
    task_status_msg: str | None = None
    """Why the task failed, else empty."""
    task_info: TaskInfo | None = None
    task_result: ImageTaskResult | None = None
    watermark_info: WatermarkInfo | None = None
    """Whether watermarked copies were wanted."""
    final_unit_deduction: str | None = None
    """Units taken from the resource pack, once the task has ended."""
    final_balance_deduction: BalanceDeduction | None = None
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""


class TaskCreated(Model):
    """A task that was just accepted."""

    task_id: str
    """The id of the task. Opaque."""
    task_info: TaskInfo | None = None
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""


class VideoTask(Model):
    """A task that makes videos."""

    task_id: str
    """The id of the task. Opaque."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""
    task_status_msg: str | None = None
    """Why the task failed, else empty."""
    task_info: TaskInfo | None = None
    task_result: VideoTaskResult | None = None
    watermark_info: WatermarkInfo | None = None
    final_unit_deduction: str | None = None
    """Units taken from the resource pack, once the task has ended."""
    final_balance_deduction: BalanceDeduction | None = None
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""
