"""A handle on one task, and the one loop that waits: for a task, for many, for a batch."""

from collections.abc import Callable, Iterator
from typing import Any, Unpack

from kling._core.polling import Give, Sleep, Steps, Waiting, advanced, waited
from kling._core.task import Handle, TaskT
from kling.errors import KlingError

from .transport import Transport


def performed(steps: Steps[None], transport: Transport) -> Iterator[Any]:
    """Sleep and ask as the steps say, and yield what they give."""
    said: Any = None
    try:
        while (step := advanced(steps, said)) is not None:
            said = None
            if isinstance(step, Sleep):
                transport.sleep(step.seconds)
            elif isinstance(step, Give):
                yield step.value
            else:
                try:
                    said = step.call()
                except KlingError as error:
                    said = error
    finally:
        steps.close()


class Task(Handle[TaskT]):
    """One task that was started, by this process or another. `last` is the task as last seen, None before the first look.

    A wait that is interrupted leaves it as it is: wait again, here or, with its `checkpoint()`, in another process.
    """

    def refresh(self) -> TaskT:
        """Look at the task once."""
        found: TaskT = self.resource.get(self.task_id)
        self.see(found)
        return found

    def wait(self, *, on_update: Callable[[TaskT], object] | None = None, **how: Unpack[Waiting]) -> TaskT:
        """Look at the task until it has ended, and return it; as the family's `wait`."""
        seen = None if on_update is None else lambda task: on_update(task.last)
        for _ in performed(waited([self], self.resource._transport, on_update=seen, **how), self.resource._transport):
            pass
        return self.result()
