"""Media that callers send: within the limits of their field they are taken, outside they are refused or the task fails."""

import json
import math
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import made_media
import pytest
from conftest import START_MS, Bench, bench
from hypothesis import given
from hypothesis import strategies as st
from made_media import OPERATIONS, base64_of, finished, own_url, sent, shown

from kling_mock import fetch, media_limits, uploads
from kling_mock.assets import KEPT_MS
from kling_mock.fetch import is_loopback
from kling_mock.handle import running
from kling_mock.probe import Facts, probed_bytes
from kling_mock.recipe import Recipe
from kling_mock.settings import Settings
from kling_mock.uploads import given as media_of
from kling_mock.uploads import leading
from kling_spec.bundle import current
from kling_spec.document import Document, Operation

_UNREACHABLE = "Something went wrong when we tried to get the contents of the file."
_MASKED = {
    "model_name": "kling-v2-6",
    "prompt": "x",
    "image": "https://a.example/x.png",
    "static_mask": "https://a.example/m.png",
    "dynamic_masks": [{"mask": "https://a.example/m.png", "trajectories": [{"x": 1, "y": 1}, {"x": 2, "y": 2}]}],
}


@dataclass(frozen=True)
class Case:
    """A file for one field of an operation: as bytes, or as the recipe of a result of this mock."""

    operation: Operation
    at: tuple[str | int, ...]
    media: Mapping[str, Any]
    breaks: str  # the key of x-kling-media; empty for a good file
    content: bytes | Recipe

    @property
    def id(self) -> str:
        return f"{self.operation.id}:{'.'.join(map(str, self.at))}:{self.breaks or 'good'}"

    def body(self, value: str) -> dict[str, Any]:
        """Return an example of the reference with this one medium in it."""
        bodies = [*self.operation.examples.values(), _MASKED]
        found = next(
            one for one in bodies if any(at == self.at for at, _, _ in media_of(one, leading(_request(self.operation))))
        )
        body: Any = json.loads(json.dumps(found))
        body.pop("external_task_id", None)
        target = body
        for part in self.at[:-1]:
            target = target[part]
        target[self.at[-1]] = value
        return dict(body)


def _request(operation: Operation) -> Document:
    return operation.request or {}


