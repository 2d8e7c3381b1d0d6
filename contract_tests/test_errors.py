"""Every error tells what happened, and survives being copied and sent to another process."""

import copy
import inspect
import pickle
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from kling import ApiError, KlingError, ReplyMalformed, RuleBroken
from kling import errors as kling_errors
from kling._core.shape import Violation
from kling.types.shared import VideoTask

_CLASSES = [one for one in vars(kling_errors).values() if isinstance(one, type) and issubclass(one, KlingError)]
_TASK = VideoTask(task_id="1", task_status="failed", task_status_msg="no", created_at=1, updated_at=1)
_VALUES: dict[str, Any] = {
    "operation": "text_to_video.create",
    "violations": (Violation("size", "size", "prompt", "prompt is too long"), Violation("t2v-models", "table", "", "no sound")),
    "code": 1303,
    "http": 429,
    "message": "parallel task over resource pack limit",
    "request_id": "r-1",
    "headers": {"x-trace": "t"},
    "task": _TASK,
    "seconds": 900.0,
    "reason": "nobody knows how long the media are",
    "row": {"per_second": "0.4", "seconds_of": "source"},
}


def _made(kind: type[KlingError]) -> KlingError:
    """Return an error of a class, made with all its arguments."""
    wanted = dict(list(inspect.signature(kind.__init__).parameters.items())[1:])
    if any(one.kind is one.VAR_POSITIONAL for one in wanted.values()):
        return kind("what happened")
    unknown = wanted.keys() - _VALUES
    assert not unknown, f"_VALUES needs a value for {unknown} of {kind.__name__}"
    placed = [_VALUES[name] for name, one in wanted.items() if one.kind is one.POSITIONAL_OR_KEYWORD]
    return kind(*placed, **{name: _VALUES[name] for name, one in wanted.items() if one.kind is one.KEYWORD_ONLY})


def _copies(error: KlingError) -> Iterator[Any]:
    yield copy.copy(error)
    yield copy.deepcopy(error)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        yield pickle.loads(pickle.dumps(error, protocol))


@pytest.mark.parametrize("kind", _CLASSES, ids=lambda one: one.__name__)
def test_an_error_survives_copies(kind: type[KlingError]) -> None:
    """Class, text, arguments, members and notes are those of the original, for every class there is."""
    error = _made(kind)
    error.add_note("seen by job 7")
    for one in _copies(error):
        assert type(one) is kind
        assert (str(one), one.args, vars(one)) == (str(error), error.args, vars(error))


class _Mine(ApiError):
    """An error of a caller's own, with a constructor of its own."""

    def __init__(self, job: int) -> None:
        super().__init__(code=4711, http=400, message="mine")
        self.job = job


def test_an_error_of_the_callers_own_survives_too() -> None:
    """Whatever its constructor takes."""
    assert {(one.job, one.code, str(one)) for one in _copies(_Mine(7))} == {(7, 4711, str(_Mine(7)))}


def test_an_error_reaches_another_process() -> None:
    """A process that has not loaded the errors yet can read one."""
    said = (
        "import pickle, sys; error = pickle.load(sys.stdin.buffer); print(type(error).__name__, error.retry, error.request_id)"
    )
    content = pickle.dumps(_made(kling_errors.ConcurrencyExceeded))
    done = subprocess.run([sys.executable, "-c", said], input=content, capture_output=True, check=True)
    assert done.stdout.split() == [b"ConcurrencyExceeded", b"backoff", b"r-1"]


def test_an_error_tells_what_to_do() -> None:
    """The text holds the service's words, code, status, id and the remedy; all broken rules are told at once."""
    text = str(_made(kling_errors.ConcurrencyExceeded))
    assert text == "parallel task over resource pack limit (code 1303, HTTP 429, request r-1). Wait until a task ends."
    text = str(_made(RuleBroken))
    assert text == "text_to_video.create was not sent: prompt is too long (size); no sound (t2v-models)"
    assert str(_made(kling_errors.TaskFailed)) == "task 1 failed: no"
    assert "900 s" in str(_made(kling_errors.TaskTimeout))


def test_headers_of_a_refusal_are_kept_but_for_cookies() -> None:
    """Names are in small letters; what belongs to a session is not kept."""
    error = ApiError(code=1, http=400, message="m", headers={"X-Trace": "t", "Set-Cookie": "secret"})
    assert error.headers == {"x-trace": "t"}
    assert ApiError(code=1, http=400, message="m").headers == {}


def test_what_is_no_answer_tells_its_status() -> None:
    """A gateway's page has a status too."""
    assert ReplyMalformed("x", http=502).http == 502
    assert ReplyMalformed("x").http is None
