"""Calls as an HTTP archive (HAR 1.2), the format that browsers' developer tools write and open."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from .entries import Entry

Json = dict[str, Any]
_IN_PATH = "/%:@!$&'()*+,;=~"
_NO_SIZE = -1  # the format's word for a size that is not known


def har(entries: Sequence[Entry]) -> Json:
    """Return an archive of calls; what the format has no place for stands in members that begin with an underscore."""
    creator = {"name": "kling-mock", "version": "1"}
    return {"log": {"version": "1.2", "creator": creator, "pages": [], "entries": [_entry(one) for one in entries]}}


def _entry(one: Entry) -> Json:
    return {
        "startedDateTime": one.wall,
        "time": one.ms,
        "request": _request(one),
        "response": _response(one),
        "cache": {},
        "timings": {"blocked": _NO_SIZE, "dns": _NO_SIZE, "connect": _NO_SIZE, "send": 0, "wait": one.ms, "receive": 0},
        "connection": str(one.number),
        "comment": one.operation,
        "_kling": {
            "number": one.number,
            "at": one.at,
            "code": one.code,
            "message": one.message,
            "task_id": one.task_id,
            "problems": [vars(each) for each in one.problems],
            "client": one.client,
        },
    }


def _request(one: Entry) -> Json:
    made = {
        "method": one.verb,
        "url": _url(one),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(one.headers),
        "queryString": _pairs(one.query),
        "headersSize": _NO_SIZE,
        "bodySize": one.body_bytes,
    }
    if one.body is None:
        return made
    kind = one.headers.get("content-type", "application/json")
    return {**made, "postData": {"mimeType": kind, "params": [], "text": _text(one.body), **_comment(one.body_cut)}}


def _response(one: Entry) -> Json:
    kind = one.reply_headers.get("content-type", "application/json")
    known = one.status in {each.value for each in HTTPStatus}
    return {
        "status": one.status,
        "statusText": HTTPStatus(one.status).phrase if known else "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(one.reply_headers),
        "content": {"size": one.reply_bytes, "mimeType": kind, "text": _text(one.reply), **_comment(one.reply_cut)},
        "redirectURL": "",
        "headersSize": _NO_SIZE,
        "bodySize": one.reply_bytes,
    }


def _url(one: Entry) -> str:
    scheme, host = one.headers.get("x-forwarded-proto", "http"), one.headers.get("host", "localhost")
    asked = f"?{urlencode(one.query, safe='*')}" if one.query else ""
    return f"{scheme}://{host}{quote(one.path, safe=_IN_PATH)}{asked}"


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return msgspec.json.encode(value).decode()


def _pairs(values: Mapping[str, str]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _comment(cut: int) -> Json:
    return {"comment": f"{cut} bytes are not kept"} if cut else {}
