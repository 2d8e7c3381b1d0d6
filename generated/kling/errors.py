"""What can go wrong.

KlingError
  CredentialsMissing     nobody said who is calling
  RuleBroken             not sent: the request breaks rules of the API
  ConnectionFailed       no answer came; a create may have been accepted all the same
    NotDelivered         … because no connection was made: it has certainly not arrived
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
  JournalRefused         a batch was not run: its journal is held by another run, damaged, or of other jobs
  DownloadFailed         a result could not be fetched
  WebhookRefused         a callback was not taken
    WebhookUnverified    … because it is not signed with this secret, or was signed too long ago
    WebhookReplayed      … because it came before
    WebhookMalformed     … because its body is not a task
  MediaUnreadable        a file is no picture, video or sound
  PriceUnknown           what a call costs cannot be told beforehand
"""

from ._core.errors import (
    ApiError as ApiError,
    ConnectionFailed as ConnectionFailed,
    CredentialsMissing as CredentialsMissing,
    DownloadFailed as DownloadFailed,
    JournalRefused as JournalRefused,
    KlingError as KlingError,
    MediaUnreadable as MediaUnreadable,
    NotDelivered as NotDelivered,
    PriceUnknown as PriceUnknown,
    ReplyMalformed as ReplyMalformed,
    RequestTimeout as RequestTimeout,
    RuleBroken as RuleBroken,
    TaskFailed as TaskFailed,
    TaskTimeout as TaskTimeout,
    WebhookMalformed as WebhookMalformed,
    WebhookRefused as WebhookRefused,
    WebhookReplayed as WebhookReplayed,
    WebhookUnverified as WebhookUnverified,
)


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
