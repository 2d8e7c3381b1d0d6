"""What a client is beside its families: credentials, settings, connections, tasks of any family, downloads."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from copy import copy
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from kling._core.credentials import AsyncProvider, AsyncSource, Credentials, credentials as found_credentials
from kling._core.rehearsal import Rehearsal
from kling._core.settings import CallOptions, Settings, base_url as found_url

from .resource import AsyncResource, AsyncTaskResource
from .transport import AsyncClock, AsyncTransport

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport, AsyncClient, Limits, Proxy

    from kling._core.jobs import JobSaid, Running
    from kling._core.polling import Waiting
    from kling._core.results import DownloadOptions, HasUrl

    from .batch import AsyncBatch
    from .task import AsyncTask


class AsyncApi(Rehearsal):
    """Holds the credentials and the connections."""

    def __init__(
        self,
        *,
        access_key: str | None = None,
        secret_key: str | None = None,
        api_key: str | None = None,
        credentials: "Credentials | AsyncSource | None" = None,
        region: str | None = None,
        base_url: str | None = None,
        http_client: "AsyncClient | None" = None,
        transport: "AsyncBaseTransport | None" = None,
        proxy: "Proxy | str | None" = None,
        limits: "Limits | None" = None,
        clock: AsyncClock | None = None,
        **options: Unpack[CallOptions],
    ) -> None:
        """Make a client. Nothing is sent before the first call. `CallOptions` tells the other arguments.

        Args:
            access_key: With secret_key, one half of the key pair that signs tokens.
            secret_key: The other half.
            api_key: The API key, in place of a key pair. Without any, the environment is asked: KLING_API_KEY, or
                KLING_ACCESS_KEY and KLING_SECRET_KEY.
            credentials: In place of keys, a function that gives an API key, a signed token, or (access_key, secret_key);
                it is asked before every request. Or an object of one's own that gives the Authorization header.
            region: singapore (default) or beijing. Accounts do not cross regions.
            base_url: The URL that paths are put behind, in place of a region; also KLING_BASE_URL.
            http_client: An httpx2 client of one's own; it is not closed with this object.
            transport: What the client's own httpx2 client sends through, in place of a connection.
            proxy: The URL of a proxy, for the client's own httpx2 client.
            limits: How many connections the client's own httpx2 client may hold.
            clock: The time that waiting goes by; tests give one that is moved by hand.
        """
        asked = {"transport": transport, "proxy": proxy, "limits": limits}
        connecting = {name: one for name, one in asked.items() if one is not None}
        if http_client is not None and connecting:
            raise ValueError(f"{' and '.join(connecting)} must be given to http_client, which is used as it is")
        if credentials is None:
            credentials = found_credentials(access_key=access_key, secret_key=secret_key, api_key=api_key)
        who = AsyncProvider(credentials) if callable(credentials) else credentials
        settings = Settings(credentials=who, base_url=found_url(base_url, region)).changed(options)
        owns = http_client is None
        self._transport = AsyncTransport(settings, http_client, owns=owns, connecting=connecting, clock=clock)

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """Return a client with other options, on the same connections, which stay this one's to close."""
        made = copy(self)
        made.__dict__ = {name: one for name, one in vars(made).items() if not isinstance(one, AsyncResource)}
        made._transport = self._transport.using(self._transport.settings.changed(options))
        return made

    async def warm(self, *families: str) -> None:
        """Load what first calls of these families load, of all when none is named, and make the HTTP client.

        Nothing is sent, and an event loop goes on meanwhile. Raises `ValueError` for a family that does not exist.
        """
        from kling._core.warming import warmed

        await asyncio.to_thread(warmed, self, families)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._transport.settings.base_url!r})"

    def resume(self, checkpoint: str) -> "AsyncTask[Any]":
        """Return the handle on a task from its `checkpoint()`. Raises `ValueError` when the text is none."""
        from kling._core.task import checkpointed

        from .task import AsyncTask

        said = checkpointed(checkpoint)
        resource = getattr(self, said.pop("family"), None)
        if not isinstance(resource, AsyncTaskResource):
            raise ValueError(f"this client has no such family of tasks: {checkpoint[:80]!r}")
        return AsyncTask(resource, **said)

    def as_completed(
        self,
        tasks: "Iterable[AsyncTask[Any]]",
        *,
        on_update: "Callable[[AsyncTask[Any]], object] | None" = None,
        **how: Unpack["Waiting"],
    ) -> "AsyncIterator[AsyncTask[Any]]":
        """Yield each task when it has ended, well or not: its `result()` is the task, or raises why there is none.

        One request at a time, at most 5 a second, and fewer when the service is busy; where many tasks of a family wait,
        a request tells of up to 500. Raises `TaskTimeout` after `timeout` (900) seconds; wait again to go on.
        """
        from kling._core.polling import waited

        from .task import performed

        return performed(waited(tasks, self._transport, on_update=on_update, **how), self._transport)

    async def wait_all(self, tasks: "Iterable[AsyncTask[Any]]", **how: Unpack["Waiting"]) -> "list[AsyncTask[Any]]":
        """Wait until all tasks have ended, as `as_completed` does, and return them in the given order."""
        asked = list(tasks)
        async for _ in self.as_completed(asked, **how):
            pass
        return asked

    def batch(self, jobs: "str | Path | Iterable[JobSaid]", *, journal: str | Path, **how: Unpack["Running"]) -> "AsyncBatch":
        """Return a batch: iterate over it to run the jobs, as many at once as the account allows, and get their outcomes.

        `jobs` are a file of JSON lines, or an iterable, of `{"call": "family.create", "arguments": {...}, "id": "..."}`
        (the id may be left out), or an iterable of (method, arguments). The `journal` is a file that makes the run safe
        to repeat: whatever ended it, nothing is started twice; `.db` and `.sqlite` are SQLite, others JSON lines.
        `retry_failed` starts anew what has failed in an earlier run, `timeout` ends this one after so many seconds,
        `on_progress` is called with the summary whenever it changed.
        """
        from .batch import AsyncBatch

        return AsyncBatch(self, jobs, Path(journal), how)

    async def download(self, result: "str | HasUrl", path: str | Path, **how: "Unpack[DownloadOptions]") -> Path:
        """Write a result, or what a URL holds, to `path` and return the path; the file appears only when it is whole.

        A download that broke off goes on where it ended, in this call and in a later one; one at a time to one path.
        Raises `DownloadFailed` or `ConnectionFailed`. Results are kept for 30 days.
        """
        from kling._core.part import Part

        from .download import download

        return await download(self._transport, Part(result, Path(path), **how))

    async def download_all(
        self, task: object, folder: str | Path, *, watermarked: bool = False, **how: "Unpack[DownloadOptions]"
    ) -> list[Path]:
        """Download the results of a task as `<task id>-1.mp4` and so on; what is in the folder already is left alone.

        `watermarked` asks for the copies with a watermark in place of those without.
        """
        from kling._core.part import Part
        from kling._core.results import files

        from .download import download

        Path(folder).mkdir(parents=True, exist_ok=True)
        found = files(task, Path(folder), watermarked=watermarked)
        return [path if path.exists() else await download(self._transport, Part(url, path, **how)) for url, path in found]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
