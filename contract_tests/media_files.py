"""Small media files for tests, made with the libraries that the client does without."""

import io
from fractions import Fraction
from functools import cache

import av
from av.audio.stream import AudioStream
from PIL import Image


@cache
def picture(kind: str = "PNG", width: int = 400, height: int = 400, *, progressive: bool = False) -> bytes:
    """Return a picture in a format of Pillow."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(
        out, kind, **({"progressive": True, "exif": b"Exif\0\0" + bytes(999)} if progressive else {})
    )
    return out.getvalue()


@cache
def sound(container: str, codec: str, *, seconds: float = 2.5, rate: int = 44_100, index: bool = True) -> bytes:
    """Return silence in a container of FFmpeg: wav, mp3, adts, ipod."""
    out = io.BytesIO()
    options = {} if index else {"write_xing": "0"}
    with av.open(out, "w", format=container, options=options) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono")
        assert isinstance(stream, AudioStream)
        frame = av.AudioFrame(format="s16", layout="mono", samples=int(seconds * rate))
        frame.planes[0].update(bytes(2 * frame.samples))
        frame.sample_rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    return out.getvalue()


@cache
def film(
    container: str, *, fps: Fraction = Fraction(24), frames: int = 24, width: int = 160, height: int = 120, options: str = ""
) -> bytes:
    """Return a film of one colour in a container of FFmpeg: mp4, mov, matroska."""
    out = io.BytesIO()
    with av.open(out, "w", format=container, options={"movflags": options} if options else {}) as file:
        stream = file.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([90]) * plane.buffer_size)
        for number in range(frames):
            frame.pts = number
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()
