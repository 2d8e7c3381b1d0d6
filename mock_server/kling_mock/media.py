"""Real media files for the urls the mock gives: small to ask for, quick to make, the same bytes every time.

A url carries a `Recipe` as a token, and the file is made when it is fetched. Quick, because only two seconds of a video
are encoded: the boat comes back to where it began, and the packets, a closed group of pictures, are written again and
again. One thread, so that the bytes do not depend on the number of cores; on the versions of PyAV and Pillow they do.
"""

import contextlib
import heapq
import io
import math
import os
import random
import re
import secrets
import threading
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, TypeAlias

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream
from PIL import Image, ImageDraw, ImageFont, ImageOps

MOST_PIXELS = 4096 * 4096
MOST_PIXEL_SECONDS = 1920 * 1080 * 300  # of a video: five minutes in 1080p, 75 seconds in 2160p
LOOP_SECONDS = 2
SAMPLE_RATE = 44_100
STALE_SECONDS = 3600  # a part file this much older than a new file was left by a killed process

_Box: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom
_Packet: TypeAlias = "av.Packet[Any]"
_Codec: TypeAlias = Literal["aac", "libmp3lame", "pcm_s16le"]

# The media type begins with the kind; the first format of a kind is its default.
FORMATS = {"mp4": "video/mp4", "png": "image/png", "jpg": "image/jpeg", "mp3": "audio/mpeg", "wav": "audio/wav"}
TONE_CODECS: dict[str, _Codec] = {"mp4": "aac", "mp3": "libmp3lame", "wav": "pcm_s16le"}

TOKEN = re.compile(
    r"(?P<kind>[a-z]{5})_(?P<seed>[0-9]{1,20})_(?P<width>[0-9]{1,5})x(?P<height>[0-9]{1,5})"
    r"_(?P<seconds>[0-9]{1,3}(\.[0-9]{1,17})?)_(?P<fps>[0-9]{1,3})_(?P<extras>s?w?)_(?P<format>[a-z0-9]{3})"
)
OURS = re.compile(rf"{TOKEN.pattern}\.[a-z0-9]{{3}}|\.[0-9a-f]{{16}}\.part")  # what a shelf may take away

