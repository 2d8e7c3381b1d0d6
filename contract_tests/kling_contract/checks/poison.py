"""Creates that cannot succeed: with a model that cannot exist and nothing else."""

from collections.abc import Iterator
from functools import partial

from kling_contract.check import Case, Check
from kling_contract.profile import EVERYWHERE
from kling_contract.session import Session
from kling_contract.subject import Subject
from kling_spec.document import Operation

from .auth import bare


def _models(subject: Subject) -> Iterator[Case]:
    for one in subject.chosen:
        if one.verb == "POST" and bare(one):
            yield Case(one.id, partial(_no_model, one), subject.table("errors"))


def _no_model(operation: Operation, session: Session) -> None:
    session.refused(session.ask(operation, bare(operation)), 1201, 1203)


CHECKS = (Check("model-impossible", "a model that cannot exist is refused", _models, EVERYWHERE),)
