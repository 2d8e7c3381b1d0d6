"""What a result file is made of: everything that decides its bytes, as a url can carry it.

Apart from `media`, which needs the codecs: minting urls must not wait for them to load.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Self

LEAST_SECONDS, MOST_SECONDS = 0.1, 300.0
MOST_PIXELS = 4096 * 4096
MOST_PIXEL_SECONDS = 1920 * 1080 * 300  # of a video: five minutes in 1080p, 75 seconds in 2160p

# The media type begins with the kind; the first format of a kind is its default.
FORMATS = {"mp4": "video/mp4", "png": "image/png", "jpg": "image/jpeg", "mp3": "audio/mpeg", "wav": "audio/wav"}

TOKEN = re.compile(
    r"(?P<kind>[a-z]{5})_(?P<seed>[0-9]{1,20})_(?P<width>[0-9]{1,5})x(?P<height>[0-9]{1,5})"
    r"_(?P<seconds>[0-9]{1,3}(\.[0-9]{1,17})?)_(?P<fps>[0-9]{1,3})_(?P<extras>s?w?)_(?P<format>[a-z0-9]{3})"
)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the bytes of one file; equal recipes make equal files.

    `width` and `height` are pixels, `format` is a key of `FORMATS` and is filled in when left empty.
    Fields that mean nothing to a kind (`fps` of an image) are kept and ignored.
    Raises `ValueError` for an unknown kind or format and for a value out of bounds.
    """

    kind: str
    seed: int
    width: int = 1280
    height: int = 720
    seconds: float = 5.0
    fps: int = 24
    sound: bool = False
    watermark: bool = False
    format: str = ""

    def __post_init__(self) -> None:
        """Fill in the format, refuse what we cannot make."""
        default = next((name for name, made in FORMATS.items() if made.startswith(f"{self.kind}/")), "")
        object.__setattr__(self, "format", self.format or default)
        for holds, message in _conditions(self):
            if not holds:
                raise ValueError(f"recipe: {message}")

    @property
    def media_type(self) -> str:
        """The value for a Content-Type header."""
        return FORMATS[self.format]

    @property
    def suffix(self) -> str:
        """The end of a file name, with its dot."""
        return f".{self.format}"

    def seeded(self, seed: int) -> Self:
        """Return the same recipe with another seed, from 0 to 2**64 - 1; the other conditions hold already."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__, seed=seed)
        return made

    def lasting(self, seconds: float) -> Self:
        """Return the same recipe for another length, to the millisecond and as near as the bounds let it."""
        most = MOST_PIXEL_SECONDS / (self.width * self.height) if self.kind == "video" else MOST_SECONDS
        return replace(self, seconds=max(LEAST_SECONDS, min(round(seconds, 3), math.floor(most * 1000) / 1000, MOST_SECONDS)))

    def token(self) -> str:
        """Return the recipe as text for a url or file name: `video_7_1280x720_5_24_sw_mp4`."""
        head, tail = self.around()
        return f"{head}{self.seed}{tail}"

    def around(self) -> tuple[str, str]:
        """Return what stands before and after the seed in that text."""
        seconds = repr(float(self.seconds)).removesuffix(".0")
        extras = "s" * self.sound + "w" * self.watermark
        return f"{self.kind}_", f"_{self.width}x{self.height}_{seconds}_{self.fps}_{extras}_{self.format}"

    @classmethod
    def parse(cls, token: str) -> Self:
        """Return the recipe a token was made from.

        Raises `ValueError` for any text that `token()` cannot have given, so that one file has one url.
        """
        found = TOKEN.fullmatch(token)
        recipe = found and cls(
            kind=found["kind"],
            seed=int(found["seed"]),
            width=int(found["width"]),
            height=int(found["height"]),
            seconds=float(found["seconds"]),
            fps=int(found["fps"]),
            sound="s" in found["extras"],
            watermark="w" in found["extras"],
            format=found["format"],
        )
        if recipe is None or recipe.token() != token:
            raise ValueError(f"media token {token[:80]!r}: expected one like video_7_1280x720_5_24_sw_mp4")
        return recipe


def frames(seconds: float, fps: int) -> int:
    """Return how many frames a video has: 121 for 5 seconds at 24, as the first is at zero; counted in decimals."""
    return math.floor(Decimal(repr(seconds)) * fps) + 1


@lru_cache(maxsize=1024)
def length_text(seconds: float, fps: int) -> str:
    """Return the true length of a video in seconds, at most three decimals, cut and not rounded: `5.041`."""
    whole, thousandths = divmod(frames(seconds, fps) * 1000 // fps, 1000)
    return f"{whole}.{thousandths:03d}".rstrip("0").rstrip(".")


def _conditions(recipe: Recipe) -> Iterator[tuple[bool, str]]:
    """Give every condition of a recipe with what to say when it does not hold."""
    kind, width, height, seconds = recipe.kind, recipe.width, recipe.height, recipe.seconds
    size, is_video = f"size {width}x{height}", kind == "video"
    yield kind in ("video", "image", "audio"), f"kind {kind!r}: expected video, image or audio"
    yield FORMATS.get(recipe.format, "").startswith(kind), f"format {recipe.format!r}: not one of kind {kind!r}"
    yield 0 <= recipe.seed < 2**64, f"seed {recipe.seed}: expected 0 to 2**64 - 1"
    yield all(16 <= side <= 8192 for side in (width, height)), f"{size}: a side is from 16 to 8192 pixels"
    yield width * height <= MOST_PIXELS, f"{size}: more than {MOST_PIXELS} pixels"
    yield LEAST_SECONDS <= seconds <= MOST_SECONDS, f"seconds {seconds}: expected 0.1 to 300"
    yield 1 <= recipe.fps <= 60, f"fps {recipe.fps}: expected 1 to 60"
    yield not is_video or (width % 2 == 0 and height % 2 == 0), f"{size}: H.264 with yuv420p needs even sides"
    yield not is_video or width * height * seconds <= MOST_PIXEL_SECONDS, f"{size}: too large for {seconds} seconds"
