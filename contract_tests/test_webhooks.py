"""Callbacks: what is signed, in time and new is taken once; whatever was touched is refused."""

import base64
import json
import pickle
import re
from contextlib import suppress
from typing import Any

import pytest
from conftest import Bench
from hypothesis import assume, given
from hypothesis import strategies as st
from signing import BODY, NOW, SECRET
from signing import headers as signed

import kling
from kling import ReplyMalformed, WebhookMalformed, WebhookRefused, WebhookReplayed, WebhookUnverified, webhooks
from kling._core import signature
from kling._core.operation import family
from kling.types.shared import VideoTask
from kling_codegen.names import argument_name
from kling_spec.bundle import plain
from kling_spec.document import Document, Operation, operations, resolved
from kling_spec.load import load

_DOC = plain(load())
_CREATES = [
    pytest.param(one, body, id=f"{one.id}-{name}")
    for one in operations(_DOC)
    if one.role == "create" and "callbacks" in one.node
    for name, body in one.examples.items()
]

_VECTOR = (
    b'{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}',
    {
        "Webhook-Id": "9876543210",
        "Webhook-Timestamp": "1781080794",
        "Webhook-Signature": "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=",
    },
    "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=",
)
"""The vendor's published example: body, headers, secret. Source: Callback Protocol page, seen 2026-09."""


def _parsed(body: bytes, headers: Any, *, secret: webhooks.Secret = SECRET, now: float = NOW) -> webhooks.Task:
    return webhooks.parse(body, headers, secret=secret, replays=None, now=lambda: now)


_BODIES = st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers(), max_size=3).map(
    lambda more: json.dumps({**more, **json.loads(BODY)}, ensure_ascii=False).encode()
)
_MESSAGE_IDS = st.text("abcXYZ0123456789_-", min_size=1, max_size=30)
_SECRETS = st.binary(min_size=1, max_size=100).map(lambda key: "whsec_" + base64.b64encode(key).decode())


