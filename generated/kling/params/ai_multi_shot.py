"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from kling._core.inputs import MediaInput


class Create(TypedDict):
    """What a multi-shot task is made from."""

    element_frontal_image: MediaInput
    """The subject from the front."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
