"""A call can be looked at and priced before it is paid for, and nothing is sent for it."""

import pickle
from decimal import Decimal
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import httpx2
import pytest
from conftest import Bench
from media_files import film, picture

from kling import AsyncKling, Kling, PriceUnknown, RuleBroken
from kling._core.estimate import estimated
from kling._core.operation import family
from kling._sync.families.text_to_video import TextToVideo
from kling_codegen.names import argument_name
from kling_spec.bundle import plain
from kling_spec.document import Document, Operation, operations
from kling_spec.load import load
from kling_spec.prices import units
from kling_spec.rules import holds, value
from kling_spec.shape import defaults_of

_DOC = plain(load())
_PRICES = _DOC["x-kling-catalogues"]["prices"]["prices"]
_EXAMPLES = [
    pytest.param(one, body, id=f"{one.id}-{name}")
    for one in operations(_DOC)
    if one.request
    for name, body in one.examples.items()
]


def _nothing_sent(request: httpx2.Request) -> httpx2.Response:
    raise AssertionError(f"{request.method} {request.url} was sent")


@pytest.fixture
def offline() -> Kling:
    """A client that must send nothing."""
    return _offline()


def _offline(**more: Any) -> Kling:
    http = httpx2.Client(transport=httpx2.MockTransport(_nothing_sent))
    return Kling(api_key="k", base_url="http://mock.test", http_client=http, **more)


def _call(client: Any, operation: Operation, body: Document) -> tuple[Any, dict[str, Any]]:
    """Return the method of an operation and a body as its arguments."""
    return getattr(getattr(client, operation.family), operation.name), {argument_name(name): one for name, one in body.items()}


def _unknown(row: Document | None, body: Document, defaults: Document) -> bool:
    """Say whether a request alone does not tell what a row of a price list comes to."""
    if row is None or row.get("seconds_of") == "source":
        return True
    return "times" in row and not isinstance(value(body, row["times"], defaults), int)


@pytest.mark.parametrize(("operation", "body"), _EXAMPLES)
def test_every_example_is_priced(offline: Kling, operation: Operation, body: Document) -> None:
    """The units are those of the price list that the operation names; what is not known is named."""
    price, defaults = _PRICES.get(operation.price, {"rows": [{"units": "0"}]}), defaults_of(operation.request or {})
    row = next((one for one in price["rows"] if holds(one.get("when", {}), body, defaults)), None)
    mine = family(operation.family).operations[operation.name]
    if _unknown(row, body, defaults):
        with pytest.raises(PriceUnknown, match=operation.id):
            estimated(mine, body)
        return
    assert estimated(mine, body) == units(price, body, defaults)
    call, said = _call(offline, operation, body)
    if not offline.check(call, **said):
        assert offline.estimate(call, **said) == units(price, body, defaults)


@pytest.mark.parametrize(("operation", "body"), _EXAMPLES)
def test_every_example_is_in_order(offline: Kling, operation: Operation, body: Document) -> None:
    """The check finds nothing wrong with what the reference shows, but that its pictures are cut short."""
    call, said = _call(offline, operation, body)
    assert {one.kind for one in offline.check(call, **said)} <= {"media"}


@pytest.mark.parametrize(("operation", "body"), _EXAMPLES)
def test_async_says_the_same_without_waiting(offline: Kling, operation: Operation, body: Document) -> None:
    """Neither is a coroutine: nothing is waited for."""
    client = AsyncKling(api_key="k", base_url="http://mock.test")
    (call, said), (twin, _) = _call(offline, operation, body), _call(client, operation, body)
    assert client.check(twin, **said) == offline.check(call, **said)
    assert not iscoroutinefunction(client.check)
    assert _told(client, twin, said) == _told(offline, call, said)


def _told(client: Kling | AsyncKling, call: Any, said: dict[str, Any]) -> str:
    try:
        return str(client.estimate(call, **said))
    except (PriceUnknown, RuleBroken) as error:
        return str(error)


def test_an_estimate_is_what_is_charged(mock: Bench) -> None:
    """For prices that do not go by the length of media, the task ends with the estimated units."""
    client = mock.client()
    for duration in ("5", "10"):
        said: Any = {"model_name": "kling-v2-6", "prompt": "A paper boat", "mode": "pro", "sound": "on", "duration": duration}
        expected = client.estimate(client.text_to_video.create, **said)
        task = client.text_to_video.create(**said)
        mock.world.advance(600)
        assert client.text_to_video.get(task).final_unit_deduction == str(expected) == {"5": "5", "10": "10"}[duration]


def test_what_is_free_costs_nothing(offline: Kling) -> None:
    """Reads have no price, and take the arguments they take."""
    assert offline.estimate(offline.text_to_video.get, "1") == 0
    assert offline.estimate(offline.text_to_video.page, page_size=2) == 0
    assert offline.check(offline.text_to_video.page, 1, 10) == []


