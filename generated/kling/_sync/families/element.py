"""Element Management."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, TaskResource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, Unpack

    from kling.params import element as element_params, shared as shared_params
    from kling.types import element, shared


class Element(TaskResource["element.Task"]):
    """Element Management."""

    _family = "element"

    def create(
        self,
        *,
        element_name: str,
        element_description: str,
        reference_type: Literal["image_refer", "video_refer"],
        element_image_list: element_params.ImageList | None = None,
        element_video_list: element_params.VideoList | None = None,
        element_voice_id: str | None = None,
        tag_list: Sequence[shared_params.ElementTag] | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start an element made from pictures or a video. POST /v1/general/advanced-custom-elements

        Args:
            element_name: The name of the element. 1 to 20 characters.
            element_description: What the element is. 1 to 100 characters.
            reference_type: image_refer makes a multi-image element; video_refer makes a video character, which only
                kling-v3-omni and later video models take.
            element_image_list: The pictures of a multi-image element.
            element_video_list: The video of a video character.
            element_voice_id: A custom or preset voice for the element, not a speech voice.
            tag_list: Tags of the element.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Element Management page, seen 2026-09.
        """
        made: shared.TaskCreated = self._with(options)._call("create", locals())
        return made

    def presets(
        self, *, page_num: int | None = None, page_size: int | None = None, **options: Unpack[CallOptions]
    ) -> list[element.Task]:
        """List the elements that everybody can use. GET /v1/general/advanced-presets-elements

        Args:
            page_num: The page, from 1. From 1 to 1000. Default 1.
            page_size: How many tasks a page holds. From 1 to 500. Default 30.

        Source: Element Management page, seen 2026-09.
        """
        made: list[element.Task] = self._with(options)._call("presets", query={"page_num": page_num, "page_size": page_size})
        return made

    def delete(self, *, element_id: str, **options: Unpack[CallOptions]) -> shared.ElementDeleted:
        """Delete an element of one's own. POST /v1/general/delete-advanced-elements

        Args:
            element_id: The id of an element of one's own. Here, and only here, it is sent as text.

        Source: Element Management page, seen 2026-09.
        """
        made: shared.ElementDeleted = self._with(options)._call("delete", locals())
        return made

    def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[element.Task], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[element_params.Create],
    ) -> element.Task:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
