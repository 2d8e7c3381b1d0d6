"""The film, sound or picture that a task works on decides its length, price and shape, and is told as its parent."""

import json
from typing import Any

import pytest
from conftest import Bench, bench
from made_media import OPERATIONS, base64_of, finished, own_url, picture, sent, shown, sound

from kling_mock.recipe import Recipe
from kling_mock.settings import Settings
from kling_mock.sources import maker
from kling_spec.bundle import current


def _video(mock: Bench, seconds: str) -> Any:
    body = {"model_name": "kling-v3", "prompt": "x", "duration": seconds, "mode": "pro", "aspect_ratio": "9:16"}
    return finished(mock, "text_to_video.create", body)["task_result"]["videos"][0]


def _choice(session: Any, **sound: str) -> dict[str, Any]:
    face = {
        "face_id": session["face_data"][0]["face_id"],
        "sound_start_time": 0,
        "sound_end_time": 3000,
        "sound_insert_time": 0,
    }
    return {"session_id": session["session_id"], "face_choose": [{**face, **sound}]}


@pytest.fixture
def exact() -> Bench:
    """A mock that takes only ids it has given."""
    return bench(current(), Settings())


def test_lip_sync_is_charged_by_the_length_of_its_video(exact: Bench) -> None:
    """12 s cost three times 5 s begun; the result is as long and as large, and tells the video it was made from."""
    video = _video(exact, "12")
    for asked in ({"video_id": video["id"]}, {"video_url": video["url"]}):
        session = sent(exact, "lip_sync.identify_face", asked)["data"]
        task = finished(exact, "lip_sync.create", _choice(session, sound_file="https://a.example/x.mp3"))
        assert task["final_unit_deduction"] == "1.5"
        [made], parent = task["task_result"]["videos"], task["task_info"]["parent_video"]
        assert made["duration"] == parent["duration"] == video["duration"] == "12.041"
        assert parent["url"].partition("?")[0] == video["url"].partition("?")[0]
        assert (parent["id"] == video["id"]) is ("video_id" in asked)
        assert "_1080x1920_12_24_s_mp4" in made["url"]
    body = {
        "input": {"video_id": video["id"], "mode": "audio2video", "audio_type": "url", "audio_url": "https://a.example/x.mp3"}
    }
    task = finished(exact, "lip_sync_legacy.create", body)
    assert task["final_unit_deduction"] == "1.5"
    assert task["task_info"]["parent_video"]["id"] == video["id"]


def test_a_source_that_is_not_known_is_told_all_the_same(exact: Bench) -> None:
    """A URL of others is a parent of five seconds under an id of its own; a create does not tell it."""
    created = sent(exact, "video_to_audio.create", {"video_url": "https://a.example/x.mp4"})["data"]
    assert created["task_info"] == {}
    parent = shown(exact, "video_to_audio", created["task_id"])["task_info"]["parent_video"]
    assert parent.pop("id").isdigit()
    assert parent == {"url": "https://a.example/x.mp4", "duration": "5.041"}


def test_an_extension_is_longer_than_its_source(exact: Bench) -> None:
    """Each time 4 to 5 s come on top; the parent is told as it was before."""
    video = _video(exact, "10")
    for _ in range(3):
        task = finished(exact, "extend_video.create", {"video_id": video["id"]})
        [longer] = task["task_result"]["videos"]
        assert task["task_info"]["parent_video"]["id"] == video["id"]
        assert task["task_info"]["parent_video"]["duration"] == video["duration"]
        assert 3.9 < float(longer["duration"]) - float(video["duration"]) < 5.1
        video = longer


def test_the_sound_of_a_video_has_an_id_of_its_own(exact: Bench) -> None:
    """Video and sound of one task have two ids, each good for what it is, and the sound is as long as the video."""
    video = _video(exact, "6")
    result = finished(exact, "video_to_audio.create", {"video_id": video["id"]})["task_result"]
    [made], [sound] = result["videos"], result["audios"]
    assert made["id"] != sound["id"]
    assert made["duration"] == sound["duration_mp3"] == "6.041"
    assert "_6.041_" in sound["url_wav"]
    assert "_1080x1920_6_24_s_mp4" in made["url"]
    assert sent(exact, "lip_sync.identify_face", {"video_id": made["id"]})["code"] == 0
    assert "video_id value" in sent(exact, "lip_sync.identify_face", {"video_id": sound["id"]})["message"]


def test_an_avatar_speaks_as_long_as_its_sound(exact: Bench) -> None:
    """The sound decides length and price, in whole seconds; that of text to speech is as long as was told."""
    body = {"image": base64_of(picture(300, 600)), "mode": "std"}
    task = finished(exact, "avatar.create", {**body, "sound_file": base64_of(sound(7.9))})
    [made] = task["task_result"]["videos"]
    assert task["final_unit_deduction"] == "2.8"
    assert float(made["duration"]) == pytest.approx(7.9, abs=0.05)
    assert "_720x1440_" in made["url"]
    spoken = sent(exact, "text_to_speech.synthesize", {"text": "x", "voice_id": "genshin_vindi2", "voice_language": "zh"})
    [said] = spoken["data"]["task_result"]["audios"]
    task = finished(exact, "avatar.create", {**body, "audio_id": said["id"]})
    assert float(task["task_result"]["videos"][0]["duration"]) == pytest.approx(float(said["duration"]), abs=0.05)
    assert f"_{said['duration']}_" in said["url"]


