"""The client: one object that holds the credentials and all families."""

from functools import cached_property
from typing import TYPE_CHECKING

from .api import Api

if TYPE_CHECKING:
    from .families.account import Account
    from .families.ai_multi_shot import AiMultiShot
    from .families.avatar import Avatar
    from .families.element import Element
    from .families.element_legacy import ElementLegacy
    from .families.extend_image import ExtendImage
    from .families.extend_video import ExtendVideo
    from .families.image_generation import ImageGeneration
    from .families.image_omni import ImageOmni
    from .families.image_recognize import ImageRecognize
    from .families.image_to_video import ImageToVideo
    from .families.lip_sync import LipSync
    from .families.lip_sync_legacy import LipSyncLegacy
    from .families.motion_control import MotionControl
    from .families.multi_elements import MultiElements
    from .families.reference_to_image import ReferenceToImage
    from .families.text_to_audio import TextToAudio
    from .families.text_to_speech import TextToSpeech
    from .families.text_to_video import TextToVideo
    from .families.video_effects import VideoEffects
    from .families.video_omni import VideoOmni
    from .families.video_to_audio import VideoToAudio
    from .families.virtual_try_on import VirtualTryOn
    from .families.voice_clone import VoiceClone


class Kling(Api):
    """The Kling AI API as it stood on 2026-09-20. Nothing is sent before the first call."""

    @cached_property
    def account(self) -> "Account":
        """Account Usage."""
        from .families.account import Account

        return Account(self._transport)

    @cached_property
    def ai_multi_shot(self) -> "AiMultiShot":
        """AI Multi-Shot."""
        from .families.ai_multi_shot import AiMultiShot

        return AiMultiShot(self._transport)

    @cached_property
    def avatar(self) -> "Avatar":
        """Avatar."""
        from .families.avatar import Avatar

        return Avatar(self._transport)

    @cached_property
    def element(self) -> "Element":
        """Element Management."""
        from .families.element import Element

        return Element(self._transport)

    @cached_property
    def element_legacy(self) -> "ElementLegacy":
        """Element Management (old service)."""
        from .families.element_legacy import ElementLegacy

        return ElementLegacy(self._transport)

    @cached_property
    def extend_image(self) -> "ExtendImage":
        """Image Expansion."""
        from .families.extend_image import ExtendImage

        return ExtendImage(self._transport)

    @cached_property
    def extend_video(self) -> "ExtendVideo":
        """Extend Video."""
        from .families.extend_video import ExtendVideo

        return ExtendVideo(self._transport)

    @cached_property
    def image_generation(self) -> "ImageGeneration":
        """Image Generation."""
        from .families.image_generation import ImageGeneration

        return ImageGeneration(self._transport)

    @cached_property
    def image_omni(self) -> "ImageOmni":
        """Omni Image."""
        from .families.image_omni import ImageOmni

        return ImageOmni(self._transport)

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
    def lip_sync_legacy(self) -> "LipSyncLegacy":
        """Lip Sync (before face choice)."""
        from .families.lip_sync_legacy import LipSyncLegacy

        return LipSyncLegacy(self._transport)

    @cached_property
    def motion_control(self) -> "MotionControl":
        """Motion Control."""
        from .families.motion_control import MotionControl

        return MotionControl(self._transport)

    @cached_property
    def multi_elements(self) -> "MultiElements":
        """Multi-Elements."""
        from .families.multi_elements import MultiElements

        return MultiElements(self._transport)

    @cached_property
    def reference_to_image(self) -> "ReferenceToImage":
        """Multi-Image to Image."""
        from .families.reference_to_image import ReferenceToImage

        return ReferenceToImage(self._transport)

    @cached_property
    def text_to_audio(self) -> "TextToAudio":
        """Text to Audio."""
        from .families.text_to_audio import TextToAudio

        return TextToAudio(self._transport)

    @cached_property
    def text_to_speech(self) -> "TextToSpeech":
        """Text to Speech."""
        from .families.text_to_speech import TextToSpeech

        return TextToSpeech(self._transport)

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

    @cached_property
    def video_omni(self) -> "VideoOmni":
        """Video Omni."""
        from .families.video_omni import VideoOmni

        return VideoOmni(self._transport)

    @cached_property
    def video_to_audio(self) -> "VideoToAudio":
        """Video to Audio."""
        from .families.video_to_audio import VideoToAudio

        return VideoToAudio(self._transport)

    @cached_property
    def virtual_try_on(self) -> "VirtualTryOn":
        """Virtual Try-On."""
        from .families.virtual_try_on import VirtualTryOn

        return VirtualTryOn(self._transport)

    @cached_property
    def voice_clone(self) -> "VoiceClone":
        """Custom Voices."""
        from .families.voice_clone import VoiceClone

        return VoiceClone(self._transport)
