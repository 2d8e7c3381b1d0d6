"""The files of results over HTTP: whole or in ranges, with validators, until they are no longer kept."""

import io
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import av
import httpx2
import pytest
from conftest import START_MS, Bench, bench
from hypothesis import given
from hypothesis import strategies as st
from made_media import finished, own_url
from PIL import Image

from kling_mock import files
from kling_mock.files import served
from kling_mock.handle import MockHandle, running
from kling_mock.recipe import FORMATS, Recipe
from kling_mock.request import Request
from kling_mock.settings import Settings
from kling_mock.shelf import Shelf, results_folder
from kling_spec.bundle import current

CLIP = Recipe("video", 5, 128, 96, seconds=1, fps=12, sound=True)
SMALL = {name: Recipe(media[:5], 5, 128, 96, seconds=1, fps=12, format=name) for name, media in FORMATS.items()}
FOLDER = results_folder()


@pytest.fixture(scope="module")
def mock() -> Bench:
    """A mock with all its limits."""
    return bench(current(), Settings())


@pytest.fixture(scope="module")
def server() -> Iterator[MockHandle]:
    """A mock behind a socket."""
    with running() as made:
        yield made


def got(mock: Bench, url: str, verb: str = "GET", **headers: str) -> httpx2.Response:
    """Return the answer to a request for a file; header names have underscores here."""
    with mock.http() as http:
        return http.request(verb, url, headers={name.replace("_", "-"): one for name, one in headers.items()})


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_what_its_type_says(name: str, mock: Bench) -> None:
    """Type, length and contents of each format agree; HEAD tells the same without contents."""
    whole, head = got(mock, own_url(SMALL[name])), got(mock, own_url(SMALL[name]), "HEAD")
    assert whole.status_code == head.status_code == 200
    assert whole.headers["content-type"] == FORMATS[name]
    assert int(whole.headers["content-length"]) == len(whole.content)
    assert dict(head.headers) == dict(whole.headers)
    assert head.content == b""
    if name in ("png", "jpg"):
        assert Image.open(io.BytesIO(whole.content)).size == (128, 96)
    else:
        with av.open(io.BytesIO(whole.content), "r") as file:
            assert (file.duration or 0) / 1e6 == pytest.approx(1, abs=0.1)


@given(st.integers(0, 40_000), st.integers(0, 40_000), st.sampled_from(["both", "from", "last"]))
def test_a_range_is_a_part_of_the_whole(first: int, more: int, form: str) -> None:
    """Each range that has a byte in the file is answered with those bytes, each that has none with 416."""
    path = Shelf(FOLDER).get(CLIP)
    whole = path.read_bytes()
    size, last = len(whole), first + more
    asked = {"both": f"{first}-{last}", "from": f"{first}-", "last": f"-{first}"}[form]
    expected = {"both": whole[first : last + 1], "from": whole[first:], "last": whole[-first:] if first else b""}[form]
    answer = served(path, _asking(range=f"bytes={asked}"), media_type="video/mp4", made_ms=START_MS)
    content = b"".join(answer.stream or ())
    assert content == expected
    if not expected:
        assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{size}")
    else:
        start = size - len(expected) if form == "last" else first
        assert (answer.status, answer.headers["content-range"]) == (206, f"bytes {start}-{start + len(expected) - 1}/{size}")


@pytest.mark.parametrize(
    "asked", ["", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=-1-2"]
)
def test_what_is_no_single_range_gives_the_whole(asked: str, mock: Bench) -> None:
    """Nonsense is passed over, and so are several ranges at once."""
    answer = got(mock, own_url(CLIP), range=asked)
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["content-length"])


def test_a_download_is_resumed_only_when_the_file_is_the_same(mock: Bench) -> None:
    """If-Range with the file's own tag or date lets the range through; with another the whole comes anew."""
    whole = got(mock, own_url(CLIP))
    tag, date = whole.headers["etag"], whole.headers["last-modified"]
    for told, status in ((tag, 206), (date, 206), ('"other"', 200), (f"W/{tag}", 200), ("Mon, 01 Jan 2024 00:00:00 GMT", 200)):
        part = got(mock, own_url(CLIP), range="bytes=100-", if_range=told)
        assert part.status_code == status, told
        assert part.content == whole.content[100 if status == 206 else 0 :]


