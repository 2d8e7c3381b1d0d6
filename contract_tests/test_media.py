"""The made files are what their recipe says, the same each time; the shelf keeps them whole and within its limit."""

import errno
import io
import itertools
import os
import struct
import threading
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import av
import pytest
from av.container import InputContainer
from PIL import Image, ImageChops, ImageStat

from kling_mock import shelf as shelves
from kling_mock.media import make
from kling_mock.recipe import FORMATS, Recipe, frames, length_text
from kling_mock.shelf import Shelf

SMALL = Recipe("image", 1, width=64, height=48)
# Every format, with and without sound and mark.
SMALL_RECIPES = [
    Recipe(media_type[:5], 3, 96, 64, seconds=1.3, fps=12, sound=sound, watermark=watermark, format=name)
    for name, media_type in FORMATS.items()
    for sound, watermark in itertools.product((False, True), repeat=2)
]
# Shorter and longer than the loop, at odd lengths, speeds and shapes.
SHAPES = itertools.cycle([(16, 16), (320, 180), (90, 160), (1024, 16), (34, 46)])
VIDEOS = [
    Recipe("video", seed, *next(SHAPES), seconds=seconds, fps=fps, sound=seed % 2 == 0)
    for seed, (seconds, fps) in enumerate(itertools.product((0.1, 1.04, 5, 8.2), (1, 15, 24, 60)))
]
GOOD_TOKEN = "video_7_1280x720_5_24_sw_mp4"
HOSTILE = [
    "",
    "_",
    "../../etc/passwd",
    GOOD_TOKEN + "\n",
    GOOD_TOKEN + "/..",
    GOOD_TOKEN.upper(),
    GOOD_TOKEN.replace("_7_", "_\N{ARABIC-INDIC DIGIT SEVEN}_"),
    GOOD_TOKEN.replace("_7_", "_07_"),
    GOOD_TOKEN.replace("_7_", "_-7_"),
    GOOD_TOKEN.replace("_7_", "_1_0_"),
    GOOD_TOKEN.replace("_7_", f"_{2**64}_"),
    GOOD_TOKEN.replace("_7_", "_" + "9" * 5000 + "_"),
    GOOD_TOKEN.replace("1280x720", "100000x720"),
    GOOD_TOKEN.replace("1280x720", "99999x99999"),
    GOOD_TOKEN.replace("1280x720", "8192x8192"),
    GOOD_TOKEN.replace("1280x720", "4096x4096").replace("_5_", "_300_"),
    GOOD_TOKEN.replace("1280x720", "1281x720"),
    GOOD_TOKEN.replace("1280x720", "0x0"),
    GOOD_TOKEN.replace("_5_", "_5.0_"),
    GOOD_TOKEN.replace("_5_", "_0_"),
    GOOD_TOKEN.replace("_5_", "_301_"),
    GOOD_TOKEN.replace("_5_", "_nan_"),
    GOOD_TOKEN.replace("_5_", "_1e9_"),
    GOOD_TOKEN.replace("_24_", "_0_"),
    GOOD_TOKEN.replace("_24_", "_61_"),
    GOOD_TOKEN.replace("sw", "ws"),
    GOOD_TOKEN.replace("mp4", "png"),
    GOOD_TOKEN.replace("mp4", "exe"),
    GOOD_TOKEN.replace("video", "audio"),
    GOOD_TOKEN.replace("video", "disco"),
]


def opened(content: bytes) -> InputContainer:
    """Return a file ready to be read by FFmpeg."""
    return av.open(io.BytesIO(content), "r")


def pictures(content: bytes) -> list[bytes]:
    """Return every picture of a video, decoded."""
    with opened(content) as file:
        return [bytes(frame.reformat(format="rgb24").planes[0]) for frame in file.decode(video=0)]


def boxes(content: bytes) -> list[bytes]:
    """Return the names of the outermost boxes of an MP4, in order."""
    names, place = [], 0
    while place < len(content):
        size, name = struct.unpack_from(">I4s", content, place)
        names.append(name)
        place += size
    return names


