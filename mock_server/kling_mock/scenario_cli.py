"""The command `kling-mock scenarios`."""

import json
from typing import Annotated

import typer


def scenarios(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Print the YAML of this one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON, faults and all.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a scenario file, for editors.")] = False,
) -> None:
    """List the scenarios that come with the mock."""
    from . import scenario

    if schema:
        print(json.dumps(scenario.schema(), indent=1))
    elif as_json:
        names = scenario.shipped() if name is None else [name]
        print(json.dumps([scenario.named(one).data for one in names], indent=1, ensure_ascii=False))
    elif name is not None:
        print(scenario.named(name).text, end="")
    else:
        _print_table({one: scenario.named(one).told.description for one in scenario.shipped()})


def _print_table(descriptions: dict[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("scenario", "what happens", box=None, pad_edge=False)
    for name, description in descriptions.items():
        table.add_row(name, description)
    Console().print(table)
