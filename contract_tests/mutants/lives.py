"""Wrong about tasks and pages."""

from typing import Any

from msgspec import structs

from kling_mock.request import Answer, Request, json_answer

from .mutant import Handle, State, code, each_task, edited, is_create, is_look, is_page, mutant, refusal, said, with_body

Task = dict[str, Any]


@mutant("lifecycle", "answer-schema")
def another_word_for_success(request: Request, handle: Handle, state: State) -> Answer:
    def change(task: Task) -> Task:
        return {**task, "task_status": {"succeed": "succeeded"}.get(task["task_status"], task["task_status"])}

    return each_task(handle(request), change)


@mutant("lifecycle")
def goes_back(request: Request, handle: Handle, state: State) -> Answer:
    def change(task: Task) -> Task:
        looks = state["looks"] = state.get("looks", 0) + 1
        return {**task, "task_status": "submitted"} if task["task_status"] == "processing" and looks % 2 else task

    return each_task(handle(request), change) if is_look(request) else handle(request)


@mutant("lifecycle")
def never_ends(request: Request, handle: Handle, state: State) -> Answer:
    return (
        each_task(handle(request), lambda task: {**task, "task_status": "processing"}) if is_look(request) else handle(request)
    )


@mutant("lifecycle")
def result_before_the_end(request: Request, handle: Handle, state: State) -> Answer:
    result = {
        "videos": [{"id": "1", "url": "https://x.example/1.mp4", "duration": "5"}],
        "images": [{"index": 0, "url": "https://x.example/1.png"}],
    }
    return each_task(handle(request), lambda task: {**task, "task_result": result} if is_look(request) else task)


@mutant("lifecycle")
def no_result(request: Request, handle: Handle, state: State) -> Answer:
    return each_task(handle(request), lambda task: {**task, "task_result": {}} if is_look(request) else task)


@mutant("lifecycle")
def updated_at_every_look(request: Request, handle: Handle, state: State) -> Answer:
    def change(task: Task) -> Task:
        looks = state["looks"] = state.get("looks", 0) + 1
        return {**task, "updated_at": task["updated_at"] + looks}

    return each_task(handle(request), change) if is_look(request) else handle(request)


@mutant("lifecycle")
def updated_before_created(request: Request, handle: Handle, state: State) -> Answer:
    return each_task(handle(request), lambda task: {**task, "updated_at": task["created_at"] - 1} if is_look(request) else task)


@mutant("example-accepted")
def seconds_for_milliseconds(request: Request, handle: Handle, state: State) -> Answer:
    def change(task: Task) -> Task:
        return {**task, "created_at": task["created_at"] // 1000, "updated_at": task["updated_at"] // 1000}

    return each_task(handle(request), change)


@mutant("example-accepted")
def begins_with_processing(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return each_task(answer, lambda task: {**task, "task_status": "processing"}) if is_create(request) else answer


@mutant("lifecycle-failed")
def fails_without_a_word(request: Request, handle: Handle, state: State) -> Answer:
    return each_task(handle(request), lambda task: {**task, "task_status_msg": ""} if "task_status_msg" in task else task)


@mutant("lifecycle-failed")
def never_fails(request: Request, handle: Handle, state: State) -> Answer:
    def change(task: Task) -> Task:
        return {**task, "task_status": "processing"} if task["task_status"] == "failed" else task

    return each_task(handle(request), change)


@mutant("task-ids")
def the_same_id_again(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    if not is_create(request) or code(answer):
        return answer
    first = state.setdefault("first", said(answer)["data"]["task_id"])
    return each_task(answer, lambda task: {**task, "task_id": first})


@mutant("task-found")
def not_found_by_external_id(request: Request, handle: Handle, state: State) -> Answer:
    if is_look(request) and request.path.rpartition("/")[2].startswith("contract-"):
        return refusal(1201, 400, "Task not found by id/external id")
    return handle(request)


@mutant("task-found")
def forgets_external_ids(request: Request, handle: Handle, state: State) -> Answer:
    return each_task(handle(request), lambda task: {**task, "task_info": {}})


@mutant("task-found")
def finds_another_task(request: Request, handle: Handle, state: State) -> Answer:
    return each_task(handle(request), lambda task: {**task, "task_id": f"{task['task_id']}0"} if is_look(request) else task)


@mutant("unique")
def external_ids_again_and_again(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    if code(answer) == 1201 and "already exists" in said(answer)["message"]:
        import json

        members = json.loads(request.body)
        return handle(with_body(request, {name: one for name, one in members.items() if name != "external_task_id"}))
    return answer


@mutant("task-unknown")
def unknown_tasks_are_404(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, status=404, code=1203) if is_look(request) and code(answer) == 1201 else answer


@mutant("task-unknown")
def unknown_tasks_are_nothing(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, status=200, code=0, data=None) if is_look(request) and code(answer) == 1201 else answer


def _paged(request: Request, handle: Handle, first: int, last: int | None) -> Answer:
    """Return a page cut out of all tasks: those from `first` to before `last`."""
    answer = handle(request)
    if not is_page(request) or code(answer):
        return answer
    every = said(handle(structs.replace(request, query={"pageSize": "500"})))["data"]
    return edited(answer, data=every[first:last])


def _asked(request: Request) -> tuple[int, int]:
    """Return number and size of the page that a request asks for."""
    number, size = request.query.get("pageNum", "1"), request.query.get("pageSize", "30")
    return (int(number), int(size)) if number.isdecimal() and size.isdecimal() else (1, 30)


@mutant("pages")
def pages_overlap(request: Request, handle: Handle, state: State) -> Answer:
    number, size = _asked(request)
    first = max((number - 1) * size - (number > 1), 0)
    return _paged(request, handle, first, first + size)


@mutant("pages")
def pages_skip_one(request: Request, handle: Handle, state: State) -> Answer:
    number, size = _asked(request)
    first = (number - 1) * (size + 1)
    return _paged(request, handle, first, first + size)


@mutant("pages")
def page_size_is_ignored(request: Request, handle: Handle, state: State) -> Answer:
    return _paged(request, handle, 0, 30)


@mutant("pages")
def oldest_first(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, data=said(answer)["data"][::-1]) if is_page(request) and code(answer) == 0 else answer


@mutant("pages")
def pages_tell_less(request: Request, handle: Handle, state: State) -> Answer:
    return each_task(handle(request), lambda task: {**task, "task_info": {"parent_video": {}}} if is_page(request) else task)


@mutant("page-default")
def small_pages(request: Request, handle: Handle, state: State) -> Answer:
    if is_page(request) and "pageSize" not in request.query:
        return handle(structs.replace(request, query={**request.query, "pageSize": "10"}))
    return handle(request)


@mutant("page-limits")
def pages_of_any_size(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, status=200, code=0, data=[]) if is_page(request) and code(answer) == 1201 else answer


@mutant("page-limits")
def pages_of_at_most_100(request: Request, handle: Handle, state: State) -> Answer:
    return refusal(1201, 400) if is_page(request) and request.query.get("pageSize") == "500" else handle(request)


@mutant("accounts-apart")
def everybody_sees_everything(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    if is_create(request) and code(answer) == 0:
        state[said(answer)["data"]["task_id"]] = said(answer)["data"]
    if is_look(request) and code(answer) == 1201:
        task = state.get(request.path.rpartition("/")[2])
        return json_answer(200, {"code": 0, "message": "SUCCEED", "request_id": "r", "data": task}) if task else answer
    return answer
