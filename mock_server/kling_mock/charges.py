"""What calls are charged, remembered by the values that decide it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from kling_spec.document import Document, Operation
from kling_spec.prices import text, units
from kling_spec.rules import reader

from .memo import Memo
from .recipe import Recipe
from .results import Patterns


class Cost(NamedTuple):
    """What a request asks of its account."""

    kind: str  # of the pack that pays
    units: Decimal
    text: str  # the units as the service writes them
    pattern: Recipe  # of what is made, but for the seed


class Charges:
    """The prices of the catalogue; `packs` has the kind of pack of each family."""

    def __init__(self, prices: Document, patterns: Patterns, packs: Mapping[str, str]) -> None:
        self._prices = prices
        self._patterns = patterns
        self._packs = packs
        self._deciding = {name: [reader(field) for field in dict.fromkeys(_deciding(one))] for name, one in prices.items()}
        self._memo: Memo[Cost] = Memo()

    def cost(self, operation: Operation, body: Mapping[str, Any], *, defaults: Mapping[str, Any]) -> Cost:
        """Return what a request costs; the length of the media worked on is that of what is made."""
        pattern = self._patterns.get(operation, body, defaults=defaults)
        price = self._prices.get(operation.price or "")
        deciding = [read(body) for read in self._deciding[operation.price or ""]] if price else []
        return self._memo.get((operation.id, pattern, *deciding), lambda: self._made(operation, price, pattern, body, defaults))

    def _made(
        self,
        operation: Operation,
        price: Document | None,
        pattern: Recipe,
        body: Mapping[str, Any],
        defaults: Mapping[str, Any],
    ) -> Cost:
        made = units(price, body, defaults, source_seconds=pattern.seconds) if price else Decimal(0)
        return Cost((price or {}).get("pack", self._packs[operation.family]), made, text(made), pattern)


def _deciding(price: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields that the rows of a price speak of."""
    for row in price["rows"]:
        yield from row.get("when", {})
        yield from (row[key] for key in ("seconds_of", "times") if key in row and row[key] != "source")
