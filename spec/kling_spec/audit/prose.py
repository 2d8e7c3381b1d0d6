"""Finds limits in sentences, English and Chinese. Only what is said flatly: a limit under a condition is left out."""

import re
from collections.abc import Callable, Iterable
from typing import Any

_ENDS = re.compile(r"(?<=[.;。；])\s*(?=[A-Z\u4e00-\u9fff])|\n")
_NUMBER = r"(-?\d+(?:,\d{3})*(?:\.\d+)?)"
_TO = r"\s*(?:,|，|~|～|–|—|-|to|and|至|到|和)\s*"
_CONDITION = re.compile(
    r"\b(?:when|if|while|unless|depending|for example|e\.g\.|such as)\b|时[，,：:]|如果|如生成|例如", re.IGNORECASE
)

_RANGE = re.compile(
    rf"(?:value|valid)?\s*range(?:\s+is)?\s*[:：]?\s*[\[(]?\s*{_NUMBER}{_TO}{_NUMBER}"
    rf"|(?:取值|有效)范围\s*[:：]?\s*[\[(]?\s*{_NUMBER}{_TO}{_NUMBER}",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    rf"(?:not\s+exceed|not\s+more\s+than|no\s+more\s+than|at\s+most|up\s+to|within|maximum(?:\s+of)?|≤|<=)\s*{_NUMBER}\s*(?:characters|chars)"
    rf"|maximum\s+(?:text\s+)?length(?:\s+of(?:\s+the)?\s+text(?:\s+content)?)?\s*(?:is|of|:)?\s*{_NUMBER}"
    rf"|(?:不能|不得|不)(?:超过|多于)\s*{_NUMBER}\s*个?字|最大长度(?:为)?\s*{_NUMBER}",
    re.IGNORECASE,
)
_COUNT_EXACT = re.compile(rf"(?:array\s+)?length\s+must\s+be\s+{_NUMBER}|数组长度必须为\s*{_NUMBER}", re.IGNORECASE)
_COUNT_MOST = re.compile(
    rf"(?:supports?|maximum\s+of|at\s+most)\s+(?:up\s+to\s+)?{_NUMBER}\s+(?:images?|items?|entries|shots?|voices?)",
    re.IGNORECASE,
)
_COUNT_LEAST = re.compile(rf"at\s+least\s+{_NUMBER}\s+(?:images?|items?|entries|shots?|voices?)", re.IGNORECASE)
_SIZE = re.compile(
    rf"(?:≤|<=|not\s+(?:to\s+)?exceed(?:ing)?|cannot\s+exceed|max(?:imum)?(?:\s+size)?|up\s+to|不(?:能)?超过)\s*(?:of\s+)?{_NUMBER}\s*MB?\b",
    re.IGNORECASE,
)
_LEAST_SIDE = re.compile(
    rf"(?:≥|>=|not\s+(?:be\s+)?less\s+than|no\s+less\s+than|at\s+least|min(?:imum)?|不小于|不低于)\s*(?:of\s+)?{_NUMBER}\s*px",
    re.IGNORECASE,
)
_SIDES = re.compile(rf"{_NUMBER}\s*px\s*(?:（含）)?\s*(?:–|—|-|~|～|to|and|和|至)\s*{_NUMBER}\s*px", re.IGNORECASE)
_RATIO = re.compile(rf"1\s*[:：]\s*{_NUMBER}\s*(?:~|～|–|-|and|to)\s*{_NUMBER}\s*[:：]\s*1")
_SECONDS = re.compile(
    rf"(?:duration|时长)\D{{0,12}}?{_NUMBER}\s*s?\s*(?:–|—|-|~|～)\s*{_NUMBER}\s*s\b"
    rf"|no\s+less\s+than\s+{_NUMBER}\s+seconds?\s+and\s+no\s+(?:more|longer)\s+than\s+{_NUMBER}\s+seconds?"
    rf"|不短于\s*{_NUMBER}\s*秒且不(?:超过|长于)\s*{_NUMBER}\s*秒|(?:长度|时长)在?\s*{_NUMBER}\s*秒\s*(?:-|~|～|至|到)\s*{_NUMBER}\s*秒",
    re.IGNORECASE,
)
_FORMATS = re.compile(r"format|格式|支持\s*\.", re.IGNORECASE)
_ENDINGS = "jpe?g|png|webp|gif|bmp|mp3|wav|m4a|aac|ogg|flac|mp4|mov|webm|avi"
_SUFFIX = re.compile(rf"(?<![A-Za-z0-9_])\.({_ENDINGS})(?![A-Za-z0-9])", re.IGNORECASE)
_NAMED = re.compile(rf"(?<![A-Za-z0-9_.])({_ENDINGS.upper()})(?![A-Za-z0-9])")


