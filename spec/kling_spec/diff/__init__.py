"""What differs between two states of the API, whom it breaks, and what the client's next version must be.

changes = diff(bundle_of_march, bundle_of_today)
changes.verdict        # "major"
changes.markdown()     # for a changelog
"""

from .changes import AUDIENCES, LEVELS, VERDICTS, Change, Changes, Effect, State, Use
from .compare import diff

__all__ = ["AUDIENCES", "LEVELS", "VERDICTS", "Change", "Changes", "Effect", "State", "Use", "diff"]
