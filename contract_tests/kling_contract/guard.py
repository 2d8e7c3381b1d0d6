"""What a live-free run may send: only what cannot be charged, whatever else is right or wrong.

Reads (GET, HEAD, OPTIONS without a body) change nothing, and the ledger queries of the spec are reads that are sent
with POST. Any other request goes out only when it is *bare* and *poisoned* and the poison is *proven*:

* bare: its body is empty, `{}` or names a model and nothing else, so there is nothing that could be made of it. A body
  that is refused only because one of our rules says so is not free: were the rule wrong, it would be charged.
* poisoned: it carries none of the caller's credentials, or the model that it names cannot exist.
* proven: in this run the server refused a read with the same lack of credentials; for a model, it refused a read of a
  task that does not exist, with the caller's credentials. A server that lets everything in gets no create at all.

Then the trip wire: the first such request that is not refused ends the run. All of this stands in the transport, below
every check.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

import httpx2

from .errors import NotFree, NotProven, Tripped
from .keys import NOBODY, nobody

IMPOSSIBLE_MODEL = "no-such-model-kling-contract"
_READS = ("GET", "HEAD", "OPTIONS")
_HEADERS = frozenset(
    ("host", "accept", "accept-encoding", "connection", "user-agent", "authorization", "content-type", "content-length")
)
_AUTH_CODES, _UNKNOWN_CODES = (1001, 1002), (1201, 1203)


@dataclass
class Guard:
    """Decides what may be sent, and watches what comes of it."""

    origin: str  # https://host:port: nothing goes elsewhere
    secrets: tuple[str, ...] = field(repr=False)
    ledgers: frozenset[str] = frozenset()  # whole paths whose POST is a read
    readable: frozenset[str] = frozenset()  # whole paths that can be read as well
    believes: bool = False  # take every poison as proven: for a dry run, in which nothing is sent
    _proofs: set[tuple[str | None, str]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def check(self, request: httpx2.Request) -> None:
        """Raise `NotFree` for a request that could cost something, `NotProven` while its poison may be none."""
        self._check_address(request)
        body = request.read()
        if request.method in _READS:
            if body:
                raise NotFree(f"a {request.method} with a body")
            return
        if request.method == "POST" and _path(request) in self.ledgers:
            return
        self._check_poison(request, _bare(body))

    def watch(self, request: httpx2.Request, response: httpx2.Response) -> None:
        """Learn from an answer. Raises `Tripped` where something that cannot succeed was not refused."""
        code, header, path = _code(response), request.headers.get("authorization"), _path(request)
        if request.method in _READS:
            refused = _AUTH_CODES if _is_nobody(header) else _UNKNOWN_CODES
            own_page = _is_nobody(header) and code is None and response.status_code in (401, 403)
            if code in refused or own_page:
                with self._lock:
                    self._proofs.add((header if _is_nobody(header) else "own", path))
        elif path not in self.ledgers and not _is_refusal(response):
            raise Tripped(
                f"{request.method} {path} cannot succeed and was not refused: {response.text[:200]!r}. Nothing more is sent. "
                "Look at the tasks of the account"
            )

    def _check_address(self, request: httpx2.Request) -> None:
        if _origin(request.url) != self.origin:
            raise NotFree(f"a request to {_origin(request.url)}, which is not {self.origin}")
        if others := {name.lower() for name in request.headers} - _HEADERS:
            raise NotFree(f"headers that could mean anything: {', '.join(sorted(others))}")
        if any(one in str(request.url) for one in self.secrets):
            raise NotFree("credentials in the URL")

    def _check_poison(self, request: httpx2.Request, bare: Mapping[str, str]) -> None:
        header, path = request.headers.get("authorization"), _path(request)
        if _is_nobody(header):
            if any(one in value for one in self.secrets for value in request.headers.values()):
                raise NotFree("credentials in a header")
            wanted = {(header, path)} if path in self.readable else {one for one in self._proofs if one[0] == header}
            self._check_proven(wanted, "a read with the same Authorization was not refused with 1001 or 1002")
        elif bare.get("model_name") == IMPOSSIBLE_MODEL:
            wanted = {one for one in self._proofs if one[0] == "own" and one[1].startswith(f"{path}/")}
            self._check_proven(wanted, "a read of a task that does not exist was not refused with 1201 or 1203")
        else:
            raise NotFree(f"a {request.method} with the caller's credentials and without a model that cannot exist")

    def _check_proven(self, wanted: set[tuple[str | None, str]], lack: str) -> None:
        if not self.believes and not wanted & self._proofs:
            raise NotProven(f"not sent, for it might not be refused: {lack}")


class GuardedTransport(httpx2.BaseTransport):
    """Sends what its guard lets through."""

    def __init__(self, inner: httpx2.BaseTransport, guard: Guard) -> None:
        self._inner = inner
        self._guard = guard

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._guard.check(request)
        response = self._inner.handle_request(request)
        response.read()
        self._guard.watch(request, response)
        return response

    def close(self) -> None:
        self._inner.close()


def _bare(body: bytes) -> Mapping[str, str]:
    """Return the members of a body of which nothing can be made. Raises `NotFree` for any other."""
    if not body:
        return {}
    try:
        found = json.loads(body, object_pairs_hook=lambda pairs: pairs)
    except ValueError as error:
        raise NotFree("a body that is not JSON") from error
    if found not in ([], [("model_name", IMPOSSIBLE_MODEL)]) or body[:1] != b"{":
        raise NotFree("a body that says more than a model that cannot exist")
    return dict(found)


def _is_nobody(header: str | None) -> bool:
    return header in [nobody(one) for one in NOBODY]


def _is_refusal(response: httpx2.Response) -> bool:
    """Say whether an answer certainly says no: a code other than 0 and no task, or an HTTP error that is no envelope.

    To be sent elsewhere is not to be refused: that is where a task may stand that was made.
    """
    code = _code(response)
    return b"task_id" not in response.content and (response.status_code >= 400 if code is None else code != 0)


def _code(response: httpx2.Response) -> int | None:
    """Return the code of an envelope, None where there is none."""
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return None
    code = found.get("code") if isinstance(found, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _path(request: httpx2.Request) -> str:
    """Return the path as it goes over the wire."""
    return request.url.raw_path.partition(b"?")[0].decode("ascii")


def _origin(url: httpx2.URL) -> str:
    return str(url.copy_with(path="/", query=None, fragment=None)).rstrip("/")


def origin(base_url: str) -> str:
    """Return scheme, host and port of a URL."""
    return _origin(httpx2.URL(base_url))


def watched_paths(prefix: str, paths: Iterable[str]) -> frozenset[str]:
    """Return paths of the spec as they stand below a prefix."""
    return frozenset(f"{prefix}{one}" for one in paths)
