"""What a test holds of a running mock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kling_spec.bundle import current

from .callbacks import Delivered
from .clock import Clock
from .server import Running
from .settings import Settings
from .world import World


@dataclass(frozen=True)
class MockHandle:
    """A running mock, as a test sees it."""

    url: str
    world: World

    @property
    def access_key(self) -> str:
        return self.world.settings.access_key

    @property
    def secret_key(self) -> str:
        return self.world.settings.secret_key

    @property
    def api_key(self) -> str:
        return self.world.settings.api_key

    def advance(self, seconds: float) -> list[Delivered]:
        """Move the clock forward; callbacks that fall due are delivered in order before this returns."""
        return self.world.advance(seconds)

    def fail_next(self, reason: str = "Failure to pass the risk control system") -> None:
        """Let the next task fail with this text."""
        self.world.account.next_failures.append(reason)

    def fault_next(self, code: int) -> None:
        """Let the next request that would be answered be refused with this code."""
        self.world.account.next_faults.append(code)


@contextmanager
def running(settings: Settings | None = None, *, as_of: str | None = None) -> Iterator[MockHandle]:
    """Serve a mock whose clock stands still, in a thread, on a free loopback port."""
    world = World(current(date=as_of), settings, clock=Clock(speed=0))
    with Running(world) as server:
        yield MockHandle(url=server.url, world=world)
