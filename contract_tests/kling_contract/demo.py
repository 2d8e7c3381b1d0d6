"""`make demo`: one video from prompt to file with the generated client, against a mock on a free loopback port."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from httpx2 import HTTPTransport
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from kling import ApiError, Kling, RuleBroken
from kling.types.shared import Video, VideoTask
from kling_mock.settings import ACCESS_KEY, SECRET_KEY

_PROMPT = "A paper boat drifts down a rainy street at dusk"
_SHARE = {"submitted": 10, "processing": 40, "succeed": 100}

console = Console(highlight=False, soft_wrap=True)


@contextmanager
def mock() -> Iterator[str]:
    """Run `kling-mock serve` on a free port and give its URL; it is stopped in any case."""
    command = [
        sys.executable,
        "-c",
        "from kling_mock.cli import main; main()",
        "serve",
        "--port",
        "0",
        "--access-key",
        ACCESS_KEY,
    ]
    with subprocess.Popen([*command, "--secret-key", SECRET_KEY], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None, "its output is a pipe"
        line = process.stdout.readline()
        if not line.startswith("listening on "):
            raise SystemExit(f"the mock did not start: {line}")
        try:
            yield line.removeprefix("listening on ").strip()
        finally:
            process.terminate()
            process.wait(timeout=10)


@contextmanager
def receiver() -> Iterator[str]:
    """Receive callbacks on a free loopback port, show each as it comes, and give the URL to post to."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            task = json.loads(self.rfile.read(int(self.headers["content-length"])))
            console.print(f"  [cyan]callback[/] task {task['task_id']}: [bold]{task['task_status']}[/]")
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing of one's own."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/kling"
        finally:
            server.shutdown()
            thread.join()


def caller(base_url: str, *, check: bool = True) -> Kling:
    """Return a client of the mock."""
    straight = HTTPTransport()  # a proxy that the environment names would not find this machine
    return Kling(base_url=base_url, access_key=ACCESS_KEY, secret_key=SECRET_KEY, check=check, transport=straight)


def made(client: Kling, callback_url: str) -> VideoTask:
    """Make a video and show how it goes."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("text_to_video", total=100)

        def show(task: VideoTask) -> None:
            progress.update(bar, completed=_SHARE.get(task.task_status, 0), description=f"text_to_video: {task.task_status}")

        return client.text_to_video.run(
            model_name="kling-v2-6", prompt=_PROMPT, duration="5", callback_url=callback_url, interval=0.25, on_update=show
        )


def fetched(client: Kling, video: Video, folder: Path) -> None:
    """Download a video and read length and size back from the file."""
    import av

    path = client.download(video.url, folder / "boat.mp4")
    with av.open(path) as film:
        stream = film.streams.video[0]
        length = (film.duration or 0) / 1_000_000
        console.print(
            f"  {path} has {path.stat().st_size:,} bytes: {length:.3f} s, {stream.width} x {stream.height}, {stream.codec.name}"
        )


def refusals(base_url: str) -> None:
    """Show a request that is not sent because it breaks a rule, and one that the service refuses."""
    console.print("[bold]a request that breaks a rule is not sent[/]")
    asked: Any = {"model_name": "kling-v2-6", "prompt": _PROMPT, "sound": "on", "mode": "std"}
    try:
        caller(base_url).text_to_video.create(**asked)
    except RuleBroken as error:
        console.print(f"  RuleBroken, rule [yellow]{error.rule_id}[/]: {error.violations[0].message}")
    console.print("[bold]the same request, sent all the same[/]")
    try:
        caller(base_url, check=False).text_to_video.create(**asked)
    except ApiError as error:
        console.print(f"  {type(error).__name__}, code {error.code}, HTTP {error.http}, request {error.request_id}")
        console.print(f"  {error.message}")


def main() -> None:
    """Tell the story; exit 0 when it went well."""
    with mock() as url, receiver() as callback_url, tempfile.TemporaryDirectory(prefix="kling-demo-") as folder:
        console.print(f"[bold]the mock listens on {url}; callbacks go to {callback_url}[/]")
        with caller(url) as client:
            task = made(client, callback_url)
            console.print(f"[bold]task {task.task_id}: {task.task_status}, {task.final_unit_deduction} units[/]")
            for video in (task.task_result and task.task_result.videos) or []:
                fetched(client, video, Path(folder))
        refusals(url)


if __name__ == "__main__":
    main()
