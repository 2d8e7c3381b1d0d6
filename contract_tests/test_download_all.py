"""All files of a task are found, whatever its family, and get names that stay in their folder."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from file_server import FILM, Shelf, patient, serving

from kling import AsyncKling, DownloadFailed, Kling
from kling._core.operation import family
from kling._core.results import files
from kling.types.shared import ImageTask, VideoTask
from kling_mock.handle import running
from kling_spec.bundle import plain
from kling_spec.document import Document, below, operations
from kling_spec.load import load

_OK: Any = {"task_id": "7/..", "task_status": "succeed", "created_at": 1, "updated_at": 1}


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A server of one file, on loopback."""
    with serving(Shelf()) as made:
        yield made


@pytest.fixture
def client() -> Iterator[Kling]:
    """A client that does not really wait between two attempts."""
    with patient() as made:
        yield made


def _urls(schema: Document, name: str = "") -> Iterator[tuple[str, bool]]:
    """Yield name and watermark of each file below a reply schema."""
    media = schema.get("x-kling-media")
    if media is not None:
        yield name, media.get("watermark", False)
    for key, one in schema.get("properties", {}).items():
        yield from _urls(one, key)
    for one in below(schema) if "items" in schema else ():
        yield from _urls(one, name)


_TASKS = [one for one in operations(plain(load())) if one.role == "get"]


def _filled(schema: Document, name: str = "") -> Any:
    """Return a value of a reply schema in which each file has its own URL."""
    if "x-kling-media" in schema:
        return f"https://cdn.example/{name}.mp4?x=1"
    if schema.get("type") == "object" or "properties" in schema:
        return {key: _filled(one, key) for key, one in schema.get("properties", {}).items()}
    if "items" in schema:
        return [_filled(schema["items"], name)]
    return {"integer": 1, "number": 1, "boolean": True}.get(schema.get("type", ""), "1")


class TestAll:
    """All files of a task."""

    @pytest.mark.parametrize("operation", _TASKS, ids=lambda one: one.id)
    def test_every_file_of_every_kind_of_task_is_found(self, operation: Any) -> None:
        """Those that the reference marks as files of the result, with or without the watermark."""
        result = operation.data_schema["properties"]["task_result"]
        task = family(operation.family).operations["get"].model.model_validate(_filled(operation.data_schema))
        expected = list(_urls(result))
        for watermarked in (False, True):
            names = [name for name, is_marked in expected if is_marked is watermarked]
            if names:
                found = [
                    url.removeprefix("https://cdn.example/").partition(".")[0]
                    for url, _ in files(task, Path(), watermarked=watermarked)
                ]
                assert found == names

    def test_most_tasks_have_files(self) -> None:
        """So that the test above is about something."""
        assert sum(bool(list(_urls(one.data_schema["properties"]["task_result"]))) for one in _TASKS) > 15

    def test_names(self) -> None:
        """The id of the task, a number, and the end of the URL; nothing leads out of the folder."""
        urls = ("https://c.example/a.PNG?x=.exe", "https://c.example/b/%2e%2e", "")
        images = [{"index": number, "url": url} for number, url in enumerate(urls)]
        task = ImageTask.model_validate({**_OK, "task_result": {"images": images}})
        assert [path.as_posix() for _, path in files(task, Path("out"), watermarked=False)] == ["out/7___-1.png", "out/7___-2"]

    def test_what_is_there_is_left(self, shelf: Shelf, client: Kling, tmp_path: Path) -> None:
        """The folder is made; a second call fetches only what is missing; an object with a url is fetched as its url."""
        task = VideoTask.model_validate(
            {**_OK, "task_result": {"videos": [{"id": "1", "url": shelf.url}, {"id": "2", "url": shelf.url}]}}
        )
        found = client.download_all(task, tmp_path / "a" / "b")
        assert [one.name for one in found] == ["7___-1.mp4", "7___-2.mp4"]
        found[1].unlink()
        assert client.download_all(task, str(tmp_path / "a" / "b")) == found
        assert len(shelf.seen) == 3
        assert task.task_result is not None
        assert task.task_result.videos is not None
        assert client.download(task.task_result.videos[0], tmp_path / "x.mp4").read_bytes() == FILM

    def test_a_task_without_results_is_told(self, client: Kling, tmp_path: Path) -> None:
        """With its status."""
        task = VideoTask(task_id="1", task_status="processing", created_at=1, updated_at=1)
        with pytest.raises(DownloadFailed, match="task 1 has no such results; its status is processing"):
            client.download_all(task, tmp_path / "out")

    def test_from_the_mock(self, tmp_path: Path) -> None:
        """Over sockets, sync and async."""
        with running() as mock, Kling(base_url=mock.url, api_key=mock.api_key) as client:
            made = client.image_generation.create(model_name="kling-v3", prompt="x", n=2)
            mock.advance(600)
            task = client.image_generation.get(made)
            found = client.download_all(task, tmp_path)
            assert [one.read_bytes()[1:4] for one in found] == [b"PNG", b"PNG"]

            async def run() -> list[Path]:
                async with AsyncKling(base_url=mock.url, api_key=mock.api_key) as twin:
                    return await twin.download_all(task, tmp_path / "async")

            assert [one.read_bytes() for one in asyncio.run(run())] == [one.read_bytes() for one in found]
