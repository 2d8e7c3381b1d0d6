"""Delivers callbacks when they fall due, in a thread of its own."""

from threading import Event, Thread
from types import TracebackType

from .world import World


class Dispatcher:
    """Runs while a server does: `with Dispatcher(world): …`. Ends within a delivery's time limit."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stop = Event()
        self._thread = Thread(target=self._run, name="kling-mock callbacks", daemon=True)

    def __enter__(self) -> "Dispatcher":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        with self._world.changed:
            self._world.changed.notify_all()
        self._thread.join(timeout=self._world.settings.callback_timeout)

    def _run(self) -> None:
        changed = self._world.changed
        while not self._stop.is_set():
            for account in self._world.accounts:
                account.outbox.settle(account.clock.now())
            with changed:
                wait = self._wait()
                if not self._stop.is_set() and wait != 0.0:
                    changed.wait(wait)

    def _wait(self) -> float | None:
        """Return the real seconds until the next delivery of any account, None when there is none."""
        due = [(one.clock, at) for one in self._world.accounts if (at := one.outbox.next_due()) is not None]
        waits = [wait for clock, at in due if (wait := clock.real_seconds_until(at)) is not None]
        return min(waits, default=None)