def corner(content: bytes) -> bytes:
    """Return the part of a picture where the mark goes."""
    picture = Image.open(io.BytesIO(content))
    return picture.crop((picture.width // 2, picture.height * 5 // 6, picture.width, picture.height)).tobytes()


def names(folder: Path) -> set[str]:
    """Return the names in a folder."""
    return {path.name for path in folder.iterdir()}


def age(path: Path, *, seconds: float) -> None:
    """Make a file older."""
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


@pytest.mark.parametrize("recipe", [*SMALL_RECIPES, *VIDEOS], ids=Recipe.token)
def test_a_token_is_read_back_as_its_recipe(recipe: Recipe) -> None:
    """The token of a recipe is safe in a url and gives the recipe back."""
    assert Recipe.parse(recipe.token()) == recipe
    assert recipe.token().replace(".", "").replace("_", "").isalnum()
    assert recipe.token().isascii()


@pytest.mark.parametrize("token", HOSTILE, ids=range(len(HOSTILE)))
def test_a_forged_token_is_refused(token: str) -> None:
    """A token we cannot have made is a `ValueError` that says something short."""
    with pytest.raises(ValueError, match=r"^(media token|recipe: \w)") as caught:
        Recipe.parse(token)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("name", FORMATS)
def test_a_recipe_knows_how_it_is_served(name: str) -> None:
    """Media type and suffix come from the format, and the format from the kind when not given."""
    kind = FORMATS[name].partition("/")[0]
    recipe = Recipe(kind, 1, format=name)
    assert (recipe.media_type, recipe.suffix) == (FORMATS[name], f".{name}")
    assert Recipe(kind, 1).format == {"video": "mp4", "image": "png", "audio": "mp3"}[kind]


@pytest.mark.parametrize(
    ("seconds", "fps", "count", "text"),
    [
        (5, 24, 121, "5.041"),
        (5.0, 24, 121, "5.041"),
        (10, 24, 241, "10.041"),
        (8.2, 15, 124, "8.266"),
        (5, 30, 151, "5.033"),
        (5, 1, 6, "6"),
        (1.5, 2, 4, "2"),
        (3, 2, 7, "3.5"),
        (0.1, 1, 1, "1"),
    ],
)
def test_the_true_length_of_a_video(seconds: float, fps: int, count: int, text: str) -> None:
    """There is one frame more than fits, and its length is cut and not rounded."""
    assert (frames(seconds, fps), length_text(seconds, fps)) == (count, text)


@pytest.mark.parametrize("recipe", VIDEOS, ids=Recipe.token)
def test_a_video_is_what_its_recipe_says(recipe: Recipe) -> None:
    """Codec, size, frame count, steady times, length and sound are read back as asked for."""
    count = frames(recipe.seconds, recipe.fps)
    with opened(make(recipe)) as file:
        video = file.streams.video[0]
        assert (video.codec_context.name, video.format.name) == ("h264", "yuv420p")
        assert (video.width, video.height, video.frames) == (recipe.width, recipe.height, count)
        assert [audio.codec_context.name for audio in file.streams.audio] == ["aac"] * recipe.sound
        assert (file.duration or 0) / av.time_base == pytest.approx(count / recipe.fps, abs=0.002)
        times = [frame.time for frame in file.decode(video)]
    assert times == pytest.approx([number / recipe.fps for number in range(count)])


@pytest.mark.parametrize("recipe", VIDEOS, ids=Recipe.token)
def test_the_sound_of_a_video_ends_with_it(recipe: Recipe) -> None:
    """The tone is 44.1 kHz, can be decoded, and is as long as the pictures."""
    with opened(make(replace(recipe, sound=True))) as file:
        samples = sum(int(frame.samples) for frame in file.decode(audio=0))
        assert file.streams.audio[0].rate == 44_100
    assert samples / 44_100 == pytest.approx(frames(recipe.seconds, recipe.fps) / recipe.fps, abs=0.05)


@pytest.mark.parametrize("size", [(320, 180), (192, 320), (256, 256)])
def test_a_video_begins_with_the_picture_of_its_image(size: tuple[int, int]) -> None:
    """The boat is where it belongs and the colours are right, but for what the codec loses."""
    first = Image.frombytes("RGB", size, pictures(make(Recipe("video", 8, *size, seconds=0.1, watermark=True)))[0])
    still = Image.open(io.BytesIO(make(Recipe("image", 8, *size, watermark=True))))
    assert max(ImageStat.Stat(ImageChops.difference(first, still)).mean) < 3


def test_a_video_moves_and_comes_round() -> None:
    """The pictures change, and the second round is the first again."""
    seen = pictures(make(Recipe("video", 4, 160, 90, seconds=5, fps=12)))
    assert len(set(seen[:24])) > 12
    assert seen[24:48] == seen[:24]


@pytest.mark.parametrize("sound", [False, True])
@pytest.mark.parametrize("seconds", [0.1, 300])
def test_the_index_of_a_video_comes_first(seconds: float, *, sound: bool) -> None:
    """A player can begin before the end has come, however long the video is."""
    content = make(Recipe("video", 1, 16, 16, seconds=seconds, fps=60, sound=sound))
    found = [name for name in boxes(content) if name != b"free"]
    assert found == [b"ftyp", b"moov", b"mdat"]


@pytest.mark.parametrize("name", ["png", "jpg"])
@pytest.mark.parametrize("size", [(16, 16), (17, 33), (1280, 720), (720, 1280), (8192, 16)])
def test_an_image_is_what_its_recipe_says(name: str, size: tuple[int, int]) -> None:
    """Format and size are read back as asked for, with odd sides too."""
    with Image.open(io.BytesIO(make(Recipe("image", 5, *size, watermark=True, format=name)))) as picture:
        picture.load()
        assert (picture.format, picture.size, picture.mode) == ({"png": "PNG", "jpg": "JPEG"}[name], size, "RGB")


@pytest.mark.parametrize("seconds", [0.1, 1, 2.75, 12])
def test_an_mp3_is_as_long_as_asked_for(seconds: float) -> None:
    """It is one track of MP3 at 44.1 kHz."""
    with opened(make(Recipe("audio", 2, seconds=seconds))) as file:
        track = file.streams.audio[0]
        assert (track.codec_context.name.removesuffix("float"), track.rate, len(file.streams)) == ("mp3", 44_100, 1)
        samples = sum(int(frame.samples) for frame in file.decode(track))
    assert samples / 44_100 == pytest.approx(seconds, abs=0.05)


@pytest.mark.parametrize("seconds", [0.1, 1, 2.75, 12])
def test_a_wav_is_exactly_as_long_as_asked_for(seconds: float) -> None:
    """It is PCM of 16 bits at 44.1 kHz, and not silent."""
    with wave.open(io.BytesIO(make(Recipe("audio", 2, seconds=seconds, format="wav")))) as file:
        assert (file.getsampwidth(), file.getframerate()) == (2, 44_100)
        assert file.getnframes() == round(seconds * 44_100)
        assert any(file.readframes(2000))


@pytest.mark.parametrize("recipe", SMALL_RECIPES, ids=Recipe.token)
def test_the_same_recipe_makes_the_same_bytes(recipe: Recipe) -> None:
    """Two makings agree to the byte."""
    assert make(recipe) == make(recipe)


@pytest.mark.parametrize("kind", ["video", "image"])
def test_seeds_look_different(kind: str) -> None:
    """Ten seeds make ten files."""
    assert len({make(Recipe(kind, seed, 96, 64, seconds=0.1)) for seed in range(10)}) == 10


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (256, 256)])
def test_the_mark_is_in_the_corner(size: tuple[int, int]) -> None:
    """The mark changes the bottom right and nothing else."""
    plain, marked = (make(Recipe("image", 6, *size, watermark=watermark)) for watermark in (False, True))
    first, second = Image.open(io.BytesIO(plain)), Image.open(io.BytesIO(marked))
    assert corner(plain) != corner(marked)
    upper = (0, 0, size[0], size[1] * 5 // 6)
    assert first.crop(upper).tobytes() == second.crop(upper).tobytes()


def test_a_video_keeps_its_mark_while_it_moves() -> None:
    """The last picture has the white of the mark in its corner, as the first has."""
    content = make(Recipe("video", 6, 320, 180, seconds=3, watermark=True))
    with opened(content) as file:
        lights = [max(bytes(frame.planes[0])[frame.planes[0].line_size * 162 :]) for frame in file.decode(video=0)]
    assert min(lights) > 200


@pytest.mark.parametrize("recipe", SMALL_RECIPES, ids=Recipe.token)
def test_a_shelf_gives_the_file(recipe: Recipe, tmp_path: Path) -> None:
    """The file has the bytes of the recipe and its suffix, in a folder that need not exist."""
    path = Shelf(tmp_path / "new" / "shelf").get(recipe)
    assert path.read_bytes() == make(recipe)
    assert path.suffix == recipe.suffix
    assert names(path.parent) == {path.name}


def test_a_shelf_makes_a_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many threads, and a second shelf on the same folder, share one making."""
    counted = Mock(side_effect=make)
    monkeypatch.setattr(shelves, "make", counted)
    shelf, together = Shelf(tmp_path), threading.Barrier(8)

    def fetch(_: int) -> bytes:
        together.wait(timeout=10)
        return shelf.get(SMALL).read_bytes()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(fetch, range(8))) == {make(SMALL)}
    assert Shelf(tmp_path).get(SMALL).is_file()
    counted.assert_called_once_with(SMALL)


def test_shelves_that_make_the_same_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Each shelf stands for a process: all end with one whole file and no part."""
    shelves, together = [Shelf(tmp_path) for _ in range(6)], threading.Barrier(6)

    def fetch(shelf: Shelf) -> bytes:
        together.wait(timeout=10)
        return shelf.get(SMALL).read_bytes()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(fetch, shelves)) == {make(SMALL)}
    assert names(tmp_path) == {f"{SMALL.token()}.png"}


