"""What a test holds of a running mock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from kling_spec.bundle import current

from .account import Account
from .callbacks import Delivered
from .clock import Clock
from .request import Request
from .server import Running
from .settings import Settings
from .verifying import Verifying
from .world import World


@dataclass(frozen=True)
class MockHandle(Verifying):
    """An account of a running mock, as a test sees it."""

    url: str
    world: World
    account: Account

    @property
    def access_key(self) -> str:
        return self.account.access_key

    @property
    def secret_key(self) -> str:
        return self.account.secret_key

    @property
    def api_key(self) -> str:
        return self.account.api_key

    def new_account(self, **options: Any) -> "MockHandle":
        """Return a fresh account of the same server; the options are those of `POST /_mock/accounts`."""
        made = self.control("POST", "/accounts", options)
        return MockHandle(self.url, self.world, self.world.accounts.get(made["id"]))

    def change(self, **options: Any) -> None:
        """Change the account: state, allowed_ips, denied, requests_per_second, polls, packs, clock, callback_retries."""
        self.control("PATCH", f"/accounts/{self.account.id}", options)

    def advance(self, seconds: float) -> list[Delivered]:
        """Move the clock forward; callbacks that fall due are delivered in order before this returns."""
        self.account.clock.advance(seconds)
        return self.account.outbox.settle(self.account.clock.now())

    def deliveries(self, task_id: str | None = None) -> list[Delivered]:
        """Return the attempts to post callbacks that the log keeps, of all tasks or of one."""
        return [one for one in list(self.account.outbox.log) if task_id in (None, one.delivery.task_id)]

    def redeliver(self, number: int) -> Delivered:
        """Post the message of a log entry once more, with the same webhook-id."""
        return self.account.outbox.again(number)

    def sign_callbacks(self, secret: str = "") -> str:
        """Sign callbacks with a secret, `whsec_` and base64 (default: a new one), and return it."""
        return self.account.outbox.secrets.start(secret)

    def fail_next(self, reason: str = "Failure to pass the risk control system") -> None:
        """Let the next task fail with this text."""
        self.fault("fail", reason=reason, times=1)

    def fault_next(self, code: int) -> None:
        """Let the next request that would be answered be refused with this code."""
        self.fault("code", code=code, times=1)

    def fault(self, kind: str, **details: Any) -> str:
        """Let requests meet a fault and return its id; the details are those of docs/guides/scenarios.md."""
        made = self.control("POST", "/faults", {"faults": [{"kind": kind, **details}]})
        return str(made["faults"][0]["id"])

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults of the account, and how many requests each was for (matched) and struck (fired)."""
        return list(self.control("GET", "/faults")["faults"])

    def clear_faults(self) -> None:
        """Forget every fault."""
        self.control("DELETE", "/faults")

    def scenario(self, scenario: str | Path) -> None:
        """Play a shipped scenario by its name, or one of a file. Raises `ValueError` with what is wrong with it."""
        if isinstance(scenario, Path):
            self.control("POST", "/scenario", {"text": scenario.read_text(encoding="utf-8"), "name": str(scenario)})
        else:
            self.control("POST", "/scenario", {"name": scenario})

    def control(self, verb: str, path: str, body: Any = None) -> Any:
        """Return the answer of the control API for this account. Raises `ValueError` with what it says is wrong."""
        content = b"" if body is None else msgspec.json.encode(body)
        asked = {"x-kling-mock-account": self.account.id, "host": self.url.partition("://")[2]}
        answer = self.world.handle(Request(verb, f"/_mock{path}", {}, asked, content))
        data = msgspec.json.decode(answer.body)
        if answer.status != 200:
            raise ValueError(data["error"])
        return data


@contextmanager
def running(settings: Settings | None = None, *, as_of: str | None = None) -> Iterator[MockHandle]:
    """Serve a mock whose clock stands still, in a thread, on a free loopback port."""
    world = World(current(date=as_of), settings, clock=Clock(speed=0))
    with Running(world) as server:
        yield MockHandle(url=server.url, world=world, account=world.account)
