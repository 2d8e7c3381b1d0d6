"""Wrong about the signatures of callbacks."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from kling_mock.signature import signature

from .mutant import Sender, State, astray

Headers = dict[str, str]


def _sent(change: Callable[[Headers, State], Mapping[str, str]], send: Sender, state: State) -> Sender:
    """Send callbacks that are signed with other headers."""

    def run(url: str, payload: bytes, headers: Mapping[str, str]) -> int:
        return send(url, payload, change(dict(headers), state) if "webhook-id" in headers else headers)

    return run


def _again(send: Sender, state: State, change: Callable[[Headers], Mapping[str, str]]) -> Sender:
    """Send callbacks with other headers, rightly signed: the account's secrets are those that fit the signature they had."""

    def run(url: str, payload: bytes, headers: Mapping[str, str]) -> int:
        if "webhook-id" not in headers:
            return send(url, payload, headers)
        made = {**headers, **change(dict(headers))}
        known = [one.text for account in state["world"].accounts for one in account.outbox.secrets.all]
        fits = [one for one in known if _one(one, headers, payload) in headers["webhook-signature"]]
        return send(url, payload, {**made, "webhook-signature": " ".join(_one(one, made, payload) for one in fits)})

    return run


def _one(secret: str, headers: Mapping[str, str], payload: bytes) -> str:
    return signature(secret, id=headers["webhook-id"], timestamp=int(headers["webhook-timestamp"]), body=payload)


@astray("callbacks-signed")
def signs_with_another_secret(send: Sender, state: State) -> Sender:
    def change(headers: Headers, state: State) -> Mapping[str, str]:
        return {**headers, "webhook-signature": "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4="}

    return _sent(change, send, state)


@astray("callbacks-signed")
def only_the_newer_secret_signs(send: Sender, state: State) -> Sender:
    def change(headers: Headers, state: State) -> Mapping[str, str]:
        return {**headers, "webhook-signature": headers["webhook-signature"].partition(" ")[0]}

    return _sent(change, send, state)


@astray("callbacks-signed")
def only_the_older_secret_signs(send: Sender, state: State) -> Sender:
    def change(headers: Headers, state: State) -> Mapping[str, str]:
        return {**headers, "webhook-signature": headers["webhook-signature"].rpartition(" ")[2]}

    return _sent(change, send, state)


@astray("callbacks-signed")
def never_signs(send: Sender, state: State) -> Sender:
    return _sent(lambda headers, state: {"content-type": headers["content-type"]}, send, state)


@astray("callbacks-signed")
def forgets_the_time_of_signing(send: Sender, state: State) -> Sender:
    def change(headers: Headers, state: State) -> Mapping[str, str]:
        return {name: one for name, one in headers.items() if name != "webhook-timestamp"}

    return _sent(change, send, state)


@astray("callbacks-signed")
def signed_ten_minutes_ago(send: Sender, state: State) -> Sender:
    return _again(send, state, lambda headers: {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 600)})


@astray("callbacks-signed")
def signed_in_milliseconds(send: Sender, state: State) -> Sender:
    return _again(send, state, lambda headers: {"webhook-timestamp": f"{headers['webhook-timestamp']}000"})


@astray("callbacks-signed")
def the_same_message_id_again(send: Sender, state: State) -> Sender:
    return _again(send, state, lambda headers: {"webhook-id": "1"})


@astray("callbacks-signed")
def writes_the_body_anew_after_signing(send: Sender, state: State) -> Sender:
    def run(url: str, payload: bytes, *more: Any) -> int:
        return send(url, json.dumps(json.loads(payload), indent=1).encode(), *more)

    return run
