"""The control API: what it says of itself, and who may use it."""

import json
import re

import pytest
from conftest import Bench, bench
from openapi_spec_validator import validate

from kling_mock.control import CONTROLS
from kling_mock.control.call import Control
from kling_mock.control.document import summary
from kling_mock.settings import Settings
from kling_spec.document import Document

_WITH_EXAMPLE = [one for one in CONTROLS if one.example is not None]


def _name(one: Control) -> str:
    return f"{one.verb} {one.path}"


def test_the_document_is_openapi(mock: Bench) -> None:
    """The document is valid, has every control, and says of each what it does."""
    said = mock.http().get("/_mock/openapi.json").json()
    validate(said)
    assert {(verb.upper(), path) for path, verbs in said["paths"].items() for verb in verbs} == {
        (one.verb, f"/_mock{one.path}") for one in CONTROLS
    }
    assert all(summary(one).endswith(".") for one in CONTROLS)
    ids = [one["operationId"] for verbs in said["paths"].values() for one in verbs.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("control", _WITH_EXAMPLE, ids=_name)
def test_examples_are_taken(mock: Bench, control: Control) -> None:
    """What the document shows as a body is understood."""
    path = control.path.replace("{id}", "default")
    mock.world.account.outbox.secrets.start()  # there must be one to rotate
    answer = mock.http().request(control.verb, f"/_mock{path}", content=json.dumps(control.example))
    assert answer.status_code in (200, 409), answer.text  # 409: understood, and not so


@pytest.mark.parametrize("control", [one for one in CONTROLS if one.verb in ("POST", "PATCH") and one.example], ids=_name)
@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b'{"no_such_member": 1}', b"\xff", b"1e999"])
def test_a_wrong_body_is_told(mock: Bench, control: Control, body: bytes) -> None:
    """What is no JSON object, or has members that nobody knows, is 400 with a reason."""
    answer = mock.http().request(control.verb, f"/_mock{control.path.replace('{id}', 'default')}", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/accounts/nobody", 404), ("/clock?account_id=nobody", 404)])
def test_what_is_not_there(mock: Bench, path: str, status: int) -> None:
    """An unknown path or account is 404, and the answer says what there is."""
    answer = mock.http().get(f"/_mock{path}")
    assert answer.status_code == status
    assert "/_mock/" in answer.json()["error"]


def test_the_page_shows_every_control(mock: Bench) -> None:
    """The page for people has each path once, needs no network, and holds no unescaped text."""
    page = mock.http().get("/_mock/docs").text
    assert all(f'data-verb="{one.verb}"' in page and f'value="/_mock{one.path}"' in page for one in CONTROLS)
    assert not re.search(r'(src|href)="(https?:)?//', page)


def test_a_token_is_asked_for(ruled_doc: Document) -> None:
    """With a token only health, readiness and results are open; the API itself is not touched by it."""
    mock = bench(ruled_doc, Settings(control_token="let me in"))
    for control in CONTROLS:
        path = f"/_mock{control.path.replace('{id}', 'default').replace('{name}', 'x')}"
        is_open = control.path in ("/health", "/ready") or "assets" in control.path
        assert (mock.http().request(control.verb, path).status_code != 401) is is_open, path
        said = {"authorization": "Bearer let me in"}
        assert mock.http().request(control.verb, path, headers=said).status_code != 401, path
    assert mock.http().get("/_mock/clock", headers={"authorization": "Bearer let me"}).status_code == 401
    assert mock.post().json()["code"] == 0


@pytest.mark.parametrize("control", CONTROLS, ids=_name)
def test_every_body_is_closed(control: Control) -> None:
    """No control takes a member that it does not know: a misspelt one would be lost."""
    assert control.takes.__struct_config__.forbid_unknown_fields
