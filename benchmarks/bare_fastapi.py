"""The usual way (A): FastAPI with pydantic models for bodies and replies, the same work as `bare_starlette`."""

import time
from itertools import count
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

Text = Annotated[str, Field(max_length=2500)]
Bearer = Annotated[str, Header(pattern="^Bearer ")]


class Create(BaseModel):
    """The body of a create."""

    model_name: Literal["kling-v2-5-turbo", "kling-v2-6", "kling-v3"]
    prompt: Annotated[str, Field(min_length=1, max_length=2500)]
    negative_prompt: Text = ""
    sound: Literal["on", "off"] = "off"
    cfg_scale: Annotated[float, Field(ge=0, le=1)] = 0.5
    mode: Literal["std", "pro", "4k"] = "std"
    aspect_ratio: Literal["16:9", "9:16", "1:1"] = "16:9"
    duration: Annotated[str, Field(pattern="^[0-9]{1,2}$")] = "5"
    callback_url: str = ""
    external_task_id: str = ""


class Info(BaseModel):
    """What the task was created with."""

    external_task_id: str | None = None


class Video(BaseModel):
    """What the task made."""

    id: str
    url: str
    duration: str


class Result(BaseModel):
    """All that the task made."""

    videos: list[Video] = []


class Task(BaseModel):
    """A task as it stands."""

    task_id: str
    task_status: str
    task_status_msg: str = ""
    task_info: Info = Info()
    task_result: Result = Result()
    final_unit_deduction: str | None = None
    created_at: int
    updated_at: int


class Envelope(BaseModel):
    """What every answer stands in."""

    code: int = 0
    message: str = "SUCCEED"
    request_id: str = Field(default_factory=lambda: str(uuid4()))
    data: Task


app = FastAPI()
_tasks: dict[str, tuple[int, Create]] = {}
_numbers = count(10**17)
_skipped = [0.0]


def _now() -> int:
    return int((time.time() + _skipped[0]) * 1000)


@app.post("/v1/videos/text2video")
async def create(body: Create, authorization: Bearer) -> Envelope:
    """Start a task."""
    now, task_id = _now(), str(next(_numbers))
    _tasks[task_id] = (now, body)
    return Envelope(data=Task(task_id=task_id, task_status="submitted", created_at=now, updated_at=now))


@app.get("/v1/videos/text2video/{task_id}")
async def get(task_id: str, authorization: Bearer) -> Envelope:
    """Tell a task."""
    if task_id not in _tasks:
        raise HTTPException(400, "task not found")
    return Envelope(data=_told(task_id, *_tasks[task_id]))


def _told(task_id: str, created: int, body: Create) -> Task:
    age = _now() - created
    video = Video(id=f"v{task_id}", url=f"http://127.0.0.1/videos/{task_id}.mp4", duration=f"{body.duration}.041")
    ended = age >= 3_600_000
    return Task(
        task_id=task_id,
        task_status="succeed" if ended else "processing" if age >= 1000 else "submitted",
        task_info=Info(external_task_id=body.external_task_id or None),
        task_result=Result(videos=[video] if ended else []),
        final_unit_deduction="2.5" if ended else None,
        created_at=created,
        updated_at=created,
    )


@app.get("/_mock/health")
async def health() -> dict[str, int]:
    """Say that the server is there."""
    return {"code": 0}


@app.post("/_mock/clock/advance")
async def advance(body: dict[str, float]) -> dict[str, int]:
    """Let time pass."""
    _skipped[0] += body["seconds"]
    return {"code": 0}
