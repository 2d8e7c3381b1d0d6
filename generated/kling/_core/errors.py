"""The errors that do not depend on the error table; `kling.errors` draws the whole tree."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from .shape import Violation

if TYPE_CHECKING:
    from decimal import Decimal


class KlingError(Exception):
    """The root of all errors of this package; each can be copied and pickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_again, (type(self), self.args), dict(vars(self))


def _made_again(kind: type[KlingError], args: tuple[Any, ...]) -> KlingError:
    return kind.__new__(kind, *args)


class CredentialsMissing(KlingError):
    """Nobody said who is calling."""


class RuleBroken(KlingError):
    """The request was not sent: it breaks what the reference says. `violations` lists all that is wrong."""

    def __init__(self, operation: str, violations: tuple[Violation, ...]) -> None:
        super().__init__(operation, violations)
        self.operation = operation
        self.violations = violations

    @property
    def rule_id(self) -> str:
        """The id of the first broken rule, or the broken keyword: type, enum, required, size, range, pattern."""
        return self.violations[0].rule_id

    def __str__(self) -> str:
        return f"{self.operation} was not sent: " + "; ".join(map(str, self.violations))


class ConnectionFailed(KlingError):
    """No answer came. The request may have arrived: look a create up by its external_task_id before repeating it."""


class NotDelivered(ConnectionFailed):
    """No connection was made: the request has certainly not arrived."""


class RequestTimeout(ConnectionFailed):
    """No answer came within the time limit."""


class ReplyMalformed(KlingError):
    """The answer is not one of the service's: no JSON, no code, or data of another shape. `http` is its HTTP status."""

    def __init__(self, message: str, *, http: int | None = None) -> None:
        super().__init__(message)
        self.http = http


class ApiError(KlingError):
    """The service said no.

    `code` is the service's, `http` the HTTP status, `message` its own words, `request_id` the call's id for support,
    `headers` those of the answer, by their names in small letters.
    """

    retry: ClassVar[str] = "careful"
    """What may be done with the same request: never; after_resign; backoff: nothing was started; careful: it may have been."""
    remedy: ClassVar[str] = ""

    def __init__(
        self, *, code: int, http: int, message: str, request_id: str | None = None, headers: Mapping[str, str] = {}
    ) -> None:
        super().__init__(code, http, message, request_id)
        self.code = code
        self.http = http
        self.message = message
        self.request_id = request_id
        self.headers: dict[str, str] = {name.lower(): value for name, value in headers.items() if name.lower() != "set-cookie"}

    def __str__(self) -> str:
        return f"{self.message} (code {self.code}, HTTP {self.http}, request {self.request_id}). {self.remedy}".rstrip()


class TaskFailed(KlingError):
    """The task ended without a result. `task` is the task as last seen, `reason` the service's own words."""

    def __init__(self, task: Any) -> None:
        super().__init__(task)
        self.task = task

    @property
    def reason(self) -> str:
        return str(getattr(self.task, "task_status_msg", None) or "")

    def __str__(self) -> str:
        return f"task {self.task.task_id} failed: {self.reason or 'no reason was given'}"


class TaskTimeout(KlingError):
    """The task has not ended in time. `task` is the task as last seen; it goes on, and waiting can too."""

    def __init__(self, task: Any, seconds: float) -> None:
        super().__init__(task, seconds)
        self.task = task
        self.seconds = seconds

    def __str__(self) -> str:
        return f"task {self.task.task_id} has not ended after {self.seconds:g} s; wait for it again or get it later"


class JournalRefused(KlingError):
    """A batch was not run: another run holds its journal, or it is damaged, or of other jobs."""


class DownloadFailed(KlingError):
    """A result could not be fetched."""


class WebhookRefused(KlingError):
    """A callback was not taken."""


class WebhookUnverified(WebhookRefused):
    """The callback is not signed with this secret, or was signed too long ago."""


class WebhookReplayed(WebhookRefused):
    """The callback came before. Answer 200 all the same."""


class WebhookMalformed(WebhookRefused):
    """The body of the callback is not a task."""


class MediaUnreadable(KlingError):
    """A file is no picture, video or sound, or it is cut off or broken."""


class PriceUnknown(KlingError):
    """What a call costs cannot be told beforehand; the text says what is missing."""

    def __init__(self, operation: str, reason: str, row: Mapping[str, Any] | None = None) -> None:
        super().__init__(operation, reason, row)
        self.operation = operation
        self.reason = reason
        self.row = row

    def for_seconds(self, seconds: float) -> "Decimal":
        """Return the units when the media are `seconds` long. Raises this error where that is not what is missing."""
        from .prices import units

        if self.row is None:
            raise self
        return units({"rows": [{**self.row, "when": {}}]}, {}, {}, source_seconds=seconds)

    def __str__(self) -> str:
        return f"the price of {self.operation} is not known: {self.reason}"
