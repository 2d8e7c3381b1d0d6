"""Ids of earlier results: known when they were given, for as long as the reference says, and unknown otherwise."""

import pytest
from conftest import Bench, bench
from hypothesis import given
from hypothesis import strategies as st

from kling import Kling, ParameterInvalid
from kling_mock.assets import KEPT_MS
from kling_mock.faults import Fail
from kling_mock.references import Register, Wanted
from kling_mock.settings import Settings
from kling_spec.document import Document

_DAY = 86_400


@pytest.fixture
def exact(ruled_doc: Document) -> Bench:
    """A mock that takes only ids it has given."""
    return bench(ruled_doc, Settings())


def _video(mock: Bench, client: Kling) -> str:
    created = client.text_to_video.create(model_name="kling-v3", prompt="x")
    mock.world.advance(600)
    result = client.text_to_video.get(created).task_result
    assert result is not None
    assert result.videos
    return result.videos[0].id


def test_a_result_feeds_another_family(exact: Bench) -> None:
    """A video of text_to_video is one that lip-sync knows, its session and faces feed the next call; 30 days later it is gone."""
    client = exact.client()
    video_id = _video(exact, client)
    session = client.lip_sync.identify_face(video_id=video_id)
    face = {
        "face_id": session.face_data[0].face_id,
        "sound_file": "https://a.example/x.mp3",
        "sound_start_time": 0,
        "sound_end_time": 3000,
        "sound_insert_time": 0,
    }
    assert client.lip_sync.create(session_id=session.session_id, face_choose=[face]).task_status == "submitted"  # type: ignore[list-item]  # a plain dict of the right shape
    exact.world.advance(30 * _DAY)
    with pytest.raises(ParameterInvalid, match=f"video_id value '{video_id}' is invalid"):
        client.lip_sync.identify_face(video_id=video_id)


def test_a_session_lasts_a_day(exact: Bench) -> None:
    """After 24 hours of the account's clock a session is unknown."""
    client = exact.client()
    session = client.lip_sync.identify_face(video_url="https://a.example/x.mp4")
    face = {
        "face_id": "0",
        "sound_file": "https://a.example/x.mp3",
        "sound_start_time": 0,
        "sound_end_time": 3000,
        "sound_insert_time": 0,
    }
    exact.world.advance(_DAY)
    with pytest.raises(ParameterInvalid, match="session_id value"):
        client.lip_sync.create(session_id=session.session_id, face_choose=[face])  # type: ignore[list-item]  # a plain dict of the right shape


def test_an_id_that_was_never_given_is_refused(exact: Bench) -> None:
    """Unknown ids are refused in the words seen for their kind, unless the mock takes any id."""
    with pytest.raises(ParameterInvalid, match="video_id value '123' is invalid"):
        exact.client().lip_sync.identify_face(video_id="123")
    with pytest.raises(ParameterInvalid, match="Voice id not found"):
        exact.client().text_to_video.create(
            model_name="kling-v2-6", prompt="x", sound="on", mode="pro", voice_list=[{"voice_id": "1"}]
        )
    with pytest.raises(ParameterInvalid, match="Invalid element id"):
        exact.client().image_to_video.create(
            model_name="kling-v3", image="https://a.example/x.png", prompt="x", element_list=[{"element_id": 1}]
        )


def test_a_result_is_not_there_before_it_is_made(exact: Bench) -> None:
    """The video of a task that still runs, or has failed, is unknown."""
    client = exact.client()
    exact.world.account.faults.add(Fail(reason="no", times=1))
    for _ in range(2):
        client.text_to_video.create(model_name="kling-v3", prompt="x")
    failed, running = list(exact.world.account.tasks.page("text_to_video", 1, 9))[::-1]
    for task in (running, failed):
        with pytest.raises(ParameterInvalid, match="video_id value"):
            client.lip_sync.identify_face(video_id=task.result_ids[0])
        exact.world.advance(600)


def test_results_are_kept_for_30_days(exact: Bench) -> None:
    """The file answers 200 until 30 days after it was made, then 404; the record still tells the old URL."""
    client = exact.client()
    created = client.text_to_video.create(model_name="kling-v3", prompt="x", duration="3")
    exact.world.advance(600)
    result = client.text_to_video.get(created).task_result
    assert result is not None
    assert result.videos
    url = result.videos[0].url
    assert exact.http().head(url).status_code == 200
    exact.world.advance(KEPT_MS / 1000)
    assert exact.http().head(url).status_code == 404
    assert client.text_to_video.get(created).task_result == result


