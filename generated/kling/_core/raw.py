"""Answers as they came, for those who need more than their data."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from .model import Model

DataT = TypeVar("DataT")


@dataclass(frozen=True)
class RawResponse(Generic[DataT]):
    """An answer as it came, and its typed data."""

    status: int
    headers: Mapping[str, str]
    request_id: str | None
    body: bytes
    data: DataT


class Raw(Generic[DataT]):
    """The methods of a family that send one request; they take the same arguments and give a `RawResponse`."""

    def __init__(self, resource: object, names: Container[str]) -> None:
        self._resource = resource
        self._names = names

    def __getattr__(self, name: str) -> Callable[..., DataT]:
        if name not in self._names:
            raise AttributeError(f"{name} does not send just one request, so it has no raw response")
        found: Callable[..., DataT] = getattr(self._resource, name)
        return found


def recast(found: Any, model: type[Model]) -> Any:
    """Return a look at a task as what its create answers."""
    if isinstance(found, RawResponse):
        return replace(found, data=recast(found.data, model))
    return model.model_validate(found.model_dump(exclude_none=True))
