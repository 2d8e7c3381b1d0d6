"""What the server has counted."""

from collections import Counter
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from kling_mock.request import Answer

from .call import Call, Control


def metrics(call: Call) -> Answer:
    """Tell the counters of all accounts as Prometheus reads them."""
    world = call.world
    running: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for account in world.accounts:
        now = account.clock.now()
        for family, open_ones, all_ones in account.tasks.tally(account.slots.running(), now):
            running[family] += open_ones
            kept[family] += all_ones
    text = world.recorder.metrics.text(
        {"version": _version(), "as_of": world.bundle["info"]["version"]},
        ((family, running[family], kept[family] - running[family]) for family in sorted(kept)),
        accounts=len(world.accounts),
        dropped=sum(account.journal.dropped for account in world.accounts),
    )
    return Answer(200, text.encode(), {"content-type": "text/plain; version=0.0.4; charset=utf-8"})


@cache
def _version() -> str:
    try:
        return version("kling-toolkit")
    except PackageNotFoundError:  # run from a folder without being installed
        return "unknown"


CONTROLS = (Control("GET", "/metrics", metrics),)
