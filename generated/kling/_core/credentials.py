"""Who is calling: a key pair that signs tokens, or an API key."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from .errors import CredentialsMissing

LIFETIME = 1800  # seconds a token is good for, as in the vendor's samples
LEEWAY = 5  # seconds a token starts in the past, for clocks that differ
RENEWAL = 60  # seconds before its end a token is signed anew


class Credentials(Protocol):
    """Gives the value of the Authorization header."""

    def authorization(self) -> str:
        """Return `Bearer …`."""
        ...

    def renew(self) -> bool:
        """Forget a token that was refused; False when nothing can be made anew."""
        ...


@dataclass(frozen=True)
class ApiKey:
    """A key that is sent as it is."""

    key: str = field(repr=False)

    def authorization(self) -> str:
        return f"Bearer {self.key}"

    def renew(self) -> bool:
        return False


class KeyPair:
    """An access key and a secret key; signs a JSON Web Token and keeps it until shortly before its end.

    `now` gives Unix seconds. Source: authentication page, seen 2026-09: HS256, iss, exp, nbf.
    """

    def __init__(self, access_key: str, secret_key: str, *, now: Callable[[], float] = time.time) -> None:
        self.access_key = access_key
        self._secret_key = secret_key
        self._now = now
        self._header = ""
        self._until = 0.0

    def __repr__(self) -> str:
        return f"KeyPair(access_key={self.access_key[:4]}…)"

    def authorization(self) -> str:
        if self._now() >= self._until - RENEWAL:
            self._sign()
        return self._header

    def renew(self) -> bool:
        self._until = 0.0
        return True

    def _sign(self) -> None:
        import jwt  # late: it brings the cryptography package along where that is installed

        now = int(self._now())
        claims = {"iss": self.access_key, "exp": now + LIFETIME, "nbf": now - LEEWAY}
        self._header = f"Bearer {jwt.encode(claims, self._secret_key, algorithm='HS256')}"
        self._until = now + LIFETIME


def credentials(
    *, access_key: str | None, secret_key: str | None, api_key: str | None, environment: Mapping[str, str] = os.environ
) -> Credentials:
    """Return the credentials that were given, else those of the environment.

    Reads KLING_API_KEY, or KLING_ACCESS_KEY with KLING_SECRET_KEY. A key pair wins over an API key when both are
    given. Raises `CredentialsMissing` when there is neither, or half a pair.
    """
    if not (access_key or secret_key or api_key):
        access_key, secret_key = environment.get("KLING_ACCESS_KEY"), environment.get("KLING_SECRET_KEY")
        api_key = environment.get("KLING_API_KEY")
    if access_key and secret_key:
        return KeyPair(access_key, secret_key)
    if access_key or secret_key:
        raise CredentialsMissing(f"{'secret_key' if access_key else 'access_key'} is missing: a key pair has two halves")
    if api_key:
        return ApiKey(api_key)
    raise CredentialsMissing(
        "no credentials: give api_key, or access_key and secret_key,"
        " or set KLING_API_KEY, or KLING_ACCESS_KEY and KLING_SECRET_KEY"
    )