class TestSignature:
    """Who has signed, when, and over what."""

    def test_the_vendors_example_is_taken(self) -> None:
        """The published body, headers and secret fit together, and give a task that has succeeded."""
        body, headers, secret = _VECTOR
        task = webhooks.parse(body, headers, secret=secret, now=lambda: 1781080794)
        assert (task.task_id, task.task_status, task.task_status_msg) == ("1234567890", "succeed", "")
        assert (task.created_at, task.updated_at) == (1781080778802, 1781080794151)

    @given(body=_BODIES, webhook_id=_MESSAGE_IDS, secret=_SECRETS, at=st.integers(0, 10**12 - 1), off=st.integers(-300, 300))
    def test_what_is_signed_is_taken_once(self, body: bytes, webhook_id: str, secret: str, at: int, off: int) -> None:
        """Any body, id, time and secret, within five minutes to either side; the second time it is a replay."""
        headers, seen = signed(body, webhook_id, at=at, secret=secret), webhooks.SeenIds()
        task = webhooks.parse(body, headers, secret=secret, replays=seen, now=lambda: at + off)
        assert task.model_dump(exclude_unset=True) == json.loads(body)
        with pytest.raises(WebhookReplayed, match=webhook_id):
            webhooks.parse(body, headers, secret=secret, replays=seen, now=lambda: at + off)

    @given(data=st.data(), where=st.sampled_from(["body", "webhook-id", "webhook-timestamp", "webhook-signature"]))
    def test_what_was_touched_is_refused(self, data: st.DataObject, where: str) -> None:
        """A byte changed, added or taken away in body, id, timestamp or signature; and nothing is remembered."""
        said = {"body": BODY, **{name: one.encode() for name, one in signed(webhook_id="9876543210").items()}}
        before = said[where]
        at = data.draw(st.integers(0, len(before)))
        said[where] = before[:at] + data.draw(st.binary(max_size=2)) + before[at + data.draw(st.integers(0, 1)) :]
        assume(before not in said[where].split(b" "))  # a space parts signatures
        headers = {name: one.decode("latin-1") for name, one in said.items() if name != "body"}
        seen = webhooks.SeenIds()
        with pytest.raises(WebhookUnverified):
            webhooks.parse(said["body"], headers, secret=SECRET, replays=seen, now=lambda: NOW)
        assert seen.claim(headers["webhook-id"])

    def test_the_parts_of_what_is_signed_cannot_be_moved(self) -> None:
        """Id and time end at a full stop, so none may stand in the id: another cut of the same text is refused."""
        inner = f"{NOW}.".encode() + BODY
        honest = signed(inner, "7")
        assert signature.verified(inner, honest, signature.keys(SECRET), now=NOW, tolerance=300) == "7"
        with pytest.raises(WebhookUnverified):
            _parsed(BODY, {**honest, "webhook-id": f"7.{NOW}"})

    @given(
        before=st.lists(st.text("v12a,=AZ/+é\x00", max_size=60), max_size=4), after=st.lists(st.text(max_size=60), max_size=4)
    )
    def test_other_signatures_do_no_harm(self, before: list[str], after: list[str]) -> None:
        """One that fits is enough, whatever stands beside it; without it all are refused."""
        headers = signed()
        fits = headers["webhook-signature"]
        assert _parsed(BODY, {**headers, "webhook-signature": " ".join([*before, fits, *after])}).task_id == "1"
        with pytest.raises(WebhookUnverified):
            _parsed(BODY, {**headers, "webhook-signature": " ".join([*before, fits.replace("v1,", "v1a,"), *after])})

    @given(secrets=st.lists(_SECRETS, min_size=1, max_size=4, unique=True), data=st.data())
    def test_any_of_several_secrets_fits(self, secrets: list[str], data: st.DataObject) -> None:
        """While secrets change, what either has signed is taken; what another has signed is not."""
        signer = data.draw(st.sampled_from(secrets))
        assert _parsed(BODY, signed(secret=signer), secret=secrets).task_id == "1"
        with pytest.raises(WebhookUnverified, match="no signature fits"):
            _parsed(BODY, signed(secret="whsec_" + base64.b64encode(b"x" * 101).decode()), secret=secrets)

    @pytest.mark.parametrize("off", [301, -301, 10**6, 300.5])
    def test_what_is_out_of_time_is_refused(self, off: float) -> None:
        """More than five minutes to either side, as long as nothing else is asked for."""
        with pytest.raises(WebhookUnverified, match="clock"):
            _parsed(BODY, signed(), now=NOW + off)
        assert webhooks.parse(BODY, signed(), secret=SECRET, tolerance=abs(off), now=lambda: NOW + off).task_id == "1"

    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    @pytest.mark.parametrize("value", [None, "", " ", "-1", "1.5", "１"])
    def test_headers_must_be_whole(self, name: str, value: str | None) -> None:
        """A missing, empty or odd header is refused; names may be written in any case."""
        headers = {key.title(): one for key, one in signed().items()}
        assert _parsed(BODY, headers).task_id == "1"
        changed = {key: one for key, one in headers.items() if key.lower() != name}
        with pytest.raises(WebhookUnverified):
            _parsed(BODY, changed if value is None else {**changed, name: value})

    def test_every_signature_is_compared_in_constant_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each given signature against each key, through the standard library's comparison, also after one that fits."""
        compared: list[tuple[bytes, bytes]] = []
        monkeypatch.setattr(signature, "compare_digest", lambda one, other: compared.append((one, other)) or one == other)  # type: ignore[func-returns-value]  # append gives nothing
        headers = signed()
        _parsed(BODY, {**headers, "webhook-signature": headers["webhook-signature"] + " v1,x v1,y"}, secret=[SECRET, "AA=="])
        assert len(compared) == 6

    @pytest.mark.parametrize(
        "secret", ["", "whsec_", [], [""], [SECRET, ""], "whsec_*", "whsec_é", "whsec_A", "whsec_AAAA****AAAA"]
    )
    def test_a_secret_that_is_none_is_told(self, secret: webhooks.Secret) -> None:
        """An empty or broken secret never switches the check off, and no message holds it."""
        for call in (lambda: _parsed(BODY, {}, secret=secret), lambda: webhooks.app(print, secret=secret)):
            with pytest.raises(ValueError, match="webhook secret") as caught:
                call()
            assert not secret or "*" not in str(caught.value)

    def test_without_a_secret_nothing_is_checked(self) -> None:
        """None must be said; then headers do not matter and nothing is remembered."""
        for headers in ({}, signed(webhook_id="same"), {"webhook-signature": "v1,x"}):
            assert webhooks.parse(BODY, headers, secret=None).task_id == "1"
        with pytest.raises(TypeError):
            webhooks.parse(BODY, {})  # type: ignore[call-arg]  # that is the point

    def test_unpadded_secrets_and_line_ends_are_read(self) -> None:
        """A secret without its padding or with a line end around it is the same secret."""
        _, headers, secret = _VECTOR
        for written in (secret.rstrip("="), secret + "\n", secret.removeprefix("whsec_")):
            assert _parsed(_VECTOR[0], headers, secret=written, now=1781080794).task_id == "1234567890"


