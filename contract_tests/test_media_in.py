"""Files of this machine go into requests as base64, and what is wrong with them is told before anything is sent."""

import asyncio
import base64
import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args, get_type_hints
from unittest.mock import patch

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_files import film, picture, sound

import kling.params
from kling import AsyncKling, Kling, MediaFacts, MediaUnreadable, RuleBroken, Violation, inspect_media
from kling._core.media import prepared
from kling._core.operation import family
from kling_codegen.names import argument_name
from kling_mock.media import make
from kling_mock.recipe import Recipe
from kling_spec.bundle import plain
from kling_spec.document import Document, below, operations
from kling_spec.load import load

_DOC = plain(load())
_KEYS: dict[str, Any] = {"api_key": "k", "base_url": "http://mock.test", "max_retries": 0}
_TASK = {"code": 0, "data": {"task_id": "1", "task_status": "submitted", "created_at": 1, "updated_at": 1}}


def _client(sent: list[Any], **more: Any) -> Kling:
    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(json.loads(request.content))
        return httpx2.Response(200, json=_TASK)

    return Kling(**{**_KEYS, **more}, http_client=httpx2.Client(transport=httpx2.MockTransport(answer)))


def _media(schema: Document) -> Iterator[Document]:
    """Yield the media of a request schema, found in another way than the client does."""
    if schema.get("x-kling-media", {}).get("kind", "url") != "url":
        yield schema["x-kling-media"]
    for one in below(schema):
        yield from _media(one)


_OPERATIONS = [(one, list(_media(one.request))) for one in operations(_DOC) if one.request and any(_media(one.request))]
_PLACES = [
    pytest.param(one.family, one.name, path, limits, id=f"{one.id}-{'.'.join(path)}")
    for one, _ in _OPERATIONS
    for path, limits in family(one.family).operations[one.name].media
]


def _placed(path: tuple[str, ...], value: Any) -> Any:
    """Return a body that holds a value at a path and nothing else."""
    for step in reversed(path):
        value = [value] if step == "[]" else {step: value}
    return value


def _at(path: tuple[str, ...], body: Any) -> Any:
    for step in path:
        body = body[0 if step == "[]" else step]
    return body


