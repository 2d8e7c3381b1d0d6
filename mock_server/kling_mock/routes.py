"""Which operation a request is for: paths and methods of the bundle."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from kling_spec.document import Document, Operation, operations

_END = re.compile(r"([^{}]+)/\{(\w+)\}")


@dataclass(frozen=True)
class Route:
    """One path with its methods."""

    path: str
    verbs: Mapping[str, Operation]

    @property
    def allow(self) -> str:
        return ", ".join(sorted(self.verbs))


class Routes:
    """Every path of the bundle. A slash at the end of a request's path is forgiven."""

    def __init__(self, document: Document, prefix: str = "") -> None:
        self.prefix = prefix
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations(document):
            by_path.setdefault(operation.path, {})[operation.verb] = operation
        self.all = [Route(path, verbs) for path, verbs in by_path.items()]
        self._exact = {one.path: one for one in self.all if "{" not in one.path}
        self._ended: dict[str, tuple[str, Route]] = {}  # paths whose only parameter is their end, by what stands before it
        self._shaped = []  # the others
        for one in self.all:
            end = _END.fullmatch(one.path)
            if end is not None:
                self._ended[end[1]] = end[2], one
            elif "{" in one.path:
                self._shaped.append((_pattern(one.path), one))

    def find(self, path: str) -> tuple[Route | None, Mapping[str, str]]:
        """Return the route of a raw path and its path parameters; no route for a path the API does not have."""
        if self.prefix:
            if not path.startswith(self.prefix):
                return None, {}
            path = path[len(self.prefix) :]
        path = path.rstrip("/")
        exact = self._exact.get(path)
        if exact is not None:
            return exact, {}
        head, _, last = path.rpartition("/")
        ended = self._ended.get(head)
        if ended is not None:
            name, route = ended
            return route, {name: unquote(last)}
        for pattern, route in self._shaped:
            found = pattern.fullmatch(path)
            if found:
                return route, {name: unquote(one) for name, one in found.groupdict().items()}
        return None, {}


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile("".join(rf"(?P<{one}>[^/]+)" if number % 2 else re.escape(one) for number, one in enumerate(parts)))
