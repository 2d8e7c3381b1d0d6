"""The floor (B): Starlette and msgspec, nothing but a checked body, a dict and the vendor's envelope."""

import time
from itertools import count
from typing import Annotated, Any, Literal
from uuid import uuid4

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Text = Annotated[str, msgspec.Meta(max_length=2500)]


class Create(msgspec.Struct):
    """The body of a create."""

    model_name: Literal["kling-v2-5-turbo", "kling-v2-6", "kling-v3"]
    prompt: Annotated[str, msgspec.Meta(min_length=1, max_length=2500)]
    negative_prompt: Text = ""
    sound: Literal["on", "off"] = "off"
    cfg_scale: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    mode: Literal["std", "pro", "4k"] = "std"
    aspect_ratio: Literal["16:9", "9:16", "1:1"] = "16:9"
    duration: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,2}$")] = "5"
    callback_url: str = ""
    external_task_id: str = ""


class Task(msgspec.Struct):
    """A task that was accepted."""

    id: str
    external_id: str
    created_ms: int
    duration: str


_decode = msgspec.json.Decoder(Create).decode
_encode = msgspec.json.Encoder().encode
_tasks: dict[str, Task] = {}
_numbers = count(10**17)
_skipped = [0.0]


def _answer(data: Any, status: int = 200, code: int = 0, message: str = "SUCCEED") -> Response:
    body = {"code": code, "message": message, "request_id": str(uuid4()), "data": data}
    return Response(_encode(body), status_code=status, media_type="application/json")


def _now() -> int:
    return int((time.time() + _skipped[0]) * 1000)


async def create(request: Request) -> Response:
    """Start a task."""
    if not request.headers.get("authorization", "").startswith("Bearer "):
        return _answer(None, 401, 1000, "Auth failed")
    try:
        body = _decode(await request.body())
    except msgspec.DecodeError as error:
        return _answer(None, 400, 1201, str(error))
    now = _now()
    task = Task(str(next(_numbers)), body.external_task_id, now, body.duration)
    _tasks[task.id] = task
    return _answer({"task_id": task.id, "task_info": {}, "task_status": "submitted", "created_at": now, "updated_at": now})


async def get(request: Request) -> Response:
    """Tell a task."""
    if not request.headers.get("authorization", "").startswith("Bearer "):
        return _answer(None, 401, 1000, "Auth failed")
    task = _tasks.get(request.path_params["id"])
    return _answer(_told(task)) if task else _answer(None, 400, 1201, "task not found")


def _told(task: Task) -> dict[str, Any]:
    age = _now() - task.created_ms
    ended = age >= 3_600_000
    told = {
        "task_id": task.id,
        "task_status": "succeed" if ended else "processing" if age >= 1000 else "submitted",
        "task_status_msg": "",
        "task_info": {"external_task_id": task.external_id} if task.external_id else {},
        "task_result": {"videos": [_video(task)]} if ended else {},
        "created_at": task.created_ms,
        "updated_at": task.created_ms,
    }
    return {**told, "final_unit_deduction": "2.5"} if ended else told


def _video(task: Task) -> dict[str, str]:
    return {"id": f"v{task.id}", "url": f"http://127.0.0.1/videos/{task.id}.mp4", "duration": f"{task.duration}.041"}


async def health(request: Request) -> Response:
    """Say that the server is there."""
    return _answer({})


async def advance(request: Request) -> Response:
    """Let time pass."""
    _skipped[0] += float(msgspec.json.decode(await request.body())["seconds"])
    return _answer({})


app = Starlette(
    routes=[
        Route("/_mock/health", health),
        Route("/_mock/clock/advance", advance, methods=["POST"]),
        Route("/v1/videos/text2video", create, methods=["POST"]),
        Route("/v1/videos/text2video/{id}", get),
    ]
)
