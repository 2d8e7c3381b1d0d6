"""Mocks that are wrong in one way, and the checks that must find out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import structs

from kling_mock.request import Answer, Request, json_answer

Handle = Callable[[Request], Answer]
State = dict[str, Any]
"""What a mutant remembers during one run."""
Change = Callable[[Request, Handle, State], Answer]
Sender = Callable[..., int]
Astray = Callable[[Sender, State], Sender]


@dataclass(frozen=True)
class Mutant:
    """One way to be wrong."""

    name: str
    caught_by: tuple[str, ...]  # checks that must find it, every one of them
    change: Change | None = None  # of answers
    astray: Astray | None = None  # of callbacks
    file: Change | None = None  # of the files of results


MUTANTS: list[Mutant] = []


def mutant(*caught_by: str) -> Callable[[Change], Change]:
    """Take a function in as a mutant of answers, under its name."""

    def taken(change: Change) -> Change:
        MUTANTS.append(Mutant(change.__name__.replace("_", "-"), caught_by, change=change))
        return change

    return taken


def astray(*caught_by: str) -> Callable[[Astray], Astray]:
    """Take a function in as a mutant of callbacks, under its name."""

    def taken(change: Astray) -> Astray:
        MUTANTS.append(Mutant(change.__name__.replace("_", "-"), caught_by, astray=change))
        return change

    return taken


def served(*caught_by: str) -> Callable[[Change], Change]:
    """Take a function in as a mutant of the files of results, under its name."""

    def taken(change: Change) -> Change:
        MUTANTS.append(Mutant(change.__name__.replace("_", "-"), caught_by, file=change))
        return change

    return taken


def said(answer: Answer) -> dict[str, Any]:
    """Return the JSON of an answer."""
    found: dict[str, Any] = json.loads(answer.body)
    return found


def code(answer: Answer) -> int:
    """Return the code of an answer."""
    return int(said(answer)["code"])


def edited(answer: Answer, *, status: int | None = None, **members: Any) -> Answer:
    """Return an answer with other members of its envelope."""
    return json_answer(status or answer.status, {**said(answer), **members})


def each_task(answer: Answer, change: Callable[[dict[str, Any]], Any]) -> Answer:
    """Return an answer with another in the place of each task that it tells."""
    envelope = said(answer)
    data = envelope.get("data")
    if isinstance(data, list):
        envelope["data"] = [change(one) if "created_at" in one else one for one in data]
    elif isinstance(data, dict) and "created_at" in data:
        envelope["data"] = change(data)
    return json_answer(answer.status, envelope)


def refusal(number: int, http: int, text: str = "no") -> Answer:
    """Return an error."""
    return json_answer(http, {"code": number, "message": text, "request_id": f"refused-{next(_NUMBERS)}"})


def started(state: State) -> Answer:
    """Return the answer of a create that was accepted; nothing stands behind it."""
    number = state["made"] = state.get("made", 0) + 1
    task = {
        "task_id": f"made-{number}",
        "task_info": {},
        "task_status": "submitted",
        "created_at": 1_790_000_000_000,
        "updated_at": 1_790_000_000_000,
    }
    return json_answer(200, {"code": 0, "message": "SUCCEED", "request_id": f"made-{number}", "data": task})


def is_create(request: Request) -> bool:
    """Say whether a request starts a task, of the families that the mutants are run with."""
    return request.verb == "POST" and request.path in _CREATES


def is_look(request: Request) -> bool:
    """Say whether a request looks at one task."""
    return request.verb == "GET" and any(request.path.startswith(f"{one}/") for one in _CREATES)


def is_page(request: Request) -> bool:
    """Say whether a request asks for a page of tasks."""
    return request.verb == "GET" and request.path in _CREATES


def body(request: Request) -> dict[str, Any]:
    """Return the body of a request that is one JSON object, else nothing."""
    try:
        found = json.loads(request.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def with_body(request: Request, members: Mapping[str, Any]) -> Request:
    """Return a request with another body."""
    return structs.replace(request, body=json.dumps(members).encode())


FAMILIES = ("text_to_video", "image_generation", "text_to_speech", "element_legacy", "account")
_CREATES = ("/v1/videos/text2video", "/v1/images/generations")
_NUMBERS = iter(range(10**9))
