"""Edits YAML where it stands: all that an edit does not say keeps its bytes, comments, anchors and order included."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from kling_spec.errors import SpecError
from kling_spec.yaml_json import parse

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WIDTH = 140  # a longer line is broken where an item is added
Where = Sequence[str | int]


class EditRefused(SpecError):
    """An edit cannot be made without changing more than it says."""


@dataclass(frozen=True)
class YamlText:
    """The text of one YAML file. Edits return another one."""

    text: str
    name: str = "<text>"

    @classmethod
    def read(cls, path: Path) -> "YamlText":
        return cls(path.read_bytes().decode("utf-8"), path.name)

    def write(self, path: Path) -> None:
        path.write_bytes(self.text.encode("utf-8"))

    def has(self, where: Where) -> bool:
        """Say whether something stands at a path."""
        try:
            self._node(where)
        except EditRefused:
            return False
        return True

    def line(self, where: Where) -> int:
        """Return the line, from 1, of what stands at a path, as far as the path leads: the line of its key."""
        node, line = self._root, 0
        for part in where:
            found = _step(node, part)
            if found is None:
                break
            key, node = found
            line = key.start_mark.line
        return line + 1

    def replaced(self, where: Where, value: str) -> "YamlText":
        """Put another scalar (as YAML text) in place of one."""
        node = self._node(where)
        if not isinstance(node, yaml.ScalarNode):
            raise EditRefused(f"{self._place(where)}: is no single value")
        return self._spliced(self._at(node.start_mark), self._at(node.end_mark), value)

    def appended(self, where: Where, item: str) -> "YamlText":
        """Add an item (as YAML text) at the end of a list."""
        node = self._node(where)
        if not isinstance(node, yaml.SequenceNode):
            raise EditRefused(f"{self._place(where)}: is no list")
        if not node.flow_style:
            indent = self._indent(node.value[0].start_mark.line)
            return self._below(node.value[-1], f"{indent}- {item}")
        return self._in_flow(node, node.value[-1] if node.value else None, item)

    def with_member(self, where: Where, key: str, value: str) -> "YamlText":
        """Add a key and its value (as YAML text on one line) at the end of a mapping."""
        node = self._node(where)
        if not isinstance(node, yaml.MappingNode):
            raise EditRefused(f"{self._place(where)}: is no mapping")
        if any(one.value == key for one, _ in node.value):
            raise EditRefused(f"{self._place(where)}: has {key} already")
        if node.flow_style:
            return self._in_flow(node, node.value[-1][1] if node.value else None, f"{key}: {value}")
        indent = " " * node.value[0][0].start_mark.column
        return self._below(node.value[-1][1], f"{indent}{key}: {value}")

    def _in_flow(self, node: yaml.Node, last: yaml.Node | None, item: str) -> "YamlText":
        if last is None:
            at = self._at(node.start_mark) + 1
            return self._spliced(at, at, item)
        at = self._at(last.end_mark)
        comma = re.match(r"\s*,", self.text[at:])
        if comma:
            at += comma.end()
        start = self.text.rfind("\n", 0, at) + 1
        is_long = at - start + len(item) + 2 > _WIDTH
        gap = f"{self._newline}{self._indent(last.start_mark.line)}" if is_long and start > self._at(node.start_mark) else " "
        return self._spliced(at, at, f"{'' if comma else ','}{gap}{item}")

    def _below(self, last: yaml.Node, line: str) -> "YamlText":
        """Add a line below the line on which a node of a block ends."""
        at = self._at(_leaf(last).end_mark)
        if at and self.text[at - 1] == "\n":  # a block scalar ends where the next thing begins
            at = len(self.text[:at].rstrip())
        end = self.text.find("\n", at)
        if end < 0:
            return self._spliced(len(self.text), len(self.text), f"{self._newline}{line}")
        return self._spliced(end + 1, end + 1, f"{line}{self._newline}")

    def _spliced(self, start: int, end: int, new: str) -> "YamlText":
        return YamlText(self.text[:start] + new + self.text[end:], self.name)

    def _node(self, where: Where) -> yaml.Node:
        """Return the node at a path. Raises `EditRefused` when there is none, or when it has an anchor or is an alias."""
        node = self._root
        for part in where:
            found = _step(node, part)
            if found is None:
                raise EditRefused(f"{self._place(where)}: is not there")
            key, node = found
            begins = self._at(node.start_mark)
            if begins < self._at(key.start_mark) or self.text[begins : begins + 1] == "&":
                raise EditRefused(f"{self._place(where)}: goes through an anchor, so other places would change with it")
        return node

    def _place(self, where: Where) -> str:
        return f"{self.name}: {' → '.join(map(str, where))}"

    def _indent(self, line: int) -> str:
        text = self.text[self._starts[line] :]
        return text[: len(text) - len(text.lstrip(" "))]

    def _at(self, mark: Any) -> int:
        return int(self._starts[mark.line] + mark.column)

    @cached_property
    def _root(self) -> yaml.Node:
        root: yaml.Node = yaml.compose(self.text, Loader=_Loader)  # type: ignore[assignment]  # never empty: `load` took it
        return root

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(one.end() for one in re.finditer(r"\n", self.text)), len(self.text)]

    @cached_property
    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"


def scalar(value: Any) -> str:
    """Return a value as YAML text that reads as the same value, within a flow too."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if re.fullmatch(r"[\w’][\w’ ./-]*", text) and not text.endswith(" ") and parse(f"key: {text}")["key"] == value:
        return text
    if isinstance(value, str):
        return "'" + re.sub(r"\s*\n\s*", " ", text).replace("'", "''") + "'"
    return text


def _step(node: yaml.Node, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None


def _leaf(node: yaml.Node) -> yaml.Node:
    """Return the last thing of a block: a scalar, or a flow collection, whose end is exact."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node
