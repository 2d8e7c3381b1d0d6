"""Callbacks that are tried again, signed, logged, made again and tried out."""

import json
from itertools import groupby
from socket import create_server

import pytest
from conftest import BODY, bench
from receiving import STATES, Got, Receiver, create, log, mock, receiver, served
from standardwebhooks import Webhook, WebhookVerificationError

from kling_mock import signature
from kling_mock.handle import MockHandle
from kling_mock.signature import Secrets
from kling_mock.wallet import DAY_MS
from kling_spec.document import Document

__all__ = ["mock", "receiver", "served"]  # fixtures


def test_nothing_is_tried_again_unless_asked(mock: MockHandle, receiver: Receiver) -> None:
    """By default a delivery that was refused, redirected or not answered is logged and not repeated."""
    receiver.statuses += [500, 302, 204]
    create(mock, receiver.url)
    receiver.arrived(1)
    mock.advance(600)
    with create_server(("127.0.0.1", 0)) as gone:
        nobody = f"http://127.0.0.1:{gone.getsockname()[1]}/hook"
    create(mock, nobody)
    mock.advance(600)
    assert [one.path for one in receiver.got] == ["/hook"] * 3
    assert [(one["status"], bool(one["problem"])) for one in log(mock)] == [
        (500, True),
        (302, True),
        (204, False),
        *[(None, True)] * 3,
    ]


def test_failed_deliveries_are_tried_again_on_the_account_s_clock(mock: MockHandle, receiver: Receiver) -> None:
    """With retries a refused delivery comes again after 1 s and 2 s, and the task's next ones wait for it."""
    mock.change(callback_retries=2)
    mock.control("POST", "/webhook-secret")
    receiver.statuses += [500, 404, 200]
    create(mock, receiver.url)
    receiver.arrived(1)
    mock.advance(0)
    assert mock.advance(0.9) == []
    assert [one.status for one in mock.advance(0.1)] == [404]
    assert mock.advance(1.9) == []
    mock.advance(600)
    assert [one.said["task_status"] for one in receiver.got] == ["submitted"] * 3 + STATES[1:]
    assert [one["attempt"] for one in log(mock)] == [1, 2, 3, 1, 1]
    assert [one["sent_ms"] - log(mock)[0]["sent_ms"] for one in log(mock)[:3]] == [0, 1000, 3000]
    assert [len(list(same)) for _, same in groupby(one.headers["webhook-id"] for one in receiver.got)] == [3, 1, 1]


def test_retries_end(mock: MockHandle, receiver: Receiver) -> None:
    """After the last try the task's next delivery has its turn."""
    mock.change(callback_retries=1)
    receiver.statuses += [500] * 6
    create(mock, receiver.url)
    receiver.arrived(1)
    mock.advance(600)
    assert [one.said["task_status"] for one in receiver.got] == [state for state in STATES for _ in range(2)]
    assert [one["next_try_ms"] is None for one in log(mock)] == [False, True] * 3


def test_the_vendor_s_sample_is_signed_as_published() -> None:
    """The secret, id, time and body of the documentation give the signature of the documentation."""
    body = b'{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}'
    secret = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
    made = signature.signature(secret, id="9876543210", timestamp=1781080794, body=body)
    assert made == "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4="


def test_signed_callbacks_pass_the_standard_s_own_check(mock: MockHandle, receiver: Receiver) -> None:
    """While the account has secrets, all sign for 7 days of its clock; without any the headers are absent."""

    def signers(*secrets: str) -> list[bool]:
        create(mock, receiver.url)
        one = receiver.arrived(1)[0]
        return [_verifies(secret, one) for secret in secrets]

    first = mock.control("POST", "/webhook-secret")["secret"]
    assert signers(first, signature.made()) == [True, False]
    second = mock.control("POST", "/webhook-secret/rotate")["secret"]
    assert signers(first, second) == [True, True]
    mock.account.clock.advance(7 * 86_400)
    mock.account.outbox.clear()
    assert signers(first, second) == [False, True]
    third = mock.control("POST", "/webhook-secret/rotate", {"emergency": True})["secret"]
    assert signers(second, third) == [False, True]
    mock.control("POST", "/webhook-secret/rotate")
    assert mock.control("GET", "/webhook-secret") == {"signing": 2}
    assert mock.control("DELETE", "/webhook-secret") == {"signing": 0}
    create(mock, receiver.url)
    assert not {"webhook-id", "webhook-timestamp", "webhook-signature"} & set(receiver.arrived(1)[0].headers)
    ids = [one.headers["webhook-id"] for one in receiver.got[:-1]]
    assert len(set(ids)) == len(ids)
    assert {len(one) for one in ids} == {19}


