"""Extend Video."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, TaskResource

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from kling.params import extend_video as extend_video_params, shared as shared_params
    from kling.types import extend_video, shared


class ExtendVideo(TaskResource["extend_video.Task"]):
    """Extend Video."""

    _family = "extend_video"

    def create(
        self,
        *,
        video_id: str,
        prompt: str | None = None,
        negative_prompt: str | None = None,
        cfg_scale: float | None = None,
        watermark_info: shared_params.WatermarkInfo | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start a longer version of a video. POST /v1/videos/video-extend

        Args:
            video_id: The id of a video, not of a task, that text to video, image to video or an extension made in
                the last 30 days.
            prompt: What happens next. At most 2500 characters.
            negative_prompt: What not to show. At most 2500 characters.
            cfg_scale: How close to stay to the prompt; 1 is closest. From 0 to 1. Default 0.5.
            watermark_info: Whether a watermarked copy is wanted.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Extend Video page, seen 2026-03.
        """
        made: shared.TaskCreated = self._with(options)._call("create", locals())
        return made

    def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[extend_video.Task], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[extend_video_params.Create],
    ) -> extend_video.Task:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