_PAPER = (  # the boat: grey and corners, in parts of its square
    (255, ((0.50, 0.10), (0.28, 0.66), (0.50, 0.66))),
    (222, ((0.50, 0.10), (0.72, 0.66), (0.50, 0.66))),
    (244, ((0.04, 0.48), (0.24, 0.88), (0.76, 0.88), (0.96, 0.48), (0.72, 0.66), (0.28, 0.66))),
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

    def token(self) -> str:
        """Return the recipe as text for a url or file name: `video_7_1280x720_5_24_sw_mp4`."""
        seconds = repr(float(self.seconds)).removesuffix(".0")
        extras = "s" * self.sound + "w" * self.watermark
        return f"{self.kind}_{self.seed}_{self.width}x{self.height}_{seconds}_{self.fps}_{extras}_{self.format}"

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


class Shelf:
    """The made files, kept in a folder up to a limit, so that a second download costs nothing.

    Several threads and processes may share the folder: a file appears whole or not at all, and files that are not ours
    stay. Threads make a file once; two processes may both make it, and put the same bytes over the same bytes.
    """

    def __init__(self, folder: Path, most_bytes: int = 512 * 1024 * 1024) -> None:
        """Keep files in `folder`, made when first needed; the longest unused ones go above `most_bytes`."""
        self.folder = folder
        self.most_bytes = most_bytes
        self._making = threading.Lock()  # one at a time also bounds the memory

    def get(self, recipe: Recipe) -> Path:
        """Return the path of the finished file, making it at the first call.

        Open it soon: it may be evicted once newer files pass the limit. The newest is kept even when it is larger.
        Raises `OSError` when it cannot be written (a full disk), and leaves no partial file behind.
        """
        path = self.folder / f"{recipe.token()}{recipe.suffix}"
        if _touched(path):
            return path
        with self._making:
            if not _touched(path):
                _write(path, make(recipe))
                _evict(self.folder, newest=path, most_bytes=self.most_bytes)
        return path


def frames(seconds: float, fps: int) -> int:
    """Return how many frames a video has: 121 for 5 seconds at 24, as the first is at zero; counted in decimals."""
    return math.floor(Decimal(repr(seconds)) * fps) + 1


def length_text(seconds: float, fps: int) -> str:
    """Return the true length of a video in seconds, at most three decimals, cut and not rounded: `5.041`."""
    whole, thousandths = divmod(frames(seconds, fps) * 1000 // fps, 1000)
    return f"{whole}.{thousandths:03d}".rstrip("0").rstrip(".")


def make(recipe: Recipe) -> bytes:
    """Return the whole file, playable, the same bytes for the same recipe.

    mp4: H.264 yuv420p, index before data, exactly `frames(seconds, fps)` frames, an AAC tone when `sound`.
    png, jpg: the picture of the video's first frame. mp3, wav: a tone of `seconds`, 44.1 kHz, one channel.
    """
    return _image(recipe) if recipe.kind == "image" else _muxed(recipe)


def _conditions(recipe: Recipe) -> Iterator[tuple[bool, str]]:
    """Give every condition of a recipe with what to say when it does not hold."""
    kind, width, height, seconds = recipe.kind, recipe.width, recipe.height, recipe.seconds
    size, is_video = f"size {width}x{height}", kind == "video"
    yield kind in ("video", "image", "audio"), f"kind {kind!r}: expected video, image or audio"
    yield FORMATS.get(recipe.format, "").startswith(kind), f"format {recipe.format!r}: not one of kind {kind!r}"
    yield 0 <= recipe.seed < 2**64, f"seed {recipe.seed}: expected 0 to 2**64 - 1"
    yield all(16 <= side <= 8192 for side in (width, height)), f"{size}: a side is from 16 to 8192 pixels"
    yield width * height <= MOST_PIXELS, f"{size}: more than {MOST_PIXELS} pixels"
    yield 0.1 <= seconds <= 300, f"seconds {seconds}: expected 0.1 to 300"
    yield 1 <= recipe.fps <= 60, f"fps {recipe.fps}: expected 1 to 60"
    yield not is_video or (width % 2 == 0 and height % 2 == 0), f"{size}: H.264 with yuv420p needs even sides"
    yield not is_video or width * height * seconds <= MOST_PIXEL_SECONDS, f"{size}: too large for {seconds} seconds"


class _Scene(NamedTuple):
    """A still backdrop, and the boat that moves within the stage."""

    backdrop: Image.Image
    boat: Image.Image
    stage: _Box

    def stage_at(self, phase: float) -> Image.Image:
        """Return the picture within the stage; `phase` goes from 0 to 1 and 1 looks like 0."""
        turn = math.tau * phase
        picture = self.backdrop.crop(self.stage)
        boat = self.boat.rotate(6 * math.sin(turn), Image.Resampling.BILINEAR)
        sway = boat.width // 6
        picture.paste(boat, (round(sway + sway * math.sin(turn)), round(sway - sway / 3 * math.cos(2 * turn))), boat)
        return picture


def _scene(recipe: Recipe) -> _Scene:
    """Return the scene of a recipe; its colours and the place of its sun come from the seed."""
    width, height = recipe.width, recipe.height
    backdrop = _backdrop(width, height, chance=random.Random(recipe.seed))
    if recipe.watermark:
        _stamp(backdrop)
    boat = min(width, height) * 3 // 8 // 6 * 6
    stage = boat * 4 // 3  # even, and so is its corner, as yuv420p needs; it ends above the watermark
    left, top = (width - stage) // 4 * 2, (height * 11 // 20 - stage // 2) // 2 * 2
    return _Scene(backdrop, _soft(boat, _fold), (left, top, left + stage, top + stage))


def _backdrop(width: int, height: int, *, chance: random.Random) -> Image.Image:
    """Return sky over sea, and a sun on the horizon."""
    horizon, sun = height * 11 // 20, min(width, height) // 3
    sky, sea = chance.uniform(187, 385), chance.uniform(166, 238)  # degrees: a sky of any colour but green
    picture = _gradient(width, height, f"hsl({sky},55%,42%)", f"hsl({sky + 29},55%,86%)")
    disc = _soft(sun, lambda draw, size: draw.ellipse((0, 0, size, size), fill=f"hsl({sky + 43},55%,94%)"))
    picture.paste(disc, (round(width * chance.uniform(0.15, 0.85)) - sun // 2, horizon - sun * 2 // 3), disc)
    picture.paste(_gradient(width, height - horizon, f"hsl({sea},55%,62%)", f"hsl({sea + 18},55%,28%)"), (0, horizon))
    return picture


def _gradient(width: int, height: int, top: str, bottom: str) -> Image.Image:
    """Return a picture that goes from one colour to the other."""
    return ImageOps.colorize(Image.linear_gradient("L").resize((width, height)), top, bottom)


def _fold(draw: ImageDraw.ImageDraw, size: int) -> None:
    """Draw the paper boat into a square."""
    for grey, corners in _PAPER:
        draw.polygon([(x * size, y * size) for x, y in corners], fill=(grey, grey, grey))


def _soft(side: int, draw: Callable[[ImageDraw.ImageDraw, int], None]) -> Image.Image:
    """Return a clear square drawn on at three times its size and shrunk, as Pillow itself draws no soft edges."""
    large = Image.new("RGBA", (side * 3, side * 3))
    draw(ImageDraw.Draw(large), side * 3 - 1)
    return large.reduce(3)


def _stamp(picture: Image.Image) -> None:
    """Write MOCK into the corner at the bottom right."""
    short, draw = min(picture.size), ImageDraw.Draw(picture)
    place = (picture.width - short // 32, picture.height - short // 32)
    font = ImageFont.load_default(max(short / 16, 6))
    draw.text(place, "MOCK", fill="white", font=font, anchor="rs", stroke_width=short // 256, stroke_fill="black")


def _image(recipe: Recipe) -> bytes:
    """Return the first picture of the video as PNG or JPEG."""
    scene, out = _scene(recipe), io.BytesIO()
    scene.backdrop.paste(scene.stage_at(0), scene.stage)
    scene.backdrop.save(out, {"png": "PNG", "jpg": "JPEG"}[recipe.format], compress_level=1, quality=88)
    return out.getvalue()


def _muxed(recipe: Recipe) -> bytes:
    """Return an MP4, MP3 or WAV: what each track gives, in the order of time."""
    out, is_video = io.BytesIO(), recipe.kind == "video"
    # Room for the index before the data, 28 bytes a packet at worst; `faststart` cannot read a file back from memory.
    room = 4096 + 28 * (frames(recipe.seconds, recipe.fps) + _samples(recipe) // 1024 + 3)
    with av.open(out, "w", format=recipe.format, options={"moov_size": str(room)} if is_video else {}) as file:
        tracks = [_pictures(_video_stream(file, recipe), recipe)] if is_video else []
        if recipe.sound or not is_video:
            stream = file.add_stream(TONE_CODECS[recipe.format], rate=SAMPLE_RATE, layout="mono")
            tracks.append(_sounds(stream, recipe))
        for packet in heapq.merge(*tracks, key=lambda packet: (packet.dts or 0) * Fraction(packet.time_base)):
            file.mux(packet)
    return out.getvalue()


def _video_stream(file: OutputContainer, recipe: Recipe) -> VideoStream:
    """Return a stream that gives one packet a frame at once, the first a key frame and no other."""
    options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "23", "x264-params": "keyint=infinite"}
    stream = file.add_stream("libx264", rate=recipe.fps, options=options)
    stream.width, stream.height, stream.pix_fmt = recipe.width, recipe.height, "yuv420p"
    context = stream.codec_context
    context.thread_count = 1
    context.time_base = Fraction(1, recipe.fps)
    context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU709
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    return stream


def _pictures(stream: VideoStream, recipe: Recipe) -> Iterator[_Packet]:
    """Give every packet of the video, the loop over and over."""
    count = frames(recipe.seconds, recipe.fps)
    loop = _loop(stream, recipe, most=count)
    for number in range(count):
        packet = av.Packet(loop[number % len(loop)])
        packet.stream, packet.time_base = stream, Fraction(1, recipe.fps)
        packet.pts, packet.dts, packet.duration = number, number, 1
        packet.is_keyframe = number % len(loop) == 0
        yield packet


def _loop(stream: VideoStream, recipe: Recipe, *, most: int) -> list[bytes]:
    """Return the coded frames of one round of the boat, at most `most`, each as one packet."""
    scene, length = _scene(recipe), LOOP_SECONDS * recipe.fps
    frame = _yuv(scene.backdrop)
    coded: list[bytes] = []
    for step in range(min(length, most)):
        _patch(frame, _yuv(scene.stage_at(step / length)), at=scene.stage)
        frame.pts = step
        coded += [bytes(packet) for packet in stream.encode(frame)]
    return coded


def _yuv(picture: Image.Image) -> av.VideoFrame:
    """Return a picture in the planes of H.264."""
    frame: av.VideoFrame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]  # untyped in av
    return frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)


def _patch(frame: av.VideoFrame, part: av.VideoFrame, *, at: _Box) -> None:
    """Copy a small frame into a large one; `at` is even, as the colour planes have half the size."""
    for scale, whole, piece in zip((1, 2, 2), frame.planes, part.planes, strict=True):
        target, source = memoryview(whole), memoryview(piece)
        left, top = at[0] // scale, at[1] // scale
        for row in range(piece.height):
            to, come = (top + row) * whole.line_size + left, row * piece.line_size
            target[to : to + piece.width] = source[come : come + piece.width]


def _samples(recipe: Recipe) -> int:
    """Return how many samples the sound has; that of a video ends with its last frame."""
    exact = Fraction(frames(recipe.seconds, recipe.fps), recipe.fps)
    return round(SAMPLE_RATE * (exact if recipe.kind == "video" else recipe.seconds))


def _tone(recipe: Recipe) -> Iterator[bytes]:
    """Give a tone that swells once a second, as s16 samples, a second at a time and the rest last."""
    pitch = random.Random(recipe.seed).choice((262, 294, 330, 392, 440, 524))  # whole hertz: each second is the same
    angles = [math.tau * sample / SAMPLE_RATE for sample in range(SAMPLE_RATE)]
    second = array("h", (round(6000 * math.sin(pitch * angle) * math.sin(angle / 2)) for angle in angles)).tobytes()
    count = _samples(recipe)
    for start in range(0, count, SAMPLE_RATE):
        yield second[: 2 * (count - start)]


def _sounds(stream: AudioStream, recipe: Recipe) -> Iterator[_Packet]:
    """Give every packet of the tone; the codec turns the samples into the form it wants."""
    done = 0
    for samples in _tone(recipe):
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples) // 2)
        frame.planes[0].update(samples)
        frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE, Fraction(1, SAMPLE_RATE), done
        done += frame.samples
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _touched(path: Path) -> bool:
    """Say whether a file is there, and mark it as just used."""
    with contextlib.suppress(FileNotFoundError):
        os.utime(path)
        return True
    return False


def _write(path: Path, content: bytes) -> None:
    """Put a file there whole or not at all, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # some file systems find out only here that the disk is full
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _evict(folder: Path, *, newest: Path, most_bytes: int) -> None:
    """Take away the longest unused files until the rest fit; a file in use on Windows stays for now."""
    found = sorted(_found(folder), key=lambda seen: seen[1].st_mtime)
    total = sum(known.st_size for _, known in found)
    fresh = found[-1][1].st_mtime - STALE_SECONDS if found else 0
    for path, known in found:
        is_kept = path == newest or (path.suffix == ".part" and known.st_mtime > fresh)
        if total > most_bytes and not is_kept:
            with contextlib.suppress(OSError):
                path.unlink()
                total -= known.st_size


def _found(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Give the files of a shelf; one that another process takes away meanwhile is left out."""
    for path in folder.iterdir():
        if OURS.fullmatch(path.name):
            with contextlib.suppress(FileNotFoundError):
                yield path, path.stat()
