"""The client: one object that holds the credentials and all families."""

from functools import cached_property
from typing import TYPE_CHECKING

from .api import AsyncApi

if TYPE_CHECKING:
    from .families.account import AsyncAccount
    from .families.image_recognize import AsyncImageRecognize
    from .families.image_to_video import AsyncImageToVideo
    from .families.lip_sync import AsyncLipSync
    from .families.text_to_video import AsyncTextToVideo
    from .families.video_effects import AsyncVideoEffects


class AsyncKling(AsyncApi):
    """The Kling AI API as it stood on 2026-09-20. Nothing is sent before the first call."""

    @cached_property
    def account(self) -> "AsyncAccount":
        """Account Usage."""
        from .families.account import AsyncAccount

        return AsyncAccount(self._transport)

    @cached_property
    def image_recognize(self) -> "AsyncImageRecognize":
        """Image Recognition."""
        from .families.image_recognize import AsyncImageRecognize

        return AsyncImageRecognize(self._transport)

    @cached_property
    def image_to_video(self) -> "AsyncImageToVideo":
        """Image to Video."""
        from .families.image_to_video import AsyncImageToVideo

        return AsyncImageToVideo(self._transport)

    @cached_property
    def lip_sync(self) -> "AsyncLipSync":
        """Lip Sync."""
        from .families.lip_sync import AsyncLipSync

        return AsyncLipSync(self._transport)

    @cached_property
    def text_to_video(self) -> "AsyncTextToVideo":
        """Text to Video."""
        from .families.text_to_video import AsyncTextToVideo

        return AsyncTextToVideo(self._transport)

    @cached_property
    def video_effects(self) -> "AsyncVideoEffects":
        """Video Effects."""
        from .families.video_effects import AsyncVideoEffects

        return AsyncVideoEffects(self._transport)
