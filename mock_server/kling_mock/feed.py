"""The calls of an account as they come, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from .account import Account
from .entries import entry, json_line
from .filters import Filter

if TYPE_CHECKING:
    from .world import World

_MOST_AT_ONCE = 50
_HEARTBEAT = b": nothing new\n\n"


class Feed:
    """The calls that were, and from then on each new one; a stream of an answer.

    Read with `async for` it goes on until it is closed, read with `for` it ends with the latest call: who has no
    socket can do other things meanwhile only once it has ended.
    """

    def __init__(self, world: "World", account: Account, wanted: Filter, *, heartbeat: float = 15.0) -> None:
        """Follow the calls after `wanted.since`; a comment is sent after so many seconds without one."""
        self._world = world
        self._account = account
        self._wanted = wanted
        self._heartbeat = heartbeat
        self._after = wanted.since
        self._is_closed = False
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __iter__(self) -> Iterator[bytes]:
        while self._has_more():
            yield from self._next()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._loop = asyncio.get_running_loop()
        self._account.journal.followers.add(self._wake)
        self._world.feeds.add(self)
        try:
            while not self._is_closed:
                self._woken.clear()
                chunks = await asyncio.to_thread(self._next) if self._has_more() else await self._waited()
                for chunk in chunks:
                    yield chunk
        finally:
            self._account.journal.followers.discard(self._wake)
            self._world.feeds.discard(self)

    def close(self) -> None:
        """End the feed. Any thread may call this."""
        self._is_closed = True
        self._wake()

    def _wake(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)

    async def _waited(self) -> list[bytes]:
        """Wait for a call, and return what to say when there was none for long."""
        try:
            await asyncio.wait_for(self._woken.wait(), self._heartbeat)
        except TimeoutError:
            return [_HEARTBEAT]
        return []

    def _has_more(self) -> bool:
        return self._account.journal.last > self._after

    def _next(self) -> list[bytes]:
        """Return the next calls, and what was lost before them."""
        numbered = self._account.journal.after(self._after)[:_MOST_AT_ONCE]
        begin = self._after
        first = numbered[0][0] if numbered else self._account.journal.last + 1
        self._after = numbered[-1][0] if numbered else first - 1
        lost = first - begin - 1
        made = [f": {lost} calls are no longer kept\n\n".encode()] if lost else []
        for number, record in numbered:
            if self._wanted.lets(record):
                one = entry(self._world, self._account, number, record)
                if self._wanted.wants(one):
                    made.append(b"id: %d\ndata: %s\n\n" % (number, json_line(one)))
        return made
