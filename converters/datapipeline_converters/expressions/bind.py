"""Puts meaning in the place of names, and works out at conversion what no longer depends on a run."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from datapipeline_converters.expressions.checks import check_call, read_period
from datapipeline_converters.expressions.errors import ExpressionError
from datapipeline_converters.expressions.evaluate import NOTHING, evaluate, text_of, value_of
from datapipeline_converters.expressions.lists import combinations
from datapipeline_converters.expressions.tree import (
    Call,
    Items,
    Joined,
    Name,
    Negation,
    Node,
    Number,
    Operation,
    Origin,
    Parameter,
    Runtime,
    Template,
    Text,
)

Resolve: TypeAlias = Callable[[Name], Node]

MAX_WHOLE = 2**63 - 1  # Java's long
# Fields and values that quote each other can grow without end.
MAX_TEXT = 1_000_000  # characters
MAX_PARTS = 10_000  # expressions in one text


def leaves(template: Template) -> Iterator[Node]:
    """Yield every node of a template that has no nodes below it, in order."""
    for part in template.parts:
        if not isinstance(part, str):
            yield from _leaves(part)


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node, Joined):
        yield from leaves(node.template)
        return
    below = _below(node)
    if not below:
        yield node
    for child in below:
        yield from _leaves(child)


def _below(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, Operation):
        return (node.left, node.right)
    if isinstance(node, Negation):
        return (node.operand,)
    return node.nodes if isinstance(node, Items) else ()


def names(template: Template) -> Iterator[Name]:
    """Yield every reference in a template, in order."""
    return (leaf for leaf in leaves(template) if isinstance(leaf, Name))


def bind(template: Template, resolve: Resolve) -> Template:
    """Return a template in which each name is replaced by what it means.

    What is constant after that becomes text, texts of other fields become part of the text around them, and
    neighbouring text is merged. What `resolve` returns is never asked for again, and finished text is not scanned
    again.

    :raises ExpressionError: something constant cannot be evaluated, such as makeDate(2011, 13, 1)
    """
    bound = [part if isinstance(part, str) else _bound(part, resolve) for part in template.parts]
    parts: list[str | Node] = []
    for part in bound:
        parts += [part] if isinstance(part, str) else _text_parts(part)
    merged = _merged(parts)
    # Only what was one expression from the start has another value than a text.
    is_text = len(bound) > 1 or any(isinstance(part, Joined) for part in bound)
    if is_text and len(merged) == 1 and not isinstance(merged[0], str):
        merged = (*merged, "")
    return replace(template, parts=merged)


def _merged(parts: list[str | Node]) -> tuple[str | Node, ...]:
    merged: list[str | Node] = []
    for is_text, group in itertools.groupby(parts, lambda part: isinstance(part, str)):
        members = list(group)
        merged += ["".join(members)] if is_text else members  # type: ignore[arg-type]
    if sum(len(part) for part in merged if isinstance(part, str)) > MAX_TEXT:
        raise ExpressionError(f"the text grows to more than {MAX_TEXT} characters")
    if len(merged) > 2 * MAX_PARTS:
        raise ExpressionError(f"the text grows to more than {MAX_PARTS} expressions")
    return tuple(part for part in merged if part != "")


def _text_parts(node: Node) -> list[str | Node]:
    """Return what a bound node is inside text: text as far as it is known."""
    if isinstance(node, Joined):
        return list(node.template.parts)
    if is_constant_node(node) and isinstance(text := text_of(node, NOTHING), str):
        return [text]
    if isinstance(node, Items):
        return [Items(tuple(map(_as_text, node.nodes)))]
    return [node]


def _as_text(item: Node) -> Node:
    """Return an element of a list as the text it is, if that is known."""
    text = text_of(item, NOTHING) if is_constant_node(item) else None
    return Text(text) if isinstance(text, str) else item


def _bound(node: Node, resolve: Resolve) -> Node:
    if isinstance(node, Name):
        try:
            return _bound(_placed(resolve(node), node), _unresolved)
        except ExpressionError as error:
            raise error.at(node.origin) from None
    if isinstance(node, Joined):
        return _joined(bind(node.template, resolve))
    if isinstance(node, Items):
        return _items(_bound(item, resolve) for item in node.nodes)
    if isinstance(node, Negation):
        return _spread((node.operand,), lambda operand: replace(node, operand=operand), resolve)
    if isinstance(node, Operation):
        return _spread((node.left, node.right), lambda a, b: replace(node, left=a, right=b), resolve)
    if isinstance(node, Call):
        return _spread(node.arguments, lambda *arguments: replace(node, arguments=arguments), resolve)
    return node


def _placed(meaning: Node, name: Name) -> Node:
    """Return what a name means with the place of the name, which messages show."""
    if isinstance(meaning, Runtime | Parameter) and meaning.origin is None:
        return replace(meaning, origin=name.origin)
    return meaning


def _unresolved(name: Name) -> Node:
    raise ExpressionError(f'the name "{name}" stands for another name', origin=name.origin)


def _joined(template: Template) -> Node:
    """Return a field's value: the value itself where the field is exactly one expression."""
    if not template.parts:
        return Text("")
    if len(template.parts) > 1:
        return Joined(template)
    part = template.parts[0]
    return Text(part) if isinstance(part, str) else part