def test_a_lost_file_is_made_again(tmp_path: Path) -> None:
    """Somebody empties the folder, or takes it away: the next call makes it anew."""
    shelf = Shelf(tmp_path / "shelf")
    path = shelf.get(SMALL)
    path.unlink()
    path.parent.rmdir()
    assert shelf.get(SMALL).read_bytes() == make(SMALL)


def test_the_longest_unused_files_go(tmp_path: Path) -> None:
    """Over the limit the oldest go first, a file asked for again is young, and the newest stays."""
    recipes = [replace(SMALL, seed=seed) for seed in range(6)]
    most = sum(len(make(recipe)) for recipe in recipes[2:]) + 2
    shelf = Shelf(tmp_path, most_bytes=most)
    paths = [shelf.get(recipe) for recipe in recipes[:3]]
    for days, path in zip((3, 2, 1), paths, strict=True):
        age(path, seconds=days * 86_400)
    shelf.get(recipes[0])
    paths += [shelf.get(recipe) for recipe in recipes[3:]]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= most
    assert paths[0].exists()
    assert not paths[1].exists()
    assert paths[-1].exists()


def test_a_file_larger_than_the_limit_is_still_given(tmp_path: Path) -> None:
    """The newest file stays alone until the next comes."""
    shelf = Shelf(tmp_path, most_bytes=1)
    for seed in range(3):
        path = shelf.get(replace(SMALL, seed=seed))
        assert names(tmp_path) == {path.name}


def test_only_our_files_are_evicted(tmp_path: Path) -> None:
    """A stranger's file and a part being written stay; a part left by a killed process goes."""
    stranger, fresh, stale = (tmp_path / name for name in ("holiday.mp4", f".{'0' * 16}.part", f".{'1' * 16}.part"))
    for path in (stranger, fresh, stale):
        path.write_bytes(b"x" * 1000)
    age(stranger, seconds=1e8)
    age(stale, seconds=1e5)
    path = Shelf(tmp_path, most_bytes=1).get(SMALL)
    assert names(tmp_path) == {stranger.name, fresh.name, path.name}


@pytest.mark.parametrize("place", ["os.fsync", "pathlib.Path.replace"])
def test_a_full_disk_leaves_nothing_behind(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error goes up, no file or part stays, and the shelf works again once there is room."""
    shelf = Shelf(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(place, Mock(side_effect=OSError(errno.ENOSPC, "No space left")))
        with pytest.raises(OSError, match="No space left"):
            shelf.get(SMALL)
    assert names(tmp_path) == set()
    assert shelf.get(SMALL).read_bytes() == make(SMALL)
