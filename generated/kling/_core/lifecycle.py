"""How a task may move, read from `lifecycles.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class State:
    """One state of a lifecycle."""

    name: str
    next: tuple[str, ...]
    verdict: str  # running, done or failed
    holds_slot: bool

    @property
    def is_final(self) -> bool:
        return not self.next


@dataclass(frozen=True)
class Lifecycle:
    """The states of a task and the ways between them."""

    name: str
    field: str  # the member that tells the state: task_status
    first: str
    states: Mapping[str, State]
    seconds: Mapping[str, tuple[float, float]]  # seconds the mock spends in a state, least and most

    def verdict(self, state: str) -> str:
        """Return running, done or failed; running for a state nobody has described."""
        known = self.states.get(state)
        return known.verdict if known else "running"

    def path(self, *, fails: bool) -> tuple[str, ...]:
        """Return the longest way from the first state to one with the wanted verdict."""
        wanted = "failed" if fails else "done"
        return max((way for way in self._ways(self.first, ()) if self.states[way[-1]].verdict == wanted), key=len)

    def ways(self) -> tuple[tuple[str, ...], ...]:
        """Return every way from the first state to a final one."""
        return tuple(self._ways(self.first, ()))

    def _ways(self, state: str, walked: tuple[str, ...]) -> list[tuple[str, ...]]:
        walked = (*walked, state)
        if self.states[state].is_final:
            return [walked]
        return [way for one in self.states[state].next if one not in walked for way in self._ways(one, walked)]


def lifecycle(name: str, data: Mapping[str, Any]) -> Lifecycle | None:
    """Return the lifecycle as a record; None for one without states, whose calls answer at once."""
    if not data:
        return None
    states = {key: _state(key, one) for key, one in data["states"].items()}
    seconds = {key: (float(low), float(high)) for key, (low, high) in data["seconds"].items()}
    return Lifecycle(name=name, field=data["field"], first=data["first"], states=states, seconds=seconds)


def _state(name: str, data: Mapping[str, Any]) -> State:
    return State(
        name=name, next=tuple(data["next"]), verdict=data.get("verdict", "running"), holds_slot=data.get("holds_slot", False)
    )
