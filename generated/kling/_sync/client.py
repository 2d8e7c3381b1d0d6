"""The client: one object that holds the credentials and all families."""

from functools import cached_property
from typing import TYPE_CHECKING

from .api import Api

if TYPE_CHECKING:
    from .families.account import Account
    from .families.image_recognize import ImageRecognize
    from .families.image_to_video import ImageToVideo
    from .families.lip_sync import LipSync
    from .families.text_to_video import TextToVideo
    from .families.video_effects import VideoEffects


class Kling(Api):
    """The Kling AI API as it stood on 2026-09-20. Nothing is sent before the first call."""

    @cached_property
    def account(self) -> "Account":
        """Account Usage."""
        from .families.account import Account

        return Account(self._transport)

    @cached_property
    def image_recognize(self) -> "ImageRecognize":
        """Image Recognition."""
        from .families.image_recognize import ImageRecognize

        return ImageRecognize(self._transport)

    @cached_property
    def image_to_video(self) -> "ImageToVideo":
        """Image to Video."""
        from .families.image_to_video import ImageToVideo

        return ImageToVideo(self._transport)

    @cached_property
    def lip_sync(self) -> "LipSync":
        """Lip Sync."""
        from .families.lip_sync import LipSync

        return LipSync(self._transport)

    @cached_property
    def text_to_video(self) -> "TextToVideo":
        """Text to Video."""
        from .families.text_to_video import TextToVideo

        return TextToVideo(self._transport)

    @cached_property
    def video_effects(self) -> "VideoEffects":
        """Video Effects."""
        from .families.video_effects import VideoEffects

        return VideoEffects(self._transport)
