"""What calls are charged, remembered by the values that decide it."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from kling_spec.document import Document, Operation
from kling_spec.prices import goes_by_source, text, units
from kling_spec.rules import reader

from .memo import Memo
from .recipe import Recipe
from .results import DECIDING, recipe
from .source import NOTHING, Media
from .wallet import About


class Cost(NamedTuple):
    """What a request asks of its account."""

    kind: str  # of the pack that pays
    units: Decimal
    text: str  # the units as the service writes them
    pattern: Recipe  # of what is made, but for the seed
    about: About


class Charges:
    """The prices of the catalogue; `families` has what the tags say of each family."""

    def __init__(self, prices: Document, models: Mapping[str, Any], families: Mapping[str, Mapping[str, Any]]) -> None:
        self._prices = prices
        self._models = models
        self._families = families
        self._readers: dict[str, tuple[list[str], list[Callable[[Any], Any]]]] = {}
        self._memo: Memo[Cost] = Memo()

    def cost(
        self, operation: Operation, body: Mapping[str, Any], *, defaults: Mapping[str, Any], media: Media = NOTHING
    ) -> Cost:
        """Return what a request costs; media whose length is not known are as long as what is made."""
        known = self._readers.get(operation.id)
        if known is None:
            names = self._deciding(operation)
            plain = [one for one in names if one.isidentifier()]
            known = self._readers[operation.id] = plain, [reader(one) for one in names if one not in plain]
        values = [*map(body.get, known[0]), *[read(body) for read in known[1]]]
        if media is not NOTHING:
            values += media.seconds, media.size, media.speaks, media.source is not None
        return self._memo.get((operation.id, *values), lambda: self._made(operation, body, defaults, media))

    def _deciding(self, operation: Operation) -> list[str]:
        """Return the fields that cost, result or ledger go by; members that the operation does not have mean nothing."""
        known = (operation.request or {}).get("properties", {})
        price = self._prices.get(operation.price or "", {"rows": []})
        return [one for one in dict.fromkeys([*DECIDING, *_TOLD, *_priced(price)]) if one.partition(".")[0] in known]

    def _made(self, operation: Operation, body: Mapping[str, Any], defaults: Mapping[str, Any], media: Media) -> Cost:
        price, family = self._prices.get(operation.price or ""), self._families[operation.family]
        known = (operation.request or {}).get("properties", {})
        asked = {name: one for name, one in body.items() if name in known}
        pattern = recipe(operation, asked, self._models, defaults=defaults, media=media)
        if price and media.seconds and goes_by_source(price, body, defaults):
            pattern = pattern.lasting(media.seconds)
        made = units(price, body, defaults, source_seconds=media.seconds or pattern.seconds) if price else Decimal(0)
        model, given = str(body.get("model_name") or ""), [bool(body.get(one)) for one in _TOLD]
        about = About(family["title"], model, pattern, refers_video=any(given[1:]), has_voices=given[0])
        return Cost((price or family).get("pack", _NO_PACK), made, text(made), pattern, about)


_TOLD = ("voice_list", "video_list", "video_url")
"""Fields of which the ledger tells whether they were given."""
_NO_PACK = "video"
"""Of families that say none, such as that of the packs themselves; nothing is charged there."""


def _priced(price: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields that the rows of a price speak of."""
    for row in price["rows"]:
        yield from row.get("when", {})
        yield from (row[key] for key in ("seconds_of", "times") if key in row and row[key] != "source")
