"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model

from . import shared


class Deleted(Model):
    """The task that deleted the voice."""

    task_id: str
    """The id of the task. Nothing takes it."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands; succeed at once. The voice is then no longer listed."""


class PresetVoice(Model):
    """A voice that the service offers to every account."""

    voice_id: str
    """The id of the voice; video generation and elements take it."""
    voice_name: str
    """How the voice is called."""
    trial_url: str | None = None
    """Where a sample of the voice can be heard."""
    owned_by: str | None = None
    """Whose voice it is: always kling."""


class Voice(Model):
    """A voice of the account."""

    voice_id: str
    """The id of the voice; video generation and elements take it."""
    voice_name: str
    """How the voice is called."""
    trial_url: str | None = None
    """Where a sample of the voice can be heard."""
    owned_by: str | None = None
    """Whose voice it is: the id of the account, a number as text."""


class PresetResult(Model):
    """What the task made."""

    voices: list[PresetVoice] | None = None
    """The voices. One in practice."""


class TaskResult(Model):
    """What the task made; without voices until it succeeds."""

    voices: list[Voice] | None = None
    """The voices. One in practice."""


class Preset(Model):
    """A preset voice, told as a finished task. Nothing is charged for it."""

    task_id: str
    """The id of the task that made the voice. Opaque."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""
    task_status_msg: str | None = None
    """Empty."""
    task_result: PresetResult | None = None
    """The voice."""
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""


class Task(Model):
    """A task that makes a voice."""

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
