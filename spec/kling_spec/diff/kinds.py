"""Every kind of change: what it is called backwards, and what it does to whom.

A kind that stands on a side of an operation has a judgement for requests and one for replies; the others have one for
each audience. A judgement is a level and the reason as one sentence.
"""

from dataclasses import dataclass

Said = tuple[str, str]  # level and reason


@dataclass(frozen=True)
class Kind:
    """One kind of change."""

    mirror: str  # the kind of the same change backwards
    request: Said | None = None
    reply: Said | None = None
    caller: Said | None = None
    reader: Said | None = None
    mock: Said | None = None  # in place of what follows from request and reply
    semver: str | None = None  # in place of what follows from the levels


NOTHING = "safe", "Nothing that ran before changes."
WORDS = "safe", "Only what the documentation says."
