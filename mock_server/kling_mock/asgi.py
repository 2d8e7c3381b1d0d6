"""The mock as an ASGI app, for a server of one's own: `uvicorn --factory kling_mock.asgi:create`."""

from typing import Any

from starlette.types import ASGIApp

from kling_spec.bundle import current

from .app import app
from .settings import Settings
from .world import World


def create(*, as_of: str | None = None, **settings: Any) -> ASGIApp:
    """Return the mock of today's API, or that of a day, as an ASGI app; `settings` are the members of `Settings`."""
    return app(World(current(date=as_of), Settings(**settings)))
