"""Makes a film and downloads it: `python text_to_video.py URL ACCESS_KEY SECRET_KEY`."""

import sys

from kling_http import Service, film

service = Service(*sys.argv[1:4])
task = film(service)
video = task["task_result"]["videos"][0]
content = service.fetched(video["url"])
assert content[4:8] == b"ftyp", content[:16]
assert task["task_id"] in [one["task_id"] for one in service.call("GET", "/v1/videos/text2video?pageNum=1&pageSize=10")]
print(f"{video['duration']} s, {len(content)} bytes, {task['final_unit_deduction']} units")