def test_a_video_has_the_ratio_of_its_picture(exact: Bench) -> None:
    """Where no ratio can be asked for, that of the picture is taken; a very long one as far as the service goes."""
    body = {"model_name": "kling-v3", "prompt": "x", "duration": "5"}
    task = finished(exact, "image_to_video.create", {**body, "image": base64_of(picture(600, 300))})
    assert "_1440x720_" in task["task_result"]["videos"][0]["url"]
    body = {"human_image": base64_of(picture(300, 9000)), "cloth_image": "https://a.example/x.png"}
    assert "_720x1800_" in finished(exact, "virtual_try_on.create", body)["task_result"]["images"][0]["url"]


def test_every_video_that_is_edited_is_charged_by_its_seconds(exact: Bench) -> None:
    """A base video is charged by its own length, to the nearest second, and a reference by what was asked for."""
    body = {"model_name": "kling-v3-omni", "prompt": "<<<video_1>>>", "mode": "std", "duration": "5"}
    url = own_url(Recipe("video", 1, seconds=7.6))
    edited = finished(exact, "video_omni.create", {**body, "video_list": [{"video_url": url, "refer_type": "base"}]})
    assert edited["final_unit_deduction"] == "7.2"
    assert float(edited["task_result"]["videos"][0]["duration"]) == pytest.approx(7.6, abs=0.05)
    next_shot = finished(
        exact, "video_omni.create", {**body, "video_list": [{"video_url": url, "refer_type": "feature"}], "aspect_ratio": "1:1"}
    )
    assert next_shot["final_unit_deduction"] == "4.5"


def test_base64_is_not_given_back(exact: Bench) -> None:
    """A reply that repeats pictures has URLs for them that lead to a file; those that came as URLs stay."""
    front = base64_of(picture(300, 300))
    images = {"frontal_image": front, "refer_images": [{"image_url": "https://a.example/x.png"}, {"image_url": front}]}
    body = {
        "element_name": "Fox",
        "element_description": "A fox",
        "reference_type": "image_refer",
        "element_image_list": images,
    }
    task = finished(exact, "element.create", body)
    told = task["task_result"]["elements"][0]["element_image_list"]
    assert told["refer_images"][0]["image_url"] == "https://a.example/x.png"
    for url in (told["frontal_image"], told["refer_images"][1]["image_url"]):
        assert exact.http().get(url).headers["content-type"] == "image/png"
    made = sent(
        exact,
        "element_legacy.make",
        {
            "element_name": "Fox",
            "element_description": "A fox",
            "element_frontal_image": front,
            "element_refer_list": [{"image_url": front}],
        },
    )
    assert front not in json.dumps(made)


def test_a_deleted_element_is_told_as_deleted(exact: Bench) -> None:
    """It stays in the list with its status, cannot be used, and cannot be deleted twice."""
    images = {"frontal_image": "https://a.example/x.png", "refer_images": [{"image_url": "https://a.example/y.png"}]}
    body = {
        "element_name": "Fox",
        "element_description": "A fox",
        "reference_type": "image_refer",
        "element_image_list": images,
    }
    tasks = [finished(exact, "element.create", body) for _ in range(2)]
    ids = [str(one["task_result"]["elements"][0]["element_id"]) for one in tasks]
    assert sent(exact, "element.delete", {"element_id": ids[0]})["code"] == 0
    key = {"authorization": f"Bearer {exact.world.settings.api_key}"}
    listed = exact.http().get(OPERATIONS["element.page"].path, headers=key).json()["data"]
    assert [one["task_result"]["elements"][0]["status"] for one in listed] == ["succeed", "deleted"]
    assert shown(exact, "element", tasks[0]["task_id"])["task_result"]["elements"][0]["status"] == "deleted"
    assert sent(exact, "element.delete", {"element_id": ids[0]})["message"] == "already be deleted"
    using = {
        "model_name": "kling-v3",
        "prompt": "x",
        "image": "https://a.example/x.png",
        "element_list": [{"element_id": int(ids[0])}],
    }
    assert sent(exact, "image_to_video.create", using)["message"] == "Invalid element id"


def test_a_deleted_voice_leaves_the_list(exact: Bench) -> None:
    """Replies have no word for a deleted voice: its task is listed no longer."""
    body = {"voice_name": "Narrator", "voice_url": "https://a.example/x.mp3"}
    voices = [finished(exact, "voice_clone.create", body)["task_result"]["voices"][0]["voice_id"] for _ in range(2)]
    assert sent(exact, "voice_clone.delete", {"voice_id": voices[0]})["code"] == 0
    key = {"authorization": f"Bearer {exact.world.settings.api_key}"}
    listed = exact.http().get(OPERATIONS["voice_clone.page"].path, headers=key).json()["data"]
    assert [one["task_result"]["voices"][0]["voice_id"] for one in listed] == [voices[1]]
    assert sent(exact, "voice_clone.delete", {"voice_id": voices[0]})["message"] == "Voice id not found"


def test_every_result_leads_back_to_its_task() -> None:
    """Thousands of tasks of one moment: each video leads to the one that made it, also where ids wrap."""
    mock = bench(current(), Settings(quotas=False))
    for _ in range(2100):
        assert mock.post().status_code == 200
    account = mock.world.account
    made = [task for number in range(1, 23) for task in account.tasks.page("text_to_video", number, 100)]
    assert [maker(account, task.result_ids[0]) for task in made] == made
    assert len(made) == 2100
    assert maker(account, "1") is maker(account, "9" * 18) is maker(account, made[0].id) is None
