"""Facts of a schema as phrases for docstrings and pages."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
_UNITS = {
    "s": "seconds",
    "ms": "milliseconds",
    "px": "pixels",
    "s-as-text": "seconds as text",
    "units-as-text": "units as text",
    "ms-since-1970": "Unix milliseconds",
    "ms-since-1970-as-text": "Unix milliseconds as text",
    "money": "money as text",
}


def facts(schema: Schema) -> list[str]:
    """Return what is to be known of a field beside its description: unit, limits, default, dates."""
    found = [_unit(schema), _size(schema), _range(schema), _default(schema), *_dates(schema), _first_upper(ending(schema))]
    return [one for one in found if one]


def ending(dates: Mapping[str, Any]) -> str:
    """Return `until 2026-09-15, then kling-v3` for what has an end; empty for the rest."""
    until, then = (dates.get(word, dates.get(f"x-kling-{word}")) for word in ("until", "successor"))
    return "" if until is None else f"until {until}" + (f", then {then}" if then else "")


def sentence(schema: Schema) -> str:
    """Return description and facts as sentences."""
    return " ".join([schema.get("description", "").rstrip(), *(f"{one}." for one in facts(schema))]).strip()


def summary(operation: Schema) -> str:
    """Return what an operation does, and its end where it has one, as sentences."""
    end = _first_upper(ending(operation))
    return f"{operation['summary']} {end}." if end else str(operation["summary"])


def _unit(schema: Schema) -> str:
    unit = schema.get("x-kling-unit")
    if unit is None:
        return ""
    said = str(_UNITS.get(unit, unit))
    return f"In {said}"


def _size(schema: Schema) -> str:
    kind = "characters" if schema.get("type") == "string" else "entries"
    least, most = schema.get("minLength", schema.get("minItems")), schema.get("maxLength", schema.get("maxItems"))
    if most is None:
        return ""
    if least == most:
        return f"Exactly {most} {kind}"
    return f"{least} to {most} {kind}" if least else f"At most {most} {kind}"


def _range(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and high is None:
        return ""
    if high is None:
        return f"At least {low}"
    return f"At most {high}" if low is None else f"From {low} to {high}"


def _default(schema: Schema) -> str:
    if "default" not in schema:
        return ""
    default = schema["default"]
    return f"Default {str(default).lower() if isinstance(default, bool) else default}"


def _dates(schema: Schema) -> list[str]:
    dates: Mapping[str, Any] = schema.get("x-kling-values", {})
    enum = schema.get("enum", [])
    ends = [f"{value} {ending(one)}" for value, one in dates.items() if "until" in one and value in enum]
    if len(enum) > 30:
        told = f"{len(enum)} values are known; others are sent too" if schema.get("x-kling-open") else f"{len(enum)} values"
        return [told, *ends]
    since = [f"{value} since {one['since']}" for value, one in dates.items() if "since" in one and value in enum]
    gone = [f"{value} {_ended(one)}" for value, one in dates.items() if "until" in one and value not in enum]
    return [*since, *([one] if (one := "; ".join(ends)) else []), *(["; ".join(gone)] if gone else [])]


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ended(dates: Mapping[str, Any]) -> str:
    return f"ended on {dates['until']}" + (f", then {dates['successor']}" if "successor" in dates else "")