class TestUnknownPrices:
    """What is missing is named."""

    def test_the_length_of_the_media(self, offline: Kling) -> None:
        """A price by the second of a sound or film can be asked for a length."""
        with pytest.raises(PriceUnknown, match="length of the media") as caught:
            offline.estimate(offline.avatar.create, image=picture(), sound_file="https://a.example/x.mp3")
        assert caught.value.for_seconds(10) == Decimal("4.0")
        assert pickle.loads(pickle.dumps(caught.value)).for_seconds(2.5) == Decimal("0.8"), (
            "of a begun second nothing is charged"
        )

    def test_no_row(self) -> None:
        """The values that no row of the list has are told."""
        offline = _offline(strict_models=False)
        with pytest.raises(PriceUnknown, match=r"no row for model_name kling-v2-6, mode 4k, duration 5, sound off") as caught:
            offline.estimate(offline.text_to_video.create, model_name="kling-v2-6", prompt="x", mode="4k")
        with pytest.raises(PriceUnknown):
            caught.value.for_seconds(5)

    def test_a_number_that_the_service_chooses(self, offline: Kling) -> None:
        """A series whose length the model decides has no price beforehand."""
        with pytest.raises(PriceUnknown, match="series_amount, which is 'auto'"):
            offline.estimate(
                offline.image_omni.create, prompt="x", model_name="kling-v3-omni", result_type="series", series_amount="auto"
            )

    def test_nonsense(self) -> None:
        """Without the check of requests a length that is no number is told, too."""
        client = _offline(check=False)
        with pytest.raises(PriceUnknown, match="duration is no number"):
            client.estimate(client.text_to_video.create, model_name="kling-v3", prompt="x", duration="long")  # type: ignore[arg-type]  # that is what is tested


class TestCheck:
    """All that is wrong, before anything is sent."""

    def test_it_tells_what_the_call_would(self, offline: Kling) -> None:
        """The same problems in the same order; an estimate of a call that would be refused raises as the call does."""
        said: Any = {"model_name": "kling-v2-6", "prompt": "x" * 2501, "sound": "on"}
        found = offline.check(offline.text_to_video.create, **said)
        for refused in (
            lambda: offline.text_to_video.create(**said),
            lambda: offline.estimate(offline.text_to_video.create, **said),
        ):
            with pytest.raises(RuleBroken) as caught:
                refused()
            assert list(caught.value.violations) == found
        assert [one.rule_id for one in found] == ["size", "t2v-models"]

    def test_it_goes_by_the_settings_of_the_client(self) -> None:
        """What the client would send all the same is no problem."""
        lax, strict = _offline(strict_models=False), _offline(strict=True)
        assert lax.check(lax.text_to_video.create, model_name="kling-v2-6", prompt="x", sound="on") == []
        assert strict.check(strict.text_to_video.create, model_name="kling-v2-6", prompt="x", cfg_scale=0.3) != []

    def test_local_files_are_looked_at_but_not_read_whole(self, offline: Kling, tmp_path: Path) -> None:
        """Also where only a URL can be sent: the file is looked at before it is put on a server."""
        (tmp_path / "clip.mp4").write_bytes(film("mp4", width=320, height=240))
        found = offline.check(
            offline.motion_control.create,
            model_name="kling-v2-6",
            image_url=picture("PNG", 1000, 300),
            video_url=tmp_path / "clip.mp4",  # type: ignore[arg-type]  # the hint says that it cannot be sent
            character_orientation="video",
            mode="std",
        )
        assert [one.rule_id for one in found] == ["media_ratio", "media_address", "media_pixels", "media_seconds"]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("boat.png", "neither a URL nor base64; a file is given as pathlib.Path"),
            ("aGVsbG8=", "no picture, video or sound"),
            ("data:image/png;base64,aGVsbG8=", "no picture, video or sound"),
            ("ftp://a.example/x.png", "neither a URL nor base64"),
        ],
    )
    def test_text_that_is_no_picture_is_told(self, offline: Kling, text: str, said: str) -> None:
        """base64 is looked into; the name of a file is no file."""
        found = offline.check(offline.image_to_video.create, model_name="kling-v3", prompt="x", image=text)
        assert [one.rule_id for one in found] == ["media_unreadable"]
        assert said in found[0].message

    def test_a_url_is_asked_where_only_urls_are_taken(self, offline: Kling) -> None:
        """Other text is told; URLs are not fetched."""
        for text, expected in (
            ("https://a.example/x.mp4", []),
            ("clip.mp4", ["media_address"]),
            ("data:video/mp4;base64,AA", ["media_address"]),
        ):
            found = offline.check(offline.lip_sync.identify_face, video_url=text)
            assert [one.rule_id for one in found] == expected

    def test_run_is_looked_at_as_its_create(self, offline: Kling) -> None:
        """The request that would be sent first is what counts."""
        assert offline.estimate(offline.text_to_video.run, model_name="kling-v3", prompt="x") == Decimal("3.0")

    def test_patched_methods_count(self) -> None:
        """What hand-written code makes of a call is looked at, not what the table says."""

        class Silent(TextToVideo):
            def create(self, **said: Any) -> Any:
                return super().create(**said, mode="pro")

        silent = Silent(_offline()._transport)
        assert _offline().estimate(silent.create, model_name="kling-v3", prompt="x") == Decimal("4.0")

    def test_other_things_are_refused(self, offline: Kling) -> None:
        """A function of one's own, and a method that only iterates, are no calls."""
        for thing in (print, offline.close, offline.text_to_video.pages):
            with pytest.raises(TypeError, match=r"is no method of a family|sends nothing"):
                offline.check(thing)

    def test_the_hints_are_those_of_the_call(self, offline: Kling) -> None:
        """A type checker refuses arguments that the call does not take, and knows what comes back."""
        with pytest.raises(TypeError):
            offline.check(offline.text_to_video.create, model="kling-v3", prompt="x")  # type: ignore[call-arg]  # that is what is tested
        found: Decimal = offline.estimate(offline.text_to_video.create, model_name="kling-v3", prompt="x")
        assert found == 3
