"""Custom Voices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncTaskResource, CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from kling.params import voice_clone as voice_clone_params
    from kling.types import shared, voice_clone


class AsyncVoiceClone(AsyncTaskResource["voice_clone.Task"]):
    """Custom Voices."""

    _family = "voice_clone"

    async def create(
        self,
        *,
        voice_name: str,
        voice_url: str | None = None,
        video_id: str | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start a voice made from a recording. POST /v1/general/custom-voices

        Args:
            voice_name: How the voice is called. 1 to 20 characters.
            voice_url: A recording by its address: mp3 or wav, or a video in mp4 or mov; 5 to 30 s.
            video_id: A video that an earlier task made with a voice in it; 5 to 30 s.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Voice Management page, seen 2026-09.
        """
        made: shared.TaskCreated = await self._with(options)._call("create", locals())
        return made

    async def presets(
        self, *, page_num: int | None = None, page_size: int | None = None, **options: Unpack[CallOptions]
    ) -> list[voice_clone.Preset]:
        """List the voices that the service itself offers. GET /v1/general/presets-voices

        Args:
            page_num: The page, from 1. From 1 to 1000. Default 1.
            page_size: How many tasks a page holds; voices come in larger pages than other tasks. From 1 to 1000.
                Default 30.

        Source: Voice Management page, seen 2026-09.
        """
        made: list[voice_clone.Preset] = await self._with(options)._call(
            "presets", query={"page_num": page_num, "page_size": page_size}
        )
        return made

    async def delete(self, *, voice_id: str, **options: Unpack[CallOptions]) -> voice_clone.Deleted:
        """Delete one of the account's own voices. POST /v1/general/delete-voices

        Args:
            voice_id: A voice of the account.

        Source: Voice Management page, seen 2026-09.
        """
        made: voice_clone.Deleted = await self._with(options)._call("delete", locals())
        return made

    async def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[voice_clone.Task], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[voice_clone_params.Create],
    ) -> voice_clone.Task:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return await self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
