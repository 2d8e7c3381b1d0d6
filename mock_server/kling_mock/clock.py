"""The time that an account lives in: running, scaled, or moved by hand."""

import time
from collections.abc import Callable


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
        """Go on at another speed from where it is; 0 stands still. Raises `ValueError` for a negative speed."""
        if speed < 0:
            raise ValueError(f"cannot run at speed {speed}: time does not go back")
        self._start, self._begin, self._speed = float(self.now()), self._real(), speed

    def set(self, at_ms: int) -> None:
        """Jump to a time, back as well: what a task answers goes by the time alone."""
        self._start, self._begin = float(at_ms), self._real()

    def advance(self, seconds: float) -> None:
        """Jump forward. Raises `ValueError` for a negative number: time does not go back."""
        if not seconds >= 0:
            raise ValueError(f"cannot advance by {seconds} s: time does not go back; to go back, set the clock")
        self._start += seconds * 1000

    def real_seconds_until(self, at_ms: float) -> float | None:
        """Return the real seconds until a time of this clock, None when it stands still and would never come."""
        left = at_ms - self.now()
        if left <= 0:
            return 0.0
        return left / 1000 / self._speed if self._speed else None
