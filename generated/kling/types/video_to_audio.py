"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model

from . import shared


class Video(Model):
    """The video with the new sound. There is no watermarked copy."""

    id: str
    """The id of the video; other endpoints take it as video_id for 30 days."""
    url: str
    """Where the video can be fetched for 30 days."""
    duration: str | None = None
    """Length of the file."""


class TaskResult(Model):
    """What the task made; empty until it succeeds."""

    videos: list[Video] | None = None
    """The video with the new sound."""
    audios: list[shared.Audio] | None = None
    """The new sound alone."""


class Task(Model):
    """A task that makes sound for a video."""

    task_id: str
    """The id of the task. Opaque."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""
    task_status_msg: str | None = None
    """Why the task failed, else empty."""
    task_info: shared.TaskInfo | None = None
    """What the task was created with; parent_video is the video it works on. For a video given by its address the id there is one of the service, or empty."""
    task_result: TaskResult | None = None
    final_unit_deduction: str | None = None
    """Units taken from the resource pack, once the task has ended."""
    final_balance_deduction: shared.BalanceDeduction | None = None
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""
