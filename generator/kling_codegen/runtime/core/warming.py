"""Loads before the first call what is otherwise loaded by it."""

from functools import cache
from typing import Any

from .credentials import ApiKey
from .operation import TABLES, family


def warm(*families: str) -> None:
    """Load what first calls load: the libraries, and of each family its types, tables and checks; of all when none is named.

    For both `Kling` and `AsyncKling`, and before there is one: in a server that forks its workers, say. A client's own
    `warm` does this for its half, and makes its HTTP client. Takes a quarter of a second; again, next to nothing. Raises
    `ValueError` for a family that does not exist.
    """
    from kling import AsyncKling, Kling

    for client in (Kling(api_key="not sent"), AsyncKling(api_key="not sent")):
        _load(client, families or known())
    _libraries()


def warmed(client: Any, families: tuple[str, ...]) -> None:
    """Load what first calls of a client load, and make its HTTP client. Nothing is sent."""
    _load(client, families or known())
    transport = client._transport
    if not isinstance(transport.settings.credentials, ApiKey):
        import jwt  # noqa: F401
    from httpx2 import AsyncClient

    if isinstance(transport.http, AsyncClient):
        _event_loop()


def known() -> tuple[str, ...]:
    """Return the names of the families."""
    return tuple(sorted({path.stem for path in TABLES.glob("*.json")} - {"prices"}))


def _load(client: Any, families: tuple[str, ...]) -> None:
    """Load families, and what reads their answers and waits for their tasks."""
    for name in families:
        _refuse_unknown(name)
    import encodings.idna  # noqa: F401  # names of hosts go through it

    from . import envelope, media  # noqa: F401

    _ = client._transport.pace, client._transport.settings.headers
    for name in families:
        resource = getattr(client, name)
        if hasattr(resource, "task"):
            resource.task("none")  # a handle brings along what waits
        for operation in family(name).operations.values():
            _ = operation.check, operation.media
            operation.model.model_rebuild()


def _refuse_unknown(name: str) -> None:
    if name not in known():
        from difflib import get_close_matches

        near = get_close_matches(name, known(), n=1, cutoff=0.5)
        raise ValueError(f"no family {name!r}; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(known())}"))


@cache
def _libraries() -> None:
    """Load all that sends. HTTP clients are made for it: they load more than their module does."""
    import jwt  # noqa: F401
    from httpx2 import AsyncClient, Client

    Client(trust_env=False).close()
    AsyncClient(trust_env=False)
    _event_loop()


@cache
def _event_loop() -> None:
    """Load what connects in the async half: a loop in a thread of its own, so that it can be done beside another one."""
    from anyio.from_thread import start_blocking_portal  # httpx2 connects by it

    with start_blocking_portal():
        pass
