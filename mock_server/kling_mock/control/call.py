"""One call of the control API, and how one is declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from kling_mock.request import Request

if TYPE_CHECKING:
    from kling_mock.account import Account
    from kling_mock.world import World


class NoBody(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing."""


@dataclass(frozen=True)
class Call:
    """What a control is given."""

    world: "World"
    account: "Account"  # asked for by ?account_id= or the header X-Kling-Mock-Account; else the default one
    path: Mapping[str, str]  # parameters of the path
    request: Request
    body: Any  # of the type that the control takes


@dataclass(frozen=True)
class Control:
    """One operation of the control API. The first line of `answer`'s docstring says what it does."""

    verb: str
    path: str  # below /_mock, with {parameters}
    answer: Callable[[Call], Any]  # JSON data, or an `Answer`
    takes: type[msgspec.Struct] = NoBody
    asks: tuple[tuple[str, str], ...] = ()  # query parameters: name and what it means
    example: Mapping[str, Any] | None = None  # a body
    decode: Callable[[bytes], Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the decoder of bodies: msgspec must not look at one type in two threads at once, which ends the process."""
        object.__setattr__(self, "decode", msgspec.json.Decoder(self.takes).decode)
