"""What a file is: its format, size, pixels and length, from its headers alone.

Files come from anybody: pictures are never decoded, so that no bomb goes off, and FFmpeg is told which of four
demuxers to use, so that no playlist can make it open other files.
"""

from collections.abc import Mapping
from io import BytesIO
from struct import unpack_from
from typing import IO, NamedTuple

HEAD = 1 << 20
"""The first bytes of a file, in which a picture must tell its size."""

_MOST_SEGMENTS = 1000  # of a JPEG before its frame
_OPEN_SECONDS = 5.0
_COUNTED = ("mp3", "aac")  # their headers tell no length: the packets are counted
_DEMUXERS: Mapping[str, str] = {"mp3": "mp3", "aac": "aac", "wav": "wav", "mp4": "mov", "mov": "mov"}
_PNG = b"\x89PNG\r\n\x1a\n"


class Facts(NamedTuple):
    """What a file is; 0 for what it does not have."""

    format: str  # as the spec names it: png, jpg, mp4, mov, m4a, mp3, wav, aac
    bytes: int
    width: int = 0  # pixels
    height: int = 0
    seconds: float = 0.0
    fps: float = 0.0


def probed(file: IO[bytes], size: int) -> Facts | None:
    """Return what a file of `size` bytes is; None when it is none that the service takes."""
    head = file.read(HEAD)
    if head.startswith(_PNG):
        return _png(head, size)
    if head.startswith(b"\xff\xd8"):
        return _jpeg(head, size)
    format = _sounding(head)
    if not format:
        return None
    file.seek(0)
    return _played(file, format, size)


def probed_bytes(content: bytes) -> Facts | None:
    """Return what a file held in memory is."""
    return probed(BytesIO(content), len(content))


def _png(head: bytes, size: int) -> Facts | None:
    if head[12:16] != b"IHDR" or len(head) < 24:
        return None
    return _picture("png", size, *unpack_from(">II", head, 16))


def _jpeg(head: bytes, size: int) -> Facts | None:
    """Walk the segments up to the one that begins a frame: FF, C0 to CF but for three, length, depth, height, width."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if at + 9 > len(head) or head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = unpack_from(">HH", head, at + 5)
            return _picture("jpg", size, width, height)
        at += 1 if marker == 0xFF else 2 + int(unpack_from(">H", head, at + 2)[0])
    return None


def _picture(format: str, size: int, width: int, height: int) -> Facts | None:
    return Facts(format, size, width, height) if width and height else None


def _sounding(head: bytes) -> str:
    """Return what the first bytes say of a film or sound: a key of `_DEMUXERS`, empty for none."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[4:8] == b"ftyp":
        return "mov" if head[8:12] == b"qt  " else "mp4"
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return "mov"
    is_frame = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    if is_frame and head[1] & 0xF6 == 0xF0:
        return "aac"
    return "mp3" if is_frame or head[:3] == b"ID3" else ""


def _played(file: IO[bytes], format: str, size: int) -> Facts | None:
    import av  # late: it takes a while to load, and most servers never see a sound
    from av.error import FFmpegError

    try:
        with av.open(file, "r", format=_DEMUXERS[format], metadata_errors="replace", timeout=_OPEN_SECONDS) as opened:
            film = next(iter(opened.streams.video), None)
            if film is None and not opened.streams.audio:
                return None
            seconds = (opened.duration or 0) / av.time_base
            if format in _COUNTED:
                seconds = float(sum((one.duration or 0) * one.time_base for one in opened.demux(audio=0)))
            if seconds <= 0 or (film is not None and not hasattr(film, "width")):  # a codec that nobody knows has no size
                return None
            if film is None:
                return Facts("m4a" if format in ("mp4", "mov") else format, size, seconds=seconds)
            return Facts(format, size, film.width, film.height, seconds, float(film.average_rate or 0))
    except (FFmpegError, ValueError, OverflowError, MemoryError):
        return None