def _fields(schema: Mapping[str, Any], at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if "x-kling-media" in schema:
        yield at, schema["x-kling-media"]
    for name, one in schema.get("properties", {}).items():
        yield from _fields(one, (*at, name))
    if "items" in schema:
        yield from _fields(schema["items"], (*at, 0))


def _cases() -> Iterator[Case]:
    for operation in OPERATIONS.values():
        for at, media in _fields(leading(_request(operation))):
            made = {"image": _pictures, "video": _films, "audio": _sounds}[media["kind"]](media)
            yield from (Case(operation, at, media, breaks, content) for breaks, content in made)


def _pictures(media: Mapping[str, Any]) -> Iterator[tuple[str, bytes | Recipe]]:
    least = media.get("least_px", 300)
    yield "", made_media.picture(least, least)
    yield "", made_media.picture(least, least, format="jpg")
    yield "formats", made_media.picture(least, least, format="gif")
    yield "formats", made_media.sound(3)
    if "least_px" in media:
        yield "least_px", made_media.picture(least - 1, least)
        yield "least_px", made_media.picture(least, least - 1)
    if "most_px" in media:
        yield "most_px", made_media.picture(media["most_px"] + 1, least)
    if "ratio" in media:
        low, high = media["ratio"]
        yield "", made_media.picture(least, int(least / low))
        yield "", made_media.picture(int(least * high), least)
        yield "ratio", made_media.picture(least, int(least / low) + 2)
        yield "ratio", made_media.picture(int(least * high) + 2, least)


def _films(media: Mapping[str, Any]) -> Iterator[tuple[str, bytes | Recipe]]:
    low, high = media["seconds"]
    side, rate = media.get("least_px", 512), media.get("fps", [30])[0]
    yield "", _film(side, side, low, rate)
    yield "", _film(side, side, high, rate)
    yield "seconds", _film(side, side, low - 0.2, rate)
    yield "seconds", _film(side, side, high + 1, rate)
    yield "formats", Recipe("image", 1)
    if "least_px" in media:
        yield "least_px", _film(side - 2, side, low, rate)
        yield "least_px", _film(side, side - 2, low, rate)
        yield "", _film(media["most_px"], side, low, rate)
        yield "most_px", _film(media["most_px"] + 2, side, low, rate)
        yield "most_px", _film(side, media["most_px"] + 2, low, rate)
    if "fps" in media:
        yield "fps", _film(side, side, low, 20)


def _film(width: int, height: int, seconds: float, fps: int) -> Recipe:
    return Recipe("video", 1, width, height, seconds=seconds, fps=fps)


def _sounds(media: Mapping[str, Any]) -> Iterator[tuple[str, bytes | Recipe]]:
    low, high = media.get("seconds", (1, 10))
    made = made_media.sound if media["base64"] else lambda seconds: Recipe("audio", 1, seconds=seconds)
    yield "", made(low)
    yield "", made(high)
    yield "formats", made_media.picture(300, 300) if media["base64"] else Recipe("image", 1)
    if "seconds" in media:
        yield "seconds", made(low - 0.2)
        yield "seconds", made(high + 1)


CASES = list(_cases())
LATE = {"least_px": "Image pixel is invalid", "most_px": "Image pixel is invalid", "ratio": "The resolution or aspect ratio"}


@pytest.fixture(scope="module")
def lenient() -> Bench:
    """A mock that takes any id and model, so that only the media can be wrong."""
    return bench(current(), Settings(any_id=True, quotas=False, lenient_models=True))


@pytest.mark.parametrize("case", CASES, ids=[one.id for one in CASES])
def test_limits_are_held_where_the_service_holds_them(case: Case, lenient: Bench) -> None:
    """Within its limits a file is taken and the task succeeds. A format, size or length is refused at create, pixels and
    ratio of a picture make the task fail, 1.7 s after it came and without being worked on."""
    value = own_url(case.content) if isinstance(case.content, Recipe) else base64_of(case.content)
    answer = lenient.post(case.body(value), path=case.operation.path)
    is_late = case.media["kind"] == "image" and case.breaks in LATE and case.operation.role == "create"
    if case.breaks and not is_late:
        assert (answer.status_code, answer.json()["code"]) == (400, 1201), answer.text
        if case.breaks not in LATE or case.media["kind"] != "image":
            [problem] = json.loads(answer.headers["x-kling-mock-detail"])
            assert (problem["rule"], problem["pointer"]) == (case.breaks, "".join(f"/{one}" for one in case.at))
        return
    assert answer.status_code == 200, answer.text
    if case.operation.role != "create":
        return
    seen = []
    for seconds in (1.5, 0.4, 600):
        lenient.world.advance(seconds)
        seen.append(shown(lenient, case.operation.family, answer.json()["data"]["task_id"]))
    if not is_late:
        assert seen[-1]["task_status"] == "succeed"
        return
    assert [one["task_status"] for one in seen] == ["submitted", "failed", "failed"]
    assert seen[-1]["task_status_msg"].startswith(LATE[case.breaks])


@pytest.mark.parametrize(
    "case",
    [one for one in CASES if not one.breaks and "most_mb" in one.media],
    ids=[one.id for one in CASES if not one.breaks and "most_mb" in one.media],
)
def test_a_large_file_is_refused(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte above the limit is refused, whatever the bytes are; a megabyte is small here."""
    monkeypatch.setattr(media_limits, "MB", 300)
    monkeypatch.setattr(uploads, "MB", 300)
    large = bytes(case.media["most_mb"] * 300 + 1)
    mock = bench(current(), Settings(any_id=True, quotas=False, lenient_models=True, fetch_media=True))
    with made_media.hosted({"/large": large}) as url:
        value = base64_of(large) if case.media["base64"] else f"{url}/large"
        answer = mock.post(case.body(value), path=case.operation.path).json()
    kind = str(case.media["kind"]).title()
    assert answer["message"] == f"{kind} size can not more than {case.media['most_mb']}MB"


def test_media_can_be_taken_unseen() -> None:
    """With --any-media base64 of anything is a picture; that it is base64 is asked all the same."""
    mock = bench(current(), Settings(any_media=True))
    body = {"model_name": "kling-v3", "prompt": "x"}
    assert finished(mock, "image_to_video.create", {**body, "image": base64_of(b"hi")})["task_status"] == "succeed"
    assert "base64" in sent(mock, "image_to_video.create", {**body, "image": "aGk"})["message"]


def test_the_words_are_those_that_were_seen(lenient: Bench) -> None:
    """The three sentences on record come word for word."""
    body = {"image_url": "https://a.example/x.png", "character_orientation": "video", "mode": "std"}
    narrow, short = own_url(_film(338, 340, 5, 30)), own_url(_film(340, 340, 2, 30))
    assert (
        sent(lenient, "motion_control.create", {**body, "video_url": short})["message"] == "Video duration can not less than 3s"
    )
    said = sent(lenient, "motion_control.create", {**body, "video_url": narrow})["message"]
    assert said == "The video width should not be less than 340px..."
    body = {"image": "https://a.example/x.png", "sound_file": base64_of(b"no sound at all")}
    assert sent(lenient, "avatar.create", body)["message"] == "Audio format is invalid"


_FILES = {
    "png": made_media.picture(31, 17),
    "jpg": made_media.picture(31, 17, format="jpg"),
    "wav": made_media.sound(2.5),
    "mp3": made_media.coded_sound(2.5, muxer="mp3", codec="libmp3lame"),
    "aac": made_media.coded_sound(2.5, muxer="adts", codec="aac"),
    "m4a": made_media.coded_sound(2.5, muxer="ipod", codec="aac"),
    "mp4": made_media.film(2),
    "mov": made_media.film(2, muxer="mov"),
}
_NAMES = {name for one in CASES for name in one.media.get("formats", ())}


@pytest.mark.parametrize("name", sorted(_NAMES - {"jpeg"}))
def test_every_format_of_the_spec_is_known(name: str) -> None:
    """A file of each format is taken for what it is, with its pixels and its length."""
    facts = probed_bytes(_FILES[name])
    assert facts is not None
    assert (facts.format, facts.bytes) == (name, len(_FILES[name]))
    if name in ("png", "jpg"):
        assert (facts.width, facts.height) == (31, 17)
    elif name in ("mp4", "mov"):
        assert facts[2:] == (64, 48, 2.0, 30.0)
    else:
        assert math.isclose(facts.seconds, 2.5, abs_tol=0.06)


@pytest.mark.parametrize("name", sorted(_FILES))
def test_a_cut_file_is_none_or_told(name: str) -> None:
    """A file that ends anywhere is unreadable or known as far as it goes, never an error."""
    content = _FILES[name]
    for end in {*range(80), *range(0, len(content), max(len(content) // 40, 1))}:
        facts = probed_bytes(content[:end])
        assert facts is None or facts.format in _FILES


@given(st.sampled_from(sorted(_FILES)), st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=12))
def test_a_forged_file_is_none_or_told(name: str, changes: list[tuple[int, int]]) -> None:
    """Whatever bytes are changed, a file is unreadable or known, never an error."""
    content = bytearray(_FILES[name])
    for place, byte in changes:
        content[place % len(content)] = byte
    facts = probed_bytes(bytes(content))
    assert facts is None or (facts.format in _FILES and facts.seconds >= 0)


@pytest.mark.parametrize("first", ["png", "mp3", "mp4"])
def test_a_file_of_two_minds_is_what_it_begins_as(first: str) -> None:
    """What follows the first file does not count."""
    facts = probed_bytes(_FILES[first] + b"".join(_FILES.values()))
    assert facts is None or facts.format == first


def test_a_picture_of_many_pixels_is_not_unpacked(lenient: Bench) -> None:
    """A bomb of 2**62 pixels is a picture like others: its head is all that is read."""
    bomb = bytearray(made_media.picture(8, 8))
    bomb[16:24] = b"\x7f\xff\xff\xff" * 2
    assert probed_bytes(bytes(bomb)) == Facts("png", len(bomb), 2**31 - 1, 2**31 - 1)
    task = finished(
        lenient, "image_to_video.create", {"model_name": "kling-v3", "image": base64_of(bytes(bomb)), "prompt": "x"}
    )
    assert task["task_status"] == "succeed"


def test_urls_of_others_are_not_fetched() -> None:
    """Without --fetch-media no URL is followed; with it only those that lead to this machine."""
    with made_media.hosted({}) as url:
        body = {"model_name": "kling-v3", "prompt": "x", "image": f"{url}/missing.png"}
        assert sent(bench(current()), "image_to_video.create", body)["code"] == 0
        mock = bench(current(), Settings(fetch_media=True))
        assert sent(mock, "image_to_video.create", body)["message"] == _UNREACHABLE
        assert sent(mock, "image_to_video.create", {**body, "image": "https://media.example.com/x.png"})["code"] == 0


def test_a_fetched_file_is_looked_at() -> None:
    """A file on this machine is held against its limits, by its length it is charged, and its length is that of the result."""
    files = {"/seven.mov": made_media.film(7, width=400, height=700, muxer="mov"), "/two.mp4": made_media.film(2)}
    mock = bench(current(), Settings(fetch_media=True))
    body = {"model_name": "kling-v3", "image_url": "https://a.example/x.png", "character_orientation": "video", "mode": "std"}
    with made_media.hosted(files, {"/moved": "/seven.mov"}) as url:
        task = finished(mock, "motion_control.create", {**body, "video_url": f"{url}/moved"})
        short = sent(mock, "motion_control.create", {**body, "video_url": f"{url}/two.mp4"})
    assert task["final_unit_deduction"] == "6.3"
    assert float(task["task_result"]["videos"][0]["duration"]) == pytest.approx(7, abs=0.05)
    assert short["message"] == "Video duration can not less than 3s"


@pytest.mark.parametrize("target", ["http://192.0.2.1/x.png", "ftp://127.0.0.1/x.png", "file:///etc/hosts", "/round"])
def test_redirects_stay_on_this_machine(target: str) -> None:
    """A redirect to another machine or scheme, or in a circle, is not followed: the contents cannot be had."""
    mock = bench(current(), Settings(fetch_media=True))
    with made_media.hosted({}, {"/moved": target, "/round": "/round"}) as url:
        body = {"model_name": "kling-v3", "prompt": "x", "image": f"{url}/moved"}
        assert sent(mock, "image_to_video.create", body)["message"] == _UNREACHABLE


def test_a_silent_server_does_not_hold_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that says nothing is waited for no longer than is set."""
    monkeypatch.setattr(fetch, "_WAIT", 0.05)
    mock = bench(current(), Settings(fetch_media=True))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        body = {"model_name": "kling-v3", "prompt": "x", "image": f"http://127.0.0.1:{silent.getsockname()[1]}/x.png"}
        assert sent(mock, "image_to_video.create", body)["message"] == _UNREACHABLE


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080/x", True),
        ("http://localhost/x", True),
        ("http://[::1]/x", True),
        ("http://127.1.2.3/x", True),
        ("http://0.0.0.0/x", False),
        ("http://127.0.0.1.example.com/x", False),
        ("http://localhost@example.com/x", False),
        ("http://2130706433/x", False),
        ("http://[::ffff:192.0.2.1]/x", False),
        ("http://[/x", False),
        ("file://localhost/etc/hosts", False),
    ],
)
def test_loopback_is_known_by_its_name(url: str, *, expected: bool) -> None:
    """No name server is asked where a URL leads."""
    assert is_loopback(url) is expected


