"""Who the suite says it is: the caller's own keys, and those of nobody."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from .errors import ContractError

_LIFETIME, _LEEWAY = 1800, 5  # seconds, as in the vendor's samples
_NOBODY = "no-such-access-key-kling-contract"
_NO_SECRET = "no-such-secret-key-kling-contract-0000"


@dataclass(frozen=True)
class Keys:
    """The caller's credentials: a key pair, an API key, both or none."""

    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    now: Callable[[], float] = field(default=time.time, repr=False, compare=False)

    @property
    def has_pair(self) -> bool:
        return bool(self.access_key and self.secret_key)

    @property
    def has_any(self) -> bool:
        return self.has_pair or bool(self.api_key)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what no report may tell."""
        return tuple(one for one in (self.secret_key, self.api_key, self.access_key) if one)

    def header(self, who: str) -> str | None:
        """Return the value of the Authorization header, None for no header.

        `who` is own, pair or key (the two forms of own), forged, expired or early (own access key, bad token), or one
        of NOBODY, which hold nothing of the caller's.
        """
        if who in NOBODY:
            return nobody(who)
        if who == "own":
            who = "pair" if self.has_pair else "key"
        return f"Bearer {self.api_key}" if who == "key" else f"Bearer {self._token(who)}"

    def _token(self, who: str) -> str:
        now = int(self.now())
        claims = {"iss": self.access_key, "exp": now + _LIFETIME, "nbf": now - _LEEWAY}
        if who == "expired":
            claims |= {"exp": now - 60, "nbf": now - 120}
        if who == "early":
            claims |= {"nbf": now + 900}
        return signed(claims, _NO_SECRET if who == "forged" else self.secret_key)


def checked(keys: Keys) -> Keys:
    """Return the keys. Raises `ContractError`, which does not tell them, where they cannot be used."""
    if bool(keys.access_key) is not bool(keys.secret_key):
        raise ContractError("--access-key and --secret-key go together; one of them is missing")
    if not all("!" <= one <= "~" for one in keys.api_key):
        raise ContractError("--api-key has a character that no header can hold")
    return keys


def signed(claims: Mapping[str, Any], secret: str) -> str:
    """Return a JSON Web Token as the vendor's samples sign it."""
    import jwt  # late: it brings the cryptography package along where that is installed

    return jwt.encode(dict(claims), secret, algorithm="HS256", headers={"typ": "JWT"})


NOBODY = ("none", "empty", "malformed", "unknown-key", "stranger")
"""Ways to send no credentials of the caller's."""


@cache
def nobody(who: str) -> str | None:
    """Return the Authorization header of nobody: always the same text, so that a guard can know it."""
    made: Mapping[str, Callable[[], str | None]] = {
        "none": lambda: None,
        "empty": lambda: "",
        "malformed": lambda: "Bearer not-a-token",
        "unknown-key": lambda: "Bearer api-key-kling-no-such-key-kling-contract",
        "stranger": lambda: f"Bearer {signed({'iss': _NOBODY, 'exp': 4102444800, 'nbf': 1}, _NO_SECRET)}",
    }
    return made[who]()
