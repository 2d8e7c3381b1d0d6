"""What an account has paid for: resource packs, what is left in them, and what was taken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from msgspec import structs

from .recipe import Recipe

DAY_MS = 86_400_000
MOST_UNITS = 1_000_000_000_000  # of a pack
_RESOLUTIONS: Mapping[int, str] = {720: "720p", 1080: "1080p", 2160: "4k"}  # by the short side


@dataclass
class Pack:
    """A prepaid resource pack."""

    name: str
    id: str
    kind: str  # video, image, try_on: limits.yaml
    units: Decimal
    left: Decimal
    slots: int  # how much may run at once
    bought_ms: int
    until_ms: int

    def status(self, now: int) -> str:
        """Return the service's word for whether the pack can be used."""
        if now < self.bought_ms:
            return "toBeOnline"
        return "expired" if now >= self.until_ms else "online" if self.left > 0 else "runOut"

    def told(self, now: int) -> dict[str, Any]:
        """Return the pack in the words of the account query."""
        return {
            "resource_pack_name": self.name,
            "resource_pack_id": self.id,
            "resource_pack_type": "decreasing_total",
            "total_quantity": float(self.units),
            "remaining_quantity": float(self.left),
            "purchase_time": self.bought_ms,
            "effective_time": self.bought_ms,
            "invalid_time": self.until_ms,
            "status": self.status(now),
        }


_LAST = 2**63
_NEVER: tuple[int, int, list["Pack"]] = (0, 0, [])


class About(NamedTuple):
    """What a deduction was for. Many share one."""

    title: str  # of the family
    model: str
    made: Recipe
    refers_video: bool
    has_voices: bool


class Deduction(msgspec.Struct, frozen=True, gc=False):
    """Units taken from one pack for one task. Small: there may be millions."""

    pack: Pack
    task_id: str
    at_ms: int
    amount: Decimal
    about: About

    def told(self, before: Decimal) -> dict[str, Any]:
        """Return the deduction in the words of the billing query; `before` is what the pack held."""
        about = self.about
        return {
            "package_id": self.pack.id,
            "package_name": self.pack.name,
            "product_type": self.pack.kind.replace("_", "-"),
            "task_id": self.task_id,
            "api_key_name": "mock",
            "product_function": about.title,
            "model_name": about.model,
            "resolution": _RESOLUTIONS.get(min(about.made.width, about.made.height), "720p"),
            "duration": f"{about.made.seconds:g}" if about.made.kind == "video" else "",
            "refer_video_input": about.refers_video,
            "video_sound": "native" if about.made.sound else "off",
            "voice_control": about.has_voices,
            "deduction_time": str(self.at_ms),
            "unit_before_deduction": float(before),
            "deduction_amount": float(self.amount),
            "unit_after_deduction": float(before - self.amount),
        }


class Held(NamedTuple):
    """Units of a task that will fail."""

    task_id: str
    until_ms: int
    pack: Pack
    amount: Decimal


class Wallet:
    """The packs of one account. A task that will fail holds its units until it has failed."""

    def __init__(self, packs: list[Pack], taken: list[Deduction] | None = None, held: list[Held] | None = None) -> None:
        """Begin with what was taken and held before."""
        self.packs = packs
        self.gone: list[Pack] = []  # packs that others took the place of
        self.taken = taken or []
        self.held = held or []
        self._found: dict[str, tuple[int, int, list[Pack]]] = {}  # by kind: from when until when which can be used
        self.noted: list[tuple[int, Deduction]] | None = None  # by place in `taken`, where somebody keeps them

    def replace(self, packs: list[Pack]) -> None:
        """Put packs in the place of those there are."""
        self.gone += self.packs
        self.packs = packs
        self._found.clear()

    def left(self, kind: str, now: int) -> Decimal:
        """Return the units that can be used of a kind of pack."""
        if self.held:
            self._give_back(now)
        usable = self._usable(kind, now)
        return usable[0].left if len(usable) == 1 else sum((one.left for one in usable), Decimal(0))

    def slots(self, kind: str, now: int) -> int:
        """Return how much may run at once: the most that one usable pack of the kind allows."""
        usable = self._usable(kind, now)
        return usable[0].slots if len(usable) == 1 else max([one.slots for one in usable], default=0)

    def take(self, kind: str, units: Decimal, task_id: str, *, now: int, at_ms: int, about: About) -> None:
        """Take units from the packs of a kind, the one that ends first first; told from `at_ms` on."""
        for pack, amount in self._shares(kind, units, now):
            self.taken.append(Deduction(pack, task_id, at_ms, amount, about))
            if self.noted is not None:
                self.noted.append((len(self.taken) - 1, self.taken[-1]))
            pack.left -= amount

    def deductions(self, now: int) -> Iterator[dict[str, Any]]:
        """Yield what was taken until a time, in the words of the billing query."""
        held: dict[str, Decimal] = {}
        for one in self.taken:
            if one.at_ms <= now:
                before = held.get(one.pack.id, one.pack.units)
                held[one.pack.id] = before - one.amount
                yield one.told(before)

    def hold(self, kind: str, units: Decimal, task_id: str, *, now: int, until_ms: int) -> None:
        """Take units and give them back later."""
        for pack, amount in self._shares(kind, units, now):
            pack.left -= amount
            self.held.append(Held(task_id, until_ms, pack, amount))

    def move(self, task_id: str, *, until_ms: int) -> None:
        """Say anew when a task ends."""
        for place, one in enumerate(self.taken):
            if one.task_id == task_id:
                self.taken[place] = structs.replace(one, at_ms=until_ms)
                if self.noted is not None:
                    self.noted.append((place, self.taken[place]))
        self.held = [one._replace(until_ms=until_ms) if one.task_id == task_id else one for one in self.held]

    def refill(self) -> None:
        """Fill the packs again and forget what was taken."""
        self.taken.clear()
        self.held.clear()
        for one in self.packs:
            one.left = one.units

    def told(self, now: int, name: object = None) -> list[dict[str, Any]]:
        """Return the packs, or those of a name, in the words of the account query."""
        self._give_back(now)
        return [one.told(now) for one in self.packs if name in (None, one.name)]

    def _usable(self, kind: str, now: int) -> list[Pack]:
        """Return the packs of a kind whose time it is; found anew when one begins or ends."""
        since, until, found = self._found.get(kind, _NEVER)
        if not since <= now < until:
            found = [one for one in self.packs if one.kind == kind and one.bought_ms <= now < one.until_ms]
            times = [at for one in self.packs for at in (one.bought_ms, one.until_ms)]
            since = max((at for at in times if at <= now), default=0)
            self._found[kind] = since, min((at for at in times if at > now), default=_LAST), found
        return found

    def _shares(self, kind: str, units: Decimal, now: int) -> list[tuple[Pack, Decimal]]:
        """Return what each pack pays; less in all than asked where they do not hold enough."""
        usable = self._usable(kind, now)
        if len(usable) == 1 and usable[0].left >= units > 0:
            return [(usable[0], units)]
        shares = []
        for pack in sorted(usable, key=_ends):
            amount = min(pack.left, units)
            if amount > 0:
                shares.append((pack, amount))
                units -= amount
        return shares

    def _give_back(self, now: int) -> None:
        for one in self.held:
            if one.until_ms <= now:
                one.pack.left += one.amount
        if self.held:
            self.held = [one for one in self.held if one.until_ms > now]


def _ends(pack: Pack) -> int:
    return pack.until_ms
