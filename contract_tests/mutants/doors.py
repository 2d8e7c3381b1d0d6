"""Wrong about who is let in, and where to."""

from msgspec import structs

from kling_mock.request import Answer, Request
from kling_mock.settings import API_KEY

from .mutant import Handle, State, code, edited, mutant, refusal


def _let_in(request: Request, handle: Handle, *codes: int) -> Answer:
    """Let in who would be refused with a code, as the owner of the default account."""
    answer = handle(request)
    if code(answer) not in codes:
        return answer
    return handle(structs.replace(request, headers={**request.headers, "authorization": f"Bearer {API_KEY}"}))


@mutant("auth-none", "auth-empty")
def lets_anybody_in(request: Request, handle: Handle, state: State) -> Answer:
    return _let_in(request, handle, 1001)


@mutant("auth-stranger", "auth-unknown-key", "auth-malformed")
def lets_strangers_in(request: Request, handle: Handle, state: State) -> Answer:
    return _let_in(request, handle, 1002)


@mutant("auth-expired")
def takes_expired_tokens(request: Request, handle: Handle, state: State) -> Answer:
    return _let_in(request, handle, 1004)


@mutant("auth-early")
def takes_early_tokens(request: Request, handle: Handle, state: State) -> Answer:
    return _let_in(request, handle, 1003)


@mutant("auth-forged")
def takes_forged_tokens(request: Request, handle: Handle, state: State) -> Answer:
    return _let_in(request, handle, 1000)


@mutant("auth-none", "auth-empty")
def wrong_code_for_no_credentials(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, code=1002) if code(answer) == 1001 else answer


@mutant("auth-expired")
def wrong_code_for_expired(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, code=1003) if code(answer) == 1004 else answer


@mutant("auth-none", "answer-status")
def refuses_callers_with_403(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, status=403) if answer.status == 401 else answer


@mutant("auth-key")
def knows_no_api_keys(request: Request, handle: Handle, state: State) -> Answer:
    if request.headers.get("authorization", "").startswith("Bearer api-key-"):
        return refusal(1002, 401)
    return handle(request)


@mutant("auth-pair")
def knows_no_tokens(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return refusal(1002, 401) if request.headers.get("authorization", "").count(".") == 2 and code(answer) == 0 else answer


@mutant("route-path", "route-method")
def answers_any_path(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, status=200, code=0) if code(answer) == 1202 else answer


@mutant("route-path", "answer-envelope")
def page_of_its_own_for_unknown_paths(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return Answer(404, b"<h1>Not Found</h1>", {"content-type": "text/html"}) if code(answer) == 1202 else answer


@mutant("route-method")
def says_405(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, status=405) if code(answer) == 1202 else answer


@mutant("account-standing")
def arrears_look_like_trouble(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, code=1100) if code(answer) == 1101 else answer


@mutant("account-standing")
def any_address_will_do(request: Request, handle: Handle, state: State) -> Answer:
    return _let_in(request, handle, 1304)


@mutant("code-told")
def maintenance_looks_like_a_failure(request: Request, handle: Handle, state: State) -> Answer:
    answer = handle(request)
    return edited(answer, status=500) if code(answer) == 5001 else answer
