"""Makes a film, a voice, and lets a face of the film speak: `python lip_sync.py URL ACCESS_KEY SECRET_KEY`."""

import sys

from kling_http import Service, film

service = Service(*sys.argv[1:4])
source = film(service)["task_result"]["videos"][0]
faces = service.call("POST", "/v1/videos/identify-face", {"video_id": source["id"]})
speech = service.call(
    "POST",
    "/v1/audio/tts",
    {"text": "The boat is made of paper.", "voice_id": "genshin_vindi2", "voice_language": "en", "voice_speed": 1},
)
audio = speech["task_result"]["audios"][0]
face = {
    "face_id": faces["face_data"][0]["face_id"],
    "audio_id": audio["id"],
    "sound_start_time": 0,
    "sound_end_time": 2000,
    "sound_insert_time": 500,
}
path = "/v1/videos/advanced-lip-sync"
created = service.call("POST", path, {"session_id": faces["session_id"], "face_choose": [face]})
video = service.finished(path, created["task_id"])["task_result"]["videos"][0]
assert service.fetched(video["url"])[4:8] == b"ftyp"
print(f"{video['duration']} s")
