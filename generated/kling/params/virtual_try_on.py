"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kling._core.inputs import MediaInput


class Create(TypedDict):
    """What a try-on task is made from."""

    model_name: NotRequired[Literal["kolors-virtual-try-on-v1", "kolors-virtual-try-on-v1-5"]]
    """The model: v1 takes one garment, v1-5 also a top and a bottom together."""
    human_image: MediaInput
    """The person."""
    cloth_image: MediaInput
    """The garment, a top, a bottom or a dress: a product photo or on white."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
