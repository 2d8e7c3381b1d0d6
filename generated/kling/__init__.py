"""A typed client for the Kling AI API (unofficial).

    from kling import Kling

    client = Kling()  # KLING_API_KEY, or KLING_ACCESS_KEY and KLING_SECRET_KEY
    task = client.text_to_video.run(model_name="kling-v2-6", prompt="A paper boat on a rainy street")

`AsyncKling` has the same names. Everything is loaded at its first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._async.client import AsyncKling as AsyncKling
    from ._sync.client import Kling as Kling
    from .errors import (
        AccountAbnormal as AccountAbnormal,
    )
    from .errors import (
        AccountError as AccountError,
    )
    from .errors import (
        AccountInArrears as AccountInArrears,
    )
    from .errors import (
        ApiError as ApiError,
    )
    from .errors import (
        AuthenticationFailed as AuthenticationFailed,
    )
    from .errors import (
        AuthError as AuthError,
    )
    from .errors import (
        AuthorizationEmpty as AuthorizationEmpty,
    )
    from .errors import (
        AuthorizationExpired as AuthorizationExpired,
    )
    from .errors import (
        AuthorizationInvalid as AuthorizationInvalid,
    )
    from .errors import (
        AuthorizationNotYetValid as AuthorizationNotYetValid,
    )
    from .errors import (
        ConcurrencyExceeded as ConcurrencyExceeded,
    )
    from .errors import (
        ConnectionFailed as ConnectionFailed,
    )
    from .errors import (
        ContentPolicyTriggered as ContentPolicyTriggered,
    )
    from .errors import (
        CredentialsMissing as CredentialsMissing,
    )
    from .errors import (
        DownloadFailed as DownloadFailed,
    )
    from .errors import (
        IpNotAllowed as IpNotAllowed,
    )
    from .errors import (
        KlingError as KlingError,
    )
    from .errors import (
        MethodInvalid as MethodInvalid,
    )
    from .errors import (
        ParameterInvalid as ParameterInvalid,
    )
    from .errors import (
        PermissionDenied as PermissionDenied,
    )
    from .errors import (
        PolicyError as PolicyError,
    )
    from .errors import (
        PolicyTriggered as PolicyTriggered,
    )
    from .errors import (
        RateError as RateError,
    )
    from .errors import (
        RateLimited as RateLimited,
    )
    from .errors import (
        ReplyMalformed as ReplyMalformed,
    )
    from .errors import (
        RequestError as RequestError,
    )
    from .errors import (
        RequestInvalid as RequestInvalid,
    )
    from .errors import (
        RequestTimeout as RequestTimeout,
    )
    from .errors import (
        ResourceNotFound as ResourceNotFound,
    )
    from .errors import (
        ResourcePackUsedUp as ResourcePackUsedUp,
    )
    from .errors import (
        RuleBroken as RuleBroken,
    )
    from .errors import (
        ServerError as ServerError,
    )
    from .errors import (
        ServerFailed as ServerFailed,
    )
    from .errors import (
        ServerTimeout as ServerTimeout,
    )
    from .errors import (
        ServerUnavailable as ServerUnavailable,
    )
    from .errors import (
        TaskFailed as TaskFailed,
    )
    from .errors import (
        TaskTimeout as TaskTimeout,
    )

SPEC_DATE = "2026-09-20"
"""The state of the API that this client was made from."""

_HOME = {
    "AsyncKling": "kling._async.client",
    "Kling": "kling._sync.client",
    "AccountAbnormal": "kling.errors",
    "AccountError": "kling.errors",
    "AccountInArrears": "kling.errors",
    "ApiError": "kling.errors",
    "AuthError": "kling.errors",
    "AuthenticationFailed": "kling.errors",
    "AuthorizationEmpty": "kling.errors",
    "AuthorizationExpired": "kling.errors",
    "AuthorizationInvalid": "kling.errors",
    "AuthorizationNotYetValid": "kling.errors",
    "ConcurrencyExceeded": "kling.errors",
    "ConnectionFailed": "kling.errors",
    "ContentPolicyTriggered": "kling.errors",
    "CredentialsMissing": "kling.errors",
    "DownloadFailed": "kling.errors",
    "IpNotAllowed": "kling.errors",
    "KlingError": "kling.errors",
    "MethodInvalid": "kling.errors",
    "ParameterInvalid": "kling.errors",
    "PermissionDenied": "kling.errors",
    "PolicyError": "kling.errors",
    "PolicyTriggered": "kling.errors",
    "RateError": "kling.errors",
    "RateLimited": "kling.errors",
    "ReplyMalformed": "kling.errors",
    "RequestError": "kling.errors",
    "RequestInvalid": "kling.errors",
    "RequestTimeout": "kling.errors",
    "ResourceNotFound": "kling.errors",
    "ResourcePackUsedUp": "kling.errors",
    "RuleBroken": "kling.errors",
    "ServerError": "kling.errors",
    "ServerFailed": "kling.errors",
    "ServerTimeout": "kling.errors",
    "ServerUnavailable": "kling.errors",
    "TaskFailed": "kling.errors",
    "TaskTimeout": "kling.errors",
}

__all__ = [
    "SPEC_DATE",
    "AsyncKling",
    "Kling",
    "AccountAbnormal",
    "AccountError",
    "AccountInArrears",
    "ApiError",
    "AuthError",
    "AuthenticationFailed",
    "AuthorizationEmpty",
    "AuthorizationExpired",
    "AuthorizationInvalid",
    "AuthorizationNotYetValid",
    "ConcurrencyExceeded",
    "ConnectionFailed",
    "ContentPolicyTriggered",
    "CredentialsMissing",
    "DownloadFailed",
    "IpNotAllowed",
    "KlingError",
    "MethodInvalid",
    "ParameterInvalid",
    "PermissionDenied",
    "PolicyError",
    "PolicyTriggered",
    "RateError",
    "RateLimited",
    "ReplyMalformed",
    "RequestError",
    "RequestInvalid",
    "RequestTimeout",
    "ResourceNotFound",
    "ResourcePackUsedUp",
    "RuleBroken",
    "ServerError",
    "ServerFailed",
    "ServerTimeout",
    "ServerUnavailable",
    "TaskFailed",
    "TaskTimeout",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'kling' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOME[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
