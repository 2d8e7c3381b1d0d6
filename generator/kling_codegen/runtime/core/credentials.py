"""Who is calling: a key pair that signs tokens, an API key, or a function that gives one of them."""

import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, Protocol

from .errors import CredentialsMissing

LIFETIME = 1800  # seconds a token is good for, as in the vendor's samples
LEEWAY = 5  # seconds a token starts in the past, for clocks that differ
RENEWAL = 60  # seconds before its end a token is signed anew

Secret = str | tuple[str, str]
"""An API key or a signed token; or an access key and its secret key."""
Source = Callable[[], Secret]
AsyncSource = Callable[[], Secret | Awaitable[Secret]]


class Credentials(Protocol):
    """Gives the value of the Authorization header."""

    def authorization(self) -> str:
        """Return `Bearer …`."""
        ...

    def renew(self, server_time: float | None = None) -> bool:
        """Forget a token that was refused; False when nothing can be made anew.

        `server_time` is what the refusal said the time is, in Unix seconds.
        """
        ...


@dataclass(frozen=True)
class ApiKey:
    """A key that is sent as it is."""

    key: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", fit_for_header("the API key", self.key.strip()))

    def authorization(self) -> str:
        return f"Bearer {self.key}"

    def renew(self, server_time: float | None = None) -> bool:
        return False


class KeyPair:
    """An access key and a secret key; signs a JSON Web Token and keeps it until shortly before its end.

    `now` gives Unix seconds; a clock that is wrong is put right by what the service says the time is when it refuses.
    Source: authentication page, seen 2026-09: HS256, iss, exp, nbf.
    """

    def __init__(self, access_key: str, secret_key: str, *, now: Callable[[], float] = time.time) -> None:
        self.access_key: str = access_key.strip()
        self._secret_key = secret_key.strip()
        self._now = now
        self._skew = 0.0  # seconds the service's clock is ahead of ours
        self._header = ""
        self._until = 0.0

    def __repr__(self) -> str:
        return f"KeyPair(access_key={self.access_key[:4]}…)"

    def authorization(self) -> str:
        if self._now() >= self._until - RENEWAL:
            self._sign()
        return self._header

    def renew(self, server_time: float | None = None) -> bool:
        if server_time is not None:
            self._skew = server_time - self._now()
        self._until = 0.0
        return True

    def _sign(self) -> None:
        import jwt  # late: it brings the cryptography package along where that is installed

        now = int(self._now() + self._skew)
        claims = {"iss": self.access_key, "exp": now + LIFETIME, "nbf": now - LEEWAY}
        self._header = f"Bearer {jwt.encode(claims, self._secret_key, algorithm='HS256')}"
        self._until = now + LIFETIME - self._skew


class Provider:
    """Credentials that a function gives, asked before every request: keep there what is costly to get."""

    def __init__(self, source: Callable[[], Any]) -> None:
        self._source = source
        self._kept: tuple[Any, Credentials] = (object(), ApiKey(""))

    def ask(self) -> Credentials:
        """Return what signs the next request."""
        return self._taken(self._source())

    def authorization(self) -> str:
        return self._kept[1].authorization()

    def renew(self, server_time: float | None = None) -> bool:
        self._kept[1].renew(server_time)
        return True

    def _taken(self, said: Any) -> Credentials:
        """Return the credentials that were said; the same as before, with their token, where they did not change."""
        before, found = self._kept  # one tuple: another thread may be given other credentials
        if said == before:
            return found
        match said:
            case str() if said.strip():
                found = ApiKey(said)
            case (str(access_key), str(secret_key)) if access_key and secret_key:
                found = KeyPair(access_key, secret_key)
            case _:
                raise TypeError(f"credentials() must give text or (access_key, secret_key), not {type(said).__name__}")
        self._kept = said, found
        return found


class AsyncProvider(Provider):
    """Credentials that a function or a coroutine function gives."""

    async def ask(self) -> Credentials:  # type: ignore[override]  # the async half awaits it
        said = self._source()
        return self._taken(await said if isawaitable(said) else said)


def fit_for_header(name: str, value: str) -> str:
    """Return a value that a header may hold; refuse another one here, for the libraries below would print it."""
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"{name} holds a character that no header may hold")
    return value


def server_time(headers: Mapping[str, str]) -> float | None:
    """Return what an answer's headers, named in small letters, say the time is, in Unix seconds."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(headers.get("date", "")).timestamp()
    except ValueError:  # none, or none that can be read
        return None


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
