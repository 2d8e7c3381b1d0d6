"""What calls are charged, remembered by the values that decide it."""

from collections.abc import Iterator, Mapping
from typing import Any

from kling_spec.document import Document, Operation
from kling_spec.prices import text, units
from kling_spec.rules import reader

from .memo import Memo


class Charges:
    """The prices of the catalogue."""

    def __init__(self, prices: Document) -> None:
        self._prices = prices
        self._deciding = {name: [reader(field) for field in dict.fromkeys(_deciding(one))] for name, one in prices.items()}
        self._memo: Memo[str] = Memo()

    def units(self, operation: Operation, body: Mapping[str, Any], *, defaults: Mapping[str, Any], seconds: float) -> str:
        """Return the units of a request as the service writes them; `seconds` is the length of the media worked on."""
        price = operation.price
        if price is None or price not in self._prices:
            return "0"
        deciding = (operation.id, seconds, *[read(body) for read in self._deciding[price]])
        return self._memo.get(deciding, lambda: text(units(self._prices[price], body, defaults, source_seconds=seconds)))


def _deciding(price: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields that the rows of a price speak of."""
    for row in price["rows"]:
        yield from row.get("when", {})
        yield from (row[key] for key in ("seconds_of", "times") if key in row and row[key] != "source")
