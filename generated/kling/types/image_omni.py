"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model

from . import shared


class TaskResult(Model):
    """What the task made; without pictures until it succeeds."""

    result_type: Literal["single", "series"] | str | None = None
    """Which of the two lists holds the pictures."""
    images: list[shared.GeneratedImage] | None = None
    """Single pictures; empty or absent for a series."""
    series_images: list[shared.GeneratedImage] | None = None
    """The pictures of a series in their order; empty or absent for single pictures."""


class Task(Model):
    """A task that makes pictures, single ones or a series."""

    task_id: str
    """The id of the task. Opaque."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""
    task_status_msg: str | None = None
    """Why the task failed, else empty."""
    task_info: shared.TaskInfo | None = None
    task_result: TaskResult | None = None
    watermark_info: shared.WatermarkInfo | None = None
    """Whether watermarked copies were wanted."""
    final_unit_deduction: str | None = None
    """Units taken from the resource pack, once the task has ended."""
    final_balance_deduction: shared.BalanceDeduction | None = None
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""