def limits(sentences: Iterable[str], kind: str | None = None) -> dict[str, Any]:
    """Return the limits in sentences about a field of this type; about any field when the type is not known.

    Keys are those of JSON Schema (maxLength, minimum …) and of x-kling-media (most_mb, least_px, most_px, ratio, seconds,
    formats). Of two sentences the first has the word.
    """
    found: dict[str, Any] = {}
    for sentence in (one for text in sentences for one in _ENDS.split(text)):
        for key, value in _of(sentence, kind).items():
            found.setdefault(key, value)
    return found


def _of(sentence: str, kind: str | None) -> dict[str, Any]:
    if _CONDITION.search(sentence):
        return {}
    found: dict[str, Any] = {}
    for kinds, read in _READERS:
        if kind is None or kind in kinds:
            found |= read(sentence)
    return found


def _numbers(pattern: re.Pattern[str], sentence: str) -> list[float]:
    """Return the numbers of the one match; nothing when the sentence says such a thing twice."""
    matches = list(pattern.finditer(sentence))
    return [_number(one) for one in matches[0].groups() if one is not None] if len(matches) == 1 else []


def _number(text: str) -> float:
    value = float(text.replace(",", ""))
    return int(value) if value == int(value) else value


def _first(key: str, numbers: list[float]) -> dict[str, Any]:
    return {key: numbers[0]} if numbers else {}


def _range(sentence: str) -> dict[str, Any]:
    pair = _numbers(_RANGE, sentence)
    return {"minimum": pair[0], "maximum": pair[1]} if len(pair) == 2 else {}


def _length(sentence: str) -> dict[str, Any]:
    return _first("maxLength", _numbers(_LENGTH, sentence))


def _count(sentence: str) -> dict[str, Any]:
    exact = _numbers(_COUNT_EXACT, sentence)
    if exact:
        return {"minItems": exact[0], "maxItems": exact[0]}
    return _first("maxItems", _numbers(_COUNT_MOST, sentence)) | _first("minItems", _numbers(_COUNT_LEAST, sentence))


def _media(sentence: str) -> dict[str, Any]:
    found = _first("most_mb", _numbers(_SIZE, sentence))
    sides, ratio, seconds = _numbers(_SIDES, sentence), _numbers(_RATIO, sentence), _numbers(_SECONDS, sentence)
    if len(sides) == 2:
        found |= {"least_px": sides[0], "most_px": sides[1]}
    else:
        found |= _first("least_px", _numbers(_LEAST_SIDE, sentence))
    if len(ratio) == 2 and ratio[0]:
        found["ratio"] = [round(1 / ratio[0], 4), ratio[1]]
    if len(seconds) == 2:
        found["seconds"] = seconds
    formats = sorted({one.lower() for one in _SUFFIX.findall(sentence) + _NAMED.findall(sentence)})
    return found | ({"formats": formats} if formats and _FORMATS.search(sentence) else {})


_READERS: list[tuple[tuple[str, ...], Callable[[str], dict[str, Any]]]] = [
    (("integer", "number"), _range),
    (("string",), _length),
    (("array",), _count),
    (("string", "array", "object"), _media),
]