_KINDS = {"videos": "video", "images": "image", "audios": "audio", "voices": "voice", "series_images": "image"}
_NEWER_NAMES = {"url_mp3": "mp3_url", "url_wav": "wav_url", "duration_mp3": "mp3_duration", "duration_wav": "wav_duration"}
_NEWER_NAMES |= {"voice_id": "id", "voice_name": "name", "trial_url": "url"}


def _newer(task: Document) -> Document:
    """Return the same task as the newer API tells it."""
    told = {"succeed": "succeeded"}.get(task["task_status"], task["task_status"])
    made = [(kind, one) for kind, many in task["task_result"].items() if kind in _KINDS for one in many]
    said = {"id": task["task_id"], "status": told, "message": task["task_status_msg"], **task["task_info"]}
    said |= {"create_time": task["created_at"], "update_time": task["updated_at"], "outputs": [_output(*one) for one in made]}
    if "external_task_id" in said:
        said["external_id"] = said.pop("external_task_id")
    if "final_unit_deduction" in task:
        said["billing"] = [{"charge_type": "unit", "amount": task["final_unit_deduction"]}]
    return said


def _output(kind: str, made: Document) -> Document:
    named = {_NEWER_NAMES.get(name, name): one for name, one in made.items() if name != "index"}
    return {"type": _KINDS[kind], **named, **({"group_id": "g"} if kind == "series_images" else {})}


def _lists(task: webhooks.Task) -> Document:
    """Return the results of a task; elements differ too much between the shapes."""
    found = task.task_result.model_dump(
        exclude_unset=True, exclude={"elements": True, "series_images": {"__all__": {"group_id"}}}
    )
    return {kind: made for kind, made in found.items() if kind in _KINDS}


_COMMON = {"task_id", "task_status", "task_status_msg", "final_unit_deduction", "created_at", "updated_at"}


