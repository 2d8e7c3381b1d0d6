"""What HAR 1.2 demands of an archive, as a JSON Schema: http://www.softwareishard.com/blog/har-12-spec/."""

from typing import Any

_Schema = dict[str, Any]
_TEXT, _WHOLE = {"type": "string"}, {"type": "integer", "minimum": -1}
_TIME = {"type": "number", "minimum": -1}


def _object(required: _Schema, optional: _Schema | None = None) -> _Schema:
    """Return an object with these members; others must begin with an underscore."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {}), "comment": _TEXT},
        "patternProperties": {"^_": True},
        "additionalProperties": False,
    }


def _list(of: _Schema) -> _Schema:
    return {"type": "array", "items": of}


_PAIR = _object({"name": _TEXT, "value": _TEXT})
_COOKIE = _object({"name": _TEXT, "value": _TEXT}, {"path": _TEXT, "domain": _TEXT, "httpOnly": {"type": "boolean"}})
_REQUEST = _object(
    {
        "method": _TEXT,
        "url": {"type": "string", "pattern": "^https?://[^/ ]+/[\\x21-\\x7e]*$"},
        "httpVersion": _TEXT,
        "cookies": _list(_COOKIE),
        "headers": _list(_PAIR),
        "queryString": _list(_PAIR),
        "headersSize": _WHOLE,
        "bodySize": _WHOLE,
    },
    {"postData": _object({"mimeType": _TEXT, "params": _list(_PAIR), "text": _TEXT})},
)
_RESPONSE = _object(
    {
        "status": {"type": "integer"},
        "statusText": _TEXT,
        "httpVersion": _TEXT,
        "cookies": _list(_COOKIE),
        "headers": _list(_PAIR),
        "content": _object({"size": _WHOLE, "mimeType": _TEXT}, {"text": _TEXT, "encoding": _TEXT, "compression": _WHOLE}),
        "redirectURL": _TEXT,
        "headersSize": _WHOLE,
        "bodySize": _WHOLE,
    }
)
_ENTRY = _object(
    {
        "startedDateTime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$"},
        "time": {"type": "number", "minimum": 0},
        "request": _REQUEST,
        "response": _RESPONSE,
        "cache": _object({}),
        "timings": _object(
            {"send": _TIME, "wait": _TIME, "receive": _TIME}, {"blocked": _TIME, "dns": _TIME, "connect": _TIME, "ssl": _TIME}
        ),
    },
    {"pageref": _TEXT, "serverIPAddress": _TEXT, "connection": _TEXT},
)
HAR = _object(
    {
        "log": _object(
            {
                "version": {"const": "1.2"},
                "creator": _object({"name": _TEXT, "version": _TEXT}),
                "entries": _list(_ENTRY),
            },
            {"browser": _object({"name": _TEXT, "version": _TEXT}), "pages": _list({"type": "object"})},
        )
    }
)
