"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model

from . import shared


class Audio(Model):
    """A text as it was read."""

    id: str
    """The id of the sound; lip sync and avatar take it as audio_id for 30 days."""
    url: str
    """Where the sound can be fetched as mp3 for 30 days."""
    duration: str | None = None
    """Length of the sound, such as 3.276."""


class Result(Model):
    """What was made."""

    audios: list[Audio] | None = None
    """The sounds. One in practice."""


class Speech(Model):
    """A finished task."""

    task_id: str
    """The id of the task. Nothing takes it."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""
    task_status_msg: str | None = None
    """Why the task failed, else empty."""
    task_result: Result | None = None
    """The sound."""
    final_unit_deduction: str | None = None
    """Units taken from the resource pack."""
    final_balance_deduction: shared.BalanceDeduction | None = None
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""
