"""Multi-Image to Image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncTaskResource, CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, Unpack

    from kling import MediaInput
    from kling.params import reference_to_image as reference_to_image_params, shared as shared_params
    from kling.types import shared


class AsyncReferenceToImage(AsyncTaskResource["shared.ImageTask"]):
    """Multi-Image to Image."""

    _family = "reference_to_image"

    async def create(
        self,
        *,
        subject_image_list: Sequence[reference_to_image_params.Subject],
        model_name: Literal["kling-v2-1"] | None = None,
        prompt: str | None = None,
        scene_image: MediaInput | None = None,
        style_image: MediaInput | None = None,
        n: int | None = None,
        aspect_ratio: Literal["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"] | None = None,
        watermark_info: shared_params.WatermarkInfo | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start pictures that bring several subjects together. POST /v1/images/multi-image2image

        Args:
            subject_image_list: The subjects. 1 to 4 entries.
            model_name: The model. Without it the service took kling-v2 until about June 2026 and takes kling-v2-1
                now; better to name it. kling-v2-1 since 2025-11-19. kling-v2 ended on 2026-09-15, then kling-v2-1.
            prompt: What to show. At most 2500 characters.
            scene_image: The place they are put in.
            style_image: The style of the result.
            n: How many pictures to make. Each takes a slot and is charged. From 1 to 9. Default 1.
            aspect_ratio: Width to height. Default 16:9.
            watermark_info: Whether watermarked copies are wanted.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Multi-Image to Image page, seen 2026-09.
        """
        made: shared.TaskCreated = await self._with(options)._call("create", locals())
        return made

    async def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[shared.ImageTask], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[reference_to_image_params.Create],
    ) -> shared.ImageTask:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return await self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
