"""Holds what a file is against what the spec allows for a field (x-kling-media)."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .probe import Facts

Limits = Mapping[str, Any]

MB = 1 << 20
_SHORT_BY, _LONG_BY = 0.05, 0.5
"""By how many seconds a file may miss its limits: encoders end a frame early, and 10 s of film are 10.041 s."""
_SAME: Mapping[str, tuple[str, ...]] = {"jpg": ("jpeg",), "m4a": ("mp4",)}  # an mp4 without pictures is named m4a


class Excess(NamedTuple):
    """One limit that a file breaks. `situation` is one of the message catalogue."""

    situation: str
    limit: str  # the key of x-kling-media
    got: str
    words: Mapping[str, object]


def refused(facts: Facts | None, media: Limits) -> Iterator[Excess]:
    """Yield what the service refuses at once: a format, a size, what is wrong with a film or sound."""
    kind = media["kind"]
    formats = media.get("formats", ())
    if facts is None or (formats and not {facts.format, *_SAME.get(facts.format, ())} & {*formats}):
        yield Excess(f"{kind}_format", "formats", facts.format if facts else "unknown", {"formats": ", ".join(formats)})
        return
    yield from too_large(facts.bytes, media)
    if kind != "image":
        yield from _length(facts, media)
        yield from _sides(facts, media)
        yield from _rate(facts, media)


def too_large(size: int, media: Limits) -> Iterator[Excess]:
    """Yield the limit that a file of so many bytes breaks."""
    most = media.get("most_mb")
    if most and size > most * MB:
        yield Excess(f"{media['kind']}_size", "most_mb", f"{size} bytes", {"most": most})


def failing(facts: Facts, media: Limits) -> str:
    """Return why a task fails that has accepted a picture: a key of `task_failures`, empty for none."""
    if media["kind"] != "image":
        return ""
    sides = (facts.width, facts.height)
    if min(sides) < media.get("least_px", 0) or max(sides) > media.get("most_px", max(sides)):
        return "image_pixels"
    low, high = media.get("ratio", (0, max(sides)))
    return "" if low <= facts.width / facts.height <= high else "image_ratio"


def _length(facts: Facts, media: Limits) -> Iterator[Excess]:
    kind = media["kind"]
    least, most = media.get("seconds", (0, facts.seconds))
    words = {"least": least, "most": most}
    if facts.seconds < least - _SHORT_BY:
        yield Excess(f"{kind}_short", "seconds", f"{facts.seconds:.3f} s", words)
    if facts.seconds > most + _LONG_BY:
        yield Excess(f"{kind}_long", "seconds", f"{facts.seconds:.3f} s", words)


def _sides(facts: Facts, media: Limits) -> Iterator[Excess]:
    for side, pixels in (("width", facts.width), ("height", facts.height)) if facts.width else ():
        for limit, is_broken in (
            ("least_px", pixels < media.get("least_px", 0)),
            ("most_px", pixels > media.get("most_px", pixels)),
        ):
            if is_broken:
                yield Excess(f"video_{side}_{limit[:-3]}", limit, f"{side} {pixels} px", {"px": media[limit]})


def _rate(facts: Facts, media: Limits) -> Iterator[Excess]:
    """Two rates are the lowest and the highest, more are all there are; 29.97 is 30."""
    rates, got = media.get("fps", ()), round(facts.fps)
    if rates and facts.fps and not (rates[0] <= got <= rates[1] if len(rates) == 2 else got in rates):
        yield Excess("video_fps", "fps", f"{facts.fps:g} frames a second", {"fps": ", ".join(map(str, rates))})
