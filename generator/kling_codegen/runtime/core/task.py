"""One task that was started: who it is, where it stands, and how that is written down. Asks nobody."""

import json
from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar

from kling.errors import KlingError, TaskFailed, TaskTimeout

from .operation import family

_VERSION = 1


class HasTaskId(Protocol):
    """Anything that names a task: what a create answered, the task itself, a handle."""

    task_id: str


TaskT = TypeVar("TaskT", bound=HasTaskId)


class Handle(Generic[TaskT]):
    """One task that was started. `last` is the task as last seen, None before the first look."""

    def __init__(self, resource: Any, task_id: str, *, created_at: int = 0, external_id: str = "", model: str = "") -> None:
        self.resource = resource
        self.family: str = resource._family
        self._lifecycle: Any = family(self.family).lifecycle
        self.task_id: str = task_id
        self.external_id: str = external_id  # empty when nobody told it
        self.created_at: int = created_at  # milliseconds since 1970; 0 when nobody told it
        self.model: str = model  # what it was asked of; empty when nobody told it
        self.last: TaskT | None = None
        self.error: KlingError | None = None  # why it cannot be looked at

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.family}, {self.task_id!r}, {self.status or 'not looked at yet'})"

    @property
    def status(self) -> str:
        """The service's word for where the task stands, as last seen; empty before the first look."""
        return str(getattr(self.last, self._lifecycle.field, ""))

    @property
    def verdict(self) -> str:
        """What the status means: running, done or failed; failed too when the task cannot be looked at."""
        return "failed" if self.error else self._lifecycle.verdict(self.status)

    def see(self, found: Any) -> bool:
        """Take over what a look has found; say whether the status is another one."""
        before, self.last = self.status, found
        self.task_id = found.task_id
        self.created_at = moment(found, "created_at") or self.created_at
        return self.status != before

    def result(self) -> TaskT:
        """Return the task that has succeeded, as last seen.

        Raises `TaskFailed` with the service's reason, the error that kept it from being looked at, and `TaskTimeout`
        when it was still running.
        """
        if self.error is not None:
            raise self.error
        if self.last is None or self.verdict == "running":
            raise TaskTimeout(self.last or self, 0.0)
        if self.verdict == "failed":
            raise TaskFailed(self.last)
        return self.last

    def checkpoint(self) -> str:
        """Return a line of JSON from which `client.resume` gives this handle back, in another process too. Holds no secret."""
        said = {"family": self.family, "task_id": self.task_id, "external_id": self.external_id, "created_at": self.created_at}
        return json.dumps({"version": _VERSION, **said, "model": self.model}, ensure_ascii=False)


def moment(told: object, name: str) -> int:
    """Return the milliseconds since 1970 that a reply tells; 0 for none, and for a number that no clock shows."""
    found = int(getattr(told, name, None) or 0)
    return found if 0 < found < 2**53 else 0


def facts(task: object, arguments: Mapping[str, object]) -> dict[str, Any]:
    """Return what a created task and the arguments of its create tell a handle."""
    said = {"external_id": arguments.get("external_task_id"), "model": arguments.get("model_name")}
    said["created_at"] = moment(task, "created_at")
    said["external_id"] = getattr(getattr(task, "task_info", None), "external_task_id", None) or said["external_id"]
    return {name: one for name, one in said.items() if one}


def checkpointed(text: str) -> dict[str, Any]:
    """Return what a checkpoint holds. Raises `ValueError` when it is none, or of a version that is not known."""
    said = json.loads(text)
    if not isinstance(said, dict) or said.pop("version", None) != _VERSION:
        raise ValueError(f"not a checkpoint of version {_VERSION}: {text[:80]!r}")
    if not {"family", "task_id"} <= set(said) <= {"family", "task_id", "external_id", "created_at", "model"}:
        raise ValueError(f"a checkpoint of version {_VERSION} does not have these members: {sorted(said)}")
    return said
