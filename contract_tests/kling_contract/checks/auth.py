"""Who is let in."""

from collections.abc import Callable, Iterator
from functools import partial

from kling_contract.check import Case, Check
from kling_contract.exchange import Reply
from kling_contract.guard import IMPOSSIBLE_MODEL
from kling_contract.keys import Keys
from kling_contract.profile import EVERYWHERE, OFFLINE
from kling_contract.session import NOTHING, Session
from kling_contract.subject import Subject
from kling_spec.document import Operation

_PAIR, _KEY = "KeyPair", "ApiKey"


def _nobody(who: str, situation: str, *, everywhere: bool) -> Callable[[Subject], Iterator[Case]]:
    """Return the cases that send nobody's credentials: reads first, as the guard wants to see them refused."""

    def cases(subject: Subject) -> Iterator[Case]:
        reads = [one for one in subject.chosen if one.verb == "GET"]
        writes = [one for one in subject.chosen if one.verb != "GET"] if everywhere or subject.profile.name == OFFLINE else []
        for one in [*reads[: None if writes else 3], *writes]:
            yield Case(one.id, partial(_refused, one, who, subject.code_of(situation)), subject.table("errors"))

    return cases


def _refused(operation: Operation, who: str, code: int, session: Session) -> None:
    _refused_with(session, session.ask(operation, NOTHING if operation.verb == "GET" else bare(operation), who=who), code)


def _refused_with(session: Session, reply: Reply, code: int) -> None:
    own_page = reply.code is None and reply.status in (401, 403)
    if not (own_page and session.lets("own-401")):
        session.refused(reply, code)


def bare(operation: Operation) -> dict[str, str]:
    """Return a body of which nothing can be made: a model that cannot exist, where there is a choice of models."""
    known = (operation.request or {}).get("properties", {})
    return {"model_name": IMPOSSIBLE_MODEL} if "model_name" in known else {}


def _own(who: str, situation: str) -> Callable[[Subject], Iterator[Case]]:
    """Return the cases that send the caller's own access key with a token that is no good. Reads only: were it taken for
    good, nothing is charged."""

    def cases(subject: Subject) -> Iterator[Case]:
        for one in _few_reads(subject):
            yield Case(one.id, partial(_bad_token, one, who, subject.code_of(situation)), subject.table("errors"))

    return cases


def _bad_token(operation: Operation, who: str, code: int, session: Session) -> None:
    _needs_pair(session, session.account.keys)
    _refused_with(session, session.ask(operation, who=who), code)


def _welcome(who: str, scheme: str) -> Callable[[Subject], Iterator[Case]]:
    def cases(subject: Subject) -> Iterator[Case]:
        if scheme in subject.document["components"]["securitySchemes"]:
            for one in _few_reads(subject):
                yield Case(one.id, partial(_let_in, one, who), subject.source(one))

    return cases


def _let_in(operation: Operation, who: str, session: Session) -> None:
    keys = session.account.keys
    if who == "pair":
        _needs_pair(session, keys)
    elif not keys.api_key:
        session.skip("needs an API key")
    session.accepted(session.ask(operation, who=who))


def _needs_pair(session: Session, keys: Keys) -> None:
    if not keys.has_pair:
        session.skip("needs an access key and its secret key")


def _few_reads(subject: Subject) -> list[Operation]:
    """Return some pages: every one asks the same door."""
    found = list(subject.role("page"))
    return found if subject.profile.name == OFFLINE else found[:1]


CHECKS = (
    Check(
        "auth-none",
        "a request without Authorization is refused with 1001",
        _nobody("none", "auth_empty", everywhere=True),
        EVERYWHERE,
    ),
    Check(
        "auth-empty",
        "an empty Authorization is refused with 1001",
        _nobody("empty", "auth_empty", everywhere=False),
        EVERYWHERE,
    ),
    Check(
        "auth-malformed",
        "a bearer value that is no token is refused with 1002",
        _nobody("malformed", "auth_malformed", everywhere=False),
        EVERYWHERE,
    ),
    Check(
        "auth-unknown-key",
        "an API key that nobody has is refused with 1002",
        _nobody("unknown-key", "auth_unknown_key", everywhere=False),
        EVERYWHERE,
    ),
    Check(
        "auth-stranger",
        "a token of an access key that nobody has is refused with 1002",
        _nobody("stranger", "auth_unknown_issuer", everywhere=False),
        EVERYWHERE,
    ),
    Check(
        "auth-forged",
        "a token that is signed with another secret is refused with 1000",
        _own("forged", "auth_signature"),
        EVERYWHERE,
    ),
    Check("auth-expired", "a token that has expired is refused with 1004", _own("expired", "auth_expired"), EVERYWHERE),
    Check("auth-early", "a token that is not valid yet is refused with 1003", _own("early", "auth_not_yet"), EVERYWHERE),
    Check("auth-pair", "a token signed with the secret key is accepted", _welcome("pair", _PAIR), EVERYWHERE),
    Check("auth-key", "the API key is accepted", _welcome("key", _KEY), EVERYWHERE),
)
