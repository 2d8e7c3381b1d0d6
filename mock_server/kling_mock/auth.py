"""Who is calling: checks both forms of the bearer value as the service was seen to."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from .account import Account
from .accounts import Accounts
from .errors import Messages, Refusal
from .settings import Settings

Stranger = Callable[[str, str], Account]
"""Makes an account for an access key or an API key that nobody has; one of the two is empty."""

_PREFIX = "api-key-kling-"


class Door:
    """Lets callers in. Remembers the tokens whose signature it has seen."""

    def __init__(
        self, accounts: Accounts, messages: Messages, settings: Settings, *, api_keys: bool, stranger: Stranger | None
    ) -> None:
        """Know these accounts; `api_keys` says whether the API has keys, `stranger` opens accounts for unknown ones."""
        self._accounts = accounts
        self._api_keys = api_keys
        self._stranger = stranger
        self._messages = messages
        self._wall = settings.wall
        self._seen: dict[str, tuple[Account, float, float]] = {}

    def account(self, headers: Mapping[str, str]) -> Account:
        """Return the caller's account. Raises `Refusal` with the code of what is wrong."""
        value = headers.get("authorization", "")
        known = self._seen.get(value)
        if known is None:
            known = self._looked_up(value)
        account, not_before, until = known
        now = self._wall()
        if now < not_before:
            raise self._no("auth_not_yet")
        if now >= until:
            raise self._no("auth_expired")
        return account

    def _looked_up(self, value: str) -> tuple[Account, float, float]:
        if not value.strip():
            raise self._no("auth_empty")
        scheme, _, token = value.partition(" ")
        if scheme != "Bearer" or not token or token != token.strip():
            raise self._no("auth_malformed", parts=0)
        by_key = self._accounts.of_api_key(token) if self._api_keys else None
        if by_key is not None:
            return by_key, 0.0, math.inf
        if token.count(".") != 2 and self._stranger and self._api_keys:
            return self._stranger("", token), 0.0, math.inf
        if token.startswith(_PREFIX):
            raise self._no("auth_unknown_key")
        return self._remembered(value, self._signed(token))

    def forget(self) -> None:
        """Look at every token anew."""
        self._seen.clear()

    def _remembered(self, value: str, found: tuple[Account, float, float]) -> tuple[Account, float, float]:
        if len(self._seen) >= 10_000:
            self._seen.clear()
        self._seen[value] = found
        return found

    def _signed(self, token: str) -> tuple[Account, float, float]:
        import jwt  # late: it brings the cryptography package along where that is installed

        if token.count(".") != 2:
            raise self._no("auth_malformed", parts=_parts(token))
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
            account = self._issuer(claims.get("iss"))
            if account.secret_key:
                claims = jwt.decode(token, account.secret_key, algorithms=["HS256"], options=_SIGNATURE_ONLY)
            return account, _seconds(claims, "nbf", 0.0), _seconds(claims, "exp", math.inf)
        except jwt.InvalidSignatureError as error:
            raise self._no("auth_signature") from error
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            raise self._no("auth_bad_token") from error

    def _issuer(self, key: object) -> Account:
        account = self._accounts.of_access_key(str(key))
        if account is not None:
            return account
        if self._stranger is None or not isinstance(key, str) or not key:
            raise self._no("auth_unknown_issuer")
        return self._stranger(key, "")

    def _no(self, situation: str, **words: object) -> Refusal:
        return Refusal(self._messages.said(situation, **words))


_SIGNATURE_ONLY: Any = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_sub": False,
    "verify_jti": False,
}


def _parts(token: str) -> str:
    dots = token.count(".")
    return "0" if dots == 0 else "2" if dots == 1 else "> 3"


def _seconds(claims: Mapping[str, Any], name: str, default: float) -> float:
    found = claims.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise TypeError(f"{name} must be a number")
    return float(found)
