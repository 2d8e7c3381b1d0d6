"""The client: one object that holds the credentials and all families."""

from functools import cached_property
from typing import TYPE_CHECKING

from .api import AsyncApi

if TYPE_CHECKING:
    from .families.account import AsyncAccount
    from .families.ai_multi_shot import AsyncAiMultiShot
    from .families.avatar import AsyncAvatar
    from .families.element import AsyncElement
    from .families.element_legacy import AsyncElementLegacy
    from .families.extend_image import AsyncExtendImage
    from .families.extend_video import AsyncExtendVideo
    from .families.image_generation import AsyncImageGeneration
    from .families.image_omni import AsyncImageOmni
    from .families.image_recognize import AsyncImageRecognize
    from .families.image_to_video import AsyncImageToVideo
    from .families.lip_sync import AsyncLipSync
    from .families.lip_sync_legacy import AsyncLipSyncLegacy
    from .families.motion_control import AsyncMotionControl
    from .families.multi_elements import AsyncMultiElements
    from .families.reference_to_image import AsyncReferenceToImage
    from .families.text_to_audio import AsyncTextToAudio
    from .families.text_to_speech import AsyncTextToSpeech
    from .families.text_to_video import AsyncTextToVideo
    from .families.video_effects import AsyncVideoEffects
    from .families.video_omni import AsyncVideoOmni
    from .families.video_to_audio import AsyncVideoToAudio
    from .families.virtual_try_on import AsyncVirtualTryOn
    from .families.voice_clone import AsyncVoiceClone


class AsyncKling(AsyncApi):
    """The Kling AI API as it stood on 2026-09-20. Nothing is sent before the first call."""

    @cached_property
    def account(self) -> "AsyncAccount":
        """Account Usage."""
        from .families.account import AsyncAccount

        return AsyncAccount(self._transport)

    @cached_property
    def ai_multi_shot(self) -> "AsyncAiMultiShot":
        """AI Multi-Shot."""
        from .families.ai_multi_shot import AsyncAiMultiShot

        return AsyncAiMultiShot(self._transport)

    @cached_property
    def avatar(self) -> "AsyncAvatar":
        """Avatar."""
        from .families.avatar import AsyncAvatar

        return AsyncAvatar(self._transport)

    @cached_property
    def element(self) -> "AsyncElement":
        """Element Management."""
        from .families.element import AsyncElement

        return AsyncElement(self._transport)

    @cached_property
    def element_legacy(self) -> "AsyncElementLegacy":
        """Element Management (old service)."""
        from .families.element_legacy import AsyncElementLegacy

        return AsyncElementLegacy(self._transport)

    @cached_property
    def extend_image(self) -> "AsyncExtendImage":
        """Image Expansion."""
        from .families.extend_image import AsyncExtendImage

        return AsyncExtendImage(self._transport)

    @cached_property
    def extend_video(self) -> "AsyncExtendVideo":
        """Extend Video."""
        from .families.extend_video import AsyncExtendVideo

        return AsyncExtendVideo(self._transport)

    @cached_property
    def image_generation(self) -> "AsyncImageGeneration":
        """Image Generation."""
        from .families.image_generation import AsyncImageGeneration

        return AsyncImageGeneration(self._transport)

    @cached_property
    def image_omni(self) -> "AsyncImageOmni":
        """Omni Image."""
        from .families.image_omni import AsyncImageOmni

        return AsyncImageOmni(self._transport)

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
    def lip_sync_legacy(self) -> "AsyncLipSyncLegacy":
        """Lip Sync (before face choice)."""
        from .families.lip_sync_legacy import AsyncLipSyncLegacy

        return AsyncLipSyncLegacy(self._transport)

    @cached_property
    def motion_control(self) -> "AsyncMotionControl":
        """Motion Control."""
        from .families.motion_control import AsyncMotionControl

        return AsyncMotionControl(self._transport)

    @cached_property
    def multi_elements(self) -> "AsyncMultiElements":
        """Multi-Elements."""
        from .families.multi_elements import AsyncMultiElements

        return AsyncMultiElements(self._transport)

    @cached_property
    def reference_to_image(self) -> "AsyncReferenceToImage":
        """Multi-Image to Image."""
        from .families.reference_to_image import AsyncReferenceToImage

        return AsyncReferenceToImage(self._transport)

    @cached_property
    def text_to_audio(self) -> "AsyncTextToAudio":
        """Text to Audio."""
        from .families.text_to_audio import AsyncTextToAudio

        return AsyncTextToAudio(self._transport)

    @cached_property
    def text_to_speech(self) -> "AsyncTextToSpeech":
        """Text to Speech."""
        from .families.text_to_speech import AsyncTextToSpeech

        return AsyncTextToSpeech(self._transport)

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

    @cached_property
    def video_omni(self) -> "AsyncVideoOmni":
        """Video Omni."""
        from .families.video_omni import AsyncVideoOmni

        return AsyncVideoOmni(self._transport)

    @cached_property
    def video_to_audio(self) -> "AsyncVideoToAudio":
        """Video to Audio."""
        from .families.video_to_audio import AsyncVideoToAudio

        return AsyncVideoToAudio(self._transport)

    @cached_property
    def virtual_try_on(self) -> "AsyncVirtualTryOn":
        """Virtual Try-On."""
        from .families.virtual_try_on import AsyncVirtualTryOn

        return AsyncVirtualTryOn(self._transport)

    @cached_property
    def voice_clone(self) -> "AsyncVoiceClone":
        """Custom Voices."""
        from .families.voice_clone import AsyncVoiceClone

        return AsyncVoiceClone(self._transport)
