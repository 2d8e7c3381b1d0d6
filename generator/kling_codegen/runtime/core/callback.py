"""Reads the body of a callback: a task in one of two documented shapes, of a family that it does not name."""

from typing import Any, TypeVar

from pydantic import Field
from pydantic_core import from_json

from kling.types.shared import TaskCreated

from .errors import ReplyMalformed, WebhookMalformed
from .model import Model

ModelT = TypeVar("ModelT", bound=Model)

_NAMES = {"id": "task_id", "message": "task_status_msg", "create_time": "created_at", "update_time": "updated_at"}
_OF_KIND = {
    "audio": {"mp3_url": "url_mp3", "wav_url": "url_wav", "mp3_duration": "duration_mp3", "wav_duration": "duration_wav"},
    "voice": {"id": "voice_id", "name": "voice_name", "url": "trial_url"},
}


class Result(Model):
    """One thing that a task made. The family decides which members it has; those not listed here are kept too."""

    id: str | None = None
    url: str | None = None
    watermark_url: str | None = None
    duration: str | None = None


class TaskResult(Model):
    """What the task made; empty until it succeeds."""

    videos: list[Result] | None = None
    images: list[Result] | None = None
    audios: list[Result] | None = None


class Task(TaskCreated):
    """A task as a callback tells it, named as replies name it, whichever shape the callback has.

    Members that are not listed are kept, those of the newer shape included: `task.outputs`, `task.billing`.
    """

    task_status_msg: str | None = None
    """Why the task failed, else empty."""
    task_result: TaskResult = Field(default_factory=TaskResult)
    final_unit_deduction: str | None = None

    def typed(self, model: type[ModelT]) -> ModelT:
        """Return the task as the reply of its family, such as `kling.types.shared.VideoTask`.

        A callback does not name its family; who created the task knows it. Raises `ReplyMalformed` for another one's.
        """
        try:
            return model.model_validate(self.model_dump(exclude_unset=True))
        except ValueError as error:
            raise ReplyMalformed(f"task {self.task_id} is no {model.__name__}: {error}") from error


def read(body: bytes) -> Task:
    """Return the task in a body of either shape; null counts as absent. Raises `WebhookMalformed` when there is none."""
    try:
        said = {name: value for name, value in from_json(body).items() if value is not None}
        return Task.model_validate(said if "task_id" in said else {**said, **_renamed(said)})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WebhookMalformed(f"not a task of a documented shape: {error}") from error


def _renamed(said: dict[str, Any]) -> dict[str, Any]:
    """Return a task of the newer API under the names of replies. Source: Callback Protocol page, seen 2026-09."""
    result: dict[str, list[Any]] = {}
    for one in said.get("outputs", ()):
        kind = one["type"]
        made = result.setdefault("series_images" if kind == "image" and one.get("group_id") else f"{kind}s", [])
        names = _OF_KIND.get(kind, {})
        members = {names.get(name, name): value for name, value in one.items() if name != "type"}
        made.append({"index": len(made), **members} if kind == "image" else members)
    units = [one["amount"] for one in said.get("billing", ()) if one.get("charge_type") == "unit"]
    return {
        **{name: said[newer] for newer, name in _NAMES.items() if newer in said},
        "task_status": {"succeeded": "succeed"}.get(said["status"], said["status"]),
        "task_info": {"external_task_id": said["external_id"]} if "external_id" in said else {},
        "task_result": result,
        **({"final_unit_deduction": units[0]} if len(units) == 1 else {}),
    }
