"""What can go wrong.

KlingError
  CredentialsMissing     nobody said who is calling
  RuleBroken             not sent: the request breaks rules of the API
  ConnectionFailed       no answer came; a create may have been accepted all the same
    RequestTimeout       … within the time limit
  ReplyMalformed         the answer is not one of the service's
  ApiError               the service said no; one class a code
    AuthError
      AuthenticationFailed       1000
      AuthorizationEmpty         1001
      AuthorizationInvalid       1002
      AuthorizationNotYetValid   1003
      AuthorizationExpired       1004
    AccountError
      AccountAbnormal            1100
      AccountInArrears           1101
      ResourcePackUsedUp         1102
      PermissionDenied           1103
    RequestError
      RequestInvalid             1200
      ParameterInvalid           1201
      MethodInvalid              1202
      ResourceNotFound           1203
    PolicyError
      PolicyTriggered            1300
      ContentPolicyTriggered     1301
    RateError
      RateLimited                1302
      ConcurrencyExceeded        1303
      IpNotAllowed               1304
    ServerError
      ServerFailed               5000
      ServerUnavailable          5001
      ServerTimeout              5002
  TaskFailed             the task ended without a result
  TaskTimeout            the task has not ended in time; it goes on
  DownloadFailed         a result could not be fetched
"""

from typing import Any, ClassVar

from ._core.shape import Violation


class KlingError(Exception):
    """The root of all errors of this package."""


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


class RequestTimeout(ConnectionFailed):
    """No answer came within the time limit."""


class ReplyMalformed(KlingError):
    """The answer is not one of the service's: no JSON, no code, or data of another shape."""


class ApiError(KlingError):
    """The service said no.

    `code` is the service's, `http` the HTTP status, `message` its own words, `request_id` the call's id for support.
    """

    retry: ClassVar[str] = "careful"
    """What may be done with the same request: never, after_resign, backoff (nothing was started), careful (it may have been)."""
    remedy: ClassVar[str] = ""

    def __init__(self, *, code: int, http: int, message: str, request_id: str | None = None) -> None:
        super().__init__(code, http, message, request_id)
        self.code = code
        self.http = http
        self.message = message
        self.request_id = request_id

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_again, (type(self), dict(code=self.code, http=self.http, message=self.message, request_id=self.request_id))

    def __str__(self) -> str:
        return f"{self.message} (code {self.code}, HTTP {self.http}, request {self.request_id}). {self.remedy}".rstrip()


def _made_again(kind: type[ApiError], said: dict[str, Any]) -> ApiError:
    return kind(**said)


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


class DownloadFailed(KlingError):
    """A result could not be fetched."""


class AuthError(ApiError):
    """The credentials were not accepted."""


class AuthenticationFailed(AuthError):
    """Code 1000, HTTP 401. The signature does not verify."""

    retry = "never"
    remedy = "Check that access key and secret key belong together."


class AuthorizationEmpty(AuthError):
    """Code 1001, HTTP 401. The Authorization header is missing or empty."""

    retry = "never"
    remedy = "Send the header."


class AuthorizationInvalid(AuthError):
    """Code 1002, HTTP 401. The Authorization value is not a token or key the service knows."""

    retry = "never"
    remedy = "Check the key; keys are valid in one region only."


class AuthorizationNotYetValid(AuthError):
    """Code 1003, HTTP 401. The token starts in the future."""

    retry = "after_resign"
    remedy = "Set the clock of the calling machine; sign a new token."


class AuthorizationExpired(AuthError):
    """Code 1004, HTTP 401. The token has expired."""

    retry = "after_resign"
    remedy = "Sign a new token."


class AccountError(ApiError):
    """The account cannot pay for or use what was asked."""


class AccountAbnormal(AccountError):
    """Code 1100, HTTP 429. The account is in an abnormal state."""

    retry = "never"
    remedy = "Check the account in the console."


