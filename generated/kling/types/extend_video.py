"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model

from . import shared


class ParentVideo(Model):
    """The video that is made longer, as it was before."""

    id: str
    """The id of the video."""
    url: str
    """Where the video can be fetched; it is gone after 30 days."""
    duration: str
    """Length of the video."""


class TaskInfo(Model):
    """What the task was created with."""

    external_task_id: str | None = None
    """The caller's own id."""
    parent_video: ParentVideo | None = None
    """The video that is made longer. That it is told from the start is a guess."""


class Video(Model):
    """The longer video."""

    id: str
    """The id of the video; other endpoints, this one among them, take it as video_id for 30 days."""
    url: str
    """Where the video can be fetched for 30 days."""
    watermark_url: str | None = None
    """The watermarked copy, when one was asked for."""
    duration: str | None = None
    """Length of the whole file, old part and new."""


class TaskResult(Model):
    """What the task made; without videos until it succeeds."""

    videos: list[Video] | None = None
    """The videos. One in practice."""


class Task(Model):
    """A task that makes a video longer."""

    task_id: str
    """The id of the task. Opaque."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""
    task_status_msg: str | None = None
    """Why the task failed, else empty."""
    task_info: TaskInfo | None = None
    task_result: TaskResult | None = None
    watermark_info: shared.WatermarkInfo | None = None
    final_unit_deduction: str | None = None
    """Units taken from the resource pack, once the task has ended."""
    final_balance_deduction: shared.BalanceDeduction | None = None
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""
