"""A small server of one file, on loopback, that breaks off and refuses as a test wants it to."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kling import Kling

FILM = bytes(range(256)) * 1000


@dataclass
class Shelf:
    """What a small server of files does; `seen` are the headers it was asked with."""

    url: str = ""
    content: bytes = FILM
    head: dict[str, str] = field(default_factory=lambda: {"Content-Type": "video/mp4", "ETag": '"v1"'})
    status: int = 200
    refuses: list[int] = field(default_factory=list)  # statuses of the first answers, which are no file
    breaks_after: list[int] = field(default_factory=list)  # bytes that an answer gives before its connection breaks
    range_answer: tuple[int, str] | None = None  # what a request for a range is answered in place of the truth
    seen: list[dict[str, str]] = field(default_factory=list)

    def answer(self, asked: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body."""
        if self.refuses:
            return self.refuses.pop(0), {"Content-Type": "text/html", "Retry-After": "0"}, b"<html>come again</html>"
        found = re.fullmatch(r"bytes=([0-9]+)-", asked.get("range", ""))
        is_same = asked.get("if-range") in (self.head.get("ETag"), self.head.get("Last-Modified"))
        if self.status != 200 or not found or not is_same:
            return self.status, self.head, self.content
        start, total = int(found[1]), len(self.content)
        if self.range_answer:
            return self.range_answer[0], {**self.head, "Content-Range": self.range_answer[1]}, self.content[start:]
        return 206, {**self.head, "Content-Range": f"bytes {start}-{total - 1}/{total}"}, self.content[start:]


@contextmanager
def serving(shelf: Shelf) -> Iterator[Shelf]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name.lower(): value for name, value in self.headers.items()}
            shelf.seen.append(asked)
            status, head, body = shelf.answer(asked)
            self.send_response(status)
            for name, value in {**head, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: shelf.breaks_after.pop(0)] if shelf.breaks_after else body)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    shelf.url = f"http://127.0.0.1:{server.server_port}/boat.mp4"
    try:
        yield shelf
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def patient() -> Iterator[Kling]:
    """Give a client whose API is on loopback, too, and which does not really wait between two attempts."""
    with Kling(api_key="secret", base_url="http://127.0.0.1:1", max_retries=2) as made:
        vars(made._transport)["sleep"] = lambda seconds: None
        yield made
