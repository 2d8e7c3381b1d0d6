"""Motion Control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, TaskResource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, Unpack

    from kling import MediaInput
    from kling.params import motion_control as motion_control_params, shared as shared_params
    from kling.types import shared


class MotionControl(TaskResource["shared.VideoTask"]):
    """Motion Control."""

    _family = "motion_control"

    def create(
        self,
        *,
        image_url: MediaInput,
        video_url: str,
        character_orientation: Literal["image", "video"],
        mode: Literal["std", "pro"],
        model_name: Literal["kling-v2-6", "kling-v3"] | None = None,
        prompt: str | None = None,
        element_list: Sequence[shared_params.ElementRef] | None = None,
        keep_original_sound: Literal["yes", "no"] | None = None,
        watermark_info: shared_params.WatermarkInfo | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start a video in which a character takes over the motion of another video. POST /v1/videos/motion-control

        Args:
            image_url: The character: an http(s) URL the service can reach, or bare base64 without a data: prefix.
                jpg, jpeg or png, at most 10 MB, each side from 300 to 65536 px, aspect ratio from 1:2.5 to 2.5:1.
                People, drawn figures and some animals do; best upright and not small, with head and body in sight
                and as much of the body as in the video.
            video_url: The motion by its address: mp4 or mov, 3 to 30 s, each side from 340 to 3850 px, at most 100
                MB. Best one real person in one take without cuts, camera moves or haste; of several people the
                largest counts.
            character_orientation: Which way the character faces: as in the picture, or as the person in the video.
            mode: std is 720p, pro 1080p.
            model_name: The model. Default kling-v2-6.
            prompt: What else to show, and how the camera moves. At most 2500 characters.
            element_list: An element that the character is. At most 1 entries.
            keep_original_sound: Whether the sound of the video stays. Default yes.
            watermark_info: Whether a watermarked copy is wanted.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Motion Control page, seen 2026-03.
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
        **params: Unpack[motion_control_params.Create],
    ) -> shared.VideoTask:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
