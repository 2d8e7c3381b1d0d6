"""Bodies of requests made of documented examples: members made anew, at their limits and beside them, left out or spoiled."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from kling_spec.document import Document, Operation
from kling_spec.values import pool

_JUNK: st.SearchStrategy[Any] = st.sampled_from([0, -1, 10**12, 0.5, True, "?", {}, [1], [None], "x" * 3000])


def _made(schema: Document) -> st.SearchStrategy[Any]:
    """Return values of a member: of its kind, at its limits or beside them."""
    if "x-kling-media" in schema or "anyOf" in schema:
        return st.sampled_from(pool(schema))
    return _KINDS[schema["type"]](schema)


def _text(schema: Document) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from([*schema["enum"], "beside"])
    if "pattern" in schema:
        return st.sampled_from(pool(schema))
    most = schema.get("maxLength", 40)
    lengths = st.sampled_from([schema.get("minLength", 1), min(most, 500), most, most + 1])
    return st.builds(
        lambda letter, length: letter * length, st.sampled_from(["x", "ß", "船", "\N{GRINNING FACE}", " "]), lengths
    )


def _number(schema: Document) -> st.SearchStrategy[Any]:
    low, high = schema.get("minimum", -5), schema.get("maximum", 5000)
    at = [low, high, (low + high) / 2 if schema["type"] == "number" else (low + high) // 2, low - 1, high + 1]
    return st.sampled_from([*at, *schema.get("enum", [])])


def _array(schema: Document) -> st.SearchStrategy[Any]:
    return st.lists(_made(schema["items"]), max_size=min(schema.get("maxItems", 3), 6) + 1)


def _object(schema: Document) -> st.SearchStrategy[Any]:
    members = {name: _made(one) for name, one in schema.get("properties", {}).items()}
    required = {name: one for name, one in members.items() if name in schema.get("required", [])}
    return st.fixed_dictionaries(required, optional={name: one for name, one in members.items() if name not in required})


_KINDS: dict[str, Callable[[Document], st.SearchStrategy[Any]]] = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda schema: st.booleans(),
    "array": _array,
    "object": _object,
}


def bodies(operation: Operation) -> st.SearchStrategy[Document]:
    """Return examples with some members made anew, left out or spoiled."""
    members = (operation.request or {})["properties"]
    plain_ones = {name for name, one in members.items() if not _has_media(one)}
    made = st.sampled_from(sorted(members)).flatmap(lambda name: st.tuples(st.just(name), _made(members[name])))
    junk = st.tuples(st.sampled_from(sorted(plain_ones)), _JUNK | st.none()) if plain_ones else made
    changes = st.lists(st.one_of(made, made, made, junk), max_size=4)
    examples = st.sampled_from(list(operation.examples.values()))
    return st.builds(lambda example, changed: {**example, **dict(changed)}, examples, changes)


def _has_media(schema: Document) -> bool:
    below = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return "x-kling-media" in schema or any(map(_has_media, below))
