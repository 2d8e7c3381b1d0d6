"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model

from . import shared


class Image(Model):
    """The person in the garment. No watermarked copy is made."""

    index: int
    """The number of the picture, from 0."""
    url: str
    """Where the picture can be fetched for 30 days."""


class TaskResult(Model):
    """What the task made; without pictures until it succeeds."""

    images: list[Image] | None = None
    """The pictures. One in practice."""


class Task(Model):
    """A task that dresses a person."""

    task_id: str
    """The id of the task. Opaque."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""
    task_status_msg: str | None = None
    """Why the task failed, else empty."""
    task_info: shared.TaskInfo | None = None
    task_result: TaskResult | None = None
    final_unit_deduction: str | None = None
    """Units taken from the resource pack, once the task has ended."""
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""
