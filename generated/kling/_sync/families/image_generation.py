"""Image Generation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, TaskResource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, Unpack

    from kling import MediaInput
    from kling.params import image_generation as image_generation_params, shared as shared_params
    from kling.types import shared


class ImageGeneration(TaskResource["shared.ImageTask"]):
    """Image Generation."""

    _family = "image_generation"

    def create(
        self,
        *,
        prompt: str,
        model_name: Literal["kling-v2-1", "kling-v3"] | None = None,
        negative_prompt: str | None = None,
        image: MediaInput | None = None,
        image_reference: Literal["subject", "face"] | None = None,
        image_fidelity: float | None = None,
        human_fidelity: float | None = None,
        element_list: Sequence[shared_params.ElementRef] | None = None,
        resolution: Literal["1k", "2k"] | None = None,
        n: int | None = None,
        aspect_ratio: Literal["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"] | None = None,
        watermark_info: shared_params.WatermarkInfo | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start pictures made from a prompt. POST /v1/images/generations

        Args:
            prompt: What to show. 1 to 2500 characters.
            model_name: The model. Without it the service took kling-v1 until about March 2026 and takes kling-v3
                now. kling-v2-1 since 2025-07-30. kling-v1 ended on 2026-09-15, then kling-v3; kling-v1-5 ended on
                2026-09-15; kling-v2 ended on 2026-09-15; kling-v2-new ended on 2026-09-15.
            negative_prompt: What not to show. Not read beside image. At most 2500 characters.
            image: A picture to go by.
            image_reference: What of image to keep: the traits of its subject, or the looks of its face, of which
                there must be exactly one.
            image_fidelity: How close to stay to image; 1 is closest. From 0 to 1. Default 0.5.
            human_fidelity: How close to stay to the features of the subject of image; 1 is closest. Read with
                image_reference subject only. From 0 to 1. Default 0.45.
            element_list: Elements that appear in the pictures; ten together with image. At most 10 entries.
            resolution: How large the pictures are. Default 1k.
            n: How many pictures to make. Each takes a slot and is charged. From 1 to 9. Default 1.
            aspect_ratio: Width to height. Default 16:9.
            watermark_info: Whether watermarked copies are wanted.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Image Generation page, seen 2026-09.
        """
        made: shared.TaskCreated = self._with(options)._call("create", locals())
        return made

    def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[shared.ImageTask], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[image_generation_params.Create],
    ) -> shared.ImageTask:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