def _items(nodes: Iterator[Node]) -> Items:
    flat: list[Node] = []
    for node in nodes:
        flat += node.nodes if isinstance(node, Items) else (node,)
    return Items(tuple(flat))


def _spread(operands: tuple[Node, ...], build: Callable[..., Node], resolve: Resolve) -> Node:
    """Return a node of bound operands; where an operand is a list, a list of such nodes."""
    bound = [_bound(operand, resolve) for operand in operands]
    if not any(isinstance(operand, Items) for operand in bound):
        return _folded(build(*bound))
    choices = [operand.nodes if isinstance(operand, Items) else (operand,) for operand in bound]
    return _items(_folded(build(*choice)) for choice in combinations(choices))


def _folded(node: Node) -> Node:
    if isinstance(node, Call):
        check_call(node)
    if not all(is_constant_node(child) for child in _below(node)):
        return _without_period(node)
    value = value_of(node, NOTHING)
    if isinstance(value, datetime):
        return _without_period(node)
    origin: Origin | None = getattr(node, "origin", None)
    if isinstance(value, int) and not -MAX_WHOLE - 1 <= value <= MAX_WHOLE:
        raise ExpressionError(
            "the number leaves what Data Pipeline can count",
            expected=f"whole numbers reach from {-MAX_WHOLE - 1} to {MAX_WHOLE}",
            origin=origin,
        )
    return Text(value, origin) if isinstance(value, str) else Number(value, origin=origin)  # type: ignore[arg-type]


def _without_period(node: Node) -> Node:
    """Return plusPeriod(x, '1 day') as plusDays(x, 1)."""
    if not isinstance(node, Call) or node.function != "plusPeriod":
        return node
    moment, period = node.arguments
    if not isinstance(period, Text):
        return node
    count, unit = read_period(period.value)
    return Call(f"plus{unit.capitalize()}", (moment, Number(count)), node.origin)


def is_constant_node(node: Node) -> bool:
    """Tell whether a node no longer depends on a run."""
    if isinstance(node, Joined):
        return all(isinstance(part, str) or is_constant_node(part) for part in node.template.parts)
    below = _below(node)
    return isinstance(node, Number | Text | Items) if not below else all(map(is_constant_node, below))


def is_constant(template: Template) -> bool:
    """Tell whether a bound template no longer depends on a run."""
    return all(isinstance(part, str) or is_constant_node(part) for part in template.parts)


def constant(template: Template, *, many: bool = False) -> str | tuple[str, ...]:
    """Return the text, or the texts of the list, of a constant template; `many` as in `evaluate`.

    :raises ExpressionError: it is not constant
    """
    return evaluate(template, NOTHING, many=many)
