"""Lip Sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncTaskResource, CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from kling.params import lip_sync as lip_sync_params, shared as shared_params
    from kling.types import lip_sync, shared


class AsyncLipSync(AsyncTaskResource["shared.VideoTask"]):
    """Lip Sync."""

    _family = "lip_sync"

    async def identify_face(
        self, *, video_id: str | None = None, video_url: str | None = None, **options: Unpack[CallOptions]
    ) -> lip_sync.Faces:
        """Find the faces of a video that can be made to speak. POST /v1/videos/identify-face

        Args:
            video_id: A video that an earlier task made in the last 30 days.
            video_url: A video by its address: mp4 or mov, 720p or 1080p with sides from 512 to 2160 px, 2 to 60 s,
                at most 100 MB.

        Source: Face Recognition page, seen 2026-09.
        """
        made: lip_sync.Faces = await self._with(options)._call("identify_face", locals())
        return made

    async def create(
        self,
        *,
        session_id: str,
        face_choose: Sequence[lip_sync_params.FaceChoice],
        watermark_info: shared_params.WatermarkInfo | None = None,
        external_task_id: str | None = None,
        callback_url: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start a video in which a chosen face speaks a sound. POST /v1/videos/advanced-lip-sync

        Args:
            session_id: The session that identify_face opened for the video.
            face_choose: Who speaks what. One person only so far. Exactly 1 entries.
            watermark_info: Whether a watermarked copy is wanted.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.
            callback_url: Where the service posts the task on each change of its status.

        Source: Lip Sync page, seen 2026-09.
        """
        made: shared.TaskCreated = await self._with(options)._call("create", locals())
        return made

    async def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[shared.VideoTask], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[lip_sync_params.Create],
    ) -> shared.VideoTask:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return await self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
