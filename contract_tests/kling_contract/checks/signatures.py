"""Callbacks of an account that has webhook secrets are signed, as Standard Webhooks has it."""

from collections.abc import Iterator, Mapping
from functools import partial

import jsonschema_rs
from standardwebhooks import Webhook, WebhookVerificationError

from kling_contract.check import Case, Check
from kling_contract.receiver import Callback
from kling_contract.session import Session
from kling_contract.subject import Subject
from kling_spec.document import Document, Operation, resolved


def _signed(subject: Subject) -> Iterator[Case]:
    for one in subject.role("create"):
        headers = {name: schema for name, schema in _headers(subject, one) if name.startswith("webhook-")}
        if headers:
            yield Case(one.id, partial(_fits, one, headers), subject.source(one))


def _headers(subject: Subject, operation: Operation) -> Iterator[tuple[str, Document]]:
    for one in operation.node.get("callbacks", {}).values():
        for item in resolved(one, subject.document).values():
            for parameter in item["post"].get("parameters", ()):
                said = resolved(parameter, subject.document)
                yield said["name"], said["schema"]


def _fits(operation: Operation, headers: Mapping[str, Document], session: Session) -> None:
    """After a change of secrets both sign each callback."""
    body, url = session.example(operation), session.receiver.address()
    secrets = [session.control.signs(session.account), session.control.signs_anew(session.account)]
    created = session.create(operation, body, callback_url=url)
    session.ended(operation, created.member("task_id", str))
    came = session.receiver.came(url)
    session.expect(bool(came), "callbacks of the task", "none", created)
    for one in came:
        _is_signed(session, one, headers, secrets)
    ids = [one.headers["webhook-id"] for one in came]
    session.expect(len(set(ids)) == len(ids), "a webhook-id of its own for each callback", ids)


def _is_signed(session: Session, callback: Callback, headers: Mapping[str, Document], secrets: list[str]) -> None:
    for name, schema in headers.items():
        got = callback.headers.get(name)
        right = got is not None and jsonschema_rs.Draft202012Validator(schema).is_valid(got)
        session.expect(right, f"a callback with the header {name} as the spec says", got or "none")
    for number, secret in enumerate(secrets):
        problem = _problem(secret, callback)
        session.expect(not problem, f"a callback signed with the account's {('older', 'newer')[number]} secret", problem)


def _problem(secret: str, callback: Callback) -> str:
    """Return why a receiver of Standard Webhooks would refuse a callback, empty where it takes it."""
    try:
        Webhook(secret).verify(callback.body, dict(callback.headers))
    except WebhookVerificationError as error:
        return str(error)
    except ValueError as error:  # what is signed is no JSON
        return f"a body that is not JSON: {error}"
    return ""


CHECKS = (
    Check(
        "callbacks-signed",
        "callbacks are signed with the account's webhook secrets, just now",
        _signed,
        is_alone=True,
        needs_control=True,
    ),
)