class TestWhatAFileSays:
    """Pictures, films and sounds are read by their headers."""

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (make(Recipe(kind="image", seed=1, width=640, height=360)), ("png", 640, 360, None, None)),
            (make(Recipe(kind="image", seed=1, width=640, height=360, format="jpg")), ("jpg", 640, 360, None, None)),
            (picture("JPEG", 20, 30, progressive=True), ("jpg", 20, 30, None, None)),
            (
                make(Recipe(kind="video", seed=1, width=320, height=180, seconds=2, fps=30, sound=True)),
                ("mp4", 320, 180, 2.03, 30),
            ),
            (film("mov", fps=Fraction(25), frames=50), ("mov", 160, 120, 2.0, 25)),
            (film("mp4", fps=Fraction(30000, 1001), frames=30), ("mp4", 160, 120, 1.0, 29.97)),
            (film("mp4", options="frag_keyframe+empty_moov"), ("mp4", 160, 120, None, None)),
            (make(Recipe(kind="audio", seed=1, seconds=3.5)), ("mp3", None, None, 3.53, None)),
            (sound("mp3", "libmp3lame", index=False), ("mp3", None, None, 2.53, None)),
            (sound("mp3", "libmp3lame", rate=22_050), ("mp3", None, None, 2.56, None)),
            (sound("mp3", "libmp3lame", rate=8_000), ("mp3", None, None, 2.66, None)),
            (sound("wav", "pcm_s16le"), ("wav", None, None, 2.5, None)),
            (sound("adts", "aac"), ("aac", None, None, 2.53, None)),
            (sound("ipod", "aac"), ("m4a", None, None, 2.52, None)),
            (sound("flac", "flac"), ("flac", None, None, None, None)),
            (film("matroska"), ("webm", None, None, None, None)),
            *((picture(one), (one.lower(), None, None, None, None)) for one in ("WEBP", "GIF", "BMP", "TIFF")),
        ],
        ids=lambda one: one[0] if isinstance(one, tuple) else "",
    )
    def test_facts(self, content: bytes, expected: tuple[Any, ...]) -> None:
        """Format, size, pixels, seconds and frames a second; formats that no field takes are named."""
        found = inspect_media(content)
        assert (found.format, found.width, found.height) == expected[:3]
        assert found.size == len(content)
        assert found.seconds == (None if expected[3] is None else pytest.approx(expected[3], abs=0.04))
        assert found.fps == (None if expected[4] is None else pytest.approx(expected[4], abs=0.01))

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "it is empty"),
            (b"hello, world", "no picture, video or sound"),
            (picture()[:20], "png: it ends too early"),
            (picture("JPEG")[:60], "jpg: it ends too early"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(8), "no pixels"),
            (film("mp4")[:-100], "does not fit"),
            (make(Recipe(kind="video", seed=1, width=160, height=120, seconds=1))[:-1], "does not fit"),
            (b"\0\0\0\x08ftyp" + b"\0\0\0\x08mdat", "no index"),
            (b"RIFF\0\0\0\0WAVE" + bytes(8), "ends too early"),
            (b"ID3" * 2000, "mp3: it ends too early"),
            (b"\xff\xfb" * 6000, "no frames"),
            (b"\xff\xf1" + bytes(20), "no frame begins at byte 0"),
        ],
        ids=lambda one: one if isinstance(one, str) else "",
    )
    def test_what_is_broken_is_told(self, content: bytes, said: str) -> None:
        """Empty, cut off and foreign files are named as such."""
        with pytest.raises(MediaUnreadable, match=said):
            inspect_media(content)

    def test_a_film_without_a_clock_has_no_length(self) -> None:
        """A time scale of 0 divides nothing."""
        content = bytearray(film("mp4"))
        for kind in (b"mvhd", b"mdhd"):
            place = content.index(kind) + 16
            content[place : place + 4] = bytes(4)
        found = inspect_media(content)  # type: ignore[arg-type]  # any bytes will do
        assert (found.format, found.seconds, found.fps) == ("mp4", None, None)

    @pytest.mark.generated
    @given(data=st.data())
    @pytest.mark.parametrize("kind", ["png", "jpg", "mp4", "mov", "mp3", "wav", "aac", "m4a"])
    def test_any_bytes_give_facts_or_one_error(self, kind: str, data: st.DataObject) -> None:
        """Cut off, changed and lengthened files give facts or `MediaUnreadable`, with a bounded number of looks."""
        content = bytearray(_WHOLE[kind][: data.draw(st.integers(0, len(_WHOLE[kind])))])
        head = min(len(content), 4000)
        for _ in range(data.draw(st.integers(0, 8)) if head else 0):
            place = data.draw(st.integers(0, head - 1) | st.integers(0, len(content) - 1))
            content[place] = data.draw(st.sampled_from([0, 1, 0x7F, 0xFF]) | st.integers(0, 255))
        assert _looks(bytes(content) + data.draw(st.binary(max_size=20))) < 100_000

    def test_a_hostile_film_is_given_up(self) -> None:
        """Thousands of boxes, and segments of a picture, end the search."""
        boxes = b"\0\0\0\x08free" * 50_000
        for content in (
            b"\0\0\0\x08ftyp" + boxes,
            b"\xff\xd8\xff\xe0\0\x02" + b"\xff\xe0\0\x02" * 50_000,
            b"ID3\4\0\0\0\0\0\0" * 50_000,
        ):
            assert _looks(content) < 40_000


