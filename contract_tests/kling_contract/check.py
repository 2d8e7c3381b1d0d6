"""What a check is: a name, and the cases that it makes of the spec."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .finding import Source
from .profile import UNCHARGED
from .session import Session
from .subject import Subject


@dataclass(frozen=True)
class Case:
    """One question to the server."""

    element: str  # what of the spec it is about; one case of a check for each
    run: Callable[[Session], object]
    source: Source


@dataclass(frozen=True)
class Check:
    """A kind of question."""

    id: str
    title: str  # what is true when it passes
    cases: Callable[[Subject], Iterator[Case]]
    profiles: frozenset[str] = UNCHARGED
    is_alone: bool = False  # each case has an account of its own, where accounts can be made
    needs_control: bool = False