class AccountInArrears(AccountError):
    """Code 1101, HTTP 429. The account is in arrears (postpaid)."""

    retry = "never"
    remedy = "Top up the account."


class ResourcePackUsedUp(AccountError):
    """Code 1102, HTTP 429. No resource pack of the needed kind has units left (prepaid)."""

    retry = "never"
    remedy = "Buy a pack of that kind."


class PermissionDenied(AccountError):
    """Code 1103, HTTP 403. The account may not use this endpoint or model."""

    retry = "never"
    remedy = "Open the product for the account in the console."


class RequestError(ApiError):
    """The request is wrong."""


class RequestInvalid(RequestError):
    """Code 1200, HTTP 400. The request as a whole cannot be read."""

    retry = "never"
    remedy = "Send one JSON object."


class ParameterInvalid(RequestError):
    """Code 1201, HTTP 400. A parameter has a wrong name or an illegal value."""

    retry = "never"
    remedy = "Read the message and correct the parameter."


class MethodInvalid(RequestError):
    """Code 1202, HTTP 404. The path or method does not exist."""

    retry = "never"
    remedy = "Check method and path."


class ResourceNotFound(RequestError):
    """Code 1203, HTTP 404. The requested resource, such as a model, does not exist."""

    retry = "never"
    remedy = "Read the message and correct the name."


class PolicyError(ApiError):
    """The content was refused."""


class PolicyTriggered(PolicyError):
    """Code 1300, HTTP 400. A policy of the platform was triggered."""

    retry = "never"
    remedy = "Compare the request with the platform's policy."


class ContentPolicyTriggered(PolicyError):
    """Code 1301, HTTP 400. The content safety policy was triggered."""

    retry = "never"
    remedy = "Change the prompt or the media."


class RateError(ApiError):
    """Too much at once, or from the wrong place."""


class RateLimited(RateError):
    """Code 1302, HTTP 429. Requests come too fast."""

    retry = "backoff"
    remedy = "Ask less often."


class ConcurrencyExceeded(RateError):
    """Code 1303, HTTP 429. More tasks are running than the resource pack allows."""

    retry = "backoff"
    remedy = "Wait until a task ends."


class IpNotAllowed(RateError):
    """Code 1304, HTTP 429. The caller's address is not on the account's list."""

    retry = "never"
    remedy = "Add the address to the list."


class ServerError(ApiError):
    """The service failed."""


class ServerFailed(ServerError):
    """Code 5000, HTTP 500. The service failed inside."""

    retry = "careful"
    remedy = "Ask again later; look the task up before creating it again."


class ServerUnavailable(ServerError):
    """Code 5001, HTTP 503. The service is away, usually for maintenance."""

    retry = "careful"
    remedy = "Ask again later."


class ServerTimeout(ServerError):
    """Code 5002, HTTP 504. The service took too long, usually from a backlog."""

    retry = "careful"
    remedy = "Ask again later; look the task up before creating it again."


BY_CODE: dict[int, type[ApiError]] = {
    1000: AuthenticationFailed,
    1001: AuthorizationEmpty,
    1002: AuthorizationInvalid,
    1003: AuthorizationNotYetValid,
    1004: AuthorizationExpired,
    1100: AccountAbnormal,
    1101: AccountInArrears,
    1102: ResourcePackUsedUp,
    1103: PermissionDenied,
    1200: RequestInvalid,
    1201: ParameterInvalid,
    1202: MethodInvalid,
    1203: ResourceNotFound,
    1300: PolicyTriggered,
    1301: ContentPolicyTriggered,
    1302: RateLimited,
    1303: ConcurrencyExceeded,
    1304: IpNotAllowed,
    5000: ServerFailed,
    5001: ServerUnavailable,
    5002: ServerTimeout,
}
"""The error class of each code."""


def error_class(code: int) -> type[ApiError]:
    """Return the class of a code; `ApiError` itself for a code that is not in the table."""
    return BY_CODE.get(code, ApiError)
