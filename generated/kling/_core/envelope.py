"""Reads an answer: data when the service said yes, the error of its code when it said no."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from kling.errors import ApiError, ReplyMalformed, error_class

from .operation import Operation


def opened(operation: Operation, status: int, content: bytes) -> Any:
    """Return the typed data of an answer, a list of it where the operation answers with one.

    Raises the error class of the code when it is not 0, `ReplyMalformed` when the answer is none of the service's.
    """
    try:
        answer = from_json(content)
        code = int(answer["code"])
    except (ValueError, TypeError, KeyError) as error:
        raise ReplyMalformed(f"{operation.id}: HTTP {status}, not an answer of the service: {content[:200]!r}") from error
    if code != 0:
        raise _refusal(code, status, answer)
    return _typed(operation, answer)


def _refusal(code: int, status: int, answer: dict[str, Any]) -> ApiError:
    return error_class(code)(
        code=code, http=status, message=str(answer.get("message", "")), request_id=answer.get("request_id")
    )


def _typed(operation: Operation, answer: dict[str, Any]) -> Any:
    data, model = answer.get("data"), operation.model
    try:
        if operation.is_list:
            return [model.model_validate(one) for one in data or ()]
        return model.model_validate(data)
    except (ValidationError, TypeError) as error:
        raise ReplyMalformed(f"{operation.id}: data is not what the reference describes: {error}") from error
