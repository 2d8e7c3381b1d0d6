"""What a call costs, from `prices.yaml`."""

import math
from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from .rules import Body, holds, value

_WHOLE: Mapping[str, str] = {"nearest": ROUND_HALF_UP, "down": ROUND_DOWN}


def units(price: Mapping[str, Any], body: Body, defaults: Body, *, source_seconds: float = 5.0) -> Decimal:
    """Return the units that a request is charged when it succeeds.

    `price` is one list of the catalogue, `source_seconds` the length of the media worked on, for prices that go by
    it. Zero when no row of the list covers the request.
    """
    row = row_of(price, body, defaults)
    if row is None:
        return Decimal(0)
    times = value(body, row["times"], defaults) if "times" in row else 1
    return row_units(row, _seconds(row, body, defaults, source_seconds), times if isinstance(times, int) else 1)


def row_of(price: Mapping[str, Any], body: Body, defaults: Body) -> Mapping[str, Any] | None:
    """Return the row of a list that covers a request."""
    return next((row for row in price["rows"] if holds(row.get("when", {}), body, defaults)), None)


def goes_by_source(price: Mapping[str, Any], body: Body, defaults: Body) -> bool:
    """Say whether a request is charged by the length of the media that it works on."""
    row = row_of(price, body, defaults)
    return row is not None and row.get("seconds_of") == "source"


def _seconds(row: Mapping[str, Any], body: Body, defaults: Body, source_seconds: float) -> Decimal:
    name = row.get("seconds_of", "source")
    seconds = Decimal(str(source_seconds if name == "source" else value(body, name, defaults)))
    return seconds.quantize(Decimal(1), _WHOLE[row["whole"]]) if "whole" in row else seconds


def row_units(row: Mapping[str, Any], seconds: Decimal, times: int = 1) -> Decimal:
    """Return the units of one row."""
    if "units" in row:
        return Decimal(row["units"]) * times
    if "per_second" in row:
        return Decimal(row["per_second"]) * seconds
    return Decimal(row["per_started"]) * math.ceil(seconds / Decimal(row["step"]))


def text(amount: Decimal) -> str:
    """Return an amount as the service writes it: the shortest decimal, `5` and `2.4`."""
    shown = format(amount.normalize(), "f")
    return shown if shown != "-0" else "0"
