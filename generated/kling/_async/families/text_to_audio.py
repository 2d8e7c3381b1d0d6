"""Text to Audio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncTaskResource, CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from kling.params import text_to_audio as text_to_audio_params
    from kling.types import shared, text_to_audio


class AsyncTextToAudio(AsyncTaskResource["text_to_audio.Task"]):
    """Text to Audio."""

    _family = "text_to_audio"

    async def create(
        self,
        *,
        prompt: str,
        duration: float,
        external_task_id: str | None = None,
        callback_url: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start a sound made from a prompt. POST /v1/audio/text-to-audio

        Args:
            prompt: What to hear. 1 to 200 characters.
            duration: Length of the sound; one decimal at most. In seconds. From 3 to 10.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.
            callback_url: Where the service posts the task on each change of its status.

        Source: Text to Audio page, seen 2026-09.
        """
        made: shared.TaskCreated = await self._with(options)._call("create", locals())
        return made

    async def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[text_to_audio.Task], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[text_to_audio_params.Create],
    ) -> text_to_audio.Task:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return await self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
