"""Says what a change does to whom."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from .changes import LEVELS, Change, Effect
from .general import GENERAL
from .kinds import Kind, Said
from .sided import MOCK, SIDED

KINDS: Mapping[str, Kind] = {**SIDED, **GENERAL}
"""Every kind of change."""

_NOTED: dict[tuple[str, str], dict[str, Said]] = {
    ("value-removed", "open"): {
        "caller": ("breaking", "The service refuses it; the client still sends it, for the list is open.")
    },
    ("rule", "vacuous"): {
        "caller": ("safe", "It speaks only of what no earlier request has."),
        "mock": MOCK["request"]["safe"],
    },
    ("rule", "prose"): {
        "caller": ("risky", "Nothing offline can check it; the service may refuse."),
        "mock": ("safe", "The mock cannot check it."),
    },
    ("rule", "tolerated"): {
        "caller": ("risky", "The service was seen to tolerate it; a strict client refuses."),
        "mock": ("safe", "The mock refuses it only when it is strict."),
    },
    ("rule", "unproven"): {
        "caller": ("risky", "It takes the place of another rule; no request was found that only the new one refuses."),
        "mock": MOCK["request"]["risky"],
    },
}
"""What stands in place of a kind's own judgement when the change carries a note; the first that fits counts."""
_STRICTER = ("rule-added", "rule-narrowed", "rule-changed")


def judged(change: Change) -> Change:
    """Return the change with its effects and what it means for the client's version."""
    effects = tuple(_sided(change) if change.kind in SIDED else _general(GENERAL[change.kind]))
    change = replace(change, effects=effects)
    return replace(change, semver=_semver(change))


def _general(kind: Kind) -> Iterator[Effect]:
    for whom in ("caller", "reader", "mock"):
        said: Said | None = getattr(kind, whom)
        if said is not None:
            yield Effect(whom, *said)


def _sided(change: Change) -> Iterator[Effect]:
    kind, sides = SIDED[change.kind], change.sides
    noted = _noted(change)
    on_request = noted.get("caller", kind.request) if "request" in sides else None
    on_reply = kind.reply if sides & {"reply", "callback"} else None
    if on_request is not None:
        yield Effect("caller", *on_request)
    if on_reply is not None:
        yield Effect("reader", *on_reply)
    said = noted.get("mock", kind.mock) or _worst(
        MOCK[side][one[0]] for side, one in (("request", on_request), ("reply", on_reply)) if one is not None
    )
    if said is not None:
        yield Effect("mock", *said)


def _noted(change: Change) -> dict[str, Said]:
    keys = [change.kind, *(["rule"] if change.kind in _STRICTER else [])]
    found = (_NOTED[key, note] for note in change.notes for key in keys if (key, note) in _NOTED)
    return next(found, {})


def _worst(said: Iterator[Said]) -> Said | None:
    return max(said, key=lambda one: LEVELS.index(one[0]), default=None)


def _semver(change: Change) -> str:
    said = KINDS[change.kind].semver
    if said is not None:
        return said
    felt = [one.level for one in change.effects if one.whom != "mock"]
    if "breaking" in felt:  # the client's own signature takes any value of an open list
        return "minor" if "open" in change.notes else "major"
    return "minor" if felt else "patch"
