"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model

from . import shared


class Video(Model):
    """One generated video. Unlike the other families', its length is not told."""

    id: str
    """The id of the video; other endpoints take it as video_id for 30 days."""
    url: str
    """Where the video can be fetched for 30 days."""
    watermark_url: str | None = None
    """The watermarked copy; empty or absent without one."""


class TaskResult(Model):
    """What the task made; without videos until it succeeds."""

    videos: list[Video] | None = None
    """The videos. One in practice."""


class Task(Model):
    """A task that puts an effect on pictures."""

    task_id: str
    """The id of the task. Opaque."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""
    task_status_msg: str | None = None
    """Why the task failed, else empty."""
    task_info: shared.TaskInfo | None = None
    task_result: TaskResult | None = None
    watermark_info: shared.WatermarkInfo | None = None
    """Whether a watermarked copy was wanted; this family has no field to ask for one."""
    final_unit_deduction: str | None = None
    """Units taken from the resource pack, once the task has ended."""
    final_balance_deduction: shared.BalanceDeduction | None = None
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""
