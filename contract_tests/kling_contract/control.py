"""The control API of kling-mock, where the server has one: accounts of one's own, time that moves, faults on demand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from .errors import NoAnswer, TargetUnusable
from .keys import Keys

_PLENTY = {"units": 1_000_000, "slots": 10_000}


@dataclass(frozen=True)
class Account:
    """Whose requests are sent; `id` is empty for the caller's own account."""

    keys: Keys
    id: str = ""


class Control:
    """Speaks to `/_mock` of a server."""

    def __init__(self, http: httpx2.Client, base_url: str, packs: Iterable[str], token: str = "") -> None:
        """Speak to the origin of `base_url`; `packs` are the kinds of resource packs that there are."""
        self._http = http
        self._root = str(httpx2.URL(base_url).copy_with(path="/_mock", query=None, fragment=None))
        self._token = token
        self._packs = tuple(packs)

    def is_there(self) -> bool:
        """Say whether the server has a control API that can be used."""
        try:
            found = self._call("GET", "/health")
            return isinstance(found, dict) and found.get("status") == "ok" and self._may()
        except (NoAnswer, TargetUnusable):
            return False

    def _may(self) -> bool:
        return isinstance(self._call("GET", "/accounts").get("accounts"), list)

    def open(self, **options: Any) -> Account:
        """Return a fresh account whose clock stands still and that has plenty of everything."""
        packs = [{"kind": kind, **_PLENTY} for kind in self._packs]
        made = self._call("POST", "/accounts", {"clock": {"speed": 0}, "packs": packs, "requests_per_second": 0, **options})
        return Account(Keys(made["access_key"], made["secret_key"], made["api_key"]), made["id"])

    def pack(self, kind: str, **over: Any) -> dict[str, Any]:
        """Return a pack to give to an account."""
        return {"kind": kind, **_PLENTY, **over}

    def close(self, account: Account) -> None:
        """Delete an account."""
        self._call("DELETE", f"/accounts/{account.id}")

    def change(self, account: Account, **options: Any) -> None:
        """Change an account: state, allowed_ips, denied, requests_per_second, packs."""
        self._call("PATCH", f"/accounts/{account.id}", options)

    def advance(self, account: Account, seconds: float) -> None:
        """Move an account's clock; callbacks that fall due are delivered before this returns."""
        self._call("POST", "/clock/advance", {"seconds": seconds}, account)

    def fault(self, account: Account, kind: str, **details: Any) -> None:
        """Let requests of an account meet a fault."""
        self._call("POST", "/faults", {"faults": [{"kind": kind, **details}]}, account)

    def signs(self, account: Account) -> str:
        """Let callbacks of an account be signed, and return the secret."""
        return str(self._call("POST", "/webhook-secret", {}, account)["secret"])

    def signs_anew(self, account: Account) -> str:
        """Give an account a further webhook secret, beside which the one before goes on to sign, and return it."""
        return str(self._call("POST", "/webhook-secret/rotate", {}, account)["secret"])

    def running(self, account: Account) -> Mapping[str, Any]:
        """Return what the server tells of an account: tasks, packs."""
        found: Mapping[str, Any] = self._call("GET", f"/accounts/{account.id}")
        return found

    def _call(self, verb: str, path: str, body: Any = None, account: Account | None = None) -> Any:
        headers = {"x-kling-mock-account": account.id} if account else {}
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        try:
            answer = self._http.request(verb, self._root + path, json=body, headers=headers)
        except httpx2.HTTPError as error:
            raise TargetUnusable(f"{self._root} stopped answering: {type(error).__name__}: {error}") from error
        if path == "/health" or answer.status_code == 200:
            return answer.json() if "json" in answer.headers.get("content-type", "") else {}
        if answer.status_code in (401, 404):
            return {}
        raise NoAnswer(f"{verb} /_mock{path}: HTTP {answer.status_code}: {answer.text[:200]}")
