"""The arguments of an operation as options: from the method's signature and docstring, and the schema of the body."""

import inspect
import json
import os
import re
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from kling._core.operation import Operation

Schema = Mapping[str, Any]

MANY = 30  # values that a help text can hold
_KINDS = {"integer": int, "number": float, "boolean": bool}
_MONTH_MS = 30 * 86_400_000


def dashed(name: str) -> str:
    """Return text_to_video as text-to-video."""
    return name.strip("_").replace("_", "-")


def parameter(
    name: str, kind: Any, default: Any, told: str, *, flag: str = "", values: Callable[[], Collection[str]] = tuple, **how: Any
) -> inspect.Parameter:
    """Return an option as typer reads it from a signature, without a flag an argument; a shell completes it by `values`."""

    def complete(incomplete: str) -> list[str]:
        return [one for one in values() if one.startswith(incomplete)]

    make: Any = typer.Option if flag else typer.Argument
    info = make(default, *filter(None, [flag]), help=escape(told), autocompletion=complete, show_default=False, **how)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=info, annotation=kind)


class Argument:
    """One argument of an operation."""

    def __init__(self, one: inspect.Parameter, operation: Operation, told: str) -> None:
        """`told` is what the docstring says: meaning, unit, limits, default, models that ended."""
        members = (operation.body or {}).get("properties", {})
        self.name, self.flag, self.told = one.name, f"--{dashed(one.name)}", " ".join(told.split())
        wire = operation.names.get(self.name, self.name)
        self.schema: Schema = members.get(wire, {"type": "integer" if "int" in str(one.annotation) else "string"})
        self.is_needed = one.default is one.empty
        self.is_place = wire not in members and self.name not in operation.query  # a part of the path
        self.is_json = self.schema.get("type") in ("object", "array") or "anyOf" in self.schema
        self.is_moment = "In Unix milliseconds." in self.told

    @property
    def parameter(self) -> inspect.Parameter:
        """Return what typer reads."""
        if self.is_place:
            return parameter(self.name, str, ..., "Its id, or the external_task_id it was created with.", metavar="ID")
        kind = str if self.is_moment else _KINDS.get(self.schema.get("type", ""), str)
        values = [str(one) for one in self.schema.get("enum", ())]
        told = [*(["Needed."] if self.is_needed and not self.is_moment else []), self.told]
        if values:
            told.append(f"One of {', '.join(values) if len(values) <= MANY else f'{values[0]} and {len(values) - 1} more'}.")
        if self.is_moment:
            told.append("Or a date, like 2026-09-01." + " Default: the last 30 days." * self.is_needed)
        if self.is_json:
            told.append(f"{shape(self.schema)}, or @file.json.")
        flag = f"{self.flag}/--no-{self.flag[2:]}" if kind is bool else self.flag
        more = {"metavar": "JSON"} if self.is_json else {}
        return parameter(self.name, kind | None, None, " ".join(told), flag=flag, values=lambda: values, **more)

    def value(self, said: Any) -> Any:
        """Return what was said as the method takes it. Raises `typer.BadParameter`."""
        try:
            if self.is_moment and said is None and self.is_needed:
                return int(time.time() * 1000) - _MONTH_MS * self.name.startswith("start")
            if self.is_moment and isinstance(said, str):
                return int(said) if said.isdecimal() else int(datetime.fromisoformat(said).timestamp() * 1000)
            return local(_read(said) if self.is_json and isinstance(said, str) else said, self.schema)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint=self.flag) from error


def arguments(method: Callable[..., Any], operation: Operation) -> list[Argument]:
    """Return the arguments of a method that sends an operation."""
    told = dict(re.findall(r"^ {12}(\w+): (.*(?:\n {16}.*)*)", method.__doc__ or "", re.MULTILINE))
    taken = list(inspect.signature(method).parameters.values())[1:-1]  # between self and options
    return [Argument(one, operation, told.get(one.name, "")) for one in taken]


def shape(schema: Schema) -> str:
    """Return what JSON may hold: {"type"?: simple | down_back, "config"?: {"pan"?: -10 to 10}}."""
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(map(shape, schema["anyOf"]))
    if "items" in schema:
        return f"[{shape(schema['items'])}, …]"
    if "properties" in schema:
        marks = {name: "" if name in schema.get("required", ()) else "?" for name in schema["properties"]}
        return "{" + ", ".join(f'"{name}"{marks[name]}: {shape(one)}' for name, one in schema["properties"].items()) + "}"
    said = [schema.get("type", "anything")]
    said += [f"{schema['minimum']} to {schema['maximum']}"] if {"minimum", "maximum"} <= schema.keys() else []
    return " ".join([*said, *([f"up to {schema['maxLength']}"] if "maxLength" in schema else [])])


def local(value: Any, schema: Schema) -> Any:
    """Return a value with a path wherever the API takes media and the text names a file, whether it is there or not."""
    if isinstance(value, dict):
        return {name: local(one, schema.get("properties", {}).get(name, {})) for name, one in value.items()}
    if isinstance(value, list):
        return [local(one, schema.get("items", {})) for one in value]
    if not isinstance(value, str) or "x-kling-media" not in schema:
        return value
    is_file = value[:1] == "@" or os.path.isfile(value) or ("." in value and ":" not in value)  # no base64, no URL
    return Path(value.removeprefix("@")) if is_file else value


def _read(text: str) -> Any:
    """Return the JSON of an option, or of the file that it names; a bare word, as `auto`, stands for itself."""
    if text.startswith("@"):
        text = Path(text[1:]).read_text(encoding="utf-8")
    return text if text.isalpha() and text not in ("true", "false", "null") else json.loads(text)