class _Counting(io.BytesIO):
    """Counts how often it is read, wherever it is opened from."""

    looks = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.looks += 1
        assert size is not None
        assert 0 <= size <= 192, "a file is read in small pieces"
        return super().read(size)


def _looks(content: bytes) -> int:
    """Return how often a file is read before it gives facts or `MediaUnreadable`."""
    file = _Counting(content)
    with patch("kling._core.inspection.opened", return_value=file), contextlib.suppress(MediaUnreadable):
        assert isinstance(inspect_media(file), MediaFacts)
    return file.looks


_WHOLE = {
    "png": picture(),
    "jpg": picture("JPEG"),
    "mp4": make(Recipe(kind="video", seed=1, width=160, height=120, seconds=1)),
    "mov": film("mov"),
    "mp3": sound("mp3", "libmp3lame"),
    "wav": sound("wav", "pcm_s16le", seconds=0.1),
    "aac": sound("adts", "aac"),
    "m4a": sound("ipod", "aac"),
}


class TestInRequests:
    """Wherever the API takes base64, a file may stand."""

    def test_the_client_knows_every_place(self) -> None:
        """The tables hold the limits of all media that requests may have, and of nothing else."""
        assert len(_OPERATIONS) > 10
        for operation, expected in _OPERATIONS:
            found = family(operation.family).operations[operation.name].media
            assert [limits for _, limits in found] == expected, operation.id

    def test_sides_are_limited_alike(self) -> None:
        """No limit tells width from height: a turned picture keeps them when it is not turned, and the other way round."""
        for _, expected in _OPERATIONS:
            for limits in expected:
                low, high = limits.get("ratio", (1, 1))
                assert low * high == pytest.approx(1)

    @pytest.mark.parametrize(("name", "method", "path", "limits"), _PLACES)
    def test_hints_say_where_files_may_stand(self, name: str, method: str, path: tuple[str, ...], limits: Any) -> None:
        """The type of an argument and of a member takes files where base64 is taken, and text alone elsewhere."""
        operation = next(one for one, _ in _OPERATIONS if one.id == f"{name}.{method}")
        assert operation.request_name is not None
        module, _, schema = operation.request_name.rpartition(".")
        hint: Any = getattr(__import__(f"kling.params.{module}", fromlist=["x"]), schema.replace("_", ""))
        for step in path:
            hint = get_args(hint)[0] if step == "[]" else get_type_hints(hint)[step]
        assert (hint == kling.MediaInput) is bool(limits.get("base64"))
        said = getattr(getattr(kling.Kling(**_KEYS), name), method).__annotations__[argument_name(path[0])]
        assert ("MediaInput" in said) is (bool(limits.get("base64")) and set(path[1:]) <= {"[]"})

    @pytest.mark.parametrize(("name", "method", "path", "limits"), _PLACES)
    def test_a_file_goes_out_as_base64(self, name: str, method: str, path: tuple[str, ...], limits: Any) -> None:
        """At every place; the caller's own lists and objects stay as they are. A URL stays as it is everywhere."""
        sent: list[Any] = []
        resource = getattr(_client(sent, check=False), name)
        body, expected = _placed(path, b"film"), base64.b64encode(b"film").decode()
        for one in (body, _placed(path, f"data:image/png;base64,{expected}"), _placed(path, "https://a.example/x.png")):
            with contextlib.suppress(kling.ReplyMalformed):
                resource._call(method, one)
        assert [_at(path, one) for one in sent] == [expected, expected, "https://a.example/x.png"]
        assert _at(path, body) == b"film"

    @pytest.mark.parametrize(("name", "method", "path", "limits"), _PLACES)
    def test_a_place_without_base64_takes_no_file(self, name: str, method: str, path: tuple[str, ...], limits: Any) -> None:
        """It is refused with the name of the place, and nothing is sent."""
        sent: list[Any] = []
        with pytest.raises(RuleBroken) as caught:
            getattr(_client(sent), name)._call(method, _placed(path, b"film"))
        place = ".".join(path).replace(".[]", "[0]")
        told = {one.field: one.rule_id for one in caught.value.violations if one.kind == "media"}
        assert told == {place: "media_unreadable" if limits.get("base64") else "media_address"}
        assert sent == []

    @pytest.mark.parametrize("form", ["path", "bytes", "bytearray", "open", "stream", "data"])
    def test_every_form_of_a_file(self, form: str, tmp_path: Path) -> None:
        """Path, bytes, open file, any stream and a data: URL give the same text; a file object stays where it stood."""
        content, sent = picture(), list[Any]()
        path = tmp_path / "x.png"
        path.write_bytes(content)
        with path.open("rb") as file:
            forms: dict[str, Any] = {
                "path": path,
                "bytes": content,
                "bytearray": bytearray(content),
                "open": file,
                "stream": io.BytesIO(content),
                "data": "data:image/png;base64," + base64.b64encode(content).decode(),
            }
            client = _client(sent)
            for _ in range(2):
                client.image_generation.create(prompt="x", model_name="kling-v2-1", image=forms[form])
        assert [base64.b64decode(one["image"], validate=True) for one in sent] == [content, content]

    def test_an_open_file_is_read_from_where_it_stands(self) -> None:
        """What was read before is not sent."""
        sent: list[Any] = []
        file = io.BytesIO(b"header" + picture())
        file.seek(6)
        _client(sent).image_to_video.create(model_name="kling-v3", image=file, prompt="x")
        assert base64.b64decode(sent[0]["image"]) == picture()

    def test_async_sends_the_same(self, tmp_path: Path) -> None:
        """The async client encodes in a thread of its own, and refuses the same."""
        (tmp_path / "x.png").write_bytes(picture())
        sent: list[Any] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            sent.append(json.loads(request.content))
            return httpx2.Response(200, json=_TASK)

        async def run() -> None:
            client = AsyncKling(**_KEYS, http_client=httpx2.AsyncClient(transport=httpx2.MockTransport(answer)))
            await client.image_to_video.create(model_name="kling-v3", image=tmp_path / "x.png", prompt="x")
            with pytest.raises(RuleBroken, match="media_pixels"):
                await client.image_to_video.create(model_name="kling-v3", image=picture("PNG", 20, 20), prompt="x")

        asyncio.run(run())
        assert base64.b64decode(sent[0]["image"]) == picture()
        assert len(sent) == 1

    def test_all_that_is_wrong_is_told_at_once(self, tmp_path: Path) -> None:
        """Media and rules, a missing file among them; with check=False a file is sent that breaks a limit."""
        with pytest.raises(RuleBroken) as caught:
            _client([]).image_to_video.create(
                model_name="kling-v3", image=tmp_path / "gone.png", image_tail=picture("GIF"), prompt="x" * 2501
            )
        assert [one.rule_id for one in caught.value.violations] == ["media_unreadable", "media_format", "size"]
        assert "gone.png" in str(caught.value)
        sent: list[Any] = []
        _client(sent, check=False).image_to_video.create(model_name="kling-v3", image=picture("GIF"))
        assert base64.b64decode(sent[0]["image"]) == picture("GIF")
        with pytest.raises(RuleBroken, match="binary mode"):
            _client([]).image_to_video.create(model_name="kling-v3", image=io.StringIO("x"), prompt="x")  # type: ignore[arg-type]  # that is what is tested

    def test_what_is_no_file_is_left_to_the_check_of_the_body(self) -> None:
        """A number in the place of a picture is told as such."""
        with pytest.raises(RuleBroken, match="image must be a string; got 5"):
            _client([]).image_to_video.create(model_name="kling-v3", image=5)  # type: ignore[arg-type]  # that is what is tested

    def test_plain_calls_load_nothing_of_this(self) -> None:
        """A family without media never loads what reads files."""
        program = (
            "import sys, httpx2; from kling import Kling; "
            f"answer = httpx2.MockTransport(lambda request: httpx2.Response(200, json={_TASK!r})); "
            "client = Kling(api_key='k', base_url='http://mock.test', http_client=httpx2.Client(transport=answer)); "
            "client.text_to_video.create(model_name='kling-v3', prompt='x'); "
            "print([one for one in sys.modules if one in ('kling._core.media', 'kling._core.inspection', 'kling._core.part', 'kling._core.prices')])"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout == "[]\n"


_LIMITS: list[tuple[str, Callable[[], bytes], dict[str, Any], str]] = [
    ("format", lambda: picture("WEBP"), {"formats": ["jpg", "jpeg", "png"]}, "must be jpg or jpeg or png; it is webp"),
    ("size", lambda: sound("wav", "pcm_s16le", seconds=15), {"most_mb": 1}, "at most 1 MB; it has 1.3"),
    ("pixels", lambda: picture(width=400, height=299), {"least_px": 300}, "of at least 300 pixels; it is 400 x 299"),
    ("pixels", lambda: picture(width=400, height=299), {"least_px": 200, "most_px": 399}, "from 200 to 399 pixels"),
    ("ratio", lambda: picture(width=1000, height=399), {"ratio": [0.4, 2.5]}, "0.4 to 2.5 times as wide as high"),
    ("ratio", lambda: picture(width=399, height=1000), {"ratio": [0.4, 2.5]}, "it is 399 x 1000"),
    ("seconds", lambda: film("mp4", frames=48), {"seconds": [3, 10]}, "must last 3 to 10 s; it lasts 2.00 s"),
    ("seconds", lambda: sound("mp3", "libmp3lame"), {"seconds": [1, 2]}, "it lasts 2.5"),
    ("fps", lambda: film("mp4", fps=Fraction(23)), {"fps": [24, 60]}, "24 to 60 frames a second; it has 23"),
    ("fps", lambda: film("mp4", fps=Fraction(25)), {"fps": [24, 30, 60]}, "24 or 30 or 60 frames a second; it has 25"),
]


@pytest.mark.parametrize(("name", "made", "limits", "said"), _LIMITS, ids=lambda one: one if isinstance(one, str) else "")
def test_each_limit(name: str, made: Callable[[], bytes], limits: dict[str, Any], said: str) -> None:
    """Every word of x-kling-media that limits a file is looked at, and told in words."""
    _, found = prepared([(("file",), {**limits, "base64": True})], {"file": made()}, look=True)
    assert [one.rule_id for one in found] == [f"media_{name}"]
    assert said in found[0].message


def test_every_limit_of_the_spec_is_one_of_these() -> None:
    """A new word in x-kling-media needs a check and a line above."""
    words = {word for _, expected in _OPERATIONS for limits in expected for word in limits}
    assert words == {"kind", "base64", *(word for _, _, limits, _ in _LIMITS for word in limits)}


@pytest.mark.parametrize(
    ("content", "limits"),
    [
        (picture(width=1000, height=400), {"ratio": [0.4, 2.5], "least_px": 400, "most_px": 1000}),
        (film("mp4", frames=71), {"seconds": [3, 10]}),
        (film("mp4", fps=Fraction(24000, 1001)), {"fps": [24, 60]}),
        (film("mp4", fps=Fraction(30000, 1001)), {"fps": [24, 30, 60]}),
        (film("mp4", options="frag_keyframe+empty_moov"), {"seconds": [3, 10], "fps": [50, 60]}),
    ],
)
def test_what_keeps_a_limit_or_does_not_say(content: bytes, limits: dict[str, Any]) -> None:
    """The limits themselves are allowed, a length within a frame or two of them, rates of television, and what is not known."""
    found: list[Violation] = prepared([(("file",), {**limits, "base64": True})], {"file": content}, look=True)[1]
    assert found == []
