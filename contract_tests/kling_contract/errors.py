"""What ends a check, or the whole run.

ContractError
  CheckEnded        one case is over
    Failed          what was seen is not what the spec says
    Skipped         the case cannot be run here, or need not
    NoAnswer        a request was not answered
    NotProven       a poison that this server was not seen to refuse; nothing was sent
    NotFree         a request that could cost something; nothing was sent
    BudgetSpent     no more requests may be sent
  RunEnded          nothing more is sent
    TargetUnusable  the server cannot be checked at all
    Tripped         something that cannot succeed did
  BaselineWrong     a baseline file cannot be read
"""


class ContractError(Exception):
    """The root of all errors of this package."""


class CheckEnded(ContractError):
    """One case is over."""


class Failed(CheckEnded):
    """What was seen is not what the spec says."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}; got {got}")
        self.expected = expected
        self.got = got


class Skipped(CheckEnded):
    """The case cannot be run here, or need not."""


class NoAnswer(CheckEnded):
    """A request was not answered; the text says why."""


class NotProven(CheckEnded):
    """A poison that this server was not seen to refuse."""


class NotFree(CheckEnded):
    """A request that could cost something."""


class BudgetSpent(CheckEnded):
    """No more requests may be sent."""


class RunEnded(ContractError):
    """Nothing more is sent."""


class TargetUnusable(RunEnded):
    """The server cannot be checked at all; the text is one line."""


class Tripped(RunEnded):
    """Something that cannot succeed did; the text says what."""


class BaselineWrong(ContractError):
    """A baseline file cannot be read; the text names file and entry."""
