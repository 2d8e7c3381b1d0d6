"""Paths and methods that the API does not have."""

from collections.abc import Iterator
from functools import partial

from kling_contract.check import Case, Check
from kling_contract.profile import EVERYWHERE
from kling_contract.session import Session
from kling_contract.subject import Subject

_OTHER_VERBS = ("PUT", "PATCH", "DELETE")


def _paths(subject: Subject) -> Iterator[Case]:
    made = ["/v1/no-such-path", *(f"{path}/no/such/path" for path in subject.paths if "{" not in path)]
    for path in made if subject.profile.name == "offline" else made[:3]:
        yield Case(path, partial(_lost, "GET", path, "own"), subject.table("errors"))


def _methods(subject: Subject) -> Iterator[Case]:
    chosen = dict.fromkeys(one.path for one in subject.chosen)
    for path in chosen:
        for verb in _wrong(subject, path):
            yield Case(
                f"{verb} {path}", partial(_lost, verb, path.replace("{id}", "no-such-task"), "own"), subject.table("errors")
            )


def _wrong(subject: Subject, path: str) -> list[str]:
    """Return methods that a path does not have: reads where nothing must be charged."""
    known = subject.paths[path]
    others = ("GET",) if subject.profile.is_guarded else ("GET", *_OTHER_VERBS)
    return [one for one in others if one not in known]


def _lost(verb: str, path: str, who: str, session: Session) -> None:
    reply = session.send(verb, path, who=who)
    if reply.code is None and reply.status in (404, 405) and session.lets("own-404"):
        return
    session.refused(reply, session.subject.code_of("no_route"))


CHECKS = (
    Check("route-path", "a path that the API does not have is answered with 1202", _paths, EVERYWHERE),
    Check("route-method", "a method that a path does not have is answered with 1202", _methods, EVERYWHERE),
)
