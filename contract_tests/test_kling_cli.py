"""The command `kling`: every operation of the spec by name, and what it prints, saves and exits with."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from kling_runs import CREATE, Run, runner
from signing import BODY as CALLBACK
from signing import SECRET
from signing import headers as signed

from kling import errors
from kling.__main__ import main
from kling._cli import show
from kling._cli.app import server
from kling._cli.options import dashed
from kling_codegen.phrases import sentence
from kling_mock.handle import MockHandle
from kling_mock.request import Answer, Request
from kling_spec.bundle import plain
from kling_spec.document import operations
from kling_spec.load import load

_DOC = plain(load())
_OPERATIONS = {one.id: one for one in operations(_DOC)}
_FAMILIES = {one.family: one for one in _OPERATIONS.values()}
_WAIT = [*CREATE, "--wait", "--interval", "0"]
_COMMON = {"--json", "--region", "--base-url", "--timeout", "--max-retries", "--check", "--wait", "--output", "--help"}


@pytest.fixture
def account(served: MockHandle) -> MockHandle:
    """An account whose tasks move on when they are looked at."""
    return served.new_account(polls=1)


@pytest.fixture
def run(account: MockHandle, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `kling` in this process, against the mock, with nobody asleep."""
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    return runner(account)


@pytest.fixture
def sent(served: MockHandle, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The bodies that the mock gets, and the queries of requests without one."""
    bodies: list[Any] = []
    real = served.world.handle

    def handle(request: Request) -> Answer:
        bodies.append(json.loads(request.body) if request.body else request.query)
        return real(request)

    monkeypatch.setattr(served.world, "handle", handle)
    return bodies


def _squeezed(text: str) -> str:
    """Return a help text without frames and line breaks."""
    return re.sub(r"[\s│╭╮╰╯─]", "", text)


@pytest.mark.parametrize("name", _OPERATIONS)
def test_every_operation_is_reachable(name: str, run: Run) -> None:
    """Its help shows every argument, with all values, unit, limits, default and what has ended."""
    operation = _OPERATIONS[name]
    told = _squeezed(run(dashed(operation.family), dashed(operation.name), "--help").output)
    assert _squeezed(operation.node["summary"] if operation.role not in ("get", "page") else "") in told
    members = (operation.request or {}).get("properties", {})
    flags = {f"--{dashed(one)}" for one in members}
    assert not flags & _COMMON, "an argument hides an option of every command"
    for member, schema in members.items():
        assert f"--{dashed(member)}" in told
        enum = [str(one) for one in schema.get("enum", ())]
        assert (",".join(enum) if len(enum) <= 30 else f"{len(enum) - 1}more") in told
        assert _squeezed(sentence(schema)) in told


def test_every_family_and_group_has_help(run: Run) -> None:
    """`kling --help` lists the families and tells exit codes and environment; each family lists its operations."""
    root = run("--help").output
    assert {dashed(one) for one in _FAMILIES} <= set(root.split())
    assert "5 no connection" in root
    assert "KLING_ACCESS_KEY" in root
    for name in _FAMILIES:
        listed = run(dashed(name), "--help").output.split()
        assert {dashed(one.name) for one in _OPERATIONS.values() if one.family == name} <= set(listed)
    assert not set(map(dashed, _FAMILIES)) & {"tasks", "batch", "estimate", "webhook"}


def _completed(run: Run, *words: str) -> list[str]:
    said = {"_KLING_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    return list(run(**said).output.split())


def test_a_shell_completes_names_and_values(run: Run) -> None:
    """Families, operations, options, values of options and families of tasks."""
    assert _completed(run, "kling", "text-to-v") == ["text-to-video"]
    assert _completed(run, "kling", "voice-clone", "pre") == ["presets"]
    assert _completed(run, "kling", "text-to-video", "create", "--neg") == ["--negative-prompt"]
    assert _completed(run, "kling", "text-to-video", "create", "--mode", "") == ["std", "pro", "4k"]
    assert "lip-sync" in _completed(run, "kling", "tasks", "wait", "lip")
    assert _completed(run, "kling", "tasks", "get", "acc") == []


def test_a_task_is_made_waited_for_and_saved(run: Run, tmp_path: Path) -> None:
    """--wait --output gives a playable file; the summary names the result."""
    path = tmp_path / "new" / "boat.mp4"
    found = run(*_WAIT, "--output", str(path))
    assert path.read_bytes()[4:8] == b"ftyp"
    assert re.search(r"^task_status +succeed$", found.stdout, re.MULTILINE)
    assert found.stderr == f"saved {path}\n"


def test_several_results_are_numbered_or_chosen(run: Run, tmp_path: Path) -> None:
    """Two pictures get numbers, or names of their own in a folder; of a sound in two formats one is named."""
    made = [
        "image-generation",
        "create",
        "--model-name",
        "kling-v3",
        "--prompt",
        "x",
        "--n",
        "2",
        "--interval",
        "0",
        "--output",
    ]
    run(*made, str(tmp_path / "boat.png"))
    run(
        "text-to-audio", "create", "--prompt", "x", "--duration", "5", "--interval", "0", "--output", str(tmp_path / "rain.wav")
    )
    speech = ["--text", "Ahoy", "--voice-id", "genshin_vindi2", "--voice-language", "en"]
    run("text-to-speech", "synthesize", *speech, "--output", str(tmp_path / "ahoy.mp3"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["ahoy.mp3", "boat-1.png", "boat-2.png", "rain.wav"]
    assert (tmp_path / "rain.wav").read_bytes()[:4] == b"RIFF"
    run(*made, f"{tmp_path}/all/")
    assert [one.suffix for one in (tmp_path / "all").iterdir()] == [".png", ".png"]


def test_json_is_one_object_or_one_a_line(run: Run) -> None:
    """--json prints the data as the service told it, and nothing else."""
    made = json.loads(run(*CREATE, "--json", "--external-task-id", "mine").stdout)
    assert made["task_info"] == {"external_task_id": "mine"}
    run(*CREATE)
    listed = [json.loads(one) for one in run("tasks", "list", "--json").stdout.splitlines()]
    assert [one["family"] for one in listed] == ["text-to-video"] * 2
    assert listed[1]["task_id"] == made["task_id"]
    assert len(run("text-to-video", "page", "--page-size", "1").stdout.splitlines()) == 2


def test_tasks_of_any_family(run: Run, tmp_path: Path) -> None:
    """get, wait, list and download take a family and an id, or the caller's own id."""
    run(*CREATE, "--external-task-id", "mine")
    assert "processing" in run("tasks", "get", "text-to-video", "mine").stdout
    assert "succeed" in run("tasks", "wait", "text-to-video", "mine", "--interval", "0").stdout
    run("tasks", "download", "text-to-video", "mine", "--output", f"{tmp_path}/")
    assert [one.suffix for one in tmp_path.iterdir()] == [".mp4"]
    assert len(run("tasks", "list", "text-to-video", "image-generation", "--limit", "1").stdout.splitlines()) == 2
    assert run("tasks", "list", "lip-sync").stdout == ""
    assert "there are ai-multi-shot" in run("tasks", "get", "nope", "mine", code=2).output


def test_arguments_come_as_the_wire_wants_them(run: Run, sent: list[Any], tmp_path: Path) -> None:
    """Text stays text, numbers and flags are themselves, objects are JSON or a file; options go before --json-body."""
    (tmp_path / "body.json").write_text('{"watermark_info": {"enabled": true}, "mode": "std"}', encoding="utf-8")
    (tmp_path / "shots.json").write_text('[{"index": 0, "prompt": "x", "duration": "5"}]', encoding="utf-8")
    said = ["--duration", "5", "--cfg-scale", "0.5", "--mode", "pro", "--json-body", str(tmp_path / "body.json")]
    shots = ["--multi-shot", "--shot-type", "customize", "--multi-prompt", f"@{tmp_path / 'shots.json'}"]
    run(*CREATE, *said, *shots, "--model-name", "kling-v3", "--external-task-id", "wired")
    assert sent == [
        {
            "model_name": "kling-v3",
            "prompt": "A paper boat",
            "multi_shot": True,
            "shot_type": "customize",
            "multi_prompt": [{"index": 0, "prompt": "x", "duration": "5"}],
            "cfg_scale": 0.5,
            "mode": "pro",
            "duration": "5",
            "watermark_info": {"enabled": True},
            "external_task_id": "wired",
        }
    ]
    series = ["--model-name", "kling-v3-omni", "--result-type", "series", "--series-amount", "auto"]
    run("image-omni", "create", "--prompt", "x", *series)
    assert sent[-1]["series_amount"] == "auto"
    run("text-to-video", "create", "--json-body", "-", text=json.dumps({"model_name": "kling-v3", "prompt": "x"}))
    assert sent[-1].items() >= {"model_name": "kling-v3", "prompt": "x"}.items()
    for wrong, told in (("{", "--camera-control"), ("@nowhere.json", "nowhere.json")):
        assert told in run(*CREATE, "--camera-control", wrong, code=2).output
    assert "unknown arguments: nope" in run("text-to-video", "create", "--json-body", "-", text='{"nope": 1}', code=2).output
    assert "not a mapping" in run("text-to-video", "create", "--json-body", "-", text="[]", code=2).output


def test_moments_may_be_dates(run: Run, account: MockHandle, sent: list[Any]) -> None:
    """Milliseconds or a date; without them costs are those of the last thirty days."""
    for said in ([], ["--start-time", "1790000000000"], ["--start-time", "2026-09-01T00:00:00Z"]):
        assert "resource_pack_subscribe_infos.0.remaining_quantity" in run("account", "costs", *said).stdout
        account.advance(2)  # one a second is allowed
    starts, ends = ([int(one[name]) for one in sent] for name in ("start_time", "end_time"))
    assert starts[1:] == [1790000000000, 1788220800000]
    assert abs(ends[0] - starts[0] - 30 * 86_400_000) < 1000
    assert "isoformat" in run("account", "costs", "--start-time", "x", code=2).output


_CLASSES = {errors.AuthError: 3, errors.AccountError: 4, errors.RateError: 4}


@pytest.mark.parametrize("code", errors.BY_CODE)
def test_each_code_of_the_service_has_its_exit_code(code: int, run: Run, account: MockHandle) -> None:
    """One line on standard error: class, message, code, request id and remedy; nothing on standard output."""
    account.fault_next(code)
    kind = errors.BY_CODE[code]
    wanted = next((exit_code for one, exit_code in _CLASSES.items() if issubclass(kind, one)), 1)
    found = run("tasks", "get", "text-to-video", "1", "--max-retries", "0", code=wanted)
    assert re.fullmatch(
        rf"kling: {kind.__name__}: .+ \(code {code}, HTTP \d+, request \S+\)\. {re.escape(kind.remedy)}\n", found.stderr
    )
    assert found.stdout == ""


def test_other_ends_have_their_exit_codes(run: Run, account: MockHandle) -> None:
    """Broken rules are all told, before anything is sent; a task that failed, credentials, connection and time."""
    told = run("text-to-video", "create", "--mode", "x", "--duration", "99", code=2).stderr.splitlines()
    assert told[0] == "kling: RuleBroken: text_to_video.create was not sent"
    assert [re.search(r"\((\S+)\)$", one)[1] for one in told[1:]] == ["required", "enum", "enum", "t2v-prompt-needed"]  # type: ignore[index]  # each names its rule
    account.fail_next("no luck")
    assert re.search(r"^kling: TaskFailed: .*no luck$", run(*_WAIT, code=1).stderr)
    assert "KLING_API_KEY" in run(*CREATE, code=3, KLING_API_KEY=None).stderr
    assert "Connection refused" in run(*CREATE, code=5, KLING_BASE_URL="http://127.0.0.1:1").stderr
    assert "singapore" in run(*CREATE, "--region", "mars", code=2).stderr
    assert "No such command" in run("text-to-video", "nope", code=2).output
    assert "No such option" in run(*CREATE, "--nope", code=2).output


def test_whatever_ends_a_wait_says_how_to_go_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time that is over, Ctrl-C and a refusal leave the task's id: it was paid for."""
    found = run(*_WAIT, "--wait-timeout", "0", "--output", "a boat.mp4", code=5)
    (task_id,) = re.findall(r"kling tasks wait text-to-video (\d+) --output 'a boat.mp4'\n", found.stderr)
    assert "succeed" in run("tasks", "wait", "text-to-video", task_id, "--interval", "0").stdout

    def press(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", press)
    assert re.search(r"kling tasks wait text-to-video \d+\n", run(*_WAIT, code=130).stderr)


def test_no_secret_is_printed(run: Run, account: MockHandle) -> None:
    """Neither what is refused nor what is told holds a key."""
    secret = "hush-hush-hush-hush-hush-hush-hush"
    keys = {"KLING_API_KEY": None, "KLING_ACCESS_KEY": account.access_key, "KLING_SECRET_KEY": secret}
    output = run("tasks", "list", "text-to-video", code=3, **keys).output
    output += run("tasks", "list", "text-to-video", code=3, KLING_API_KEY=secret).output
    output += run("webhook", "listen", "--help", KLING_WEBHOOK_SECRET=secret).output
    assert secret not in output


class Terminal(io.StringIO):
    """A standard error that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_a_bar_is_for_people_who_wait(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It shows on a terminal only, when something takes more than two seconds; results stay on standard output."""
    for stream, patience, shows in ((Terminal(), 0.0, True), (Terminal(), 2.0, False), (io.StringIO(), 0.0, False)):
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr(show, "PATIENCE", patience)
        with show.progress("task 1") as move:
            move(description="task 1 processing", completed=1, total=2)
            while shows and "processing" not in stream.getvalue():
                move(completed=1)
            print("a result")
        assert bool(stream.getvalue()) == shows
        assert capsys.readouterr().out == "a result\n"


def test_callbacks_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """What is signed is handed over once; what is not, or too long, is refused."""
    got: list[Any] = []
    with server(0, SECRET, got.append) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        url, headers = f"http://127.0.0.1:{listening.server_port}/any", signed(at=int(time.time()))
        with httpx2.Client() as http:
            codes = [http.post(url, content=CALLBACK, headers=one).status_code for one in (headers, headers, {})]
            codes.append(http.post(url, content=b"x" * (1024**2 + 1)).status_code)
        listening.shutdown()
    assert codes == [200, 200, 401, 413]
    assert [one.task_id for one in got] == ["1"]
    assert "POST /any" in capsys.readouterr().err


def _process(*said: str, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, *said], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def test_listen_prints_lines_until_ctrl_c() -> None:
    """`python -m kling webhook listen` says where it listens, prints tasks as JSON lines, and ends well."""
    said = ["-m", "kling", "webhook", "listen", "--port", "0", "--json"]
    with _process(*said, env={**os.environ, "KLING_WEBHOOK_SECRET": ""}) as listening:
        assert listening.stderr is not None
        assert listening.stdout is not None
        first = listening.stderr.readline()
        httpx2.post(re.search(r"http://\S+:\d+", first)[0], content=CALLBACK)  # type: ignore[index]  # it says where
        assert json.loads(listening.stdout.readline())["task_id"] == "1"
        listening.send_signal(signal.SIGINT)
        assert listening.wait(20) == 0
    assert "nothing is verified" in first


def test_help_is_quick() -> None:
    """`kling --help` loads neither HTTP client nor models, and reads no table."""
    code = """if True:
        import sys
        from kling._core.operation import family
        from kling.__main__ import main
        sys.argv = ["kling", "--help"]
        try:
            main()
        except SystemExit:
            assert not {"httpx2", "pydantic", "http.server"} & set(sys.modules)
            assert family.cache_info().currsize == 0
            sys.exit(7)
    """
    with _process("-c", code) as told:
        _, wrong = told.communicate()
    assert (told.returncode, wrong) == (7, "")


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """No typer: one line and exit 2."""
    for name in [one for one in sys.modules if one.startswith("kling._cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "typer", None)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert re.fullmatch(r".*pip install 'kling-toolkit\[cli\]'\n", capsys.readouterr().err)
