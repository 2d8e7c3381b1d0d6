"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kling._core.inputs import MediaInput

from . import shared


class ClearSelection(TypedDict):
    """The session to take all points off."""

    session_id: str
    """The session that init_selection opened."""


class InitSelection(TypedDict):
    """The video to edit."""

    video_id: NotRequired[str]
    """A video that an earlier task made in the last 30 days."""
    video_url: NotRequired[str]
    """A video by its address: mp4 or mov, sides from 720 to 2160 px, 24, 30 or 60 frames a second, 2 to 5 s or 7 to 10 s."""


class Point(TypedDict):
    """A place on a frame."""

    x: float
    """From the left edge; 1 is the whole width."""
    y: float
    """From the upper edge, which is a guess as the page contradicts itself; 1 is the whole height."""


class PreviewSelection(TypedDict):
    """The session to preview."""

    session_id: str
    """The session that init_selection opened."""


class AddSelection(TypedDict):
    """Points to mark on one frame."""

    session_id: str
    """The session that init_selection opened."""
    frame_index: int
    """The number of the frame; that the first is 0 is a guess from the page's sample."""
    points: list[Point]
    """Where to click. A frame holds at most 10 points."""


class DeleteSelection(TypedDict):
    """Points to take off one frame."""

    session_id: str
    """The session that init_selection opened."""
    frame_index: int
    """The number of the frame, counted as in add_selection."""
    points: list[Point]
    """The points that go."""


class Image(TypedDict):
    """A picture of a thing that comes into the video."""

    image: MediaInput
    """The picture, cut to the thing by the caller; the service does not crop."""


class Create(TypedDict):
    """What a multi-elements task is made from."""

    session_id: str
    """The session that init_selection opened for the video."""
    edit_mode: Literal["addition", "swap", "removal"]
    """What happens: addition puts in what the pictures show, swap puts it in place of what is marked, removal takes out what is marked."""
    image_list: NotRequired[list[Image]]
    """Pictures of what comes in: one or two for addition, one for swap, none for removal."""
    prompt: str
    """What to do. It names the video as <<<video_1>>> and the pictures as <<<image_1>>> and <<<image_2>>>."""
    negative_prompt: NotRequired[str]
    """What not to show."""
    mode: NotRequired[Literal["std", "pro"]]
    """The quality: std or, at a higher price, pro."""
    duration: NotRequired[Literal["5", "10"]]
    """Length of the clip; it follows from the length of the video."""
    watermark_info: NotRequired[shared.WatermarkInfo]
    """Whether a watermarked copy is wanted."""
    callback_url: NotRequired[str]
    """Where the service posts the task on each change of its status."""
    external_task_id: NotRequired[str]
    """The caller's own id for the task; unique within the account, usable in place of the task id."""
