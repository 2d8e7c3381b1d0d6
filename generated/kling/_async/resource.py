"""What the families have in common: calls, tasks, pages, waiting."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, Unpack

from kling._core.operation import Operation, family
from kling._core.settings import CallOptions as CallOptions
from kling._core.task import HasTaskId as HasTaskId, TaskT, facts

from .transport import AsyncTransport

if TYPE_CHECKING:
    from kling._core.polling import Waiting
    from kling._core.raw import Raw, RawResponse

    from .task import AsyncTask


class AsyncResource:
    """The operations of one family. Beside its own arguments, each takes those of `CallOptions`."""

    _family: ClassVar[str]

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """Return this family with other options, on the same connections."""
        made = copy(self)
        made._transport = self._transport.using(self._transport.settings.changed(options))
        return made

    @property
    def with_raw_response(self) -> "Raw[Awaitable[RawResponse[Any]]]":
        """The methods that send one request, which give the whole answer: status, headers, request_id, body and data."""
        from kling._core.raw import Raw

        made = copy(self)
        made._transport = self._transport.using(replace(self._transport.settings, is_raw=True))
        return Raw(made, family(self._family).operations)

    def _with(self, options: CallOptions) -> Self:
        return self.with_options(**options) if options else self

    def _operation(self, name: str) -> Operation:
        return family(self._family).operations[name]

    async def _call(
        self, name: str, body: dict[str, Any] | None = None, *, path: Mapping[str, str] = {}, query: Mapping[str, Any] = {}
    ) -> Any:
        """Send what was given of the arguments; `body` and `query` may hold None for what was not.

        `body` may be the `locals()` of a method: what it has beside the arguments is left out.
        """
        operation = self._operation(name)
        said = None if body is None else operation.said(body)
        asked = {operation.query[key]: value for key, value in query.items() if value is not None}
        if operation.ends:
            from kling._core.ending import warn

            warn(operation, {**asked, **(said or {})})
        return await self._transport.call(operation, path=path, query=asked, body=said)


class AsyncTaskResource(AsyncResource, Generic[TaskT]):
    """A family whose creates start tasks."""

    async def get(self, task: str | HasTaskId, **options: Unpack[CallOptions]) -> TaskT:
        """Look at one task.

        `task` is a task id, the external_task_id it was created with, or an object with a task_id.
        Raises `ParameterInvalid` when the account has no such task in this family.
        """
        found: TaskT = await self._with(options)._call("get", path={"id": _id(task)})
        return found

    async def page(self, page_num: int = 1, page_size: int = 30, **options: Unpack[CallOptions]) -> list[TaskT]:
        """Return one page of the account's tasks of this family, newest first; empty beyond the last.

        `page_num` is 1 to 1000, `page_size` 1 to 500. The API tells no total.
        """
        asked = {"page_num": page_num, "page_size": page_size}
        found: list[TaskT] = await self._with(options)._call("page", query=asked)
        return found

    async def pages(self, page_size: int = 100, **options: Unpack[CallOptions]) -> AsyncIterator[TaskT]:
        """Yield the account's tasks of this family page by page, each once, until a page comes back short.

        A task that is created meanwhile moves the others down; those seen already are not yielded again.
        """
        seen: set[str] = set()
        for number in range(1, 1001):
            found = await self.page(number, page_size, **options)
            for task in found:
                if task.task_id not in seen:
                    seen.add(task.task_id)
                    yield task
            if len(found) < page_size:
                return

    async def wait(
        self, task: str | HasTaskId, *, on_update: Callable[[TaskT], object] | None = None, **how: Unpack["Waiting"]
    ) -> TaskT:
        """Look at a task until it has ended, and return it.

        After the first look the next is when such tasks usually end, then one every 5 to 10 s, or every `interval`
        seconds, or when a callback falls into the `inbox`. `on_update` is called whenever the status changed. Raises
        `TaskFailed` with the service's reason, `TaskTimeout` after `timeout` (900) seconds; wait again to go on.
        """
        return await self.task(task).wait(on_update=on_update, **how)

    async def _run(self, arguments: Mapping[str, Any], options: CallOptions | None, **how: Any) -> TaskT:
        chosen = self._with(options or {})
        made: HasTaskId = await chosen._call("create", {**arguments})
        return await chosen.task(made, arguments).wait(**how)

    def task(self, task: str | HasTaskId, arguments: Mapping[str, object] = {}) -> "AsyncTask[TaskT]":
        """Return a handle on a task, which can be waited for with others and written down. Asks nothing.

        `task` is what a create answered, or an id; `arguments` are those of the create: their model tells how long such
        a task takes.
        """
        from .task import AsyncTask

        return AsyncTask(self, _id(task), **facts(task, arguments))


def _id(task: str | HasTaskId) -> str:
    found = task if isinstance(task, str) else task.task_id
    if not found:
        raise ValueError("a task id must not be empty")
    return found
