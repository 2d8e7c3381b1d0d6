"""A price that goes by the length of a sound or film is told for one that the request brings along."""

import io
from base64 import b64encode
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from conftest import Bench, bench
from media_files import film, picture, sound

from kling import Kling, PriceUnknown
from kling_mock.settings import Settings
from kling_spec.bundle import plain
from kling_spec.document import Document, operations
from kling_spec.load import load

_DOC = plain(load())
_NAMED = {name: one for name, one in _DOC["x-kling-catalogues"]["prices"]["prices"].items() if "length_of" in one}
_WAV = sound("wav", "pcm_s16le", seconds=3.7)


def _offline(**more: Any) -> Kling:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise AssertionError(f"{request.url} was sent")

    http = httpx2.Client(transport=httpx2.MockTransport(refuse))
    return Kling(api_key="k", base_url="http://mock.test", http_client=http, **more)


def _estimate(client: Kling, media: Any, **more: Any) -> Decimal:
    return client.estimate(client.avatar.create, image=picture(), sound_file=media, **more)


@pytest.mark.parametrize("name", _NAMED)
def test_the_field_holds_media(name: str) -> None:
    """Every call that a list with length_of is for has that field; it takes a sound or a film, and a row asks for its length."""
    bodies = [one.request or {} for one in operations(_DOC) if one.price == name]
    fields = [body["properties"][_NAMED[name]["length_of"]] for body in bodies]
    assert fields
    assert {one["x-kling-media"]["kind"] for one in fields} <= {"audio", "video"}
    assert any(row.get("seconds_of") == "source" for row in _NAMED[name]["rows"])


@pytest.mark.parametrize(
    "media",
    [
        pytest.param(_WAV, id="wav"),
        pytest.param(io.BytesIO(_WAV), id="open file"),
        pytest.param(b64encode(_WAV).decode(), id="base64"),
        pytest.param("data:audio/wav;base64," + b64encode(_WAV).decode(), id="data URL"),
        pytest.param(sound("mp3", "libmp3lame", seconds=3.7), id="mp3"),
        pytest.param(sound("ipod", "aac", seconds=3.7), id="m4a"),
        pytest.param(sound("adts", "aac", seconds=3.7), id="aac"),
    ],
)
def test_a_sound_at_hand_is_measured(media: Any) -> None:
    """However it is given; an open file stands where it stood."""
    client = _offline()
    assert [_estimate(client, media, mode=mode) for mode in ("std", "pro")] == [Decimal("1.2"), Decimal("2.4")]
    assert not isinstance(media, io.BytesIO) or media.tell() == 0


def test_a_file_is_measured(tmp_path: Path) -> None:
    """By its path, as it is given to the call."""
    (tmp_path / "a.wav").write_bytes(_WAV)
    assert _estimate(_offline(), tmp_path / "a.wav") == Decimal("1.2")


def test_it_is_what_is_charged(ruled_doc: Document) -> None:
    """The task ends with the units that were estimated, and with those that the error tells for that length."""
    mock: Bench = bench(ruled_doc, Settings(any_id=True))
    client = mock.client()
    expected = _estimate(client, _WAV, mode="pro")
    task = client.avatar.create(image=picture(), sound_file=_WAV, mode="pro")
    mock.world.advance(600)
    assert client.avatar.get(task).final_unit_deduction == str(expected)
    with pytest.raises(PriceUnknown) as caught:
        client.estimate(client.avatar.create, image=picture(), audio_id="1", mode="pro")
    assert caught.value.for_seconds(3.7) == expected


def test_a_film_is_measured_too() -> None:
    """Where it will be put on a server first: one second and a half counts as two."""
    client = _offline(check=False)
    asked: Any = {"video_url": film("mp4", frames=36), "image_url": picture(), "character_orientation": "video", "mode": "std"}
    assert client.estimate(client.motion_control.create, model_name="kling-v2-6", **asked) == Decimal("1.0")


@pytest.mark.parametrize(
    ("media", "said"),
    [
        ("https://a.example/x.wav", "for_seconds"),
        (b"RIFF....WAVE", "cannot be read"),
        (Path("nowhere.wav"), "cannot be read"),
    ],
)
def test_what_cannot_be_measured_is_told(media: Any, said: str) -> None:
    """An address is not fetched; the length can be said instead."""
    with pytest.raises(PriceUnknown, match=said) as caught:
        _estimate(_offline(check=False), media)
    assert caught.value.for_seconds(10) == Decimal("4.0")
