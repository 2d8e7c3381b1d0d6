"""The calls of an account: listed, followed, exported, forgotten, and looked for."""

from typing import Any

import msgspec

from kling_mock.entries import Entry, entry, json_line
from kling_mock.feed import Feed
from kling_mock.filters import ASKS, Filter, check_operation, found
from kling_mock.har import har
from kling_mock.mask import mask_of
from kling_mock.request import Answer, json_answer
from kling_mock.verify import Expectation, explained, from_json, matched

from .call import Call, Control

_LISTED = 100


class Assertion(msgspec.Struct, forbid_unknown_fields=True):
    """What an account must have been asked."""

    operation: str
    said: dict[
        str, Any
    ] = {}  # members of the body, path and query by dotted name; {"$regex": …}, {"$any": true}, {"$absent": true}
    times: int | None = None  # exactly
    at_least: int | None = None  # default: 1
    code: int | None = 0  # of the answer; null takes any


def listed(call: Call) -> dict[str, Any]:
    """List calls, oldest first; at most 100 unless `limit` says otherwise."""
    wanted = _filter(call)
    made = found(call.world, call.account, wanted if wanted.limit is not None else _limited(wanted))
    journal = call.account.journal
    return {"calls": made, "kept": len(journal), "last": journal.last, "dropped": journal.dropped}


def one(call: Call) -> Entry:
    """Tell one call."""
    number = _number(call.path["number"], "a call")
    kept = call.account.journal.after(number - 1)
    if not kept or kept[0][0] != number:
        raise KeyError(f"no call {number} is kept; the latest is {call.account.journal.last}")
    return entry(call.world, call.account, *kept[0])


def clear(call: Call) -> dict[str, Any]:
    """Forget the calls; their numbers are not given again."""
    call.account.journal.clear()
    return {"kept": len(call.account.journal), "last": call.account.journal.last}


def archive(call: Call) -> Answer:
    """Export calls as HAR 1.2, which the developer tools of browsers open."""
    return json_answer(200, har(found(call.world, call.account, _filter(call))))


def lines(call: Call) -> Answer:
    """Export calls as JSON lines."""
    made = found(call.world, call.account, _filter(call))
    return Answer(200, b"".join(json_line(each) + b"\n" for each in made), {"content-type": "application/x-ndjson"})


def events(call: Call) -> Answer:
    """Follow calls as server-sent events: those that were, then each new one; the header Last-Event-ID resumes."""
    wanted = _filter(call)
    check_operation(call.world, wanted.operation)
    resumed = call.request.headers.get("last-event-id", "")
    if resumed:
        since = _number(resumed, "Last-Event-ID")
        is_of_before = since > call.account.journal.last  # the server was started anew since then
        wanted = msgspec.structs.replace(wanted, since=0 if is_of_before else since)
    headers = {"content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"}
    return Answer(200, b"", headers, stream=Feed(call.world, call.account, wanted))


def verify(call: Call) -> Answer:
    """Say whether an account was asked something, how often, and what came closest: 409 when it was not."""
    said: Assertion = call.body
    known = from_json(mask_of(call.account.secrets).value(said.said))  # as the journal tells it
    expected = Expectation(said.operation, known, times=said.times, at_least=said.at_least, code=said.code)
    calls = found(call.world, call.account, Filter())
    check_operation(call.world, said.operation)
    matching = matched(expected, calls)
    problem = explained(expected, calls, call.account.journal)
    data = {"ok": not problem, "count": len(matching), "numbers": [each.number for each in matching]}
    return json_answer(409, {**data, "error": problem}) if problem else json_answer(200, data)


msgspec.json.Decoder(Filter)  # looks at the type now, in one thread: see `Control`


def _filter(call: Call) -> Filter:
    asked = {name: value for name, value in call.request.query.items() if name != "account_id"}
    return msgspec.convert(asked, Filter, strict=False)


def _number(text: str, what: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{what} has a number; got {text!r}")
    return int(text)


def _limited(wanted: Filter) -> Filter:
    return msgspec.structs.replace(wanted, limit=_LISTED)


CONTROLS = (
    Control("GET", "/journal", listed, asks=ASKS),
    Control("DELETE", "/journal", clear),
    Control("GET", "/journal.har", archive, asks=ASKS),
    Control("GET", "/journal.jsonl", lines, asks=ASKS),
    Control("GET", "/journal/events", events, asks=ASKS[:-1]),
    Control(
        "POST", "/journal/assert", verify, Assertion, example={"operation": "*.create", "said": {"prompt": "A paper boat"}}
    ),
    Control("GET", "/journal/{number}", one),
)
