"""Wrong about what stands around every answer."""

from msgspec import structs

from kling_mock.request import Answer, Request, json_answer

from .mutant import Handle, State, code, each_task, edited, is_look, is_page, mutant, said


@mutant("answer-status")
def errors_with_http_200(request: Request, handle: Handle, state: State) -> Answer:
    return structs.replace(handle(request), status=200)


@mutant("answer-status")
def a_code_that_nobody_knows(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, code=1299) if code(answer) == 1201 else answer


@mutant("answer-envelope")
def code_as_text(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, code=str(code(answer)))


@mutant("answer-envelope")
def no_message(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return json_answer(answer.status, {name: one for name, one in said(answer).items() if name != "message"})


@mutant("answer-envelope")
def html_for_a_look(request: Request, handle: Handle, state: State) -> Answer:
    return Answer(200, b"<html></html>", {"content-type": "text/html"}) if is_look(request) else handle(request)


@mutant("answer-envelope")
def content_type_text(request: Request, handle: Handle, state: State) -> Answer:
    return structs.replace(handle(request), headers={"content-type": "text/plain"})


@mutant("answer-request-id")
def one_request_id_for_all(request: Request, handle: Handle, state: State) -> Answer:
    return edited(handle(request), request_id="0001")


@mutant("answer-members")
def errors_carry_data(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, data={}) if code(answer) else answer


@mutant("answer-members")
def a_member_that_nobody_knows(request: Request, handle: Handle, state: State) -> Answer:
    return each_task(handle(request), lambda task: {**task, "task_priority": 1})


@mutant("answer-schema", "example-accepted")
def task_in_a_list(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    data = said(answer).get("data")
    return edited(answer, data=[data]) if isinstance(data, dict) and "task_id" in data else answer


@mutant("answer-schema", "pages")
def page_in_an_object(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, data={"tasks": said(answer)["data"]}) if is_page(request) and code(answer) == 0 else answer


@mutant("answer-schema", "example-accepted")
def number_for_text(request: Request, handle: Handle, state: State) -> Answer:
    return each_task(handle(request), lambda task: {**task, "task_id": int(task["task_id"])})


@mutant("answer-schema")
def text_for_a_number(request: Request, handle: Handle, state: State) -> Answer:
    return each_task(handle(request), lambda task: {**task, "created_at": str(task["created_at"])})


@mutant("answer-schema")
def no_updated_at(request: Request, handle: Handle, state: State) -> Answer:
    return each_task(handle(request), lambda task: {name: one for name, one in task.items() if name != "updated_at"})
