"""The accounts of a server, by id and by key."""

from collections.abc import Callable, Iterator
from threading import Lock

from .account import Account

MOST = 10_000
DEFAULT = "default"


class Accounts:
    """Every account of a server. Safe to share between threads."""

    def __init__(self, default: Account) -> None:
        self._by_id: dict[str, Account] = {}
        self._by_access_key: dict[str, Account] = {}
        self._by_api_key: dict[str, Account] = {}
        self._lock = Lock()
        self.default = default
        self.add(default)

    def __iter__(self) -> Iterator[Account]:
        return iter(list(self._by_id.values()))

    def __contains__(self, account: Account) -> bool:
        return self._by_id.get(account.id) is account

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, account: Account) -> None:
        """Take an account in. Raises `ValueError` for an id or key that is taken, and above 10,000 accounts."""
        with self._lock:
            if len(self._by_id) >= MOST:
                raise ValueError(f"there are {MOST} accounts already; delete some")
            for known, name, key in self._keys(account):
                if key in known:
                    raise ValueError(f"{name} is taken by account {known[key].id!r}")
            for known, _, key in self._keys(account):
                known[key] = account

    def remove(self, account: Account, *, first: Callable[[], None] = lambda: None) -> None:
        """Forget an account and all it has; `first` is called while its id is still taken.

        Raises `KeyError` when it is gone already, another one under its id or not, and `ValueError` for the default account.
        """
        if account is self.default:
            raise ValueError("the default account stays; reset it instead")
        if account not in self:
            raise KeyError(f"no account {account.id!r}; it was deleted meanwhile")
        first()
        with self._lock:
            for known, _, key in self._keys(account):
                known.pop(key, None)

    def get(self, id: str) -> Account:
        """Return an account by its id. Raises `KeyError`."""
        if id not in self._by_id:
            raise KeyError(f"no account {id!r}; POST /_mock/accounts makes one")
        return self._by_id[id]

    def of_access_key(self, key: str) -> Account | None:
        """Return the account of an access key."""
        return self._by_access_key.get(key)

    def of_api_key(self, key: str) -> Account | None:
        """Return the account of an API key."""
        return self._by_api_key.get(key)

    def _keys(self, account: Account) -> list[tuple[dict[str, Account], str, str]]:
        return [
            (self._by_id, f"the id {account.id!r}", account.id),
            (self._by_access_key, "the access key", account.access_key),
            (self._by_api_key, "the API key", account.api_key),
        ]
