"""Lookup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncResource, CallOptions

if TYPE_CHECKING:
    from typing import Literal, Unpack

    from kling.types import lookup


class AsyncLookup(AsyncResource):
    """Lookup."""

    _family = "lookup"

    async def harbours(
        self, *, start_time: int, kind: Literal["sea", "river"] | None = None, **options: Unpack[CallOptions]
    ) -> list[lookup.Harbour]:
        """List harbours. GET /lookup

        Args:
            start_time: From when on. In Unix milliseconds.
            kind: Which.

        Source: Lookup page, seen 2026-03.
        """
        made: list[lookup.Harbour] = await self._with(options)._call("harbours", query={"start_time": start_time, "kind": kind})
        return made
