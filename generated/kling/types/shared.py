"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model


class BalanceDeduction(Model):
    """Money taken from the balance."""

    quota: str | None = None
    """What was taken."""
    list_price: str | None = None
    """What the list price is."""


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
