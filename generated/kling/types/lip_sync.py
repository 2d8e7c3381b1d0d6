"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from kling._core.model import Model

from . import shared


class FaceData(Model):
    """One face, and the span of the video in which it can speak."""

    face_id: str
    """The face within its session. A face that was away for more than 1 s comes back under a new id."""
    face_image: str
    """Where a picture of the face can be fetched."""
    start_time: int
    """Where the span begins, the best point for a sound to start."""
    end_time: int
    """Where the span ends; may be some milliseconds late."""


class Faces(Model):
    """The faces of a video, and the session in which one of them can be chosen."""

    session_id: str
    """Stands for the video in a lip-sync task for 24 hours. It stays the same whatever is chosen."""
    face_data: list[FaceData]
    """The faces; empty when there are none."""
    final_unit_deduction: str | None = None
    """Units taken from the resource pack."""
    final_balance_deduction: shared.BalanceDeduction | None = None
