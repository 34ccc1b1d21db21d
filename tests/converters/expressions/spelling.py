"""Writes trees as Data Pipeline source, the parser's work backwards, for the property tests."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace

from datapipeline_converters.expressions import (
    Call,
    Items,
    Joined,
    Name,
    Negation,
    Node,
    Number,
    Operation,
    Parameter,
    Runtime,
    Template,
    Text,
    Variable,
)

# How tightly an expression holds together in the grammar (dp-pipeline-expressions).
_LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}
_SIGN, _ATOM = 4, 5


@dataclass
class Speller:
    """Spells one template; leaves that source cannot spell become names.

    :param style: a number that picks among ways to spell the same; 0 is the plainest
    :param meanings: what the names mean that were used, by how they are written
    """

    style: int = 0
    meanings: dict[str, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.style)

    def named(self, template: Template) -> Template:
        """Return a template that source can spell: as the parser would give it."""
        parts: list[str | Node] = []
        for part in template.parts:
            if not isinstance(part, str):
                parts.append(self._named(part))
            elif parts and isinstance(parts[-1], str):
                parts[-1] += part
            else:
                parts.append(part)
        parts = [re.sub(r"#\{+", "#", part) if isinstance(part, str) else part for part in parts]
        return Template(tuple(part for part in parts if part != ""))

    def source(self, named: Template) -> str:
        """Return the text of a template that `named` gave."""
        return "".join(
            part if isinstance(part, str) else f"#{{{self._spelled(part)}}}" for part in named.parts
        )

    def _named(self, node: Node) -> Node:
        if isinstance(node, Parameter | Runtime):
            return self._name(node.name, node)
        if isinstance(node, Variable):
            return self._name(f"*{node.key}", node)
        if isinstance(node, Joined | Items):
            return self._name(f"myField{len(self.meanings)}", node)
        if isinstance(node, Number):
            return _unsigned(node.value)
        if isinstance(node, Text):
            return Text(node.value.replace("'", "") if '"' in node.value else node.value)
        if isinstance(node, Negation):
            return Negation(self._named(node.operand))
        if isinstance(node, Operation):
            return replace(node, left=self._named(node.left), right=self._named(node.right))
        assert isinstance(node, Call)
        return replace(node, arguments=tuple(map(self._named, node.arguments)))

    def _name(self, written: str, meaning: Node) -> Name:
        self.meanings[written] = meaning
        return Name((written,))

    def _spelled(self, node: Node, level: int = 0) -> str:
        own = _level(node)
        text = self._bare(node)
        return f"({text})" if own < level or self._sometimes(0.05) else text

    def _bare(self, node: Node) -> str:
        if isinstance(node, Number):
            return repr(node.value)
        if isinstance(node, Text):
            double = "'" in node.value or ('"' not in node.value and self._sometimes(0.3))
            return f'"{node.value}"' if double else f"'{node.value}'"
        if isinstance(node, Negation):
            return f"-{self._spelled(node.operand, _SIGN)}"
        if isinstance(node, Operation):
            own, blank = _level(node), "" if self._sometimes(0.3) else " "
            left, right = self._spelled(node.left, own), self._spelled(node.right, own + 1)
            return f"{left}{blank}{node.operator}{blank}{right}"
        if isinstance(node, Call):
            if self._sometimes(0.4) and not isinstance(node.arguments[0], Number | Negation | Operation):
                receiver, *rest = map(self._spelled, node.arguments)
                return f"{receiver}.{node.function}({', '.join(rest)})"
            return f"{node.function}({', '.join(map(self._spelled, node.arguments))})"
        return str(node)

    def _sometimes(self, probability: float) -> bool:
        return self.style != 0 and self._random.random() < probability


def _level(node: Node) -> int:
    if isinstance(node, Operation):
        return _LEVELS[node.operator]
    return _SIGN if isinstance(node, Negation) else _ATOM


def _unsigned(value: int | float) -> Node:
    """Return a number as source can spell it: the sign apart, no exponent."""
    size = abs(value)
    if isinstance(size, float) and not re.fullmatch(r"\d+\.\d+", repr(size)):
        size = round(size, 6) if size < 1 else float(int(size))
        size = size if re.fullmatch(r"\d+\.\d+", repr(size)) else 0.5
    return Negation(Number(size)) if value < 0 else Number(size)
