"""Knows which names an expression calculates with, as far as can be told before they have their meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from datapipeline_converters.expressions.tree import (
    Call,
    Name,
    Negation,
    Node,
    Number,
    Operation,
    Template,
)


def calculated_with(template: Template, is_number: Callable[[Name], bool]) -> Iterator[Name]:
    """Yield the names of numbers that stand beside an operator of arithmetic, in order.

    A `+` beside a text joins texts. What a function is given is not calculated with.

    :param template: a parsed text
    :param is_number: tells whether a name stands for a number
    """
    for part in template.parts:
        if not isinstance(part, str):
            yield from _names(part, is_number)


def _names(node: Node, is_number: Callable[[Name], bool]) -> Iterator[Name]:
    operands = _operands(node)
    calculates = not isinstance(node, Call) and _is_number(node, is_number)
    for operand in operands:
        if not isinstance(operand, Name):
            yield from _names(operand, is_number)
        elif calculates and is_number(operand):
            yield operand


def _operands(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Operation):
        return (node.left, node.right)
    if isinstance(node, Negation):
        return (node.operand,)
    return node.arguments if isinstance(node, Call) else ()


def _is_number(node: Node, is_number: Callable[[Name], bool]) -> bool:
    if isinstance(node, Name):
        return is_number(node)
    if isinstance(node, Operation) and node.operator == "+":
        return _is_number(node.left, is_number) and _is_number(node.right, is_number)
    if isinstance(node, Call):
        return node.function != "format"
    return isinstance(node, Number | Negation | Operation)
