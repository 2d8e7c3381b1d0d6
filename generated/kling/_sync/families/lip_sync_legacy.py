"""Lip Sync (before face choice)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, TaskResource

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from kling.params import lip_sync_legacy as lip_sync_legacy_params
    from kling.types import shared


class LipSyncLegacy(TaskResource["shared.VideoTask"]):
    """Lip Sync (before face choice)."""

    _family = "lip_sync_legacy"

    def create(
        self, *, input: lip_sync_legacy_params.Input, callback_url: str | None = None, **options: Unpack[CallOptions]
    ) -> shared.TaskCreated:
        """Start a video in which a person speaks a text or a sound. POST /v1/videos/lip-sync

        Args:
            input: The video, and what is spoken in it.
            callback_url: Where the service posts the task on each change of its status.

        Source: ComfyUI: Kling nodes page, seen 2025-10.
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
        **params: Unpack[lip_sync_legacy_params.Create],
    ) -> shared.VideoTask:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
