"""The kinds of change that stand in a request or a reply."""

from collections.abc import Mapping

from .kinds import NOTHING, WORDS, Kind, Said

_REFUSED = "breaking", "Requests that were taken are refused."
_TAKEN = "safe", "All that was taken is taken, and more."
_NARROWER = "safe", "Replies hold nothing that they could not hold before."
_WIDER = "risky", "Replies may hold what they never held before."
_MOCK_ONLY = "safe", "Nothing that the service does."

SIDED: Mapping[str, Kind] = {
    "field-added": Kind(
        "field-removed",
        ("safe", "Requests without it are taken as before."),
        ("safe", "Readers that do not know it pass it by."),
    ),
    "field-removed": Kind(
        "field-added",
        ("breaking", "The client has the argument no more, and the service does not heed it."),
        ("breaking", "Code that reads it finds nothing."),
        mock=("breaking", "A strict mock refuses requests with it; no mock answers with it."),
    ),
    "needed-field-added": Kind(
        "needed-field-removed",
        ("breaking", "Requests without it are refused."),
        ("safe", "Readers that do not know it pass it by."),
    ),
    "needed-field-removed": Kind(
        "needed-field-added",
        ("breaking", "The client has the argument no more, and the service does not heed it."),
        ("breaking", "Code that reads it finds nothing."),
        mock=("breaking", "A strict mock refuses requests with it; no mock answers with it."),
    ),
    "now-required": Kind("now-optional", ("breaking", "Requests without it are refused."), ("safe", "It is always there now.")),
    "now-optional": Kind(
        "now-required", ("safe", "Requests may leave it out."), ("breaking", "Code that takes it for granted finds nothing.")
    ),
    "type-narrowed": Kind("type-widened", _REFUSED, _NARROWER),
    "type-widened": Kind("type-narrowed", _TAKEN, ("breaking", "Readers meet values of a type that they never met.")),
    "type-changed": Kind(
        "type-changed",
        ("breaking", "Requests with a value of the old type are refused."),
        ("breaking", "Readers meet values of another type."),
    ),
    "value-added": Kind(
        "value-removed",
        ("safe", "Requests may use it; all others are taken as before."),
        ("risky", "The client takes it as text; code that lists the values meets one it does not know."),
    ),
    "value-removed": Kind(
        "value-added", ("breaking", "Requests with it are refused."), ("safe", "Readers just never meet it.")
    ),
    "values-closed": Kind("values-freed", _REFUSED, _NARROWER),
    "values-freed": Kind("values-closed", _TAKEN, _WIDER),
    "list-opened": Kind("list-closed", ("safe", "The client sends other values too."), _WIDER),
    "list-closed": Kind("list-opened", ("breaking", "The client refuses other values, which it used to send."), _NARROWER),
    "default-added": Kind("default-removed", ("risky", "Requests without the field may be read in another way."), NOTHING),
    "default-removed": Kind("default-added", ("risky", "Requests without the field may be read in another way."), NOTHING),
    "default-changed": Kind(
        "default-changed", ("risky", "Requests without the field are taken, but do something else."), NOTHING
    ),
    "limit-narrowed": Kind("limit-widened", _REFUSED, _NARROWER),
    "limit-widened": Kind("limit-narrowed", _TAKEN, _WIDER),
    "limit-changed": Kind("limit-changed", ("breaking", "Requests that were taken may be refused."), _WIDER),
    "unit-changed": Kind(
        "unit-changed",
        ("breaking", "The same number asks for something else."),
        ("breaking", "The same number says something else."),
    ),
    "unit-told": Kind("unit-untold", WORDS, WORDS, semver="patch"),
    "unit-untold": Kind("unit-told", WORDS, WORDS, semver="patch"),
    "argument-renamed": Kind(
        "argument-renamed",
        ("breaking", "The client has the argument under another name; the HTTP request is the same."),
        ("breaking", "The client has the member under another name; the HTTP reply is the same."),
        mock=("safe", "The HTTP call is the same."),
    ),
    "media-narrowed": Kind("media-widened", ("breaking", "Media that were taken are refused."), _NARROWER),
    "media-widened": Kind("media-narrowed", ("safe", "All media that were taken are taken, and more."), _WIDER),
    "media-changed": Kind(
        "media-changed",
        ("breaking", "Media that were taken may be refused."),
        ("risky", "The file is of another kind than before."),
    ),
    "reference-narrowed": Kind(
        "reference-widened",
        ("breaking", "Ids that were taken are refused."),
        ("risky", "The id can be used for a shorter time or in fewer places."),
    ),
    "reference-widened": Kind(
        "reference-narrowed",
        ("safe", "All ids that were taken are taken, and more."),
        ("safe", "The id can be used longer or in more places."),
    ),
    "reference-changed": Kind(
        "reference-changed", ("breaking", "An id of another kind is wanted."), ("breaking", "The id is one of another kind.")
    ),
    "end-announced": Kind(
        "end-withdrawn",
        ("risky", "It still works; requests with it will be refused from that day."),
        ("risky", "It is still there; replies will not have it from that day."),
    ),
    "end-withdrawn": Kind("end-announced", ("safe", "It stays."), ("safe", "It stays.")),
    "end-sooner": Kind(
        "end-later", ("risky", "There is less time than was said."), ("risky", "There is less time than was said.")
    ),
    "end-later": Kind(
        "end-sooner", ("safe", "There is more time than was said."), ("safe", "There is more time than was said.")
    ),
    "start-changed": Kind("start-changed", WORDS, WORDS, semver="patch"),
    "deprecated": Kind(
        "undeprecated", ("risky", "It still works; the vendor advises against it."), ("risky", "It is still there; it may go.")
    ),
    "undeprecated": Kind("deprecated", ("safe", "It stays."), ("safe", "It stays.")),
    "doc-changed": Kind("doc-changed", WORDS, WORDS, mock=("safe", "Only words."), semver="patch"),
    "example-added": Kind("example-removed", WORDS, WORDS, mock=NOTHING, semver="patch"),
    "example-removed": Kind("example-added", WORDS, WORDS, mock=NOTHING, semver="patch"),
    "example-changed": Kind(
        "example-changed", WORDS, WORDS, mock=("risky", "Where it is a reply's, the mock answers by it."), semver="patch"
    ),
    "make-changed": Kind(
        "make-changed", _MOCK_ONLY, _MOCK_ONLY, mock=("risky", "The mock fills the member in another way."), semver="patch"
    ),
    "detail-changed": Kind(
        "detail-changed",
        ("risky", "Nothing is known of what this does to requests; look."),
        ("risky", "Nothing is known of what this does to replies; look."),
    ),
    "rule-added": Kind("rule-removed", ("breaking", "Requests that break it were taken and are refused."), NOTHING),
    "rule-removed": Kind("rule-added", ("safe", "Requests that break it are taken."), NOTHING),
    "rule-narrowed": Kind("rule-widened", ("breaking", "It refuses requests that it let through."), NOTHING),
    "rule-widened": Kind("rule-narrowed", ("safe", "It lets through all that it did, and more."), NOTHING),
    "rule-changed": Kind("rule-changed", ("breaking", "It may refuse requests that it let through."), NOTHING),
    "rule-reworded": Kind(
        "rule-reworded", WORDS, WORDS, mock=("risky", "Tests that compare the message see another."), semver="patch"
    ),
}

_ON_REQUEST: Mapping[str, Said] = {
    "breaking": ("breaking", "The mock refuses what it took."),
    "risky": ("risky", "The mock does the same."),
    "safe": ("safe", "The mock does the same."),
}
_ON_REPLY: Mapping[str, Said] = {
    "breaking": ("breaking", "The mock answers in the same new way."),
    "risky": ("risky", "The mock may answer so."),
    "safe": ("safe", "The mock does the same."),
}
MOCK: Mapping[str, Mapping[str, Said]] = {"request": _ON_REQUEST, "reply": _ON_REPLY}
"""What a change does to mock users when its kind says nothing of them: the mock follows the spec."""
