"""Ids as the service makes them: snowflakes and UUIDs, repeatable from a seed."""

import random
from threading import Lock

EPOCH = 1568028518783
"""Milliseconds that all observed 18-digit ids count from. Source: eleven captures, 2025-09 to 2026-09."""
_VERSION = 4 << 76 | 2 << 62  # of a UUID, and its variant
_RANDOM = (1 << 128) - 1 ^ (15 << 76 | 3 << 62)  # the other bits


class Ids:
    """Mints ids. Safe to share between threads."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"ids {seed}")
        self._worker = self._random.randrange(1024)
        self.last = (0, 0)
        self._lock = Lock()

    def snowflake(self, at_ms: int) -> str:
        """Return an 18-digit id that grows with time."""
        return self.snowflakes(at_ms, 1)[0]

    def snowflakes(self, at_ms: int, number: int) -> list[str]:
        """Return so many 18-digit ids, each larger than the one before."""
        made = []
        with self._lock:
            at, sequence = self.last
            for _ in range(number):
                at, sequence = (at, sequence + 1) if at_ms <= at else (at_ms, 0)
                if sequence > 4095:
                    at, sequence = at + 1, 0
                made.append(str((at - EPOCH) << 22 | self._worker << 12 | sequence))
            self.last = (at, sequence)
        return made

    def request_id(self) -> str:
        """Return a UUID of version 4."""
        bits = self._random.getrandbits(128) & _RANDOM | _VERSION  # one step of C: no thread comes between
        digits = bits.to_bytes(16, "big").hex()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def before(id: str) -> str:
    """Return the id that was minted right before one, if both were minted without a pause."""
    made = int(id)
    return str(made - 1 if made & 4095 else made - (1 << 22) + 4095)
