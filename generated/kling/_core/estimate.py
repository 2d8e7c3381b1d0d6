"""What a call will cost, by the price catalogue."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from .errors import MediaUnreadable, PriceUnknown
from .operation import TABLES, Operation
from .prices import row_of, units
from .rules import value
from .shape import defaults_of


@cache
def _prices() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((TABLES / "prices.json").read_bytes())
    return found


def _length(operation: Operation, media: Any, row: Mapping[str, Any]) -> float:
    """Return the seconds of the media that a call works on, where it brings them along."""
    from .media import seconds_of

    try:
        found = seconds_of(media)
    except (MediaUnreadable, OSError) as error:
        raise PriceUnknown(operation.id, f"the length of its media cannot be read: {error}", row) from error
    if found is None:
        raise PriceUnknown(operation.id, "it goes by the length of the media that is worked on; for_seconds() tells it", row)
    return found


def estimated(operation: Operation, body: Mapping[str, Any]) -> Decimal:
    """Return the units that a call is charged when it succeeds. Raises `PriceUnknown`, which names what is not known."""
    if operation.price is None:
        return Decimal(0)
    price, defaults = _prices().get(operation.price, {"rows": []}), defaults_of(operation.body or {})
    row = row_of(price, body, defaults)
    if row is None:
        deciding = dict.fromkeys(name for one in price["rows"] for name in one.get("when", {}))
        said = ", ".join(f"{name} {value(body, name, defaults)}" for name in deciding)
        raise PriceUnknown(operation.id, f"the price list {operation.price} has no row for {said}")
    if row.get("seconds_of") == "source":
        return units(price, body, defaults, source_seconds=_length(operation, body.get(price.get("length_of")), row))
    times = value(body, row["times"], defaults) if "times" in row else 1
    if not isinstance(times, int):
        raise PriceUnknown(operation.id, f"it goes by {row['times']}, which is {times!r}")
    try:
        return units(price, body, defaults)
    except InvalidOperation as error:
        raise PriceUnknown(operation.id, f"{row['seconds_of']} is no number of seconds") from error
