"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kling._core.inputs import MediaInput

from . import shared


class ImageRef(TypedDict):
    """A picture to go by."""

    image: MediaInput
    """A picture: an http(s) URL the service can reach, or bare base64 without a data: prefix. jpg, jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio from 1:2.5 to 2.5:1."""


class Create(TypedDict):
    """What an omni-image task is made from."""

    model_name: NotRequired[Literal["kling-image-o1", "kling-v3-omni"]]
    """The model."""
    prompt: str
    """What to show and what not. It may name pictures as <<<image_1>>> and elements as <<<element_1>>>, counted from 1 in their lists."""
    image_list: NotRequired[list[ImageRef]]
    """Pictures to go by; ten together with the elements."""
    element_list: NotRequired[list[shared.ElementRef]]
    """Elements that appear in the pictures; ten together with image_list."""
    resolution: NotRequired[Literal["1k", "2k", "4k"]]
    """How large the pictures are."""
    result_type: NotRequired[Literal["single", "series"]]
    """What comes back: single is n separate pictures, series is one set that belongs together."""
    n: NotRequired[int]
    """How many single pictures to make. Each takes a slot and is charged."""
    series_amount: NotRequired[int | Literal["auto"]]
    """How many pictures the series has; auto lets the model choose. Each takes a slot and is charged; with auto those that were really made."""
    aspect_ratio: NotRequired[Literal["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "auto"]]
    """Width to height; auto follows the pictures given. Without effect where the result keeps the shape of its source."""
    watermark_info: NotRequired[shared.WatermarkInfo]
    """Whether watermarked copies are wanted."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
