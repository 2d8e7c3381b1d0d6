"""Wrong about units, places and rates, and about callbacks."""

import json
from decimal import Decimal
from typing import Any

from msgspec import structs

from kling_mock.request import Answer, Request

from .mutant import (
    Handle,
    Sender,
    State,
    astray,
    code,
    each_task,
    edited,
    is_create,
    is_look,
    is_page,
    mutant,
    refusal,
    said,
    served,
    started,
)


@mutant("price")
def twice_the_price(request: Request, handle: Handle, state: State) -> Answer:
    def change(task: dict[str, Any]) -> dict[str, Any]:
        return {**task, "final_unit_deduction": str(Decimal(task["final_unit_deduction"]) * 2)}

    return each_task(handle(request), lambda task: change(task) if "final_unit_deduction" in task else task)


def _packs(answer: Answer, less: Decimal | None) -> Answer:
    """Return the packs with fewer units left; None: with all."""
    data = said(answer)["data"]
    for one in data["resource_pack_subscribe_infos"]:
        one["remaining_quantity"] = one["total_quantity"] if less is None else one["remaining_quantity"] - float(less)
    return edited(answer, data=data)


@mutant("price")
def nothing_is_taken(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return _packs(answer, None) if request.path == "/account/costs" and code(answer) == 0 else answer


@mutant("refund")
def failures_are_not_refunded(request: Request, handle: Handle, state: State) -> Answer:
    answer, caller = handle(request), request.headers.get("authorization", "")
    if is_look(request) and code(answer) == 0 and said(answer)["data"]["task_status"] == "failed":
        state[caller] = Decimal(1)
    return _packs(answer, state.get(caller, Decimal(0))) if request.path == "/account/costs" and code(answer) == 0 else answer


@mutant("ledger")
def the_ledger_is_empty(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    if request.path == "/account/billing/package" and code(answer) == 0:
        return edited(answer, data={**said(answer)["data"], "result": {"detail": []}})
    return answer


@mutant("units-used-up")
def empty_packs_pay(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return started(state) if code(answer) == 1102 else answer


@mutant("units-used-up")
def wrong_code_for_empty_packs(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, code=1101) if code(answer) == 1102 else answer


@mutant("slots")
def as_many_tasks_as_one_likes(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return started(state) if code(answer) == 1303 else answer


@mutant("slots")
def places_leak(request: Request, handle: Handle, state: State) -> Answer:
    answer, caller = handle(request), request.headers.get("authorization", "")
    state[caller] = state.get(caller, False) or code(answer) == 1303
    return refusal(1303, 429) if is_create(request) and state[caller] else answer


@mutant("slots-failed")
def failures_keep_their_place(request: Request, handle: Handle, state: State) -> Answer:
    answer, caller = handle(request), request.headers.get("authorization", "")
    if is_look(request) and code(answer) == 0 and said(answer)["data"]["task_status"] == "failed":
        state[caller] = True
    return refusal(1303, 429) if is_create(request) and state.get(caller) else answer


@mutant("slots")
def wrong_code_for_full(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, code=1302) if code(answer) == 1303 else answer


@mutant("rate")
def as_fast_as_one_likes(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, status=200, code=0, data=[]) if is_page(request) and code(answer) == 1302 else answer


@mutant("rate")
def never_slow_enough(request: Request, handle: Handle, state: State) -> Answer:
    answer, caller = handle(request), request.headers.get("authorization", "")
    state[caller] = state.get(caller, False) or code(answer) == 1302
    return refusal(1302, 429) if state[caller] else answer


@served("results")
def files_are_gone(request: Request, handle: Handle, state: State) -> Answer:
    return refusal(1203, 404)


@served("results")
def files_are_pages(request: Request, handle: Handle, state: State) -> Answer:
    return Answer(200, b"<html>expired</html>", {"content-type": "text/html"})


@served("results")
def files_are_empty(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    b"".join(answer.stream or ())  # read to its end, so that the file is closed
    return structs.replace(answer, body=b"", stream=None)


def _state(payload: bytes) -> str:
    return str(json.loads(payload).get("task_status"))


@astray("callbacks")
def the_end_is_not_posted(send: Sender, state: State) -> Sender:
    return lambda url, payload, *more, **words: 200 if _state(payload) == "succeed" else send(url, payload, *more, **words)


@astray("callbacks")
def every_callback_twice(send: Sender, state: State) -> Sender:
    return lambda url, payload, *more, **words: send(url, payload, *more, **words) and send(url, payload, *more, **words)


@astray("callbacks")
def callbacks_out_of_order(send: Sender, state: State) -> Sender:
    """Keep the second back until the third has been sent."""

    def run(url: str, payload: bytes, *more: Any, **words: Any) -> int:
        if _state(payload) == "processing":
            state[url] = payload
            return 200
        status = send(url, payload, *more, **words)
        return send(url, state.pop(url), *more, **words) if url in state else status

    return run


@astray("callbacks")
def callbacks_in_an_envelope(send: Sender, state: State) -> Sender:
    def run(url: str, payload: bytes, *more: Any, **words: Any) -> int:
        return send(url, json.dumps({"code": 0, "message": "SUCCEED", "data": json.loads(payload)}).encode(), *more, **words)

    return run


@astray("callbacks")
def callbacks_are_not_json(send: Sender, state: State) -> Sender:
    return lambda url, payload, *more, **words: send(url, b"task_id=" + payload, *more, **words)


@astray("callbacks")
def callbacks_of_another_task(send: Sender, state: State) -> Sender:
    def run(url: str, payload: bytes, *more: Any, **words: Any) -> int:
        return send(url, json.dumps({**json.loads(payload), "task_id": "1"}).encode(), *more, **words)

    return run


@astray("callbacks-failed")
def failures_are_not_posted(send: Sender, state: State) -> Sender:
    return lambda url, payload, *more, **words: 200 if _state(payload) == "failed" else send(url, payload, *more, **words)
