"""Multi-Elements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import CallOptions, TaskResource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, Unpack

    from kling.params import multi_elements as multi_elements_params, shared as shared_params
    from kling.types import multi_elements, shared


class MultiElements(TaskResource["multi_elements.Task"]):
    """Multi-Elements."""

    _family = "multi_elements"

    def init_selection(
        self, *, video_id: str | None = None, video_url: str | None = None, **options: Unpack[CallOptions]
    ) -> multi_elements.Session:
        """Open a session on the video to edit. POST /v1/videos/multi-elements/init-selection

        Args:
            video_id: A video that an earlier task made in the last 30 days.
            video_url: A video by its address: mp4 or mov, sides from 720 to 2160 px, 24, 30 or 60 frames a second,
                2 to 5 s or 7 to 10 s.

        Source: Multi-Elements page, seen 2026-09.
        """
        made: multi_elements.Session = self._with(options)._call("init_selection", locals())
        return made

    def add_selection(
        self,
        *,
        session_id: str,
        frame_index: int,
        points: Sequence[multi_elements_params.Point],
        **options: Unpack[CallOptions],
    ) -> multi_elements.Selection:
        """Mark points on one frame and see what they pick out. POST /v1/videos/multi-elements/add-selection

        Args:
            session_id: The session that init_selection opened.
            frame_index: The number of the frame; that the first is 0 is a guess from the page's sample. At least 0.
            points: Where to click. A frame holds at most 10 points. 1 to 10 entries.

        Source: Multi-Elements page, seen 2026-09.
        """
        made: multi_elements.Selection = self._with(options)._call("add_selection", locals())
        return made

    def delete_selection(
        self,
        *,
        session_id: str,
        frame_index: int,
        points: Sequence[multi_elements_params.Point],
        **options: Unpack[CallOptions],
    ) -> multi_elements.Selection:
        """Take points off one frame. POST /v1/videos/multi-elements/delete-selection

        Args:
            session_id: The session that init_selection opened.
            frame_index: The number of the frame, counted as in add_selection. At least 0.
            points: The points that go. 1 to 10 entries.

        Source: Multi-Elements page, seen 2026-09.
        """
        made: multi_elements.Selection = self._with(options)._call("delete_selection", locals())
        return made

    def clear_selection(self, *, session_id: str, **options: Unpack[CallOptions]) -> multi_elements.Cleared:
        """Take every point off every frame of a session. POST /v1/videos/multi-elements/clear-selection

        Args:
            session_id: The session that init_selection opened.

        Source: Multi-Elements page, seen 2026-09.
        """
        made: multi_elements.Cleared = self._with(options)._call("clear_selection", locals())
        return made

    def preview_selection(self, *, session_id: str, **options: Unpack[CallOptions]) -> multi_elements.Preview:
        """See the marked things through the whole video. POST /v1/videos/multi-elements/preview-selection

        Args:
            session_id: The session that init_selection opened.

        Source: Multi-Elements page, seen 2026-09.
        """
        made: multi_elements.Preview = self._with(options)._call("preview_selection", locals())
        return made

    def create(
        self,
        *,
        session_id: str,
        edit_mode: Literal["addition", "swap", "removal"],
        prompt: str,
        image_list: Sequence[multi_elements_params.Image] | None = None,
        negative_prompt: str | None = None,
        mode: Literal["std", "pro"] | None = None,
        duration: Literal["5", "10"] | None = None,
        watermark_info: shared_params.WatermarkInfo | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> shared.TaskCreated:
        """Start an edit of the session's video. POST /v1/videos/multi-elements

        Args:
            session_id: The session that init_selection opened for the video.
            edit_mode: What happens: addition puts in what the pictures show, swap puts it in place of what is
                marked, removal takes out what is marked.
            prompt: What to do. It names the video as <<<video_1>>> and the pictures as <<<image_1>>> and
                <<<image_2>>>. 1 to 2500 characters.
            image_list: Pictures of what comes in: one or two for addition, one for swap, none for removal. At most
                2 entries.
            negative_prompt: What not to show. At most 2500 characters.
            mode: The quality: std or, at a higher price, pro. Default std.
            duration: Length of the clip; it follows from the length of the video. In seconds as text. Default 5.
            watermark_info: Whether a watermarked copy is wanted.
            callback_url: Where the service posts the task on each change of its status.
            external_task_id: The caller's own id for the task; unique within the account, usable in place of the
                task id.

        Source: Multi-Elements page, seen 2026-09.
        """
        made: shared.TaskCreated = self._with(options)._call("create", locals())
        return made

    def run(
        self,
        *,
        timeout: float = 900.0,
        interval: float | None = None,
        on_update: Callable[[multi_elements.Task], object] | None = None,
        options: CallOptions | None = None,
        **params: Unpack[multi_elements_params.Create],
    ) -> multi_elements.Task:
        """Start a task and wait for its end: `create` and `wait` with the arguments of both; `options` for each request."""
        return self._run(params, options, timeout=timeout, interval=interval, on_update=on_update)
