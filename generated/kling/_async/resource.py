"""What the families have in common: calls, tasks, pages, waiting."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, Self, TypeVar, Unpack

from kling._core.lifecycle import Lifecycle
from kling._core.operation import Operation, family
from kling._core.settings import CallOptions as CallOptions
from kling.errors import TaskFailed, TaskTimeout

from .transport import AsyncTransport

if TYPE_CHECKING:
    from kling._core.raw import Raw, RawResponse


class HasTaskId(Protocol):
    """Anything that names a task: what a create answered, or the task itself."""

    task_id: str


TaskT = TypeVar("TaskT", bound=HasTaskId)


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
        """Send what was given of the arguments; `body` and `query` may hold None for what was not."""
        operation = self._operation(name)
        said = None if body is None else {key: value for key, value in body.items() if value is not None}
        asked = {operation.query[key]: value for key, value in query.items() if value is not None}
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
        self,
        task: str | HasTaskId,
        *,
        timeout: float = 900.0,
        interval: float = 5.0,
        on_update: Callable[[TaskT], object] | None = None,
    ) -> TaskT:
        """Look at a task every `interval` seconds until it has ended, and return it.

        `on_update` is called with the task whenever its status changed. Raises `TaskFailed` with the service's reason,
        `TaskTimeout` with the task as last seen after `timeout` seconds; waiting can go on from there.
        """
        deadline = self._transport.now() + timeout
        status = None
        while True:
            found = await self.get(task)
            if on_update is not None and self._status(found) != status:
                on_update(found)
            status = self._status(found)
            if self._ended(found):
                return found
            left = deadline - self._transport.now()
            if left <= 0:
                raise TaskTimeout(found, timeout)
            await self._transport.sleep(min(interval * self._transport.settings.jitter(), left))

    def _status(self, task: object) -> str:
        return str(getattr(task, self._lifecycle.field, ""))

    @property
    def _lifecycle(self) -> Lifecycle:
        found = family(self._family).lifecycle
        assert found is not None, "a family with tasks has a lifecycle"
        return found

    def _ended(self, task: TaskT) -> bool:
        verdict = self._lifecycle.verdict(self._status(task))
        if verdict == "failed":
            raise TaskFailed(task)
        return verdict == "done"


def _id(task: str | HasTaskId) -> str:
    found = task if isinstance(task, str) else task.task_id
    if not found:
        raise ValueError("a task id must not be empty")
    return found
