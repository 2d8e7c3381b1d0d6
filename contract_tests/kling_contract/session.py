"""What a case holds while it runs: an account, the requests it sent, and the words for what it expects."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from threading import RLock
from typing import Any
from urllib.parse import quote, urlencode

from kling_spec.document import Operation

from .control import Account, Control
from .errors import Failed, Skipped
from .exchange import Exchange, Reply
from .receiver import Receiver
from .references import filled, given, least_example, providers, wanted
from .subject import Subject
from .target import Asked, Target

_TOO_FAST, _PAUSES = 1302, (1.0, 2.0, 4.0, 8.0, 0.0)  # seconds between attempts
_LOST_PLACE = (1302, 1303)
NOTHING = object()
"""In place of a body: none."""
_DEEP = 4  # ids that need ids that need ids


@dataclass
class Bench:
    """What all cases of a run share."""

    subject: Subject
    target: Target
    own: Account  # the caller's
    control: Control | None
    receiver: Receiver | None
    tag: str  # in the external ids of this run
    sleep: Callable[[float], object]
    patience: float = 900.0  # seconds for a task to end, where its time cannot be moved
    interval: float = 2.0
    numbers: Iterator[int] = field(default_factory=count)
    known: dict[str, dict[str, Any]] = field(default_factory=dict)  # ids by account and kind
    lock: RLock = field(default_factory=RLock)
    tolerated: set[str] = field(default_factory=set)  # deviations that were seen
    _shared: Account | None = None

    @property
    def shared(self) -> Account:
        """Return the account of the cases that need none of their own."""
        if self.control is None:
            return self.own
        with self.lock:
            if self._shared is None:
                self._shared = self.control.open()
            return self._shared

    def close(self) -> None:
        """Delete the account that the cases shared."""
        if self.control is not None and self._shared is not None:
            self.control.close(self._shared)


class Session:
    """One case at work."""

    def __init__(self, bench: Bench, account: Account) -> None:
        self.bench = bench
        self.subject = bench.subject
        self.account = account
        self.last: Exchange | None = None  # what a finding tells

    # what is asked

    def ask(
        self,
        operation: Operation,
        body: Any = NOTHING,
        *,
        raw: bytes = b"",
        id: str = "",
        query: Mapping[str, Any] | None = None,
        who: str = "own",
        verb: str = "",
    ) -> Reply:
        """Send a request of an operation, or another verb to its path, and return the answer."""
        asked = {**_required(operation), **(query or {})} if operation.verb == "GET" and not verb else query or {}
        path = operation.path.replace("{id}", quote(id or self.unknown_id, safe=""))
        content = raw if body is NOTHING else json.dumps(body, ensure_ascii=False).encode()
        return self.send(
            verb or operation.verb,
            f"{path}{'?' if asked else ''}{urlencode(asked)}",
            content,
            who=who,
            operation="" if verb else operation.id,
        )

    def send(
        self, verb: str, path: str, body: bytes = b"", *, who: str = "own", operation: str = "", account: Account | None = None
    ) -> Reply:
        """Send any request and return the answer."""
        keys = (account or self.account).keys
        if who == "own" and not keys.has_any:
            raise Skipped("needs credentials: --access-key and --secret-key, or --api-key")
        header = keys.header(who)
        asked = Asked(verb, path, header, body, operation)
        for pause in _PAUSES:
            reply = self.bench.target.send(asked)
            if reply.code != _TOO_FAST or self.bench.control is not None or not self.lets("lower-rate"):
                break
            self.bench.sleep(pause)
        self.last = reply.exchange
        return reply

    def lets(self, name: str) -> bool:
        """Say whether the profile tolerates a deviation, and note that it was seen."""
        if name not in self.subject.profile.tolerates:
            return False
        self.bench.tolerated.add(name)
        return True

    @property
    def unknown_id(self) -> str:
        """Return an id that no task has."""
        return f"no-such-task-{self.bench.tag}"

    def own_id(self) -> str:
        """Return an external_task_id that nobody has used."""
        return f"contract-{self.bench.tag}-{next(self.bench.numbers)}"

    # what is expected

    def expect(self, holds: bool, expected: str, got: Any, of: Reply | None = None) -> None:
        """Raise `Failed` unless it holds."""
        if of is not None:
            self.last = of.exchange
        if not holds:
            raise Failed(expected, got if isinstance(got, str) else json.dumps(got, ensure_ascii=False, default=str)[:500])

    def accepted(self, reply: Reply) -> Any:
        """Return the data of an answer that must be a success."""
        self.expect(reply.status == 200 and reply.code == 0, "HTTP 200 with code 0", reply.said, reply)
        return reply.data

    def refused(self, reply: Reply, *codes: int) -> None:
        """Expect an error with one of some codes, and the HTTP status of the table."""
        told = " or ".join(f"HTTP {self.subject.http_of[one]} with code {one}" for one in codes)
        right = reply.code in codes and reply.status == self.subject.http_of[reply.code or 0]
        self.expect(right, told, reply.said, reply)

    def skip(self, reason: str) -> None:
        """End the case without a verdict."""
        raise Skipped(reason)

    # tasks

    def ready(self, operation: Operation, body: Any, *, deep: int = 0) -> Any:
        """Return a body that can be sent: with ids that the account has, and an external id of its own."""
        schema = operation.request or {}
        if not isinstance(body, dict):
            return body
        known = {kind: self._id(kind, operation, deep) for kind in sorted(set(wanted(body, schema)))}
        made = filled(body, schema, {kind: one for kind, one in known.items() if one is not None})
        made.pop("callback_url", None)
        return {**made, "external_task_id": self.own_id()} if "external_task_id" in made else made

    def example(self, operation: Operation) -> Any:
        """Return the body that needs the least, ready to be sent."""
        return self.ready(operation, least_example(operation))

    def create(self, operation: Operation, body: Any = None, **more: Any) -> Reply:
        """Start a task, of the least example unless a body is given, and return the answer; it must be a success."""
        made = {**(self.example(operation) if body is None else body), **more}
        reply = self.ask(operation, made)
        if reply.code in _LOST_PLACE and self.account.id == "":
            self.skip(f"the account has no place for a task now: {reply.said}")
        self.accepted(reply)
        return reply

    def look(self, create: Operation, task_id: str) -> Reply:
        """Return the answer to a look at a task; it must be a success."""
        get = self.subject.beside(create, "get")
        if get is None:
            raise Skipped(f"{create.family} has no get")
        reply = self.ask(get, id=task_id)
        self.accepted(reply)
        return reply

    def ended(self, create: Operation, task_id: str) -> Reply:
        """Wait for a task's end and return the answer to the last look."""
        *_, last = self.watched(create, task_id, step=2.0)
        return last

    def watched(self, create: Operation, task_id: str, *, step: float) -> Iterator[Reply]:
        """Yield look after look at a task until it has ended; `step` is in seconds of the account's clock."""
        life = self.subject.lifecycle(create)
        spent, wait = 0.0, step if self.bench.control else self.bench.interval
        while True:
            reply = self.look(create, task_id)
            yield reply
            state = reply.member(life.field if life else "task_status", str)
            if life is None or life.verdict(state) != "running":
                return
            self.expect(
                spent < self.bench.patience, f"the task to end within {self.bench.patience:g} s", f"state {state}", reply
            )
            self.advance(wait)
            spent += wait

    def advance(self, seconds: float) -> None:
        """Let time pass: on the account's clock where that can be moved."""
        if self.bench.control is not None:
            self.bench.control.advance(self.account, seconds)
        else:
            self.bench.sleep(seconds)

    @property
    def control(self) -> Control:
        """Return the server's control API. Raises `Skipped` where there is none."""
        if self.bench.control is None:
            raise Skipped("needs the control API of kling-mock")
        return self.bench.control

    @property
    def receiver(self) -> Receiver:
        """Return who takes callbacks. Raises `Skipped` where nobody can."""
        if self.bench.receiver is None:
            raise Skipped("callbacks are received on this machine only; the server is on another")
        return self.bench.receiver

    # ids

    def _id(self, kind: str, operation: Operation, deep: int) -> Any:
        """Return an id of a kind that the account has; None where no operation gives any: then those of the example do."""
        if operation.role == "delete":  # it can be used once
            return self._got(kind, operation, deep).get(kind)
        with self.bench.lock:
            known = self.bench.known.setdefault(self.account.id, {})
            key = f"{operation.family} {kind}"
            if key not in known:
                got = self._got(kind, operation, deep)
                known.update({f"{operation.family} {name}": one for name, one in {kind: None, **got}.items()})
            return known[key]

    def _got(self, kind: str, operation: Operation, deep: int) -> Mapping[str, Any]:
        """Return ids, one of the kind among them, of the first operation that gives any."""
        for one in providers(self.subject, kind, operation) if deep < _DEEP else []:
            ids = self._given_by(one, deep + 1)
            if kind in ids:
                return ids
        return {}

    def _given_by(self, operation: Operation, deep: int) -> Mapping[str, Any]:
        before = self.last
        body = self.ready(operation, least_example(operation), deep=deep)
        reply = self.ask(operation, body) if operation.verb == "POST" else self.ask(operation)
        self.accepted(reply)
        asked = operation
        if operation.role == "create":
            reply = self.ended(operation, reply.member("task_id", str))
            asked = self.subject.beside(operation, "get") or operation
        self.last = before
        return dict(reversed(list(given(reply.data, self.subject.data_schemas[asked.id]))))


def _required(operation: Operation) -> Mapping[str, Any]:
    """Return the query parameters that a read cannot do without."""
    return {one["name"]: one["example"] for one in operation.parameters if one["in"] == "query" and one.get("required")}
