"""Paper Boat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncTaskResource, CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, Unpack

    from kling import MediaInput
    from kling.params import paper_boat as paper_boat_params
    from kling.types import shared


class AsyncPaperBoat(AsyncTaskResource["shared.VideoTask"]):
    """Paper Boat."""

    _family = "paper_boat"

    async def create(
        self,
        *,
        sheets: Sequence[paper_boat_params.Sheet],
        colour: Literal["white", "red", "gold"] | None = None,
        class_: Literal["a", "b"] | str | None = None,
        sail: MediaInput | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Fold a boat. POST /v1/videos/paper-boat

        Args:
            sheets: The paper to fold. 1 to 2 entries.
            colour: The paper. Default white. gold since 2026-05-01.
            class_: A word that Python keeps for itself.
            sail: A picture for the sail.

        Source: Paper Boat page, seen 2026-03.
        """
        made: shared.TaskCreated = await self._with(options)._call("create", locals())
        return made

    async def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[shared.VideoTask], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[paper_boat_params.Create],
    ) -> shared.VideoTask:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return await self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
