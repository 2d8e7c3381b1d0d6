"""What can be said of a call before it is paid for. Makes the call with a transport that sends nothing."""

from collections.abc import Callable
from copy import copy
from types import CoroutineType
from typing import TYPE_CHECKING, Any, ParamSpec

if TYPE_CHECKING:
    from decimal import Decimal

    from .operation import Operation
    from .settings import Settings
    from .shape import Violation

P = ParamSpec("P")


class _Asked(BaseException):
    """The call has come as far as the transport; nothing on its way there may take this for an error."""


class Rehearsal:
    """What a client can say of a call without making it. `call` is a method of a family, the rest are its arguments:

    client.check(client.text_to_video.create, model_name="kling-v3", prompt="A paper boat")
    """

    def check(self, call: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> "list[Violation]":
        """Return all that is wrong with a call, files of this machine included."""
        return _wrong(*_asked(call, *args, **kwargs))

    def estimate(self, call: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> "Decimal":
        """Return the units that a call is charged when it succeeds, by the price catalogue.

        Raises `PriceUnknown`, which names what is missing, and `RuleBroken` for a call that would not be sent.
        """
        from .errors import RuleBroken
        from .estimate import estimated

        settings, operation, body = _asked(call, *args, **kwargs)
        if settings.check and (wrong := _wrong(settings, operation, body)):
            raise RuleBroken(operation.id, tuple(wrong))
        return estimated(operation, body)


def _wrong(settings: "Settings", operation: "Operation", body: dict[str, Any]) -> "list[Violation]":
    from .media import prepared

    checked, found = prepared(operation.media, body, look=True, send=False)
    if operation.body is not None:
        operation.check(checked, "", found)
    return settings.refused(found)


def _asked(call: Any, *args: Any, **kwargs: Any) -> tuple["Settings", "Operation", dict[str, Any]]:
    """Return the settings, the operation and the body of a call, as its own code makes them."""
    resource: Any = getattr(call, "__self__", None)
    if not hasattr(resource, "_family"):
        raise TypeError(f"{call!r} is no method of a family, such as client.text_to_video.create")
    taken: list[Any] = []
    settings = [resource._transport.settings]

    def using(changed: "Settings") -> Any:
        settings.append(changed)
        return double._transport

    def take(operation: "Operation", *, body: dict[str, Any] | None = None, **more: Any) -> None:
        taken.extend((operation, body or {}))
        raise _Asked

    double = copy(resource)
    double._transport = copy(resource._transport)
    double._transport.call, double._transport.using = take, using  # options of one call change the settings
    try:
        made = call.__func__(double, *args, **kwargs)
        if isinstance(made, CoroutineType):  # it comes to the transport without waiting for anything
            made.send(None)
    except _Asked:
        return settings[-1], taken[0], taken[1]
    raise TypeError(f"{call!r} sends nothing")
