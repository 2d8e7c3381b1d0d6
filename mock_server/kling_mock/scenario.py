"""Scenarios: an account's standing and its faults, told in YAML under a name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from kling_spec.errors import YamlRefused
from kling_spec.yaml_json import line_of, parse

from .control.account import AccountChange, changed
from .control.call import Call
from .errors import ScenarioWrong
from .faults import KINDS, AnyFault, flaw
from .request import Request

if TYPE_CHECKING:
    from .account import Account
    from .standing import StandingFault
    from .world import World

_FOLDER = Path(__file__).resolve().parent / "scenarios"
_SUFFIXES = (".yaml", ".yml")
_MOST_DEPTH = 16
_NOBODY = Request("POST", "/_mock/scenario", {}, {}, b"")
Where = Sequence[str | int]


class Scenario(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What a scenario file says."""

    name: str
    description: str = ""
    account: AccountChange | None = None  # as PATCH /_mock/accounts/{id} takes it
    faults: list[AnyFault] = []


def _below(struct: type[msgspec.Struct]) -> Iterator[tuple[str, type[msgspec.Struct]]]:
    """Yield what stands under each name below a struct."""
    for field in msgspec.structs.fields(struct):
        for one in _structs(field.type):
            yield field.name, one
            yield from _below(one)


def _structs(hint: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for one in get_args(hint):
        yield from _structs(one)


msgspec.json.Decoder(Scenario)  # looks at the type now, in one thread: see `Control`
_MEMBERS: Mapping[str, type[msgspec.Struct]] = {"": Scenario, **dict(_below(Scenario))}
"""What stands under the names of a scenario file."""
_STANDING = next(name for name, one in _MEMBERS.items() if one is AccountChange)


class ScenarioFile:
    """A scenario that was read. The text is kept for the lines of messages."""

    def __init__(self, text: str, file: str) -> None:
        """Read YAML. Raises `ScenarioWrong` with file, line and reason."""
        self.text = text
        self._file = file
        try:
            self.data = parse(text, file, most_depth=_MOST_DEPTH)
        except YamlRefused as error:
            raise ScenarioWrong(str(error)) from error
        try:
            self.told = msgspec.convert(self.data, Scenario)
        except msgspec.ValidationError as error:
            raise self._wrong(*_explained(str(error), self.data)) from error

    def play(self, world: "World", account: "Account") -> list["StandingFault"]:
        """Change an account and add the faults to those it has; return them. Raises `ScenarioWrong`, with file and line."""
        for number, fault in enumerate(self.told.faults):
            found = flaw(fault, world.messages, world.operations)
            if found is not None:
                raise self._wrong(("faults", number, found[0]), found[1])
        with account.lock:
            if self.told.account is not None:
                self._change(world, account, self.told.account)
            return [account.faults.add(one) for one in self.told.faults]

    def _change(self, world: "World", account: "Account", said: AccountChange) -> None:
        given = [name for name in said.__struct_fields__ if getattr(said, name) is not None]
        for name in sorted(given, key=lambda one: one != "clock"):  # packs begin by the clock
            part = AccountChange(**{name: getattr(said, name)})
            try:
                changed(Call(world, account, {}, _NOBODY, part), account, part)
            except ValueError as error:
                raise self._wrong((_STANDING, name), str(error)) from error

    def _wrong(self, where: Where, why: str) -> ScenarioWrong:
        place = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in where).lstrip(".")
        return ScenarioWrong(f"{self._file}:{line_of(self.text, where)}: {f'{place}: ' if place else ''}{why}")


def shipped() -> list[str]:
    """Return the names of the scenarios that come with the package."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


def named(name: str) -> ScenarioFile:
    """Return a scenario that comes with the package. Raises `ScenarioWrong` for a name that none has."""
    if name not in shipped():
        near = get_close_matches(name, shipped(), n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(shipped())}"
        raise ScenarioWrong(f"no scenario {name!r}; {hint}")
    return ScenarioFile((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")


def loaded(file_or_name: str) -> ScenarioFile:
    """Return the scenario of a file (*.yaml, *.yml), or one that comes with the package.

    Raises `ScenarioWrong` for a file that cannot be read, and like `ScenarioFile` and `named`.
    """
    if not file_or_name.endswith(_SUFFIXES):
        return named(file_or_name)
    try:
        return ScenarioFile(Path(file_or_name).read_text(encoding="utf-8"), file_or_name)
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioWrong(f"{file_or_name}: cannot be read: {error}") from error


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file."""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Scenario)}
    for one in _nodes(made):
        if one.get("format") == "decimal":  # numbers are taken as well
            one["type"] = ["string", "number"]
    return made


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        yield data
    for one in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _nodes(one)


def _explained(error: str, data: Mapping[str, Any]) -> tuple[Where, str]:
    """Return the place and the reason of a message like "Expected `int` - at `$.faults[0].code`", with a hint."""
    why, _, at = error.partition(" - at `$")
    where = tuple(int(number) if number else name for name, number in re.findall(r"\.(\w+)|\[([0-9]+)\]", at))
    unknown = re.search(r"unknown field `(.*?)`", why)
    if unknown:
        return (*where, unknown[1]), f"{why}{_near(unknown[1], _known(where, data))}"
    if where[-1:] == ("kind",):
        return where, f"{why}{_near(str(_at(where, data)), KINDS)}"
    return where, why


def _near(word: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    near = get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]}?)" if near else f" (known here: {', '.join(known)})" if known else ""


def _known(where: Where, data: Mapping[str, Any]) -> Sequence[str]:
    """Return the members of what stands at a place of a scenario."""
    name = next((one for one in reversed(where) if isinstance(one, str)), "")
    if name == "faults":
        return ("kind", *KINDS[_at((*where, "kind"), data)].__struct_fields__)
    return _MEMBERS[name].__struct_fields__ if name in _MEMBERS else ()


def _at(where: Where, data: Any) -> Any:
    for part in where:
        data = data[part]
    return data
