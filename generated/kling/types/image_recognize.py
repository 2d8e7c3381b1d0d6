"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model

from . import shared


class Part(Model):
    """One part of a picture."""

    type: Literal["object_seg", "head_seg", "face_seg", "cloth_seg"] | str
    """The kind: object_seg is the main subject, head_seg a head with its hair, face_seg a face without hair, cloth_seg clothes."""
    is_contain: bool
    """Whether the picture has such a part."""
    url: str | None = None
    """Where the part can be fetched as png for 30 days; empty when is_contain is false."""


class Result(Model):
    """The parts of a picture."""

    images: list[Part]
    """Four entries, one for each kind of part, whether it was found or not."""


class Recognized(Model):
    """What a look at a picture gives."""

    task_result: Result
    """The parts of the picture."""
    final_unit_deduction: str | None = None
    """Units taken from the resource pack."""
    final_balance_deduction: shared.BalanceDeduction | None = None
