"""Text to Video."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncTaskResource, CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, Unpack

    from kling.params import shared as shared_params, text_to_video as text_to_video_params
    from kling.types import shared


class AsyncTextToVideo(AsyncTaskResource["shared.VideoTask"]):
    """Text to Video."""

    _family = "text_to_video"

    async def create(
        self,
        *,
        model_name: Literal["kling-v2-5-turbo", "kling-v2-6", "kling-v3"],
        prompt: str | None = None,
        negative_prompt: str | None = None,
        multi_shot: bool | None = None,
        shot_type: Literal["customize", "intelligence"] | None = None,
        multi_prompt: Sequence[shared_params.Shot] | None = None,
        voice_list: Sequence[shared_params.Voice] | None = None,
        sound: Literal["on", "off"] | None = None,
        cfg_scale: float | None = None,
        mode: Literal["std", "pro", "4k"] | None = None,
        camera_control: text_to_video_params.CameraControl | None = None,
        aspect_ratio: Literal["16:9", "9:16", "1:1"] | None = None,
        duration: Literal["3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"] | None = None,
        watermark_info: shared_params.WatermarkInfo | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start a video made from a prompt. POST /v1/videos/text2video

        Args:
            model_name: The model. kling-v1 ended on 2026-09-15; kling-v1-6 ended on 2026-09-15; kling-v2-master
                ended on 2026-09-15; kling-v2-1-master ended on 2026-09-15.
            prompt: What to show. With voice_list it may name voices as <<<voice_1>>>. Not read when the caller cuts
                the shots (multi_prompt). At most 2500 characters.
            negative_prompt: What not to show. At most 2500 characters.
            multi_shot: true makes several shots in one clip. Default false.
            shot_type: Who cuts the shots: customize is the caller with multi_prompt, intelligence is the model.
            multi_prompt: The shots; their durations add up to duration. 1 to 6 entries.
            voice_list: Voices for the tokens in prompt. The capability maps list no model that takes it here. At
                most 2 entries.
            sound: Whether the clip has sound. Default off.
            cfg_scale: How close to stay to the prompt; 1 is closest. From 0 to 1. Default 0.5.
            mode: std is 720p, pro 1080p, 4k 2160p. Default std. 4k since 2026-04-23.
            camera_control: A camera move.
            aspect_ratio: Width to height. Default 16:9.
            duration: Length of the clip. In seconds as text. Default 5.
            watermark_info: Whether a watermarked copy is wanted.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Text to Video page, seen 2026-03.
        """
        made: shared.TaskCreated = await self._with(options)._call("create", locals())
        return made

    async def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[shared.VideoTask], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[text_to_video_params.Create],
    ) -> shared.VideoTask:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return await self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
