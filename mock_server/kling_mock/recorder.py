"""Notes every request that was answered: in the journal, in the metrics, and in the access log where there is one."""

import base64
import binascii
from collections.abc import Callable
from time import perf_counter, time
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from kling_spec.document import Operation

from .account import Account
from .bounded import KEPT, bounded
from .entries import secrets
from .errors import Problem, Refusal
from .gate import Visit
from .journal import Record
from .mask import mask_of
from .metrics import Metrics
from .request import Answer

if TYPE_CHECKING:
    from .callbacks import Delivered

Listener = Callable[[Account, Record], None]
_NONE: tuple[Problem, ...] = ()


class Recorder:
    """What a server notes. Costs a request about a microsecond: nothing is read, masked or written here."""

    def __init__(self, *, success: str) -> None:
        """Note calls; `success` is what the service says when all is well."""
        self.metrics = Metrics()
        self.listener: Listener | None = None  # is told of every call, such as an access log
        self._success = success

    def note(self, visit: Visit, answer: Answer, begin: float, refusal: Refusal | None) -> None:
        """Note a request; `begin` is the reading of `perf_counter` when it came."""
        seconds = perf_counter() - begin
        target: Operation | None = getattr(visit, "target", None)  # not there where the gate did not come so far
        name = target.id if target is not None else ""
        if refusal is None:
            code, message, problems = 0, self._success, _NONE
        else:
            code, message, problems = refusal.said.code, refusal.said.text, refusal.problems
        self.metrics.answered(name, code, seconds)
        account: Account = getattr(visit, "caller", None) or _owner(visit)
        journal = account.journal
        if not journal.most and self.listener is None:
            return
        request, size, reply_size = visit.request, len(visit.request.body), len(answer.body)
        if size > KEPT or reply_size > KEPT:
            mask = mask_of(secrets(account, request))
            request = structs.replace(request, body=bounded(request.body, visit.body, mask))
            answer = structs.replace(answer, body=bounded(answer.body, None, mask))
        record = Record(
            visit.now or account.clock.now(), time(), seconds, name, request, answer, code, message, problems, size, reply_size
        )  # by place: names would cost as much again
        if journal.most:
            journal.add(record)
        if self.listener is not None:
            self.listener(account, record)

    def delivered(self, one: "Delivered") -> None:
        """Count what became of a callback."""
        status = one.status
        self.metrics.delivered(
            f"{status // 100}xx" if status is not None else "unreachable" if one.sent_ms is not None else "refused"
        )


def _owner(visit: Visit) -> Account:
    """Return in whose journal a caller belongs whom the door did not let in: the one it claims to be, or the default."""
    accounts, token = visit.world.accounts, visit.request.headers.get("authorization", "").rpartition(" ")[2]
    return accounts.of_api_key(token) or accounts.of_access_key(_claimed(token)) or accounts.default


def _claimed(token: str) -> str:
    """Return the issuer that a token names, whoever signed it."""
    parts = token.split(".")
    if len(parts) != 3:
        return ""
    try:
        claims: Any = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, msgspec.DecodeError, RecursionError):
        return ""  # no token of ours: nobody's
    return str(claims.get("iss", "")) if isinstance(claims, dict) else ""
