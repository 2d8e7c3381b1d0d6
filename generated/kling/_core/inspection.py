"""What a media file says of itself: format, size, pixels, length.

Looks at headers and decodes nothing. Whatever a file holds, it is read in small pieces, for a bounded number of steps, and
nothing but `MediaUnreadable` is raised. A turn that EXIF or the container asks for is not applied: the limits of the API
are the same for both sides.
"""

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from .errors import MediaUnreadable
from .inputs import LocalMedia

_File = IO[bytes]
_Box = tuple[bytes, int, int]  # kind, and where its content begins and ends
_MOST_STEPS = 5000  # segments of a picture, boxes of one level of a film, chunks of a sound, bytes before its first frame
_MOST_FRAMES = 20_000  # of AAC; a longer file is taken to go on as it began
_OTHERS = {b"GIF8": "gif", b"BM": "bmp", b"\x1aE\xdf\xa3": "webm", b"OggS": "ogg", b"fLaC": "flac", b"II*\0": "tiff"}
_RIFF = {b"WAVE": "wav", b"WEBP": "webp", b"AVI ": "avi"}
_STILL = {b"heic": "heic", b"heix": "heic", b"mif1": "heic", b"avif": "avif"}
_KBITS = (  # of MP3, by the index in the header of a frame: MPEG 2 and 2.5, and MPEG 1
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
)
_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)  # of AAC


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a file says of itself; None is what it does not say."""

    format: str  # jpg, png, mp4, mov, mp3, wav, m4a or aac; of others the name alone: webp, gif, heic …
    size: int  # bytes
    width: int | None = None  # pixels
    height: int | None = None
    seconds: float | None = None
    fps: float | None = None


def inspect_media(media: LocalMedia) -> MediaFacts:
    """Return what a file says of itself. Raises `MediaUnreadable` for what is no media file, or is cut off or broken."""
    with opened(media) as file:
        name, read = _reader(file)
        try:
            return read(file)
        except MediaUnreadable as error:
            raise MediaUnreadable(f"cannot be read as {name}: {error}") from None


def opened(media: LocalMedia) -> IO[bytes]:
    """Open media for reading from the start. A file object is read from where it stands, and put back there."""
    if isinstance(media, os.PathLike):
        return open(media, "rb")
    if isinstance(media, bytes | bytearray | memoryview):
        return io.BytesIO(media)
    place = media.tell() if media.seekable() else None
    content = media.read()
    if place is not None:
        media.seek(place)
    if not isinstance(content, bytes):
        raise MediaUnreadable("the file is opened as text; open it in binary mode")
    return io.BytesIO(content)


def _reader(file: _File) -> tuple[str, Callable[[_File], MediaFacts]]:
    """Return the format that the first bytes tell, and what reads it."""
    head = file.read(12)
    name = next((name for start, name in _OTHERS.items() if head.startswith(start)), "")
    if head[:4] == b"RIFF":
        name = _RIFF.get(head[8:12], "riff")
    elif head[4:8] == b"ftyp":
        name = _STILL.get(head[8:12], "")
    if name and name != "wav":
        return name, lambda file: MediaFacts(name, _size(file))
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "png", _png
    if head[:3] == b"\xff\xd8\xff":
        return "jpg", _jpeg
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mp4", _film
    if head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1:2] >= b"\xe0"):
        return "mp3", _frames
    if name:
        return name, _wave
    raise MediaUnreadable("cannot be read: " + ("it is no picture, video or sound" if head else "it is empty"))


def _at(file: _File, place: int, count: int) -> bytes:
    """Return `count` bytes from a place."""
    file.seek(place)
    found = file.read(count)
    if len(found) < count:
        raise MediaUnreadable("it ends too early")
    return found


def _number(file: _File, place: int, count: int = 4) -> int:
    return int.from_bytes(_at(file, place, count), "big")


def _size(file: _File) -> int:
    return file.seek(0, os.SEEK_END)


def _png(file: _File) -> MediaFacts:
    if _at(file, 8, 8) != b"\0\0\0\rIHDR":
        raise MediaUnreadable("it has no header")
    return _picture("png", file, width=_number(file, 16), height=_number(file, 20))


def _jpeg(file: _File) -> MediaFacts:
    place = 2
    for _ in range(_MOST_STEPS):
        mark, kind = _at(file, place, 2)
        if mark != 0xFF or kind == 0xD9:
            break
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            return _picture("jpg", file, width=_number(file, place + 7, 2), height=_number(file, place + 5, 2))
        place += 1 if kind == 0xFF else 2 if kind == 1 or 0xD0 <= kind <= 0xD7 else 2 + _number(file, place + 2, 2)
    raise MediaUnreadable("it has no frame header")


def _picture(name: str, file: _File, *, width: int, height: int) -> MediaFacts:
    if not (width and height):
        raise MediaUnreadable("it has no pixels")
    return MediaFacts(name, _size(file), width, height)


def _wave(file: _File) -> MediaFacts:
    place, rate, whole = 12, 0, _size(file)
    for _ in range(_MOST_STEPS):
        kind, size = _at(file, place, 4), int.from_bytes(_at(file, place + 4, 4), "little")
        if kind == b"fmt ":
            rate = int.from_bytes(_at(file, place + 16, 4), "little")
        if kind == b"data" and rate:
            return MediaFacts("wav", whole, seconds=min(size, whole - place - 8) / rate)
        place += 8 + size + size % 2
    raise MediaUnreadable("it has no samples")


def _frames(file: _File) -> MediaFacts:
    """Read MP3 and AAC, behind any ID3 tags."""
    place, whole = 0, _size(file)
    for _ in range(_MOST_STEPS):
        if _at(file, place, 3) != b"ID3":
            break
        place += 10 + sum((one & 0x7F) << 7 * (3 - step) for step, one in enumerate(_at(file, place + 6, 4)))
    if _number(file, place, 2) & 0xFFF6 == 0xFFF0:
        return MediaFacts("aac", whole, seconds=_aac_seconds(file, place, whole))
    for start in range(place, place + _MOST_STEPS):
        frame = _mp3_frame(file, start)
        if frame and (start + frame[0] > whole - 4 or _mp3_frame(file, start + frame[0])):
            _, samples, rate, kbits = frame
            count = _indexed(file, start)
            return MediaFacts("mp3", whole, seconds=count * samples / rate if count else (whole - start) / (kbits * 125))
    raise MediaUnreadable("it has no frames")


def _mp3_frame(file: _File, place: int) -> tuple[int, int, int, int] | None:
    """Return bytes, samples, samples a second and kilobits a second of a frame of MP3; None where none begins."""
    head = _number(file, place)
    version, rate, kbits = head >> 19 & 3, head >> 10 & 3, _KBITS[head >> 19 & 3 == 3][head >> 12 & 15]
    if head >> 21 != 0x7FF or version == 1 or head >> 17 & 3 != 1 or rate == 3 or not kbits:
        return None
    samples, hertz = 1152 if version == 3 else 576, (44100, 48000, 32000)[rate] // {3: 1, 2: 2, 0: 4}[version]
    return samples * kbits * 125 // hertz + (head >> 9 & 1), samples, hertz, kbits


def _indexed(file: _File, place: int) -> int:
    """Return the number of frames that the first frame of an MP3 tells; 0 where it tells none."""
    file.seek(place)
    head = file.read(192)
    found = max(head.find(b"Xing", 4), head.find(b"Info", 4))
    is_told = 0 < found <= len(head) - 12 and head[found + 7] & 1
    return int.from_bytes(head[found + 8 : found + 12], "big") if is_told else 0


def _aac_seconds(file: _File, start: int, whole: int) -> float:
    place, seconds = start, 0.0
    for _ in range(_MOST_FRAMES):
        if place == whole or (seconds and whole - place == 128):  # an ID3 tag of the old kind ends it too
            return seconds
        head = _at(file, place, 7)
        size, rate = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5, head[2] >> 2 & 15
        if head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or size < 7 or rate >= len(_RATES):
            raise MediaUnreadable(f"no frame begins at byte {place}")
        place, seconds = place + size, seconds + 1024 * (1 + (head[6] & 3)) / _RATES[rate]
    return seconds * (whole - start) / (place - start)


def _film(file: _File) -> MediaFacts:
    """Read MP4, QuickTime and M4A: boxes in boxes."""
    whole = _size(file)
    name = "mov" if _at(file, 4, 4) != b"ftyp" or _at(file, 8, 4) == b"qt  " else ""
    outermost = list(_boxes(file, (b"", 0, whole)))  # all of them: a film that is cut off is to be told
    moov = next((one for one in outermost if one[0] == b"moov"), None)
    if moov is None:
        raise MediaUnreadable("it has no index")
    seconds = _length(file, _box(file, moov, b"mvhd"))
    for track in _boxes(file, moov):
        media = _box(file, track if track[0] == b"trak" else None, b"mdia")
        handler, table = _box(file, media, b"hdlr"), _box(file, _box(file, media, b"minf"), b"stbl")
        entry, sizes = _box(file, table, b"stsd"), _box(file, table, b"stsz")
        if handler and entry and _at(file, handler[1] + 8, 4) == b"vide":
            width, height = _number(file, entry[1] + 40, 2), _number(file, entry[1] + 42, 2)
            length, count = _length(file, _box(file, media, b"mdhd")), _number(file, sizes[1] + 8) if sizes else 0
            fps = count / length if count and length else None
            return MediaFacts(name or "mp4", whole, width, height, seconds or length, fps)
    return MediaFacts(name or "m4a", whole, seconds=seconds)


def _length(file: _File, box: _Box | None) -> float | None:
    """Return the seconds that the header of a film or of a track tells; None where it tells none."""
    if box is None:
        return None
    wide = _number(file, box[1], 1) == 1
    scale = _number(file, box[1] + (20 if wide else 12))
    count = _number(file, box[1] + 24, 8) if wide else _number(file, box[1] + 16)
    return count / scale if scale and count not in (0, 2**32 - 1, 2**64 - 1) else None


def _box(file: _File, outer: _Box | None, kind: bytes) -> _Box | None:
    """Return the first box of a kind within another."""
    return next((one for one in _boxes(file, outer) if one[0] == kind), None) if outer else None


def _boxes(file: _File, outer: _Box) -> Iterator[_Box]:
    """Yield the boxes within another, or within the file."""
    _, place, end = outer
    for _ in range(_MOST_STEPS):
        if place + 8 > end:
            return
        size, kind, head = _number(file, place), _at(file, place + 4, 4), 8
        if size == 1:
            size, head = _number(file, place + 8, 8), 16
        size = size or end - place
        if size < head or place + size > end:
            raise MediaUnreadable(f"a box of {size} bytes does not fit into {end - place}")
        yield kind, place + head, place + size
        place += size
