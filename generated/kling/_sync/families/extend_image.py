"""Image Expansion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, TaskResource

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from kling import MediaInput
    from kling.params import extend_image as extend_image_params, shared as shared_params
    from kling.types import shared


class ExtendImage(TaskResource["shared.ImageTask"]):
    """Image Expansion."""

    _family = "extend_image"

    def create(
        self,
        *,
        image: MediaInput,
        up_expansion_ratio: float,
        down_expansion_ratio: float,
        left_expansion_ratio: float,
        right_expansion_ratio: float,
        prompt: str | None = None,
        n: int | None = None,
        watermark_info: shared_params.WatermarkInfo | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start pictures that go on beyond the edges of a picture. POST /v1/images/editing/expand

        Args:
            image: The picture to go on from.
            up_expansion_ratio: What is added above, in heights of image: 0.1 adds 2 px above a picture 20 px high.
                From 0 to 2.
            down_expansion_ratio: What is added below, in heights of image. From 0 to 2.
            left_expansion_ratio: What is added on the left, in widths of image. From 0 to 2.
            right_expansion_ratio: What is added on the right, in widths of image. From 0 to 2.
            prompt: What the added part shows. At most 2500 characters.
            n: How many pictures to make. Each takes a slot and is charged. From 1 to 9. Default 1.
            watermark_info: Whether watermarked copies are wanted.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Image Expansion page, seen 2026-09.
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
        **params: Unpack[extend_image_params.Create],
    ) -> shared.ImageTask:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
