"""How the mock says no, and what stops it from starting.

MockError
  Refusal        an answer with an error code of the catalogue
  CannotStart    the server cannot be started; one line says why
  ScenarioWrong  a scenario cannot be played; the text has file, line and reason
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class MockError(Exception):
    """The root of all errors of this package."""


class CannotStart(MockError):
    """The server cannot be started."""


class ScenarioWrong(MockError, ValueError):
    """A scenario cannot be played."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a request, for the developer's eyes."""

    pointer: str  # /face_choose/0/audio_id
    rule: str  # the id of a rule of the spec, or the broken keyword
    expected: str
    got: str


class Refusal(MockError):
    """An answer with an error code. `code`, `http` and `text` come from the catalogue."""

    def __init__(self, said: "Said", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(said.text)
        self.said = said
        self.problems = problems


@dataclass(frozen=True)
class Said:
    """What the service says: code, HTTP status, sentence."""

    code: int
    http: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Messages:
    """The sentences of the error catalogue."""

    def __init__(self, catalogue: Mapping[str, Any], *, fidelity: str = "observed") -> None:
        """Say what was observed, or what is documented where the two differ."""
        self._messages = {name: one.get(fidelity, one) for name, one in catalogue["messages"].items()}
        self._http = {one["code"]: one["http"] for one in catalogue["errors"]}
        self._meaning = {one["code"]: one["meaning"] for one in catalogue["errors"]}
        self.success: str = catalogue["success_message"]
        self.task_failures: Mapping[str, Any] = catalogue["task_failures"]

    @property
    def codes(self) -> list[int]:
        """Return the codes of the table, success left out."""
        return [one for one in self._http if one]

    def __contains__(self, situation: str) -> bool:
        return situation in self._messages

    def said(self, situation: str, /, **words: object) -> Said:
        """Return what the service says in a situation of the catalogue."""
        message = self._messages[situation]
        return Said(code=message["code"], http=self._http[message["code"]], text=message["text"].format(**words))

    def of_code(self, code: int, text: str | None = None) -> Said:
        """Return an answer with a code of the table."""
        return Said(code=code, http=self._http[code], text=text or self._meaning[code])


_MOST_HEADER = 4096


def detail_header(problems: tuple[Problem, ...]) -> dict[str, str]:
    """Return all that is wrong with a request as a header, at most 4 KiB of it."""
    if not problems:
        return {}
    shown = [vars(one) for one in problems]
    while len(text := json.dumps(shown)) > _MOST_HEADER and len(shown) > 1:
        shown.pop()
    return {"x-kling-mock-detail": text[:_MOST_HEADER]}
