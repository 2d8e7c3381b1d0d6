"""Wrong about what a request may say."""

import json

from msgspec import structs

from kling_mock.request import Answer, Request

from .mutant import Handle, State, body, code, edited, is_create, mutant, refusal, said, started, with_body


def _rules(answer: Answer) -> set[str]:
    """Return the rules and words that a refusal is about."""
    return {one["rule"] for one in json.loads(answer.headers.get("x-kling-mock-detail", "[]"))}


def _unless(request: Request, handle: Handle, state: State, *rules: str) -> Answer:
    """Accept what would be refused because of some rules."""
    answer = handle(request)
    return started(state) if is_create(request) and code(answer) == 1201 and _rules(answer) & set(rules) else answer


@mutant("rule-broken")
def a_rule_is_not_enforced(request: Request, handle: Handle, state: State) -> Answer:
    return _unless(request, handle, state, "t2v-prompt-needed")


@mutant("rule-broken")
def the_table_of_models_is_not_enforced(request: Request, handle: Handle, state: State) -> Answer:
    return _unless(request, handle, state, "t2v-models", "img-models")


@mutant("rule-kept", "value-accepted", "example-accepted")
def a_rule_is_too_strict(request: Request, handle: Handle, state: State) -> Answer:
    return refusal(1201, 400) if is_create(request) and body(request).get("model_name") == "kling-v3" else handle(request)


@mutant("value-accepted")
def a_value_is_missing(request: Request, handle: Handle, state: State) -> Answer:
    return refusal(1201, 400) if body(request).get("aspect_ratio") == "1:1" else handle(request)


@mutant("shape")
def lengths_are_not_looked_at(request: Request, handle: Handle, state: State) -> Answer:
    return _unless(request, handle, state, "size", "maxLength", "maxItems")


@mutant("shape")
def values_are_not_looked_at(request: Request, handle: Handle, state: State) -> Answer:
    return _unless(request, handle, state, "enum")


@mutant("shape")
def types_are_not_looked_at(request: Request, handle: Handle, state: State) -> Answer:
    return _unless(request, handle, state, "type")


@mutant("rule-broken", "shape")
def wrong_code_for_parameters(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, code=1200) if is_create(request) and code(answer) == 1201 else answer


@mutant("body-unreadable")
def fails_at_bad_json(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, status=500, code=5000) if code(answer) == 1200 else answer


@mutant("body-unreadable")
def nothing_is_a_body(request: Request, handle: Handle, state: State) -> Answer:
    return handle(request if request.body else structs.replace(request, body=b"{}"))


@mutant("model-impossible")
def any_model_will_do(request: Request, handle: Handle, state: State) -> Answer:
    if is_create(request) and "no-such-model" in str(body(request).get("model_name")):
        return started(state)
    return handle(request)


@mutant("reference-unknown")
def any_id_will_do(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return started(state) if is_create(request) and code(answer) == 1201 and b"9007199254740001" in request.body else answer


@mutant("unknown-member")
def unknown_members_are_refused(request: Request, handle: Handle, state: State) -> Answer:
    return refusal(1201, 400) if any(name.startswith("x_") for name in body(request)) else handle(request)


@mutant("null-member")
def null_is_a_value(request: Request, handle: Handle, state: State) -> Answer:
    return refusal(1201, 400) if is_create(request) and None in body(request).values() else handle(request)


@mutant("number-for-text")
def numbers_are_not_text(request: Request, handle: Handle, state: State) -> Answer:
    return refusal(1201, 400) if isinstance(body(request).get("duration"), int) else handle(request)


@mutant("member-order")
def the_order_of_members_counts(request: Request, handle: Handle, state: State) -> Answer:
    first = next(iter(body(request)), "")
    is_late = "model_name" in body(request) and first != "model_name"
    return refusal(1201, 400) if is_create(request) and is_late else handle(request)


@mutant("read")
def ledgers_want_more(request: Request, handle: Handle, state: State) -> Answer:
    return (
        refusal(1201, 400) if request.path.startswith("/account/billing") and "limit" not in body(request) else handle(request)
    )


@mutant("call-answered")
def calls_want_a_key(request: Request, handle: Handle, state: State) -> Answer:
    return refusal(1201, 400) if request.path == "/v1/audio/tts" and "key" not in body(request) else handle(request)


@mutant("deleted")
def deletes_nothing(request: Request, handle: Handle, state: State) -> Answer:
    """Say yes to every delete after the first."""
    answer = handle(request)
    if request.path == "/v1/general/delete-elements" and code(answer) == 1201:
        return edited(answer, status=200, code=0, data={"task_id": "1", "task_status": "succeed"})
    return answer


@mutant("example-accepted")
def callbacks_are_needed(request: Request, handle: Handle, state: State) -> Answer:
    return refusal(1201, 400) if is_create(request) and "callback_url" not in body(request) else handle(request)


@mutant("unknown-member")
def unknown_members_change_the_state(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(with_body(request, body(request))) if is_create(request) and body(request) else handle(request)
    if "x_kling_contract" in body(request) and code(answer) == 0:
        return edited(answer, data={**said(answer)["data"], "task_status": "processing"})
    return answer