class TestTask:
    """Both shapes of the body."""

    @pytest.mark.parametrize(("operation", "body"), _CREATES)
    def test_callbacks_of_every_family_are_read(self, operation: Operation, body: Document, mock: Bench) -> None:
        """What the mock posts is the task that the family's get answers, and the same in the newer shape."""
        resource = getattr(mock.client(), operation.family)
        said = {argument_name(name): one for name, one in body.items()}
        created = resource.create(**{**said, "callback_url": "http://127.0.0.1:9/hook"})
        mock.world.advance(3600)
        told = [webhooks.parse(sent, {}, secret=None) for _, sent in mock.delivered]
        assert [one.task_status for one in told] == ["submitted", "processing", "succeed"]
        assert told[-1].typed(family(operation.family).operations["get"].model) == resource.get(created)
        for task, (_, sent) in zip(told, mock.delivered, strict=True):
            newer = webhooks.parse(json.dumps(_newer(json.loads(sent))).encode(), {}, secret=None)
            assert newer.model_dump(include=_COMMON) == task.model_dump(include=_COMMON)
            assert _lists(newer) == _lists(task)

    def test_what_is_not_described_is_kept(self) -> None:
        """New members stand beside the known ones in both shapes, at every level; null counts as absent."""
        flat = json.dumps({**json.loads(BODY), "mood": "calm", "task_info": None})
        task = webhooks.parse(flat.replace('"url": "u"', '"url": "u", "fps": 24').encode(), {}, secret=None)
        said = task.model_dump(exclude_unset=True)
        assert (said["mood"], said["task_result"]["videos"][0]["fps"], task.task_info) == ("calm", 24, None)
        assert webhooks.parse(
            b'{"task_id":"1","task_status":"x","created_at":1,"updated_at":1,"task_result":null}', {}, secret=None
        )
        newer = {"id": "1", "status": "odd", "create_time": 1, "update_time": 2, "mood": "calm"}
        newer |= {"outputs": [{"type": "scent", "x": 1}]}
        said = webhooks.parse(json.dumps(newer).encode(), {}, secret=None).model_dump(exclude_unset=True)
        assert said["mood"] == "calm"
        assert (said["outputs"], said["task_result"]) == (newer["outputs"], {"scents": [{"x": 1}]})
        assert said["task_status"] == "odd"

    @given(st.binary(max_size=200) | st.recursive(st.none() | st.integers() | st.text(max_size=4), lambda one: st.lists(one, max_size=2) | st.dictionaries(st.sampled_from(["id", "task_id", "status", "outputs", "billing", "type", "create_time", "update_time", "created_at"]), one, max_size=7)).map(lambda one: json.dumps(one).encode()))  # fmt: skip
    def test_any_body_is_a_task_or_malformed(self, body: bytes) -> None:
        """No body gives another error, however odd it is."""
        with suppress(WebhookMalformed):
            assert isinstance(webhooks.parse(body, {}, secret=None).task_id, str)

    @pytest.mark.parametrize("body", [b"", b"[]", b"[" * 100_000, b"null", b'"task_id"', b'{"id":"1"}', b'{"task_id":"1"}'])
    def test_what_is_no_task_is_told(self, body: bytes) -> None:
        """Empty, deep, or without what every task has."""
        with pytest.raises(WebhookMalformed):
            webhooks.parse(body, signed(body), secret=SECRET, now=lambda: NOW)

    def test_a_task_of_another_family_is_told(self) -> None:
        """`typed` names the task and what it is not."""
        task = webhooks.parse(BODY, {}, secret=None)
        assert task.typed(VideoTask).task_id == "1"
        with pytest.raises(ReplyMalformed, match="task 1 is no VideoTask"):
            webhooks.parse(BODY.replace(b'"url"', b'"uri"'), {}, secret=None).typed(VideoTask)

    def test_errors_travel(self) -> None:
        """Each is a KlingError, can be pickled, and says the same afterwards."""
        for kind in (WebhookUnverified, WebhookReplayed, WebhookMalformed):
            assert issubclass(kind, WebhookRefused)
            assert issubclass(kind, kling.KlingError)
            again = pickle.loads(pickle.dumps(kind("why")))
            assert (type(again), str(again)) == (kind, "why")


@pytest.mark.parametrize(
    ("date", "names"), [(None, ["webhook-id", "webhook-timestamp", "webhook-signature"]), ("2026-08-06", [])]
)
def test_callbacks_carry_the_headers_of_their_day(date: str | None, names: list[str]) -> None:
    """In the spec every callback has the headers that are signed with, none of them required, since the day they came."""
    bundle = plain(load(), date)
    callbacks = list(bundle["components"]["callbacks"].values())
    posts = [item["post"] for one in callbacks for item in one.values()]
    assert posts
    for post in posts:
        headers = [resolved(one, bundle) for one in post.get("parameters", [])]
        assert [one["name"] for one in headers] == names
        assert not any(one.get("required") for one in headers)
    example = signed()
    for one in bundle["components"]["parameters"].values():
        if one["in"] == "header":
            assert re.fullmatch(one["schema"].get("pattern", ".*"), example[one["name"]])
