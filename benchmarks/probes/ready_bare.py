"""Prints the seconds until the first call with bare httpx2 and one pydantic model each way is done."""

import time

begin = time.perf_counter()

import httpx2  # noqa: E402
from pydantic import BaseModel  # noqa: E402

from benchmarks.probes.fixed import URL, Fixed  # noqa: E402


class Create(BaseModel):
    """The body."""

    model_name: str
    prompt: str
    duration: str = "5"


class Task(BaseModel):
    """The data of the answer."""

    task_id: str
    task_status: str
    created_at: int
    updated_at: int


client = httpx2.Client(transport=Fixed(), headers={"authorization": "Bearer key"})
body = Create(model_name="kling-v2-6", prompt="A paper boat", duration="5")
task = Task.model_validate(client.post(URL, json=body.model_dump()).json()["data"])
assert task.task_id
print(time.perf_counter() - begin)
