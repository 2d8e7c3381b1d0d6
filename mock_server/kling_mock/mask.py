"""Takes secrets out of what leaves the mock: the account's keys wherever they stand, others' by the name they go by."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

MASK = "***"
_LEAST = 8  # characters; a shorter one is no secret, and would be found in every other word
_MOST_DEPTH = 64
_LONGEST = 512  # characters of a secret that was cut in two
_WORD = r"secret|token|password|passwd|credential|signature|cookie|authorization|api[_-]?key|access[_-]?key|private[_-]?key"
_NAME = re.compile(_WORD, re.IGNORECASE)
_IN_QUERY = re.compile(rf"^(key|sig|auth|sign)$|{_WORD}", re.IGNORECASE)
_URL_QUERY = re.compile(r"([?&;])([\w.%~-]+)=([^&;#\s\"'<>]+)")
_URL_USER = re.compile(r"(://)[^/@\s\"'<>]+@")
_TOKEN = re.compile(r"(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?")  # a JWT begins with {" in base64
_BEARER = re.compile(r"(\bbearer\s+)[^\s\"',;]+", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LAYERS = 3  # of escapes that are looked behind


class Mask:
    """Takes a set of secrets out of texts and JSON values."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Know these secrets; one that has fewer than 8 characters is masked only where it stands alone."""
        given = {one for one in secrets if one}
        self._short = frozenset(one for one in given if len(one) < _LEAST)
        long = sorted((one for one in given if len(one) >= _LEAST), key=len, reverse=True)
        self._long = tuple(long)
        self._pattern = re.compile("|".join(map(re.escape, long)) if long else r"(?!)")

    def text(self, text: str) -> str:
        """Return a text without secrets, however they are escaped."""
        if text in self._short:
            return MASK
        made = self._pattern.sub(MASK, text)
        if "%" in made or "\\" in made:
            hiding = next((one for one in _unescaped(made) if self._pattern.search(one)), None)
            if hiding is not None:
                return self.text(hiding)
        if "eyJ" in made:
            made = _TOKEN.sub(MASK, made)
        if "earer" in made or "EARER" in made:
            made = _BEARER.sub(rf"\1{MASK}", made)
        if "://" in made:
            made = _URL_USER.sub(rf"\1{MASK}@", made)
        return _URL_QUERY.sub(_asked, made) if "=" in made else made

    def beginning(self, text: str) -> str:
        """Return the beginning of a longer text without secrets: none that was cut in two either."""
        made = self.text(text)
        for secret in self._long:
            for size in range(min(len(secret) - 1, len(made), _LONGEST), 3, -1):
                if made.endswith(secret[:size]):
                    return made[:-size] + MASK
        return made

    def value(self, value: Any, *, depth: int = 0) -> Any:
        """Return a JSON value without secrets: those known, and what goes by a name like `secret` or `token`."""
        if isinstance(value, str):
            return self.text(value)
        if depth > _MOST_DEPTH and isinstance(value, dict | list):
            return "…"
        if isinstance(value, dict):
            return {self.text(name): self._member(name, one, depth) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(one, depth=depth + 1) for one in value]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return MASK if is_number and self._pattern.search(str(value)) else value

    def named(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return headers or query parameters without secrets. Of `Authorization: Bearer …` the first word stays."""
        return {self.text(name): _hidden(one) if _IN_QUERY.search(name) else self.text(one) for name, one in values.items()}

    def _member(self, name: str, value: Any, depth: int) -> Any:
        if _NAME.search(name) and isinstance(value, str | int | float) and value != "":
            return MASK
        return self.value(value, depth=depth + 1)


NO_SECRETS = Mask(())
"""Knows no secret; what has the form or the name of one is masked all the same."""


@lru_cache(maxsize=256)
def mask_of(secrets: tuple[str, ...]) -> Mask:
    """Return the mask of these secrets; it is made once."""
    return Mask(secrets)


def _hidden(value: str) -> str:
    scheme, _, rest = value.partition(" ")
    return f"{scheme} {MASK}" if rest and scheme in ("Bearer", "Basic", "Digest") else MASK if value else ""


def _asked(found: re.Match[str]) -> str:
    begin, name, value = found.groups()
    return f"{begin}{name}={MASK if _IN_QUERY.search(unquote(name)) else value}"


def _unescaped(text: str) -> Iterator[str]:
    """Yield what a text says when it is read as part of a URL or of JSON, and that again."""
    layer = {text}
    for _ in range(_LAYERS):
        layer = {plain for one in layer for plain in (unquote(one), _ESCAPE.sub(_character, one)) if plain != one}
        yield from layer


def _character(found: re.Match[str]) -> str:
    number, sign = found.groups()
    return chr(int(number, 16)) if number else sign
