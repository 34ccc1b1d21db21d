"""Knows how nested calls, lists and dicts are laid out: on one line where they fit, else one element a line."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from datapipeline_converters.plan import ArrayParam, Call
from datapipeline_converters.rendering.literals import duration_literal, text_literal

WIDTH = 88
_INDENT = "    "


def width(text: str) -> int:
    """Return how many columns a text takes: formatters count a wide character as two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


@dataclass(frozen=True)
class Identifier:
    """A variable, by name."""

    name: str


def _no_variable(call: Call) -> str | None:
    return None


@dataclass
class Layout:
    """Writes values as Python source, and collects the imports that they need.

    :param variable: tells the variable that holds what a call makes, None where it is written in its place
    """

    imports: set[str] = field(default_factory=set)
    variable: Callable[[Call], str | None] = _no_variable

    def source(self, value: Any, indent: int = 0, used: int = 0) -> str:
        """Return the source of a value; a trailing comma keeps formatters from joining its lines again.

        :param indent: how many levels the line on which it stands is indented
        :param used: how many characters that line has before and after the value
        """
        line, brackets = self._line(value), self._brackets(value)
        fits = "\n" not in line and len(_INDENT) * indent + used + width(line) <= WIDTH
        if brackets is None or fits:
            return line
        opening, parts, closing = brackets
        inner = _INDENT * (indent + 1)
        body = "".join(
            f"{inner}{prefix}{self.source(item, indent + 1, len(prefix) + 1)},\n" for prefix, item in parts
        )
        return f"{opening}\n{body}{_INDENT * indent}{closing}"

    def _line(self, value: Any) -> str:
        """Return the source of a value on one line, however long it is."""
        if isinstance(value, Call) and (name := self.variable(value)):
            return name
        brackets = self._brackets(value)
        if brackets is None:
            return self._scalar(value)
        opening, parts, closing = brackets
        return opening + ", ".join(prefix + self._line(item) for prefix, item in parts) + closing

    def _brackets(self, value: Any) -> tuple[str, Sequence[tuple[str, Any]], str] | None:
        """Return what opens a value, its elements with what stands before each, and what closes it; None for a scalar."""
        if isinstance(value, Call):
            if self.variable(value):
                return None
            self.imports.add(value.path)
            parts = [("", item) for item in value.positional]
            parts += [(f"{key}=", item) for key, item in value.arguments.items()]
            return value.path.rpartition(".")[2] + "(", parts, ")"
        if isinstance(value, Mapping):
            return "{", [(f"{text_literal(key)}: ", item) for key, item in value.items()], "}"
        if isinstance(value, Sequence) and not isinstance(value, str):
            return "[", [("", item) for item in value], "]"
        return None

    def _scalar(self, value: Any) -> str:
        if isinstance(value, Identifier):
            return value.name
        if isinstance(value, str):
            return text_literal(value)
        if isinstance(value, timedelta):
            self.imports.add("datetime.timedelta")
            return duration_literal(value)
        if isinstance(value, datetime):
            self.imports.add("pendulum")
            parts = [value.year, value.month, value.day, value.hour, value.minute, value.second]
            while len(parts) > 3 and parts[-1] == 0:
                parts.pop()
            return f'pendulum.datetime({", ".join(map(str, parts))}, tz="UTC")'
        if isinstance(value, ArrayParam):
            return f"dag.param({text_literal(value.name)})"
        return repr(value)


def import_lines(paths: set[str]) -> list[list[str]]:
    """Return import statements in groups, standard library first, each group sorted as import sorters do."""
    members: dict[str, set[str]] = {}
    plain = {path for path in paths if "." not in path}
    for path in paths - plain:
        module, _, name = path.rpartition(".")
        members.setdefault(module, set()).add(name)
    groups: list[list[str]] = [[], []]
    for name in sorted(plain):
        groups[1].append(f"import {name}")
    for module, names in sorted(members.items()):
        groups[0 if module == "datetime" else 1].append(_import(module, sorted(names, key=_member_order)))
    return [group for group in groups if group]


def _import(module: str, names: Sequence[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"{_INDENT}{name},\n" for name in names) + ")"


def _member_order(name: str) -> tuple[int, str]:
    """Import sorters put constants first, then classes; a name in capitals is a constant to them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)