def _verifies(secret: str, one: Got) -> bool:
    try:
        Webhook(secret).verify(one.raw, one.headers)
    except WebhookVerificationError:
        return False
    return True


@pytest.mark.parametrize("secret", ["", "whsec_", "dGVzdA==", "whsec_not base64!"])
def test_what_is_no_secret_is_refused(secret: str) -> None:
    """A secret is whsec_ and base64; rotating needs one before."""
    secrets = Secrets()
    if secret:
        with pytest.raises(ValueError, match="whsec_ and base64"):
            secrets.start(secret)
    with pytest.raises(ValueError, match="no webhook secret to rotate"):
        secrets.rotate(secret, now=0)


def test_only_the_old_secret_may_be_dropped() -> None:
    """The newest goes on to sign when those before it are dropped."""
    secrets = Secrets()
    secrets.start()
    newest = secrets.rotate(now=0)
    secrets.drop(old_only=True)
    assert [one.text for one in secrets.valid(DAY_MS)] == [newest]


def test_the_log_tells_what_was_sent_and_heard(mock: MockHandle, receiver: Receiver) -> None:
    """An entry has request and answer; entries are found by task and status, and can be delivered again with the same id."""
    mock.control("POST", "/webhook-secret")
    receiver.statuses += [503]
    task, other = create(mock, receiver.url), create(mock, "http://192.0.2.1/hook")
    receiver.arrived(1)
    mock.advance(0)
    entry = log(mock, f"?task_id={task}")[0]
    assert entry["headers"] == {name: receiver.got[0].headers[name] for name in entry["headers"]}
    assert (entry["body"], entry["state"]) == (receiver.got[0].raw.decode(), "submitted")
    assert entry["answer"]["headers"]["x-heard"] == "yes"
    assert (entry["status"], entry["answer"]["body"]) == (503, "heard")
    assert [one["number"] for one in log(mock, "?status=503")] == [entry["number"]]
    assert {one["task_id"] for one in log(mock, "?status=none")} == {other}
    again = mock.control("POST", f"/callbacks/{entry['number']}/redeliver")
    assert (again["status"], again["attempt"], again["body"]) == (200, 2, entry["body"])
    assert receiver.got[-1].headers["webhook-id"] == entry["headers"]["webhook-id"]
    with pytest.raises(ValueError, match="no delivery 99"):
        mock.control("POST", "/callbacks/99/redeliver")


def test_a_test_callback_can_be_sent(mock: MockHandle, receiver: Receiver) -> None:
    """The console's test: submitted, without outputs, in the manner of the newer API; one in six seconds."""
    told = mock.control("POST", "/callbacks/test", {"url": receiver.url})
    now = mock.account.clock.now()
    assert (told["status"], told["problem"]) == (200, "")
    said = receiver.got[0].said
    assert said.pop("id").isdigit()
    assert said == {"status": "submitted", "outputs": [], "message": "", "create_time": now, "update_time": now}
    with pytest.raises(ValueError, match="6 s"):
        mock.control("POST", "/callbacks/test", {"url": receiver.url})
    mock.account.clock.advance(6)
    assert mock.control("POST", "/callbacks/test", {"url": "http://example.com/"})["problem"].startswith("not sent")


def test_accounts_have_retries_and_message_ids_of_their_own(served: MockHandle) -> None:
    """What one account says of callbacks, another does not do; ids of messages differ between accounts."""
    first, second = served.new_account(callback_retries=3), served.new_account()
    assert [one.control("GET", f"/accounts/{one.account.id}")["callback_retries"] for one in (first, second)] == [3, 0]
    for one in (first, second):
        one.control("POST", "/webhook-secret")
        one.control("POST", "/callbacks/test", {"url": "http://127.0.0.1:9/x"})
    assert len({log(one)[0]["headers"]["webhook-id"] for one in (first, second)}) == 2


def test_a_sender_in_the_process_gets_the_headers(ruled_doc: Document) -> None:
    """A function in place of the network is given URL, body and signed headers, and its errors are the test's."""
    mock = bench(ruled_doc)
    mock.world.account.outbox.secrets.start()
    mock.post({**BODY, "callback_url": "http://127.0.0.1:9/x"})
    mock.world.advance(600)
    assert [json.loads(body)["task_status"] for _, body in mock.delivered] == STATES
    assert all("webhook-signature" in one.headers for one in mock.world.account.outbox.log)
