"""`python -m mutants [--all] [FILE…]`: the table of mutants and checks, printed and written into reports.

With `--all` every check is run over every mutant, not only those that must find it.
"""

import sys
from dataclasses import replace
from pathlib import Path

from kling_contract.checks import CHECKS
from kling_contract.receiver import Receiver
from kling_contract.report import text, write

from . import MUTANTS
from .hunt import hunted, rows

_SLOW = ("results",)


def main(arguments: list[str]) -> int:
    """Exit 1 when a mutant survives."""
    every = [one.id for one in CHECKS if one.id not in _SLOW]
    with Receiver() as receiver:
        found = rows(MUTANTS, receiver, every if "--all" in arguments else ())
        report = replace(hunted(None, every, receiver), mutants=tuple(found))
    for name in arguments:
        if name != "--all":
            write(report, Path(name))
    sys.stdout.write(text.written(report))
    return int(any(not set(one["expected"]) <= set(one["caught"]) for one in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
