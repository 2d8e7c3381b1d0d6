"""Fetches a file, and goes on where a connection broke."""

import asyncio
from typing import TYPE_CHECKING

from kling._core.addresses import refuse_private
from kling._core.part import Part
from kling.errors import ConnectionFailed, DownloadFailed

from .transport import AsyncTransport

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response

MOST_REDIRECTS = 5


async def download(transport: AsyncTransport, part: Part) -> "Path":
    """Fetch a file and return where it is; a connection that breaks is tried again as often as a call is."""
    from httpx2 import HTTPError, InvalidURL

    attempt, retries = 0, transport.settings.retries
    with part:
        while True:
            try:
                await _fetch(transport, part)
                return part.finish()
            except InvalidURL as error:
                raise DownloadFailed(f"GET {part.source}: {error}") from error
            except (HTTPError, ConnectionFailed) as error:
                if attempt >= retries.limit:
                    raise ConnectionFailed(f"GET {part.source}: {error}") from error
                await transport.sleep(retries.delay(attempt))
                attempt += 1


async def _fetch(transport: AsyncTransport, part: Part) -> None:
    """Ask for what is missing, and for all when what is here is of another version."""
    response = await _answer(transport, part)
    try:
        if not part.begin(response.status_code, response.headers):
            await response.aclose()
            response = await _answer(transport, part)
            part.begin(response.status_code, response.headers)
        async for chunk in response.aiter_bytes():
            part.add(chunk)
    finally:
        await response.aclose()


async def _answer(transport: AsyncTransport, part: Part) -> "Response":
    """Ask, and follow redirects: each host is looked at, and none is told who asks."""
    from httpx2 import URL

    url, home = URL(part.url), None if part.allow_private is False else URL(transport.settings.base_url).host
    for _ in range(MOST_REDIRECTS + 1):
        if not part.allow_private:
            await asyncio.to_thread(refuse_private, url.host, home)
        request = transport.http.build_request("GET", url, headers=part.headers())
        for name in ("authorization", "proxy-authorization", "cookie"):
            request.headers.pop(name, None)
        response = await transport.http.send(request, stream=True, auth=None, follow_redirects=False)
        if not response.has_redirect_location:
            return response
        await response.aclose()
        url = url.join(response.headers["location"])
    raise DownloadFailed(f"GET {part.source}: more than {MOST_REDIRECTS} redirects")
