"""What the command lines share. It stands apart from each of them, so that none loads another's modules."""

import sys
from collections.abc import Callable


def guarded(run: Callable[[], None], *errors: type[Exception]) -> None:
    """Run a command line; what it cannot do becomes one line on standard error and exit 2."""
    try:
        run()
    except errors as error:
        from rich.console import Console
        from rich.text import Text

        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(Text.assemble(("error", "bold red"), f" {error}"))  # no markup: [/x] is a name like any other
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(0)
