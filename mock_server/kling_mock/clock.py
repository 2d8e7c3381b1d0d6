"""The time that an account lives in: running, scaled, or moved by hand."""

import time
from collections.abc import Callable

FASTEST = 1_000_000.0
"""How much faster than the real one a clock may run."""
_LATEST_MS = 221_845_392_000_000  # the year 9000: packs and URLs that last a while still have a date


class Clock:
    """Milliseconds since 1970 on the account's own clock.

    It runs `speed` times as fast as the real one, from `start_ms` on (default: now); speed 0 stands still until it is
    moved. `real` gives real seconds and never goes back.
    """

    def __init__(self, *, speed: float = 1.0, start_ms: int | None = None, real: Callable[[], float] = time.monotonic) -> None:
        self._speed = speed
        self._real = real
        self._begin = real()
        self._start = time.time() * 1000 if start_ms is None else float(start_ms)

    @property
    def speed(self) -> float:
        """Return how many of its seconds pass in a real one; 0 when it stands still."""
        return self._speed

    def now(self) -> int:
        """Return milliseconds since 1970."""
        return int(self._start + (self._real() - self._begin) * 1000 * self._speed)

    def run(self, speed: float) -> None:
        """Go on at another speed from where it is; 0 stands still. Raises `ValueError` below that and above `FASTEST`."""
        if speed < 0:
            raise ValueError(f"cannot run at speed {speed}: time does not go back")
        if not speed <= FASTEST:
            raise ValueError(f"cannot run at speed {speed}: the fastest is {FASTEST:,.0f}")
        self._start, self._begin, self._speed = float(self.now()), self._real(), speed

    def set(self, at_ms: int) -> None:
        """Jump to a time, back as well: what a task answers goes by the time alone. Raises `ValueError`, see `_dated`."""
        self._start, self._begin = _dated(at_ms), self._real()

    def advance(self, seconds: float) -> None:
        """Jump forward. Raises `ValueError` for a negative number: time does not go back."""
        if not seconds >= 0:
            raise ValueError(f"cannot advance by {seconds} s: time does not go back; to go back, set the clock")
        _dated(self.now() + seconds * 1000)
        self._start += seconds * 1000

    def real_seconds_until(self, at_ms: float) -> float | None:
        """Return the real seconds until a time of this clock, None when it stands still and would never come."""
        left = at_ms - self.now()
        if left <= 0:
            return 0.0
        return left / 1000 / self._speed if self._speed else None


def _dated(at_ms: float) -> float:
    """Return a time that can be told as a date. Raises `ValueError` before 1970 and after the year 9000."""
    if not 0 <= at_ms <= _LATEST_MS:
        raise ValueError(f"cannot set the clock to {at_ms:g} ms: it tells times from 1970 to 9000")
    return float(at_ms)
