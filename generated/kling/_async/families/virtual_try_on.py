"""Virtual Try-On."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncTaskResource, CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal, Unpack

    from kling import MediaInput
    from kling.params import virtual_try_on as virtual_try_on_params
    from kling.types import shared, virtual_try_on


class AsyncVirtualTryOn(AsyncTaskResource["virtual_try_on.Task"]):
    """Virtual Try-On."""

    _family = "virtual_try_on"

    async def create(
        self,
        *,
        human_image: MediaInput,
        cloth_image: MediaInput,
        model_name: Literal["kolors-virtual-try-on-v1", "kolors-virtual-try-on-v1-5"] | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start a picture of a person in a given garment. POST /v1/images/kolors-virtual-try-on

        Args:
            human_image: The person.
            cloth_image: The garment, a top, a bottom or a dress: a product photo or on white.
            model_name: The model: v1 takes one garment, v1-5 also a top and a bottom together. Default kolors-
                virtual-try-on-v1.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Virtual Try-On page, seen 2026-03.
        """
        made: shared.TaskCreated = await self._with(options)._call("create", locals())
        return made

    async def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[virtual_try_on.Task], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[virtual_try_on_params.Create],
    ) -> virtual_try_on.Task:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return await self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
