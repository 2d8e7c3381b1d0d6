"""Video Omni."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, TaskResource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, Unpack

    from kling.params import shared as shared_params, video_omni as video_omni_params
    from kling.types import shared


class VideoOmni(TaskResource["shared.VideoTask"]):
    """Video Omni."""

    _family = "video_omni"

    def create(
        self,
        *,
        model_name: Literal["kling-video-o1", "kling-v3-omni"] | None = None,
        multi_shot: bool | None = None,
        shot_type: Literal["customize", "intelligence"] | None = None,
        prompt: str | None = None,
        multi_prompt: Sequence[shared_params.Shot] | None = None,
        image_list: Sequence[video_omni_params.ImageRef] | None = None,
        element_list: Sequence[shared_params.ElementRef] | None = None,
        video_list: Sequence[video_omni_params.VideoRef] | None = None,
        sound: Literal["on", "off"] | None = None,
        mode: Literal["std", "pro", "4k"] | None = None,
        aspect_ratio: Literal["16:9", "9:16", "1:1"] | None = None,
        duration: Literal["3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"] | None = None,
        watermark_info: shared_params.WatermarkInfo | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start a video made from words, pictures, elements or a video. POST /v1/videos/omni-video

        Args:
            model_name: The model. Default kling-video-o1.
            multi_shot: true makes several shots in one clip. Default false.
            shot_type: Who cuts the shots: customize is the caller with multi_prompt, intelligence is the model.
                Read only with multi_shot.
            prompt: What to show, and what not to. It names pictures as <<<image_1>>>, elements as <<<element_1>>>
                and the video as <<<video_1>>>, counted from 1 in their lists. Not read when the caller cuts the
                shots (multi_prompt). At most 2500 characters.
            multi_prompt: The shots; their durations add up to duration, and their prompts may name pictures and
                elements as prompt does. Read only with multi_shot. 1 to 6 entries.
            image_list: Pictures of a subject, a scene or a style, and the first and last frame. At most 7 entries.
            element_list: Elements that appear in the clip. At most 7 entries.
            video_list: The video to edit or to go by. At most 1 entries.
            sound: Whether the clip has sound. Default off.
            mode: std is 720p, pro 1080p, 4k 2160p. Default pro. 4k since 2026-04-23.
            aspect_ratio: Width to height. A first frame or a video to edit brings its own.
            duration: Length of the clip. Not read when a video is edited, which keeps its own length. In seconds as
                text. Default 5.
            watermark_info: Whether a watermarked copy is wanted.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Video Omni page, seen 2026-03.
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
        **params: Unpack[video_omni_params.Create],
    ) -> shared.VideoTask:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
