"""What file a task makes, from what was asked: length, size, sound."""

import re
from collections.abc import Mapping
from typing import Any

from kling_spec.document import Operation
from kling_spec.rules import value

from .recipe import Recipe
from .source import NOTHING, Media

_LONG_SIDE = {"1k": 1024, "2k": 2048, "4k": 4096}
_SHORT_SIDE = {"720p": 720, "1080p": 1080, "2160p": 2160}
_KINDS = {"videos": "video", "images": "image", "audios": "audio"}


_SHAPING = ("model_name", "aspect_ratio", "resolution", "mode")  # what is made without any has the size of its source
DECIDING = ("model_name", "aspect_ratio", "resolution", "mode", "duration", "sound")
"""The fields that the file of a result goes by."""


def recipe(
    operation: Operation,
    body: Mapping[str, Any],
    models: Mapping[str, Any],
    *,
    defaults: Mapping[str, Any],
    media: Media = NOTHING,
) -> Recipe:
    """Return how to make the result of a task, with seed 0.

    It has the asked length, ratio, resolution and sound; what cannot be asked for is that of the media worked on, where
    they are known; else it is 5 s of 1280 × 720.
    """
    model = models.get(value(body, "model_name", defaults), {})
    ratio = _ratio(str(value(body, "aspect_ratio", defaults)), media.size)
    long_side = _LONG_SIDE.get(str(value(body, "resolution", defaults)))
    width, height = _picture(long_side, *ratio) if long_side else _size(model, str(value(body, "mode", defaults)), *ratio)
    asked = (operation.request or {}).get("properties", {})
    if media.source and media.size and not any(name in asked for name in _SHAPING):
        width, height = _even(media.size)
    made = Recipe(
        kind=_kind(operation),
        seed=0,
        width=width,
        height=height,
        seconds=_seconds(value(body, "duration", defaults)),
        fps=model.get("fps", 24),
        sound=media.speaks or value(body, "sound", defaults) == "on",
    )
    return made if "duration" in asked or not media.seconds else made.lasting(media.seconds)


def _kind(operation: Operation) -> str:
    tags = {tag["name"]: tag["x-kling-family"] for tag in operation.document["tags"]}
    return _KINDS.get(tags[operation.family].get("result", ""), "video")


def _ratio(text: str, known: tuple[int, int] | None) -> tuple[int, int]:
    """Return the asked ratio, else that of a known picture as far as the service goes: 1:2.5 to 2.5:1."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{1,2})", text)
    if found:
        return int(found[1]), int(found[2])
    if known is None:
        return 16, 9
    most = 5 * min(known) // 2
    return max(min(known[0], most), 1), max(min(known[1], most), 1)


def _picture(long_side: int, across: int, down: int) -> tuple[int, int]:
    scale = long_side / max(across, down)
    return 2 * round(across * scale / 2), 2 * round(down * scale / 2)


def _size(model: Mapping[str, Any], mode: str, across: int, down: int) -> tuple[int, int]:
    modes = {**model.get("modes", {}), **({"4k": "2160p"} if mode == "4k" else {})}
    scale = _SHORT_SIDE[modes.get(mode, "720p")] / min(across, down)
    return 2 * round(across * scale / 2), 2 * round(down * scale / 2)


def _even(size: tuple[int, int]) -> tuple[int, int]:
    """Return a size that a film can have: even, and with sides from 16 to 4096 px."""
    width, height = (max(16, min(side, 4096)) // 2 * 2 for side in size)
    return width, height


def _seconds(duration: Any) -> float:
    """Return the asked length, given as a number or as text; 5 s when it is neither, or out of any bound."""
    is_text = isinstance(duration, str) and re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", duration)
    is_number = isinstance(duration, int | float) and not isinstance(duration, bool)
    seconds = float(duration) if is_text or is_number else 5.0
    return seconds if 0.1 <= seconds <= 300 else 5.0
