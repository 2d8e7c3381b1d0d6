"""From what was asked on the command line to a run and its report."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from kling_spec.load import load

from .check import Check
from .checks import CHECKS
from .conformance import Conformance
from .control import Account, Control
from .errors import ContractError, TargetUnusable
from .exchange import Exchange
from .finding import Report, Result
from .guard import Guard, origin, watched_paths
from .keys import Keys
from .profile import LIVE_FREE, PROFILES
from .receiver import Receiver
from .run import Planned, Run, plan, reported
from .session import Bench
from .subject import Subject
from .target import Pace, Target, first_look


@dataclass(frozen=True)
class Options:
    """What was asked for. None takes what the profile says."""

    base_url: str
    keys: Keys = field(default_factory=Keys)
    profile: str = "offline"
    families: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()  # empty: all
    as_of: str | None = None
    fidelity: str = "observed"
    spec: Path | None = None
    timeout: float = 10.0
    rate: float | None = None
    most_requests: int | None = None
    jobs: int | None = None
    control_token: str = ""
    may_charge: bool = False
    on_dry: Callable[[Exchange], object] | None = None  # told of what would be sent; nothing is
    transport: httpx2.BaseTransport | None = None  # in place of sockets
    sleep: Callable[[float], object] = time.sleep
    now: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class Opened:
    """A run that is ready to begin."""

    run: Run
    planned: list[Planned]

    def go(self, progress: Callable[[Result], object] = lambda result: None) -> Report:
        """Work through the plan and return the report."""
        begin = time.monotonic()
        self.run.progress = progress
        results = self.run.work(self.planned)
        return reported(self.run, self.planned, results, seconds=time.monotonic() - begin)


@contextmanager
def opened(options: Options) -> Iterator[Opened]:
    """Look at the server and give a run. Raises `TargetUnusable` with one line when it cannot be checked."""
    checks = _chosen(options.checks)
    base_url = _checked(options.base_url)
    spec = load(options.spec)
    subject = Subject.of(spec, options.profile, families=options.families, as_of=options.as_of, fidelity=options.fidelity)
    _not_by_mistake(base_url, subject)
    target = _target(options, base_url, subject)
    try:
        page = next(one for one in subject.all if one.role == "page")
        if options.on_dry is None:
            first_look(target, page.path, options.keys.header("own") if options.keys.has_any else None, page.id)
        control = _control(options, target, subject)
        if not subject.profile.is_guarded and options.on_dry is None:
            _paid_for(control, options)
        with _receiver(base_url) as receiver:
            bench = Bench(subject, target, Account(options.keys), control, receiver, secrets.token_hex(4), options.sleep)
            conformance = Conformance(subject, options.keys.secrets, tolerated=bench.tolerated)
            target.hooks.append(conformance)
            jobs = options.jobs or subject.profile.jobs
            run = Run(bench, conformance, 1 if subject.profile.is_guarded else jobs)
            yield Opened(run, plan(subject, checks))
            if not run.ended:
                bench.close()
    finally:
        target.close()


def _chosen(names: tuple[str, ...]) -> tuple[Check, ...]:
    known = {one.id: one for one in CHECKS}
    for one in names:
        if one not in known:
            raise ContractError(f"no check {one!r}; kling-contract checks lists them")
    return tuple(known[one] for one in dict.fromkeys(names)) if names else CHECKS


def _checked(base_url: str) -> str:
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL as error:
        raise TargetUnusable(f"--base-url {base_url!r}: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise TargetUnusable(f"--base-url {base_url!r} is not an http address; write it like http://127.0.0.1:8080")
    if url.userinfo or url.query or url.fragment:
        raise TargetUnusable("--base-url is scheme, host, port and path only; keys have options of their own")
    return str(url).rstrip("/")


def _not_by_mistake(base_url: str, subject: Subject) -> None:
    """Refuse to spend money at the vendor's own hosts."""
    host = httpx2.URL(base_url).host.rstrip(".")
    known = {httpx2.URL(one["url"]).host for one in subject.document["servers"]}
    domains = {".".join(one.split(".")[-2:]) for one in known}
    if subject.profile.name != LIVE_FREE and any(host == one or host.endswith(f".{one}") for one in domains):
        raise TargetUnusable(f"{host} is the service itself: this profile would be charged there; use --profile {LIVE_FREE}")


def _target(options: Options, base_url: str, subject: Subject) -> Target:
    profile = PROFILES[options.profile]
    guard = _guard(base_url, options, subject) if profile.is_guarded else None
    most = profile.most_requests if options.most_requests is None else options.most_requests
    rate = profile.rate if options.rate is None else options.rate
    pace = Pace(rate, most, options.sleep, options.now)
    return Target(base_url, transport=options.transport, guard=guard, pace=pace, timeout=options.timeout, on_dry=options.on_dry)


def _guard(base_url: str, options: Options, subject: Subject) -> Guard:
    prefix = httpx2.URL(base_url).path.rstrip("/")
    return Guard(
        origin(base_url),
        options.keys.secrets,
        ledgers=watched_paths(prefix, (one.path for one in subject.ledgers)),
        readable=watched_paths(prefix, (path for path, verbs in subject.paths.items() if "GET" in verbs and "POST" in verbs)),
        believes=options.on_dry is not None,
    )


def _control(options: Options, target: Target, subject: Subject) -> Control | None:
    if subject.profile.is_guarded or options.on_dry is not None:
        return None
    packs = subject.catalogue["limits"]["limits"]["packs"]
    made = Control(target.http, target.base_url, packs, options.control_token)
    return made if made.is_there() else None


def _paid_for(control: Control | None, options: Options) -> None:
    if control is None and not options.may_charge:
        raise TargetUnusable(
            f"{options.base_url} has no control API of kling-mock, so the tasks that this profile starts may cost money; "
            f"say --may-charge to start them, or use --profile {LIVE_FREE}"
        )
    if control is None and not options.keys.has_any:
        raise TargetUnusable("tasks need credentials: --access-key and --secret-key, or --api-key")


@contextmanager
def _receiver(base_url: str) -> Iterator[Receiver | None]:
    """Give who takes callbacks where the server is on this machine."""
    if httpx2.URL(base_url).host in ("127.0.0.1", "localhost", "::1", "mock.test"):
        with Receiver() as made:
            yield made
    else:
        yield None
