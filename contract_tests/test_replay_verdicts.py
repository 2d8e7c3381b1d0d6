"""What an entry of the vendor's changelog means for the client's next version."""

import pytest
from replaying import Case, after, before, cases

from kling_spec.bundle import plain
from kling_spec.diff import diff


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_verdict_is_right(case: Case) -> None:
    """The semantic diff of the two states raises the part of the version that the case expects."""
    changes = diff(plain(before(case), case.day), plain(after(case), case.day))
    assert changes.verdict == case.said["verdict"], changes.text()
