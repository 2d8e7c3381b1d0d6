"""AI Multi-Shot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, TaskResource

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from kling import MediaInput
    from kling.params import ai_multi_shot as ai_multi_shot_params
    from kling.types import ai_multi_shot, shared


class AiMultiShot(TaskResource["ai_multi_shot.Task"]):
    """AI Multi-Shot."""

    _family = "ai_multi_shot"

    def create(
        self,
        *,
        element_frontal_image: MediaInput,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start three sets of other views of a subject. POST /v1/general/ai-multi-shot

        Args:
            element_frontal_image: The subject from the front.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: AI Multi-Shot page, seen 2026-09.
        """
        made: shared.TaskCreated = self._with(options)._call("create", locals())
        return made

    def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[ai_multi_shot.Task], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[ai_multi_shot_params.Create],
    ) -> ai_multi_shot.Task:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
