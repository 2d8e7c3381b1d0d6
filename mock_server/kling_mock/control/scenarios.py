"""Scenarios: listed and played."""

from typing import Annotated, Any

import msgspec

from .call import Call, Control


class Play(msgspec.Struct, forbid_unknown_fields=True):
    """A scenario to play: one that comes with the mock, or the text of one."""

    name: str = ""
    text: Annotated[str, msgspec.Meta(max_length=100_000)] = ""  # YAML; the name is then that of its file, for messages


def scenarios(call: Call) -> dict[str, Any]:
    """List the scenarios that come with the mock."""
    from kling_mock.scenario import named, shipped  # late: it imports this package

    return {"scenarios": [named(one).data for one in shipped()]}


def play(call: Call) -> dict[str, Any]:
    """Play a scenario: change the account, and add the faults to those that stand already."""
    from kling_mock.scenario import ScenarioFile, named  # late: it imports this package

    said: Play = call.body
    if not said.name and not said.text:
        raise ValueError("give the name of a scenario, or the text of one")
    scenario = ScenarioFile(said.text, said.name or "text") if said.text else named(said.name)
    return {"name": scenario.told.name, "faults": [one.told() for one in scenario.play(call.world, call.account)]}


CONTROLS = (
    Control("GET", "/scenarios", scenarios),
    Control("POST", "/scenario", play, Play, example={"name": "lost-answers"}),
)
