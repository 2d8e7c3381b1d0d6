"""What a client is beside its families: credentials, settings, connections, downloads."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from kling._core.credentials import Credentials
from kling._core.credentials import credentials as found_credentials
from kling._core.retry import Retries
from kling._core.settings import Settings
from kling._core.settings import base_url as found_url

from .transport import AsyncTransport

if TYPE_CHECKING:
    from httpx2 import AsyncClient


class AsyncApi:
    """Holds the credentials and the connections."""

    def __init__(
        self,
        *,
        access_key: str | None = None,
        secret_key: str | None = None,
        api_key: str | None = None,
        credentials: Credentials | None = None,
        region: str | None = None,
        base_url: str | None = None,
        timeout: float = 60.0,
        check: bool = True,
        strict: bool = False,
        strict_models: bool = True,
        max_retries: int = 2,
        http_client: "AsyncClient | None" = None,
    ) -> None:
        """Make a client. Nothing is sent before the first call.

        Args:
            access_key: With secret_key, one half of the key pair that signs tokens.
            secret_key: The other half.
            api_key: The API key, in place of a key pair. Without any, the environment is asked: KLING_API_KEY, or
                KLING_ACCESS_KEY and KLING_SECRET_KEY.
            credentials: An object of one's own that gives the Authorization header, in place of keys.
            region: singapore (default) or beijing. Accounts do not cross regions.
            base_url: The URL that paths are put behind, in place of a region; also KLING_BASE_URL.
            timeout: Seconds one request may take.
            check: Whether requests are looked at before they are sent.
            strict: Refuse also what the service was seen to tolerate.
            strict_models: Refuse what the tables of models deny.
            max_retries: How often a request is sent again when that is safe: when no connection was made, when the service
                said that it started nothing (1302, 1303), and for reads. A create without an answer is looked up by its
                external_task_id before it is sent again; the client makes one when none is given.
            http_client: An httpx2 client of one's own; it is not closed with this object.
        """
        who = credentials or found_credentials(access_key=access_key, secret_key=secret_key, api_key=api_key)
        settings = Settings(
            credentials=who,
            base_url=found_url(base_url, region),
            timeout=timeout,
            check=check,
            strict=strict,
            strict_models=strict_models,
            retries=Retries(limit=max_retries),
        )
        self._transport = AsyncTransport(settings, http_client, owns=http_client is None)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._transport.settings.base_url!r})"

    async def download(
        self, url: str, path: str | Path, *, on_progress: Callable[[int, int | None], object] | None = None
    ) -> Path:
        """Write what a result's url holds to `path` and return the path; the file appears only when it is whole.

        `on_progress` is called with the bytes so far and, where the server told it, the bytes in all. Raises
        `DownloadFailed` or `ConnectionFailed`. Results are kept for 30 days.
        """
        from .download import download

        return await download(self._transport.http, url, Path(path), on_progress=on_progress)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
