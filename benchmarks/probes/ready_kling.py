"""Prints the seconds until the first call with the client is done."""

import time

begin = time.perf_counter()

import httpx2  # noqa: E402

from benchmarks.probes.fixed import Fixed  # noqa: E402
from kling import Kling  # noqa: E402

client = Kling(api_key="key", base_url="https://api.example", http_client=httpx2.Client(transport=Fixed()))
task = client.text_to_video.create(model_name="kling-v2-6", prompt="A paper boat", duration="5")
assert task.task_id
print(time.perf_counter() - begin)
