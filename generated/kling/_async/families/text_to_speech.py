"""Text to Speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncResource, CallOptions

if TYPE_CHECKING:
    from typing import Literal, Unpack

    from kling.types import text_to_speech


class AsyncTextToSpeech(AsyncResource):
    """Text to Speech."""

    _family = "text_to_speech"

    async def synthesize(
        self,
        *,
        text: str,
        voice_id: str,
        voice_language: Literal["zh", "en"],
        voice_speed: float | None = None,
        **options: Unpack[CallOptions],
    ) -> text_to_speech.Speech:
        """Let a voice read a text. POST /v1/audio/tts

        Args:
            text: What is read. It is checked for content. 1 to 1000 characters.
            voice_id: A voice of the text-to-speech catalogue. Preset and custom voices are not taken.
            voice_language: The language. The page calls it required and yet names zh as what holds without it.
            voice_speed: How fast the voice reads, 0.8 to 2 with one decimal. The service moves other values into
                the range. Default 1.0.

        Source: TTS page, seen 2026-09.
        """
        made: text_to_speech.Speech = await self._with(options)._call("synthesize", locals())
        return made
