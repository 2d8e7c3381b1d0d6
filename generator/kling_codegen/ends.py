"""What of a request ends on a day that is known, for the client to warn of."""

from collections.abc import Iterator

from kling_spec.document import Document, Operation

_NEVER = "9999"


def ends(operation: Operation) -> list[Document]:
    """Return what ends: a place, the value where only that ends, the last day's morrow and the successor where there is one.

    The bundle of a day holds nothing that has ended by then. What ends no sooner than what holds it is left out.
    """
    last = operation.node.get("x-kling-until", _NEVER)
    whole = [_end(operation.node, ())] if last < _NEVER else []
    query = [{**one["schema"], **one} for one in operation.parameters if one["in"] == "query"]
    asked = [one for schema in query for one in _below(schema, (schema["name"],), last)]
    return [*whole, *asked, *_below(operation.request or {}, (), last)]


def _below(schema: Document, path: tuple[str, ...], last: str) -> Iterator[Document]:
    """Yield what ends before `last` in a resolved schema."""
    if schema.get("x-kling-until", _NEVER) < last:
        last = schema["x-kling-until"]
        yield _end(schema, path)
    for value, dates in schema.get("x-kling-values", {}).items():
        if value in schema.get("enum", []) and dates.get("until", _NEVER) < last:
            is_default = schema.get("default") == value
            yield {**_end(dates, path), "value": value, **({"is_default": True} if is_default else {})}
    for one in schema.get("anyOf", []):
        yield from _below(one, path, last)
    for name, member in schema.get("properties", {}).items():
        yield from _below(member, (*path, name), last)
    if "items" in schema:
        yield from _below(schema["items"], (*path, "[]"), last)


def _end(dates: Document, path: tuple[str, ...]) -> Document:
    found = {word: dates.get(word, dates.get(f"x-kling-{word}")) for word in ("until", "successor")}
    return {"path": list(path), **{word: one for word, one in found.items() if one is not None}}
