"""Small media files for tests, of any format, size and length, quick to make; and ways to send them to a mock."""

import base64
import io
import threading
import wave
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import av
from conftest import START_MS, Bench
from PIL import Image

from kling_mock.assets import asset_url
from kling_mock.recipe import Recipe
from kling_spec.bundle import current
from kling_spec.document import operations

OPERATIONS = {one.id: one for one in operations(current())}
_FOLDER = "http://mock.test/_mock/assets/"


def picture(width: int, height: int, *, format: str = "png") -> bytes:
    """Return a picture of one bit a pixel (a JPEG has more)."""
    out = io.BytesIO()
    Image.new("1" if format == "png" else "L", (width, height)).save(out, {"png": "PNG", "jpg": "JPEG", "gif": "GIF"}[format])
    return out.getvalue()


def sound(seconds: float, *, rate: int = 1000) -> bytes:
    """Return silence as WAV, a byte a sample."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(rate)
        file.writeframes(b"\x80" * round(seconds * rate))
    return out.getvalue()


def coded_sound(seconds: float, *, muxer: str, codec: Literal["aac", "libmp3lame"], rate: int = 44_100) -> bytes:
    """Return silence in a coded form: adts, ipod (m4a) or mp4 with aac, mp3 with libmp3lame."""
    out = io.BytesIO()
    with av.open(out, "w", format=muxer) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=round(seconds * rate))
        frame.planes[0].update(bytes(2 * frame.samples))
        frame.sample_rate, frame.pts = rate, 0
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def film(seconds: int, *, width: int = 64, height: int = 48, fps: int = 30, muxer: str = "mp4") -> bytes:
    """Return a grey film without sound, as mp4 or mov."""
    out = io.BytesIO()
    with av.open(out, "w", format=muxer) as file:
        stream = file.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane in frame.planes:
            plane.update(b"\x80" * plane.buffer_size)
        for number in range(seconds * fps):
            frame.pts = number
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


@contextmanager
def hosted(files: Mapping[str, bytes], redirects: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve files and redirects by their paths on loopback, and give the URL before the paths."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content, target = files.get(self.path), (redirects or {}).get(self.path)
            self.send_response(302 if target else 404 if content is None else 200)
            if target:
                self.send_header("location", target)
            self.send_header("content-length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def base64_of(content: bytes) -> str:
    """Return bare base64."""
    return base64.b64encode(content).decode()


def own_url(recipe: Recipe, *, made_ms: int = START_MS) -> str:
    """Return the URL of a result of the mock."""
    return asset_url(_FOLDER, recipe, made_ms=made_ms)


def shown(mock: Bench, family: str, task_id: str) -> Any:
    """Return a task as it stands now."""
    path = OPERATIONS[f"{family}.get"].path.replace("{id}", task_id)
    return mock.http().get(path, headers={"authorization": f"Bearer {mock.world.settings.api_key}"}).json()["data"]


def sent(mock: Bench, operation_id: str, body: Mapping[str, Any]) -> Any:
    """Return the answer to a body."""
    return mock.post(body, path=OPERATIONS[operation_id].path).json()


def finished(mock: Bench, operation_id: str, body: Mapping[str, Any]) -> Any:
    """Return the task that a body starts, when it has ended."""
    answer = sent(mock, operation_id, body)
    assert answer["code"] == 0, answer
    mock.world.advance(600)
    return shown(mock, operation_id.partition(".")[0], answer["data"]["task_id"])
