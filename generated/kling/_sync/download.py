"""Fetches a file, and goes on where a connection broke."""

from typing import TYPE_CHECKING

from kling._core.addresses import refuse_private
from kling._core.part import Part
from kling.errors import ConnectionFailed, DownloadFailed

from .transport import Transport

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response

MOST_REDIRECTS = 5


def download(transport: Transport, part: Part) -> "Path":
    """Fetch a file and return where it is; a connection that breaks is tried again as often as a call is."""
    from httpx2 import HTTPError, InvalidURL

    attempt, retries = 0, transport.settings.retries
    with part:
        while True:
            try:
                _fetch(transport, part)
                return part.finish()
            except InvalidURL as error:
                raise DownloadFailed(f"GET {part.source}: {error}") from error
            except (HTTPError, ConnectionFailed) as error:
                if attempt >= retries.limit:
                    raise ConnectionFailed(f"GET {part.source}: {error}") from error
                transport.sleep(retries.delay(attempt))
                attempt += 1


def _fetch(transport: Transport, part: Part) -> None:
    """Ask for what is missing, and for all when what is here is of another version."""
    response = _answer(transport, part)
    try:
        if not part.begin(response.status_code, response.headers):
            response.close()
            response = _answer(transport, part)
            part.begin(response.status_code, response.headers)
        for chunk in response.iter_bytes():
            part.add(chunk)
    finally:
        response.close()


def _answer(transport: Transport, part: Part) -> "Response":
    """Ask, and follow redirects: each host is looked at, and none is told who asks."""
    from httpx2 import URL

    url, home = URL(part.url), None if part.allow_private is False else URL(transport.settings.base_url).host
    for _ in range(MOST_REDIRECTS + 1):
        if not part.allow_private:
            refuse_private(url.host, home)
        request = transport.http.build_request("GET", url, headers=part.headers())
        for name in ("authorization", "proxy-authorization", "cookie"):
            request.headers.pop(name, None)
        response = transport.http.send(request, stream=True, auth=None, follow_redirects=False)
        if not response.has_redirect_location:
            return response
        response.close()
        url = url.join(response.headers["location"])
    raise DownloadFailed(f"GET {part.source}: more than {MOST_REDIRECTS} redirects")
