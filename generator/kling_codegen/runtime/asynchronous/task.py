"""A handle on one task, and the one loop that waits: for a task, for many, for a batch."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Unpack

from kling._core.polling import Give, Sleep, Steps, Waiting, advanced, waited
from kling._core.task import Handle, TaskT
from kling.errors import KlingError

from .transport import AsyncTransport


async def performed(steps: Steps[None], transport: AsyncTransport) -> AsyncIterator[Any]:
    """Sleep and ask as the steps say, and yield what they give."""
    said: Any = None
    try:
        while (step := advanced(steps, said)) is not None:
            said = None
            if isinstance(step, Sleep):
                await transport.sleep(step.seconds)
            elif isinstance(step, Give):
                yield step.value
            else:
                try:
                    said = await step.call()
                except KlingError as error:
                    said = error
    finally:
        steps.close()


class AsyncTask(Handle[TaskT]):
    """One task that was started, by this process or another. `last` is the task as last seen, None before the first look.

    A wait that is interrupted leaves it as it is: wait again, here or, with its `checkpoint()`, in another process.
    """

    async def refresh(self) -> TaskT:
        """Look at the task once."""
        found: TaskT = await self.resource.get(self.task_id)
        self.see(found)
        return found

    async def wait(self, *, on_update: Callable[[TaskT], object] | None = None, **how: Unpack[Waiting]) -> TaskT:
        """Look at the task until it has ended, and return it; as the family's `wait`."""
        seen = None if on_update is None else lambda task: on_update(task.last)
        async for _ in performed(waited([self], self.resource._transport, on_update=seen, **how), self.resource._transport):
            pass
        return self.result()
