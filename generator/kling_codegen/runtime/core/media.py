"""Puts files of this machine into a request as base64, and says what is wrong with them."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from typing import Any

from .errors import MediaUnreadable
from .inspection import MediaFacts, inspect_media, opened
from .operation import Place
from .rules import either
from .shape import Violation

SLACK = 0.1  # seconds by which a length may miss a limit: tracks end on whole frames
_WEB = ("http://", "https://")


def is_ready(places: Sequence[Place], body: Mapping[str, Any]) -> bool:
    """Say whether all media of a body are text that can be sent as it is."""
    return not any(_is_local(holder[key]) for path, _ in places for _, holder, key in _found(path, body))


def prepared(
    places: Sequence[Place], body: Mapping[str, Any], *, look: bool, send: bool = True
) -> tuple[dict[str, Any], list[Violation]]:
    """Return a copy of a body as it can be sent, and what is wrong with its media.

    With `look` local files are held against the limits, and those that break one are not encoded. Without `send` none
    is encoded, and base64 is looked into as well.
    """
    made, wrong = _copied(body), list[Violation]()
    for path, limits in places:
        for place, holder, key in _found(path, made):
            value = holder[key]
            said = _wrong(value, limits, send=send) if look else ()
            found = [Violation(f"media_{name}", "media", place, place + text) for name, text in said]
            wrong += found
            if _is_local(value):
                holder[key] = "not encoded" if found or not send else _encoded(value)
    return made, wrong


def seconds_of(value: Any) -> float | None:
    """Return how long media are that a request holds; None for an address, and for a file that does not tell.

    Raises `MediaUnreadable` and `OSError`.
    """
    if value is None or (isinstance(value, str) and value.lower().startswith(_WEB)):
        return None
    return inspect_media(_decoded(value) if isinstance(value, str) else value).seconds


def _is_local(value: Any) -> bool:
    if isinstance(value, str):
        return value.startswith("data:")
    return isinstance(value, bytes | bytearray | memoryview | PathLike) or hasattr(value, "read")


def _found(path: Sequence[str], node: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield name, holder and key of each value that stands at a path: `image_list[0].image`."""
    head, rest = path[0], path[1:]
    if head == "[]":
        keys: Sequence[Any] = range(len(node)) if isinstance(node, list | tuple) else ()
    else:
        keys = [head] if isinstance(node, dict) and node.get(head) is not None else []
    for key in keys:
        name = f"{place}[{key}]" if head == "[]" else f"{place}.{head}" if place else head
        if rest:
            yield from _found(rest, node[key], name)
        else:
            yield name, node, key


def _copied(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _copied(one) for key, one in node.items()}
    return [_copied(one) for one in node] if isinstance(node, list | tuple) else node


def _encoded(value: Any) -> str:
    """Return local media as bare base64: a `data:` URL without what stands before the comma."""
    if isinstance(value, str):
        return value.partition(",")[2]
    with opened(value) as file:
        return b64encode(file.read()).decode("ascii")


def _decoded(text: str) -> bytes:
    """Return what base64 holds. Raises `MediaUnreadable` for other text."""
    try:
        return b64decode("".join((_encoded(text) if _is_local(text) else text).split()), validate=True)
    except ValueError:
        raise MediaUnreadable("it is neither a URL nor base64; a file is given as pathlib.Path, not as text") from None


def _wrong(value: Any, limits: Mapping[str, Any], *, send: bool) -> Iterator[tuple[str, str]]:
    """Yield name and words of what is wrong with local media, or with other text that is no URL when nothing is sent."""
    is_text = isinstance(value, str)
    if not _is_local(value) and (send or not is_text or value.lower().startswith(_WEB)):
        return
    if not limits.get("base64"):
        yield "address", " takes only a URL that the service can reach: put the file on a server"
        if send or is_text:
            return
    try:
        found = inspect_media(_decoded(value) if is_text else value)
    except (MediaUnreadable, OSError) as error:
        yield "unreadable", f": {error}"
        return
    yield from _beyond(found, limits)


def _beyond(found: MediaFacts, limits: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each limit that a file breaks."""
    formats, seconds, size = limits.get("formats", [found.format]), limits.get("seconds"), found.size / 1024**2
    if found.format not in formats:
        yield "format", f" must be {either(formats)}; it is {found.format}"
        return
    if size > limits.get("most_mb", size):
        yield "size", f" must have at most {limits['most_mb']} MB; it has {size:.1f}"
    if found.width and found.height:
        least, most, (low, high) = limits.get("least_px", 1), limits.get("most_px"), limits.get("ratio", (0, found.width))
        if min(found.width, found.height) < least or (most and max(found.width, found.height) > most):
            asked = f"from {least} to {most}" if most else f"of at least {least}"
            yield "pixels", f" must have sides {asked} pixels; it is {found.width} x {found.height}"
        if not low <= found.width / found.height <= high:
            yield "ratio", f" must be {low} to {high} times as wide as high; it is {found.width} x {found.height}"
    if seconds and found.seconds is not None and not seconds[0] - SLACK <= found.seconds <= seconds[1] + SLACK:
        yield "seconds", f" must last {seconds[0]} to {seconds[1]} s; it lasts {found.seconds:.2f} s"
    rates = limits.get("fps", [])  # two are the least and the most, others are all there are
    allowed = range(rates[0], rates[1] + 1) if len(rates) == 2 else rates
    if rates and found.fps is not None and round(found.fps) not in allowed:  # 24000 / 1001 goes for 24
        said = f"{rates[0]} to {rates[1]}" if len(rates) == 2 else either(rates)
        yield "fps", f" must have {said} frames a second; it has {found.fps:.5g}"