def test_a_file_that_the_caller_has_is_not_sent(mock: Bench) -> None:
    """If-None-Match, else If-Modified-Since, gives 304 without contents."""
    headers = got(mock, own_url(CLIP)).headers
    tag, date = headers["etag"], headers["last-modified"]
    earlier = "Mon, 01 Jan 2024 00:00:00 GMT"
    for asked, status in (
        ({"if_none_match": tag}, 304),
        ({"if_none_match": f'"a", W/{tag}'}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": '"a"', "if_modified_since": date}, 200),
        ({"if_modified_since": date}, 304),
        ({"if_modified_since": earlier}, 200),
        ({"if_modified_since": "yesterday"}, 200),
    ):
        answer = got(mock, own_url(CLIP), **asked)
        assert answer.status_code == status, asked
        assert bool(answer.content) is (status == 200)


def test_a_result_was_made_when_its_task_ended() -> None:
    """Last-Modified is on the account's clock, and 30 days later the file is gone."""
    mock = bench(current(), Settings())
    task = finished(mock, "image_generation.create", {"model_name": "kling-v3", "prompt": "x"})
    url = task["task_result"]["images"][0]["url"]
    modified = parsedate_to_datetime(got(mock, url, "HEAD").headers["last-modified"]).timestamp()
    assert modified == task["updated_at"] // 1000
    mock.world.advance(30 * 86_400 - 600)
    assert got(mock, url).status_code == 200
    mock.world.advance(600)
    for verb in ("GET", "HEAD"):
        assert got(mock, url, verb).status_code == 404


def test_a_watermarked_copy_is_made_on_demand() -> None:
    """Where it is asked for there is a second file, of the same size, with a mark; else there is none."""
    mock = bench(current(), Settings())
    body = {"model_name": "kling-v3", "prompt": "x", "watermark_info": {"enabled": True}}
    [image] = finished(mock, "image_generation.create", body)["task_result"]["images"]
    plain, marked = (Image.open(io.BytesIO(got(mock, image[name]).content)) for name in ("url", "watermark_url"))
    assert plain.size == marked.size
    assert plain.tobytes() != marked.tobytes()
    body["watermark_info"] = {"enabled": False}
    assert "watermark_url" not in finished(mock, "image_generation.create", body)["task_result"]["images"][0]


def test_results_can_lie_elsewhere() -> None:
    """With --asset-origin the URLs of results begin with it."""
    mock = bench(current(), Settings(asset_origin="https://cdn.example.com/kling/"))
    [image] = finished(mock, "image_generation.create", {"model_name": "kling-v3", "prompt": "x"})["task_result"]["images"]
    assert image["url"].startswith("https://cdn.example.com/kling/_mock/assets/image_")
    body = {"model_name": "kling-v3", "prompt": "x", "image": image["url"].replace("_16_", "_17_")}
    mock.world.advance(31 * 86_400)
    assert "went wrong" in mock.post(body, path="/v1/videos/image2video").json()["message"]


def test_a_file_comes_in_pieces(server: MockHandle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a socket a large file is never held whole, and all of it arrives; a caller may leave in the middle."""
    monkeypatch.setattr(files, "_PIECE", 1000)
    with httpx2.Client(base_url=server.url) as http:
        path = f"/_mock/assets/{CLIP.token()}.mp4"
        whole = http.get(path)
        part = http.get(path, headers={"range": "bytes=1500-"})
        with http.stream("GET", path) as left:
            next(left.iter_raw())
        again = http.get(path)
    assert len(whole.content) == int(whole.headers["content-length"]) > 5000
    assert part.content == whole.content[1500:]
    assert again.content == whole.content
    answer = served(Shelf(FOLDER).get(CLIP), _asking(), media_type="video/mp4", made_ms=0)
    assert max(map(len, answer.stream or ())) == 1000


def _asking(**headers: str) -> Request:
    return Request("GET", "/", {}, headers, b"")
