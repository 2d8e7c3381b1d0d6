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
        with self._world.outbox.changed:
            self._world.outbox.changed.notify_all()
        self._thread.join(timeout=self._world.settings.callback_timeout)

    def _run(self) -> None:
        outbox, clock = self._world.outbox, self._world.clock
        while not self._stop.is_set():
            outbox.settle(clock.now())
            with outbox.changed:
                due = outbox.next_due()
                wait = clock.real_seconds_until(due) if due is not None else None
                if not self._stop.is_set() and wait != 0.0:
                    outbox.changed.wait(wait)
