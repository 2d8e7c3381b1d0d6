"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model


class Harbour(Model):
    """A harbour."""

    name: str
    """What it is called."""
    kind: Literal["sea", "river"] | str | None = None
    """What it is."""
