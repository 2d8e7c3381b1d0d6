"""Image to Video."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncTaskResource, CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, Unpack

    from kling import MediaInput
    from kling.params import image_to_video as image_to_video_params, shared as shared_params
    from kling.types import shared


class AsyncImageToVideo(AsyncTaskResource["shared.VideoTask"]):
    """Image to Video."""

    _family = "image_to_video"

    async def create(
        self,
        *,
        model_name: Literal["kling-v2-5-turbo", "kling-v2-6", "kling-v3"],
        image: MediaInput | None = None,
        image_tail: MediaInput | None = None,
        multi_shot: bool | None = None,
        shot_type: Literal["customize", "intelligence"] | None = None,
        prompt: str | None = None,
        multi_prompt: Sequence[shared_params.Shot] | None = None,
        negative_prompt: str | None = None,
        element_list: Sequence[image_to_video_params.ElementRef] | None = None,
        voice_list: Sequence[shared_params.Voice] | None = None,
        sound: Literal["on", "off"] | None = None,
        cfg_scale: float | None = None,
        mode: Literal["std", "pro", "4k"] | None = None,
        static_mask: MediaInput | None = None,
        dynamic_masks: Sequence[image_to_video_params.DynamicMask] | None = None,
        camera_control: image_to_video_params.CameraControl | None = None,
        duration: Literal["3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"] | None = None,
        watermark_info: shared_params.WatermarkInfo | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start a video made from a first or last frame. POST /v1/videos/image2video

        Args:
            model_name: The model. kling-v1 ended on 2026-09-15; kling-v1-5 ended on 2026-09-15; kling-v1-6 ended on
                2026-09-15; kling-v2-master ended on 2026-09-15; kling-v2-1 ended on 2026-09-15; kling-v2-1-master
                ended on 2026-09-15.
            image: The first frame.
            image_tail: The last frame, given as image is. No aspect ratio is asked of it.
            multi_shot: true makes several shots in one clip. Default false.
            shot_type: Who cuts the shots: customize is the caller with multi_prompt, intelligence is the model.
            prompt: What happens in the clip. It may name voices as <<<voice_1>>>, elements as <<<element_1>>> and
                the picture as <<<image_1>>>. Not read when the caller cuts the shots (multi_prompt). At most 2500
                characters.
            multi_prompt: The shots; their durations add up to duration. 1 to 6 entries.
            negative_prompt: What not to show. At most 2500 characters.
            element_list: Elements that appear in the clip. At most 3 entries.
            voice_list: Voices for the tokens in prompt. A task that uses them is charged at the voice rate. At most
                2 entries.
            sound: Whether the clip has sound. Default off.
            cfg_scale: How close to stay to the prompt; 1 is closest. From 0 to 1. Default 0.5.
            mode: std is 720p, pro 1080p, 4k 2160p. Models without modes do not read it. Default std. 4k since
                2026-04-23.
            static_mask: The part of image that holds still.
            dynamic_masks: The parts of image that move. At most 6 entries.
            camera_control: A camera move.
            duration: Length of the clip. In seconds as text. Default 5.
            watermark_info: Whether a watermarked copy is wanted.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Image to Video page, seen 2026-03.
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
        **params: Unpack[image_to_video_params.Create],
    ) -> shared.VideoTask:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return await self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
