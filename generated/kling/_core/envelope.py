"""Reads an answer: data when the service said yes, the error of its code when it said no."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from kling.errors import ReplyMalformed, error_class

from .operation import Operation


def opened(operation: Operation, status: int, content: bytes, headers: Mapping[str, str]) -> Any:
    """Return the typed data of an answer, a list of it where the operation answers with one.

    Raises the error class of the code when it is not 0, `ReplyMalformed` when the answer is none of the service's.
    """
    try:
        answer = from_json(content)
        code = int(answer["code"])
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise ReplyMalformed(
            f"{operation.id}: HTTP {status}, not an answer of the service: {content[:200]!r}", http=status
        ) from error
    if code != 0:
        message, request_id = str(answer.get("message", "")), answer.get("request_id")
        raise error_class(code)(code=code, http=status, message=message, request_id=request_id, headers=headers)
    return _typed(operation, answer, status)


def request_id(content: bytes) -> str | None:
    """Return the id of an answer that was opened."""
    found = from_json(content).get("request_id")
    return None if found is None else str(found)


def _typed(operation: Operation, answer: dict[str, Any], status: int) -> Any:
    data, model = answer.get("data"), operation.model
    try:
        if operation.is_list:
            return [model.model_validate(one) for one in data or ()]
        return model.model_validate(data)
    except (ValidationError, TypeError) as error:
        raise ReplyMalformed(f"{operation.id}: data is not what the reference describes: {error}", http=status) from error
