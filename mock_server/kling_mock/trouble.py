"""What happens to an answer on its way to the caller."""

from typing import Literal, NamedTuple


class Trouble(NamedTuple):
    """What happens to an answer on its way to the caller."""

    delay: float = 0.0  # real seconds before it leaves
    cut: Literal["", "reset", "unanswered", "truncated", "stalled"] = ""  # how the connection ends; empty: it does not
    kept: float = 1.0  # the share of the body that comes, where it is truncated or stalls
    hold: float = 0.0  # real seconds that a stalled connection stays open

    def part(self, body: bytes) -> bytes:
        """Return the part of a body that comes: never all of it."""
        return body[: min(int(len(body) * self.kept), len(body) - 1)] if body else b""
