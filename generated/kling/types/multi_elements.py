"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model

from . import shared


class PngMask(Model):
    """A mask as a picture."""

    size: list[int]
    """Height and width, as in the run lengths."""
    base64: str
    """The picture itself as png in base64."""


class PreviewResult(Model):
    """The marked things through the whole video."""

    video: str
    """Where the video with the masks drawn in can be fetched."""
    video_cover: str
    """Where a cover picture of that video can be fetched."""
    tracking_output: str
    """Where the masks of all frames can be fetched. That they come as a video is a guess."""


class RleMask(Model):
    """A mask as run lengths."""

    size: list[int]
    """Height and width, as the page's decoder reads it. Its sample numbers have them the other way round."""
    counts: str
    """Lengths of runs of 0 and 1 in turn, column by column, packed as COCO packs them. Each length is cut into groups of 5 bits, lowest first, and each group is a character whose code is 48 more; 0x20 says that another group follows, 0x10 in the last one is the sign. From the fourth length on, the difference to the length two before is told."""


class Video(Model):
    """One edited video."""

    id: str
    """The id of the video; other endpoints take it as video_id for 30 days."""
    session_id: str | None = None
    """The session the edit was made in, still of use for its 24 hours."""
    url: str
    """Where the video can be fetched for 30 days."""
    watermark_url: str | None = None
    """The watermarked copy, when one was asked for."""
    duration: str | None = None
    """Length of the file, such as 5.041."""


class Cleared(Model):
    """A session without marks."""

    status: int
    """0 when it worked; any other value is a refusal. Which there are is not told."""
    session_id: str
    """The session; not a new one."""
    final_unit_deduction: str | None = None
    """Units taken from the resource pack."""
    final_balance_deduction: shared.BalanceDeduction | None = None


class ObjectMask(Model):
    """One thing and the part of the frame it covers, told twice."""

    object_id: int
    """The number of the thing; samples count from 0."""
    rle_mask: RleMask
    """The part as run lengths."""
    png_mask: PngMask
    """The part as a picture."""


class Preview(Model):
    """What a preview gives."""

    status: int
    """0 when something was recognised; any other value says that nothing was. Which there are is not told."""
    session_id: str
    """The session; not a new one."""
    final_unit_deduction: str | None = None
    """Units taken from the resource pack."""
    final_balance_deduction: shared.BalanceDeduction | None = None
    res: PreviewResult | None = None
    """The preview, when something was recognised."""


class Segmentation(Model):
    """The things picked out on one frame."""

    frame_index: int
    """The number of the frame."""
    rle_mask_list: list[ObjectMask]
    """One entry for each thing."""


class Selection(Model):
    """What the marks of one frame pick out."""

    status: int
    """0 when something was recognised; any other value says that nothing was. Which there are is not told."""
    session_id: str
    """The session; not a new one."""
    final_unit_deduction: str | None = None
    """Units taken from the resource pack."""
    final_balance_deduction: shared.BalanceDeduction | None = None
    res: Segmentation | None = None
    """The things of the frame, when some were recognised."""


class Session(Model):
    """A session on a video, and what the video was found to be."""

    status: int
    """0 when the video could be read; any other value is a refusal. Which there are is not told."""
    session_id: str
    """Stands for the video and its marks for 24 hours. It stays the same whatever is marked."""
    final_unit_deduction: str | None = None
    """Units taken from the resource pack."""
    final_balance_deduction: shared.BalanceDeduction | None = None
    fps: float
    """Frames a second. No request takes it."""
    original_duration: float
    """Length of the video. That it is told in milliseconds is a guess. No request takes it."""
    width: int
    """Width of the video."""
    height: int
    """Height of the video."""
    total_frame: int
    """How many frames the video has. No request takes it."""
    normalized_video: str
    """Where the video can be fetched as the session uses it."""


class TaskResult(Model):
    """What the task made; without videos until it succeeds."""

    videos: list[Video] | None = None
    """The videos. One in practice."""


class Task(Model):
    """A task that edits a video."""

    task_id: str
    """The id of the task. Opaque."""
    task_status: Literal["submitted", "processing", "succeed", "failed"] | str
    """Where the task stands. succeed and failed are final."""
    task_status_msg: str | None = None
    """Why the task failed, else empty."""
    task_info: shared.TaskInfo | None = None
    task_result: TaskResult | None = None
    watermark_info: shared.WatermarkInfo | None = None
    """Whether a watermarked copy was wanted."""
    final_unit_deduction: str | None = None
    """Units taken from the resource pack, once the task has ended."""
    final_balance_deduction: shared.BalanceDeduction | None = None
    created_at: int
    """When the task was accepted."""
    updated_at: int
    """When the status last changed."""
