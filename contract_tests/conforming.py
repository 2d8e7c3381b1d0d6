"""Looks at every answer that a mock gives to a test: it must be one that the bundle documents.

`watch` stands between a world and whatever carries its answers, so a test need not do anything to have it. Answers that
a fault was asked to spoil, and those of the control API, are not looked at.
"""

from collections.abc import Callable
from typing import Any

import jsonschema_rs
import msgspec

from kling_mock.request import Answer, Request
from kling_mock.routes import Routes
from kling_mock.script import HEADER
from kling_mock.world import World
from kling_spec.document import SCHEMAS, Document, inlined

Validator = jsonschema_rs.Draft202012Validator
_ERROR: Document = {"$ref": f"{SCHEMAS}shared.Error"}
_ENVELOPE = {"code", "message", "request_id"}


class Expected:
    """What a bundle documents of answers; validators are made once, when they are needed."""

    def __init__(self, bundle: Document) -> None:
        self.bundle = bundle
        self._routes = Routes(bundle)
        self._made: dict[str, Validator] = {}

    def problem(self, request: Request, answer: Answer, prefix: str = "") -> str | None:
        """Return what is wrong with an answer, None when the bundle has it so."""
        route, _ = self._routes.find(request.path.removeprefix(prefix))
        operation = route.verbs.get(request.verb) if route else None
        body = msgspec.json.decode(answer.body)
        if operation is not None and str(answer.status) not in operation.node["responses"]:
            return f"status {answer.status} is not documented"
        if (answer.status == 200) != (body.get("code") == 0):
            return f"status {answer.status} does not go with code {body.get('code')}"
        is_reply = operation is not None and answer.status == 200
        if set(body) - {"data"} != _ENVELOPE or ("data" in body) != is_reply:
            return f"the envelope has {', '.join(body)}"
        name, schema = (operation.id, operation.reply) if operation is not None and is_reply else ("error", _ERROR)
        return next((f"{one.instance_path}: {one.message}" for one in self.validator(name, schema).iter_errors(body)), None)

    def validator(self, name: str, schema: Document) -> Validator:
        """Return the validator of a schema of the bundle, known by a name."""
        if name not in self._made:
            self._made[name] = Validator(inlined(schema, self.bundle))
        return self._made[name]


_EXPECTED: dict[int, Expected] = {}  # by the identity of the bundle, which they keep alive


def expected(bundle: Document) -> Expected:
    """Return what a bundle documents; the same object for the same bundle."""
    return _EXPECTED.setdefault(id(bundle), Expected(bundle))


def watch(world: World) -> World:
    """Let a world raise `AssertionError` in place of an answer that its bundle does not document."""
    inner: Callable[[Request], Answer] = world.handle
    documented = expected(world.bundle)

    def handle(request: Request) -> Answer:
        answer = inner(request)
        if not request.path.startswith("/_mock/") and HEADER not in answer.headers and HEADER not in request.headers:
            problem = documented.problem(request, answer, world.settings.prefix)
            assert problem is None, f"{request.verb} {request.path}: {problem}: {_shown(answer)}"
        return answer

    world.handle = handle  # type: ignore[method-assign]  # what carries answers asks the world for them
    return world


def _shown(answer: Answer) -> Any:
    return answer.body[:500].decode(errors="replace")
