"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model

from . import shared


class ViewSet(Model):
    """One set of three views."""

    index: int
    """The number of the set, 0 to 2."""
    url_1: str
    """Where the first view can be fetched for 30 days."""
    url_2: str
    """Where the second view can be fetched for 30 days."""
    url_3: str
    """Where the third view can be fetched for 30 days."""


class TaskResult(Model):
    """What the task made; without sets until it succeeds."""

    images: list[ViewSet] | None = None
    """The sets to choose from. Three so far."""


class Task(Model):
    """A task that makes other views of a subject."""

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
    final_balance_deduction: shared.BalanceDeduction | None = None
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""
