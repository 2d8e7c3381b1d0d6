"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Create(TypedDict):
    """What a text-to-audio task is made from. The price does not depend on the length."""

    prompt: str
    """What to hear."""
    duration: float
    """Length of the sound; one decimal at most."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
