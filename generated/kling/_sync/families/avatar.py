"""Avatar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, TaskResource

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal, Unpack

    from kling import MediaInput
    from kling.params import avatar as avatar_params, shared as shared_params
    from kling.types import shared


class Avatar(TaskResource["shared.VideoTask"]):
    """Avatar."""

    _family = "avatar"

    def create(
        self,
        *,
        image: MediaInput,
        audio_id: str | None = None,
        sound_file: MediaInput | None = None,
        prompt: str | None = None,
        mode: Literal["std", "pro"] | None = None,
        watermark_info: shared_params.WatermarkInfo | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start a video in which the person of a picture speaks a sound. POST /v1/videos/avatar/image2video

        Args:
            image: A picture: an http(s) URL the service can reach, or bare base64 without a data: prefix. jpg, jpeg
                or png, at most 10 MB, each side at least 300 px, aspect ratio from 1:2.5 to 2.5:1.
            audio_id: A sound that text to speech made in the last 30 days.
            sound_file: A sound: an http(s) URL the service can reach, or bare base64 without a data: prefix. mp3,
                wav, m4a or aac, at most 5 MB.
            prompt: What the person does and feels, and how the camera moves. At most 2500 characters.
            mode: std is cheaper, pro looks better. Default std.
            watermark_info: Whether a watermarked copy is wanted.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Avatar page, seen 2026-09.
        """
        made: shared.TaskCreated = self._with(options)._call("create", locals())
        return made

    def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[shared.VideoTask], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[avatar_params.Create],
    ) -> shared.VideoTask:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