def test_what_cannot_be_fetched_is_said_last() -> None:
    """Another parameter that is wrong, or another medium, comes first."""
    mock = bench(current(), Settings(fetch_media=True, quotas=False))
    gone = own_url(Recipe("image", 1), made_ms=START_MS - KEPT_MS)
    body = {"model_name": "kling-v3", "prompt": "x", "image": gone}
    assert sent(mock, "image_to_video.create", body)["message"] == _UNREACHABLE
    assert sent(mock, "image_to_video.create", {**body, "element_list": [{"element_id": 1}]})["message"] == "Invalid element id"
    assert sent(mock, "image_to_video.create", {**body, "image_tail": base64_of(b"x")})["message"] == "Image format is invalid"


def test_large_bodies_do_not_stand_in_the_way() -> None:
    """Media are looked at in another thread than the event loop's, and without the lock of the account."""
    threads: dict[int, int] = {}
    free: list[bool] = []
    with running(Settings(quotas=False)) as mock, pytest.MonkeyPatch.context() as patch:
        handle = mock.world.handle

        def seen(request: Any) -> Any:
            threads[len(request.body)] = threading.get_ident()
            return handle(request)

        def tried() -> None:
            free.append(mock.account.lock.acquire(timeout=1))
            mock.account.lock.release()

        def looked(content: bytes) -> Facts | None:
            other = threading.Thread(target=tried)
            other.start()
            other.join()
            return probed_bytes(content)

        patch.setattr(mock.world, "handle", seen)
        patch.setattr(uploads, "probed_bytes", looked)
        sizes = []
        for image in (made_media.picture(300, 300), made_media.picture(300, 300) + bytes(1 << 20)):
            body = json.dumps({"model_name": "kling-v3", "prompt": "x", "image": base64_of(image)})
            key = {"authorization": f"Bearer {mock.api_key}"}
            answer = httpx2.post(f"{mock.url}/v1/videos/image2video", content=body, headers=key, timeout=30)
            assert answer.json()["code"] == 0
            sizes.append(len(body))
    assert free == [True, True]
    assert threads[sizes[0]] != threads[sizes[1]]


def test_limits_are_read_as_the_reference_has_them() -> None:
    """Every key of x-kling-media that limits a file is one that a case here breaks."""
    limits = {key for one in CASES for key in one.media} - {"kind", "base64", "format", "watermark"}
    assert limits == {one.breaks for one in CASES if one.breaks} | {"most_mb"}
