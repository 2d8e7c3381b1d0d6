"""Omni Image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncTaskResource, CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, Unpack

    from kling.params import image_omni as image_omni_params, shared as shared_params
    from kling.types import image_omni, shared


class AsyncImageOmni(AsyncTaskResource["image_omni.Task"]):
    """Omni Image."""

    _family = "image_omni"

    async def create(
        self,
        *,
        prompt: str,
        model_name: Literal["kling-image-o1", "kling-v3-omni"] | None = None,
        image_list: Sequence[image_omni_params.ImageRef] | None = None,
        element_list: Sequence[shared_params.ElementRef] | None = None,
        resolution: Literal["1k", "2k", "4k"] | None = None,
        result_type: Literal["single", "series"] | None = None,
        n: int | None = None,
        series_amount: int | Literal["auto"] | None = None,
        aspect_ratio: Literal["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "auto"] | None = None,
        watermark_info: shared_params.WatermarkInfo | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start pictures made from a prompt that may name pictures and elements. POST /v1/images/omni-image

        Args:
            prompt: What to show and what not. It may name pictures as <<<image_1>>> and elements as
                <<<element_1>>>, counted from 1 in their lists. 1 to 2500 characters.
            model_name: The model. Default kling-image-o1.
            image_list: Pictures to go by; ten together with the elements.
            element_list: Elements that appear in the pictures; ten together with image_list.
            resolution: How large the pictures are. Default 1k.
            result_type: What comes back: single is n separate pictures, series is one set that belongs together.
                Default single.
            n: How many single pictures to make. Each takes a slot and is charged. From 1 to 9. Default 1.
            series_amount: How many pictures the series has; auto lets the model choose. Each takes a slot and is
                charged; with auto those that were really made. Default 4.
            aspect_ratio: Width to height; auto follows the pictures given. Without effect where the result keeps
                the shape of its source. Default auto.
            watermark_info: Whether watermarked copies are wanted.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Omni Image page, seen 2026-09.
        """
        made: shared.TaskCreated = await self._with(options)._call("create", locals())
        return made

    async def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[image_omni.Task], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[image_omni_params.Create],
    ) -> image_omni.Task:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return await self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
