"""A typed client for the Kling AI API (unofficial).

    from kling import Kling

    client = Kling()  # KLING_API_KEY, or KLING_ACCESS_KEY and KLING_SECRET_KEY
    task = client.text_to_video.run(model_name="kling-v2-6", prompt="A paper boat on a rainy street")

`AsyncKling` has the same names. Everything is loaded at its first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import webhooks as webhooks
    from ._async.client import AsyncKling as AsyncKling
    from ._core.credentials import ApiKey as ApiKey, Credentials as Credentials, KeyPair as KeyPair
    from ._core.expansion import ExpansionRatios as ExpansionRatios, expansion_ratios as expansion_ratios
    from ._core.inputs import MediaInput as MediaInput
    from ._core.inspection import MediaFacts as MediaFacts, inspect_media as inspect_media
    from ._core.raw import RawResponse as RawResponse
    from ._core.settings import CallOptions as CallOptions
    from ._core.shape import Violation as Violation
    from ._core.version import __version__ as __version__
    from ._core.warming import warm as warm
    from ._core.watch import Attempt as Attempt
    from ._sync.client import Kling as Kling
    from .errors import (
        AccountAbnormal as AccountAbnormal,
        AccountError as AccountError,
        AccountInArrears as AccountInArrears,
        ApiError as ApiError,
        AuthenticationFailed as AuthenticationFailed,
        AuthError as AuthError,
        AuthorizationEmpty as AuthorizationEmpty,
        AuthorizationExpired as AuthorizationExpired,
        AuthorizationInvalid as AuthorizationInvalid,
        AuthorizationNotYetValid as AuthorizationNotYetValid,
        ConcurrencyExceeded as ConcurrencyExceeded,
        ConnectionFailed as ConnectionFailed,
        ContentPolicyTriggered as ContentPolicyTriggered,
        CredentialsMissing as CredentialsMissing,
        DownloadFailed as DownloadFailed,
        IpNotAllowed as IpNotAllowed,
        JournalRefused as JournalRefused,
        KlingError as KlingError,
        MediaUnreadable as MediaUnreadable,
        MethodInvalid as MethodInvalid,
        NotDelivered as NotDelivered,
        ParameterInvalid as ParameterInvalid,
        PermissionDenied as PermissionDenied,
        PolicyError as PolicyError,
        PolicyTriggered as PolicyTriggered,
        PriceUnknown as PriceUnknown,
        RateError as RateError,
        RateLimited as RateLimited,
        ReplyMalformed as ReplyMalformed,
        RequestError as RequestError,
        RequestInvalid as RequestInvalid,
        RequestTimeout as RequestTimeout,
        ResourceNotFound as ResourceNotFound,
        ResourcePackUsedUp as ResourcePackUsedUp,
        RuleBroken as RuleBroken,
        ServerError as ServerError,
        ServerFailed as ServerFailed,
        ServerTimeout as ServerTimeout,
        ServerUnavailable as ServerUnavailable,
        TaskFailed as TaskFailed,
        TaskTimeout as TaskTimeout,
        WebhookMalformed as WebhookMalformed,
        WebhookRefused as WebhookRefused,
        WebhookReplayed as WebhookReplayed,
        WebhookUnverified as WebhookUnverified,
    )

SPEC_DATE = "2026-09-20"
"""The state of the API that this client was made from."""

_HOME = {
    "AccountAbnormal": "kling.errors",
    "AccountError": "kling.errors",
    "AccountInArrears": "kling.errors",
    "ApiError": "kling.errors",
    "ApiKey": "kling._core.credentials",
    "AsyncKling": "kling._async.client",
    "Attempt": "kling._core.watch",
    "AuthError": "kling.errors",
    "AuthenticationFailed": "kling.errors",
    "AuthorizationEmpty": "kling.errors",
    "AuthorizationExpired": "kling.errors",
    "AuthorizationInvalid": "kling.errors",
    "AuthorizationNotYetValid": "kling.errors",
    "CallOptions": "kling._core.settings",
    "ConcurrencyExceeded": "kling.errors",
    "ConnectionFailed": "kling.errors",
    "ContentPolicyTriggered": "kling.errors",
    "Credentials": "kling._core.credentials",
    "CredentialsMissing": "kling.errors",
    "DownloadFailed": "kling.errors",
    "ExpansionRatios": "kling._core.expansion",
    "IpNotAllowed": "kling.errors",
    "JournalRefused": "kling.errors",
    "KeyPair": "kling._core.credentials",
    "Kling": "kling._sync.client",
    "KlingError": "kling.errors",
    "MediaFacts": "kling._core.inspection",
    "MediaInput": "kling._core.inputs",
    "MediaUnreadable": "kling.errors",
    "MethodInvalid": "kling.errors",
    "NotDelivered": "kling.errors",
    "ParameterInvalid": "kling.errors",
    "PermissionDenied": "kling.errors",
    "PolicyError": "kling.errors",
    "PolicyTriggered": "kling.errors",
    "PriceUnknown": "kling.errors",
    "RateError": "kling.errors",
    "RateLimited": "kling.errors",
    "RawResponse": "kling._core.raw",
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
    "Violation": "kling._core.shape",
    "WebhookMalformed": "kling.errors",
    "WebhookRefused": "kling.errors",
    "WebhookReplayed": "kling.errors",
    "WebhookUnverified": "kling.errors",
    "__version__": "kling._core.version",
    "expansion_ratios": "kling._core.expansion",
    "inspect_media": "kling._core.inspection",
    "warm": "kling._core.warming",
    "webhooks": "kling.webhooks",
}

__all__ = [
    "SPEC_DATE",
    "AccountAbnormal",
    "AccountError",
    "AccountInArrears",
    "ApiError",
    "ApiKey",
    "AsyncKling",
    "Attempt",
    "AuthError",
    "AuthenticationFailed",
    "AuthorizationEmpty",
    "AuthorizationExpired",
    "AuthorizationInvalid",
    "AuthorizationNotYetValid",
    "CallOptions",
    "ConcurrencyExceeded",
    "ConnectionFailed",
    "ContentPolicyTriggered",
    "Credentials",
    "CredentialsMissing",
    "DownloadFailed",
    "ExpansionRatios",
    "IpNotAllowed",
    "JournalRefused",
    "KeyPair",
    "Kling",
    "KlingError",
    "MediaFacts",
    "MediaInput",
    "MediaUnreadable",
    "MethodInvalid",
    "NotDelivered",
    "ParameterInvalid",
    "PermissionDenied",
    "PolicyError",
    "PolicyTriggered",
    "PriceUnknown",
    "RateError",
    "RateLimited",
    "RawResponse",
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
    "Violation",
    "WebhookMalformed",
    "WebhookRefused",
    "WebhookReplayed",
    "WebhookUnverified",
    "__version__",
    "expansion_ratios",
    "inspect_media",
    "warm",
    "webhooks",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'kling' has no attribute {name!r}")
    home = import_module(_HOME[name])
    found = globals()[name] = home if home.__name__ == f"kling.{name}" else getattr(home, name)
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
