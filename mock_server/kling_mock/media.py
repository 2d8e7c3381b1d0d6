"""Real media files for the urls the mock gives: small to ask for, quick to make, the same bytes every time.

A url carries a `Recipe` as a token, and the file is made when it is fetched. Quick, because only two seconds of a video
are encoded: the boat comes back to where it began, and the packets, a closed group of pictures, are written again and
again. One thread, so that the bytes do not depend on the number of cores; on the versions of PyAV and Pillow they do.
"""

import heapq
import io
import math
import random
from array import array
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Literal, NamedTuple, TypeAlias

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream
from PIL import Image, ImageDraw, ImageFont, ImageOps

from .recipe import Recipe, frames

LOOP_SECONDS = 2
SAMPLE_RATE = 44_100

_Box: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom
_Packet: TypeAlias = "av.Packet[Any]"
_Codec: TypeAlias = Literal["aac", "libmp3lame", "pcm_s16le"]

TONE_CODECS: dict[str, _Codec] = {"mp4": "aac", "mp3": "libmp3lame", "wav": "pcm_s16le"}


_PAPER = (  # the boat: grey and corners, in parts of its square
    (255, ((0.50, 0.10), (0.28, 0.66), (0.50, 0.66))),
    (222, ((0.50, 0.10), (0.72, 0.66), (0.50, 0.66))),
    (244, ((0.04, 0.48), (0.24, 0.88), (0.76, 0.88), (0.96, 0.48), (0.72, 0.66), (0.28, 0.66))),
)


def make(recipe: Recipe) -> bytes:
    """Return the whole file, playable, the same bytes for the same recipe.

    mp4: H.264 yuv420p, index before data, exactly `frames(seconds, fps)` frames, an AAC tone when `sound`.
    png, jpg: the picture of the video's first frame. mp3, wav: a tone of `seconds`, 44.1 kHz, one channel.
    """
    return _image(recipe) if recipe.kind == "image" else _muxed(recipe)


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
