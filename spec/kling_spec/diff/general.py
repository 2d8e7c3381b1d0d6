"""The kinds of change that stand outside requests and replies: operations, hosts, credentials, catalogues."""

from collections.abc import Mapping

from .kinds import NOTHING, WORDS, Kind

_LESS = "risky", "Runs may cost less than a test says."
_MORE = "risky", "Runs cost more than a test says."
_MESSAGES = ("risky", "Code that compares the message sees another.")
_FAIL = "Tests that do this fail."

GENERAL: Mapping[str, Kind] = {
    "operation-added": Kind("operation-removed", caller=("safe", "A new call; nothing that ran before changes."), mock=NOTHING),
    "operation-removed": Kind(
        "operation-added", caller=("breaking", "Calls of it are answered with 404, code 1202."), mock=("breaking", _FAIL)
    ),
    "operation-renamed": Kind(
        "operation-renamed",
        caller=("breaking", "The client has it under another name; the HTTP call is the same."),
        mock=("safe", "The HTTP call is the same."),
    ),
    "operation-moved": Kind(
        "operation-moved", caller=("breaking", "The old method and path are answered with 404."), mock=("breaking", _FAIL)
    ),
    "callback-added": Kind("callback-removed", reader=("safe", "Sent only to those who ask for it."), mock=NOTHING),
    "callback-removed": Kind(
        "callback-added", reader=("breaking", "Those who wait for it are told nothing."), mock=("breaking", _FAIL)
    ),
    "host-added": Kind("host-removed", caller=("safe", "The other hosts stay."), mock=None),
    "host-removed": Kind("host-added", caller=("breaking", "Clients that call it reach nobody."), mock=None),
    "login-added": Kind("login-removed", caller=("safe", "The other credentials stay valid."), mock=NOTHING),
    "login-removed": Kind("login-added", caller=("breaking", "Such credentials are refused."), mock=("breaking", _FAIL)),
    "login-changed": Kind(
        "login-changed", caller=("breaking", "Credentials are sent in another way."), mock=("breaking", _FAIL)
    ),
    "pack-changed": Kind(
        "pack-changed",
        caller=("risky", "Another resource pack pays."),
        mock=("risky", "Another pack of the account pays."),
        semver="patch",
    ),
    "result-changed": Kind(
        "result-changed", reader=("breaking", "Results stand under another name."), mock=("breaking", _FAIL)
    ),
    "lifecycle-chosen": Kind(
        "lifecycle-chosen", reader=("breaking", "Tasks move in another way."), mock=("breaking", "Tasks move in another way.")
    ),
    "pace-changed": Kind("pace-changed", mock=("risky", "Tasks take another time at the same speed."), semver="patch"),
    "error-added": Kind(
        "error-removed", reader=("risky", "Code that lists the codes meets one it does not know."), mock=NOTHING
    ),
    "error-removed": Kind(
        "error-added", reader=("breaking", "The client has no class of its own for it any more."), mock=("breaking", _FAIL)
    ),
    "error-moved": Kind(
        "error-moved", reader=("breaking", "Code that goes by it takes the error for another."), mock=("breaking", _FAIL)
    ),
    "error-retry": Kind("error-retry", reader=("risky", "The client asks again in other cases."), mock=NOTHING),
    "message-added": Kind(
        "message-removed",
        reader=("safe", "One more thing the service is known to say."),
        mock=("risky", "The mock says something else in that case."),
        semver="patch",
    ),
    "message-removed": Kind(
        "message-added",
        reader=("safe", "One thing less the service is known to say."),
        mock=("risky", "The mock says something else in that case."),
        semver="patch",
    ),
    "message-changed": Kind("message-changed", reader=_MESSAGES, mock=_MESSAGES, semver="patch"),
    "price-added": Kind(
        "price-removed", caller=("risky", "What cost nothing by the list has a price."), mock=_MORE, semver="patch"
    ),
    "price-removed": Kind(
        "price-added", caller=("risky", "The list no longer says what it costs."), mock=_LESS, semver="patch"
    ),
    "price-list-added": Kind(
        "price-list-removed", caller=("safe", "Only operations that name it cost that."), mock=NOTHING, semver="patch"
    ),
    "price-list-removed": Kind("price-list-added", caller=("safe", "No operation names it."), mock=NOTHING, semver="patch"),
    "price-raised": Kind("price-lowered", caller=("risky", "The same request costs more."), mock=_MORE, semver="patch"),
    "price-lowered": Kind("price-raised", caller=("safe", "The same request costs less."), mock=_LESS, semver="patch"),
    "price-changed": Kind(
        "price-changed",
        caller=("risky", "The same request may cost more."),
        mock=("risky", "Runs cost something else."),
        semver="patch",
    ),
    "model-added": Kind(
        "model-removed", caller=("safe", "One more model; the fields that take it are told apart."), mock=NOTHING
    ),
    "model-removed": Kind(
        "model-added",
        caller=("breaking", "Requests that name it are refused."),
        mock=("breaking", "The mock refuses what it took."),
    ),
    "model-end-announced": Kind("model-end-withdrawn", caller=("risky", "It works until that day."), mock=NOTHING),
    "model-end-withdrawn": Kind("model-end-announced", caller=("safe", "It stays."), mock=NOTHING),
    "model-end-moved": Kind("model-end-moved", caller=("risky", "It works until another day."), mock=NOTHING),
    "model-changed": Kind(
        "model-changed",
        reader=("risky", "What it makes differs."),
        mock=("risky", "What the mock makes differs."),
        semver="patch",
    ),
    "voice-added": Kind("voice-removed", caller=("safe", "One more voice."), mock=NOTHING),
    "voice-removed": Kind(
        "voice-added", caller=("breaking", "Requests that name it are refused."), mock=("breaking", _FAIL), semver="minor"
    ),
    "voice-changed": Kind(
        "voice-changed",
        caller=("risky", "Requests with it may be refused or sound different."),
        mock=("risky", "The mock follows."),
        semver="patch",
    ),
    "lifecycle-added": Kind("lifecycle-removed", reader=NOTHING, mock=NOTHING),
    "lifecycle-removed": Kind("lifecycle-added", reader=NOTHING, mock=NOTHING),
    "state-added": Kind(
        "state-removed",
        reader=("risky", "Code that lists the states meets one it does not know."),
        mock=("risky", "Tasks may pass through it."),
    ),
    "state-removed": Kind(
        "state-added", reader=("safe", "Readers just never meet it."), mock=("breaking", "Tests that wait for it fail.")
    ),
    "way-added": Kind(
        "way-removed", reader=("risky", "Tasks may skip what readers wait for."), mock=("risky", "Tasks may move so.")
    ),
    "way-removed": Kind(
        "way-added",
        reader=("safe", "Tasks do nothing that they did not do."),
        mock=("safe", "Tasks do nothing that they did not do."),
    ),
    "state-verdict": Kind(
        "state-verdict",
        reader=("breaking", "Code that waits ends at another state."),
        mock=("breaking", "Tasks end at another state."),
    ),
    "slot-changed": Kind(
        "slot-changed",
        caller=("risky", "Other tasks count against the limit of tasks at once."),
        mock=("risky", "The mock counts the same."),
        semver="patch",
    ),
    "allowance-raised": Kind(
        "allowance-lowered",
        caller=("safe", "The service gives more."),
        mock=("risky", "Tests of the old limit fail."),
        semver="patch",
    ),
    "allowance-lowered": Kind(
        "allowance-raised",
        caller=("risky", "The service gives less."),
        mock=("risky", "Tests of the old limit fail."),
        semver="patch",
    ),
    "allowance-changed": Kind(
        "allowance-changed",
        caller=("risky", "The service gives something else."),
        mock=("risky", "Tests of the old limit fail."),
        semver="patch",
    ),
    "catalogue-doc-changed": Kind("catalogue-doc-changed", caller=WORDS, semver="patch"),
    "catalogue-changed": Kind(
        "catalogue-changed",
        caller=("risky", "Nothing is known of what this does; look."),
        mock=("risky", "Nothing is known of what this does; look."),
    ),
}
