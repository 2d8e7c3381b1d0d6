"""Adding a family is adding one YAML file: client, types, mock, rules and tests follow from it."""

import shutil
import subprocess
import sys
from pathlib import Path

from kling_codegen.files import write
from kling_codegen.render import generate
from kling_spec.lint import lint
from kling_spec.load import home, load
from kling_spec.new import new_family

_STORY = """
import httpx2
from kling import Kling, RuleBroken, ParameterInvalid
from kling_contract.witnesses import strict_mock, verdicts
from kling_mock.clock import Clock
from kling_mock.transport import MockTransport
from kling_mock.world import World
from kling_spec.bundle import plain, ruled
from kling_spec.load import load
from kling_spec.rule_samples import samples
import sys
from pathlib import Path

spec = load(Path(sys.argv[1]))
world = World(ruled(spec), clock=Clock(speed=0), send=lambda post: 200)
http = httpx2.Client(transport=MockTransport(world))

def client(check):
    return Kling(api_key=world.settings.api_key, base_url="http://mock.test", http_client=http, check=check)

created = client(True).face_swap.create(prompt="A paper boat", mode="pro", negative_prompt="rain")
assert created.task_status == "submitted"
world.advance(600)
assert client(True).face_swap.get(created).task_status == "succeed"
for check, refused in ((True, RuleBroken), (False, ParameterInvalid)):
    try:
        client(check).face_swap.create(prompt="A paper boat", negative_prompt="rain")
    except refused as error:
        assert "negative_prompt may be given only with mode pro" in str(error), error
    else:
        raise AssertionError("the rule was not enforced")
strict = strict_mock(ruled(spec))
told = {one.rule["id"]: set(verdicts(one, strict).values()) == {not one.keeps} for one in samples(plain(spec)) if one.operation.family == "face_swap"}
assert told == {"face-swap-negative-needs-pro": True}, told
print("ok")
"""


def test_one_file_is_enough(tmp_path: Path) -> None:
    """A family file in a copy of the spec, with no other edit, gives a client method, a mock route and refusals on both sides."""
    spec = tmp_path / "spec"
    shutil.copytree(home(), spec, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    new_family("face_swap", spec, "2026-03")
    loaded = load(spec)
    assert lint(loaded) == []
    write(generate(loaded), tmp_path / "generated")
    paths = [str(tmp_path / "generated"), *(str(home().parent / one) for one in ("spec", "mock_server", "contract_tests"))]
    program = f"import sys; sys.path[:0] = {paths!r}\n{_STORY}"
    done = subprocess.run([sys.executable, "-c", program, str(spec)], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "ok\n", done.stderr
