"""What a test can ask of a mock about the calls it got."""

from types import EllipsisType
from typing import Any

from .account import Account
from .entries import Entry
from .filters import Filter, check_operation, found
from .mask import mask_of
from .verify import Expectation, explained, matched
from .world import World


class Verifying:
    """Looks into the journal of an account."""

    world: World
    account: Account

    def calls(self, operation: str = "*", /, *, code: int | EllipsisType = ..., **said: Any) -> list[Entry]:
        """Return the calls of an operation or of a pattern (`*.create`), oldest first, refused ones too.

        Members of the body, path and query may be given as in `assert_called`. Raises `ValueError` for an operation that
        the API does not have.
        """
        return matched(self._expected(operation, said, code=code), self._calls(operation))

    def assert_called(
        self,
        operation: str,
        /,
        *,
        times: int | None = None,
        at_least: int | None = None,
        code: int | EllipsisType = 0,
        **said: Any,
    ) -> list[Entry]:
        """Return the calls of an operation that said this; `AssertionError` with the closest ones when there are none.

        `prompt="A paper boat"` compares members of the body and parameters of path and query; what a value can be is
        told in `kling_mock.matchers`. Calls that were refused do not count, unless `code` says their code, or `...` any.
        `times` is the exact number of calls, `at_least` the smallest; without both one is enough.
        """
        __tracebackhide__ = True
        return self._asserted(self._expected(operation, said, times=times, at_least=at_least, code=code))

    def assert_not_called(self, operation: str, /, *, code: int | EllipsisType = ..., **said: Any) -> None:
        """Raise `AssertionError` when an operation was called with this, even if it was refused."""
        __tracebackhide__ = True
        self._asserted(self._expected(operation, said, times=0, code=code))

    def forget_calls(self) -> None:
        """Forget the calls so far; their numbers are not given again."""
        self.account.journal.clear()

    def _expected(
        self,
        operation: str,
        said: dict[str, Any],
        *,
        code: int | EllipsisType,
        times: int | None = None,
        at_least: int | None = None,
    ) -> Expectation:
        known = mask_of(self.account.secrets).value(said)  # as the journal tells it
        return Expectation(
            operation, known, times=times, at_least=at_least, code=None if isinstance(code, EllipsisType) else code
        )

    def _asserted(self, expected: Expectation) -> list[Entry]:
        __tracebackhide__ = True
        calls = self._calls(expected.operation)
        problem = explained(expected, calls, self.account.journal)
        if problem:
            raise AssertionError(problem)
        return matched(expected, calls)

    def _calls(self, operation: str) -> list[Entry]:
        check_operation(self.world, operation)
        return found(self.world, self.account, Filter())
