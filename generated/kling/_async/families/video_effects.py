"""Video Effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncTaskResource, CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from kling.params import values as values_params, video_effects as video_effects_params
    from kling.types import shared, video_effects


class AsyncVideoEffects(AsyncTaskResource["video_effects.Task"]):
    """Video Effects."""

    _family = "video_effects"

    async def create(
        self,
        *,
        effect_scene: values_params.VideoEffectsCreateEffectScene | str,
        input: video_effects_params.Input,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start a video that puts an effect on one picture or two. POST /v1/videos/effects

        Args:
            effect_scene: The effect. A scene labelled dual takes two pictures, every other takes one. let’s_ride
                has a typographic apostrophe. 317 values are known; others are sent too.
            input: What the effect is put on.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Video Effects page, seen 2026-03.
        """
        made: shared.TaskCreated = await self._with(options)._call("create", locals())
        return made

    async def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[video_effects.Task], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[video_effects_params.Create],
    ) -> video_effects.Task:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return await self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
