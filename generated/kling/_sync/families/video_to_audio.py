"""Video to Audio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, TaskResource

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from kling.params import video_to_audio as video_to_audio_params
    from kling.types import shared, video_to_audio


class VideoToAudio(TaskResource["video_to_audio.Task"]):
    """Video to Audio."""

    _family = "video_to_audio"

    def create(
        self,
        *,
        video_id: str | None = None,
        video_url: str | None = None,
        sound_effect_prompt: str | None = None,
        bgm_prompt: str | None = None,
        asmr_mode: bool | None = None,
        external_task_id: str | None = None,
        callback_url: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start a sound made for a video. POST /v1/audio/video-to-audio

        Args:
            video_id: A video of 3 to 20 s that an earlier task made in the last 30 days.
            video_url: A video by its address: mp4 or mov, 3 to 20 s, at most 100 MB, of any size in pixels.
            sound_effect_prompt: What sounds to hear. At most 200 characters.
            bgm_prompt: What music to hear. At most 200 characters.
            asmr_mode: true makes the sounds finer and closer to the ear. Default false.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.
            callback_url: Where the service posts the task on each change of its status.

        Source: Video to Audio page, seen 2026-09.
        """
        made: shared.TaskCreated = self._with(options)._call("create", locals())
        return made

    def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[video_to_audio.Task], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[video_to_audio_params.Create],
    ) -> video_to_audio.Task:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
