"""The faults that one request meets, and what they make of its task and its answer."""

from dataclasses import dataclass

from msgspec import structs

from .errors import Messages, Refusal
from .faults import AnyFault, Callbacks, Code, Expire, Fail, Gateway, Html, LostAnswer, Reset, Slow, Stall, Stuck, Truncate
from .request import Answer
from .tasks import STUCK, Task
from .trouble import Trouble

HEADER = "x-kling-mock-fault"
"""In a request: a fault that it shall meet. In an answer: the kinds of those that it met."""
NOTHING = Answer(0, b"")
"""What a request is answered that did not reach the service; never sent."""


@dataclass
class Script:
    """The faults that one request meets, at most one for each part."""

    answer: Code | Html | Gateway | None = None
    line: Reset | LostAnswer | Truncate | Stall | None = None
    delay: Slow | None = None
    end: Fail | Stuck | None = None
    results: Expire | None = None
    callbacks: Callbacks | None = None
    instead: Answer | None = None  # of all that: the header that asked for a fault cannot be read

    def lacks(self, fault: AnyFault) -> bool:
        """Say whether the part that a fault is about is still free."""
        return getattr(self, fault.part) is None

    def take(self, fault: AnyFault) -> None:
        """Let the request meet a fault."""
        setattr(self, fault.part, fault)

    @property
    def met(self) -> list[AnyFault]:
        found = (self.answer, self.line, self.delay, self.end, self.results, self.callbacks)
        return [one for one in found if one is not None]

    @property
    def reaches(self) -> bool:
        """Say whether the request reaches the service."""
        is_page = isinstance(self.answer, Html | Gateway) and not self.answer.reached
        return self.instead is None and not is_page and not isinstance(self.line, Reset)

    def refuse(self, messages: Messages) -> None:
        """Raise the `Refusal` that was asked for, where one was."""
        if self.reaches and isinstance(self.answer, Code):
            raise Refusal(messages.of_code(self.answer.code, self.answer.message or None))

    def reason(self, messages: Messages) -> str:
        """Return why the task fails; empty when it does not."""
        if not isinstance(self.end, Fail):
            return ""
        known = messages.task_failures.get(self.end.reason)
        return str(known["text"]) if known else self.end.reason

    def shaped(self, task: Task) -> Task:
        """Return the new task as the faults have it."""
        if isinstance(self.end, Stuck):
            task = structs.replace(task, begins=(*task.begins[:-1], STUCK))
        return task if self.results is None else structs.replace(task, kept_ms=int(self.results.seconds * 1000))

    def played(self, answer: Answer) -> Answer:
        """Return what is left of an answer."""
        if self.instead is not None:
            return self.instead
        if isinstance(self.answer, Html | Gateway):
            answer = self.answer.page
        kinds = ", ".join(str(one.__struct_config__.tag) for one in self.met)
        return structs.replace(answer, headers={**answer.headers, HEADER: kinds}, trouble=self._trouble(answer.body))

    def _trouble(self, body: bytes) -> Trouble | None:
        delay = self.delay.seconds if self.delay else 0.0
        match self.line:
            case None:
                return Trouble(delay) if self.delay else None
            case Truncate() | Stall() if not body:  # nothing is missing of an empty one
                return Trouble(delay)
            case Reset():
                return Trouble(delay, "reset")
            case LostAnswer():
                return Trouble(delay, "unanswered")
            case Truncate(kept=kept):
                return Trouble(delay, "truncated", kept)
            case Stall(kept=kept, seconds=seconds):
                return Trouble(delay, "stalled", kept, seconds)