def test_limits_are_those_of_the_catalogue(ruled_doc: Document) -> None:
    """Results are kept, and sessions last, as limits.yaml says; every pack that pays is one of its kinds."""
    limits = ruled_doc["x-kling-catalogues"]["limits"]["limits"]
    assert limits["results_days"] * _DAY * 1000 == KEPT_MS
    assert {one["pack"] for one in ruled_doc["x-kling-catalogues"]["prices"]["prices"].values()} <= set(limits["packs"])


def test_a_voice_for_speech_is_one_of_the_catalogue(exact: Bench) -> None:
    """An unknown voice is refused in the observed words; the sound that is made feeds lip-sync."""
    client = exact.client()
    with pytest.raises(ParameterInvalid, match="Voice id not found"):
        client.text_to_speech.synthesize(text="Hello", voice_id="nobody", voice_language="en")
    spoken = client.text_to_speech.synthesize(text="Hello", voice_id="oversea_male1", voice_language="en")
    assert spoken.task_result is not None
    assert spoken.task_result.audios
    session = client.lip_sync.identify_face(video_url="https://a.example/x.mp4")
    face = {
        "face_id": "0",
        "audio_id": spoken.task_result.audios[0].id,
        "sound_start_time": 0,
        "sound_end_time": 3000,
        "sound_insert_time": 0,
    }
    assert client.lip_sync.create(session_id=session.session_id, face_choose=[face]).task_id  # type: ignore[list-item]  # a plain dict of the right shape


def test_made_voices_and_elements_are_known_and_can_be_taken_back(exact: Bench) -> None:
    """A custom voice and element feed video creates; presets do too; after delete they are unknown, and presets stay."""
    client = exact.client()
    voice = client.voice_clone.create(voice_name="Narrator", voice_url="https://a.example/x.mp3")
    exact.world.advance(600)
    made = client.voice_clone.get(voice).task_result
    assert made is not None
    assert made.voices
    voice_id = made.voices[0].voice_id
    preset = exact.world.account.register.standing
    assert {"voice", "element"} <= {kind for kind, _ in preset}
    for one in (voice_id, next(known for kind, known in sorted(preset) if kind == "voice")):
        client.text_to_video.create(
            model_name="kling-v2-6", prompt="x", sound="on", mode="pro", voice_list=[{"voice_id": str(one)}]
        )
    assert client.voice_clone.delete(voice_id=str(voice_id)).task_status == "succeed"
    for gone in (str(voice_id), next(known for kind, known in sorted(preset) if kind == "voice")):
        with pytest.raises(ParameterInvalid, match="Voice id not found"):
            client.voice_clone.delete(voice_id=gone)


@given(given_at=st.integers(0, 1000), lasts=st.integers(1, 1000), now=st.integers(0, 3000))
def test_an_id_lives_from_then_till_then(given_at: int, lasts: int, now: int) -> None:
    """An id is known from the moment it is given until it runs out, and not after it was taken back."""
    register = Register()
    register.give("video", "1", given_at)
    assert register.knows(Wanted("video_id", "video", "1", lasts), now) == (given_at <= now < given_at + lasts)
    assert register.take_back("video", "1")
    assert not register.knows(Wanted("video_id", "video", "1", lasts), now)
    assert not register.take_back("video", "1")


def test_a_video_can_be_made_longer(exact: Bench) -> None:
    """The video of one family feeds the extension of another, whose result feeds the next extension."""
    client = exact.client()
    longer = client.extend_video.create(video_id=_video(exact, client))
    exact.world.advance(600)
    result = client.extend_video.get(longer).task_result
    assert result is not None
    assert result.videos
    assert client.extend_video.create(video_id=result.videos[0].id).task_status == "submitted"


def test_a_sound_is_as_long_as_was_asked(exact: Bench) -> None:
    """A length given as a number counts like one given as text."""
    client = exact.client()
    created = client.text_to_audio.create(prompt="Rain on a tin roof", duration=7.5)
    exact.world.advance(600)
    result = client.text_to_audio.get(created).task_result
    assert result is not None
    assert result.audios
    assert result.audios[0].duration_mp3 == "7.5"
