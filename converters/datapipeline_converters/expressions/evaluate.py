"""The reference interpreter: what an expression is worth, in plain Python. The specification that can be run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from datapipeline_converters.expressions.checks import FORMS, check_call
from datapipeline_converters.expressions.errors import ExpressionError
from datapipeline_converters.expressions.functions import FUNCTIONS, Kind, usage
from datapipeline_converters.expressions.lists import combinations
from datapipeline_converters.expressions.text import datetime_text, float_text, read_number
from datapipeline_converters.expressions.tree import (
    Call,
    Items,
    Joined,
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

Value: TypeAlias = "int | float | str | datetime | tuple[Value, ...]"

LIST_SEPARATOR = ","  # between the values of a list that ends in a text for one value. [undocumented]


@dataclass(frozen=True)
class Facts:
    """What is known when a run starts.

    :param runtime: values of the run's fields by name, `@scheduledStartTime` and the like; instants in UTC
    :param parameters: values of parameters; a list for an array, None for an optional one without value
    :param variables: values of Airflow Variables
    """

    runtime: Mapping[str, datetime | str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


NOTHING = Facts()


def evaluate(template: Template, facts: Facts = NOTHING, *, many: bool = False) -> str | tuple[str, ...]:
    """Return what Data Pipeline would make of a bound template.

    :param template: the field's text, after `bind`
    :param facts: what is known when the run starts
    :param many: whether the field takes several values; then a list within text gives one text for each
        element, otherwise its elements are joined with commas
    :return: a tuple when the template is exactly one expression whose value is a list, or by `many`; else a
        text

    :raises ExpressionError: it cannot be evaluated, or a fact is missing
    """
    if len(template.parts) == 1 and not isinstance(node := template.parts[0], str):
        return text_of(node, facts)
    texts = [part if isinstance(part, str) else text_of(part, facts) for part in template.parts]
    if many and any(isinstance(text, tuple) for text in texts):
        choices = [(text,) if isinstance(text, str) else text for text in texts]
        return tuple("".join(choice) for choice in combinations(choices))
    return "".join(_single(text) for text in texts)


def _single(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else LIST_SEPARATOR.join(text)


def text_of(node: Node, facts: Facts) -> str | tuple[str, ...]:
    """Return a node's value as a text, or as texts when it is a list."""
    if isinstance(node, Parameter):  # arrives as the text the user gave
        raw = _fact(facts.parameters, node.name, "parameter")
        return tuple(map(str, raw or ())) if node.is_array else "" if raw is None else str(raw)
    if isinstance(node, Items):
        nested = [text_of(item, facts) for item in node.nodes]
        return tuple(text for texts in nested for text in ((texts,) if isinstance(texts, str) else texts))
    if isinstance(node, Number) and node.text:
        return node.text
    value = value_of(node, facts)
    return tuple(map(_text, value)) if isinstance(value, tuple) else _text(value)


def _text(value: Value) -> str:
    if isinstance(value, float):
        return float_text(value)
    return datetime_text(value) if isinstance(value, datetime) else str(value)


def value_of(node: Node, facts: Facts) -> Value:
    """Return a node's value, typed.

    :raises ExpressionError: it has none; the message shows the innermost place that failed
    """
    try:
        return _value(node, facts)
    except ExpressionError as error:
        raise error.at(getattr(node, "origin", None)) from None


def _value(node: Node, facts: Facts) -> Value:
    if isinstance(node, Number | Text):
        return node.value
    if isinstance(node, Parameter):
        return _parameter(node, facts)
    if isinstance(node, Variable):
        return str(_fact(facts.variables, node.key, "Variable"))
    if isinstance(node, Runtime):
        value = _fact(facts.runtime, node.name, "runtime field")
        return _in_utc(value) if isinstance(value, datetime) else str(value)
    if isinstance(node, Joined):
        parts = node.template.parts
        if len(parts) == 1 and not isinstance(parts[0], str):
            return value_of(parts[0], facts)
        return evaluate(node.template, facts)
    if isinstance(node, Items):
        return text_of(node, facts)
    if isinstance(node, Negation):
        return _mapped(lambda value: -_number(value), [value_of(node.operand, facts)])
    if isinstance(node, Operation):
        return _operation(node, facts)
    if isinstance(node, Call):
        return _call(node, facts)
    raise ExpressionError(f'the name "{node}" stands for nothing', origin=node.origin)


def _fact(facts: Mapping[str, Any], name: str, what: str) -> Any:
    if name not in facts:
        raise ExpressionError(f"the {what} {name} has no value")
    return facts[name]


def _in_utc(value: datetime) -> datetime:
    """Return an instant as Data Pipeline has it: in UTC, in whole seconds."""
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.replace(microsecond=0)


def _parameter(node: Parameter, facts: Facts) -> Value:
    read = {"text": str, "integer": int, "number": float}[node.kind]
    raw = _fact(facts.parameters, node.name, "parameter")
    try:
        return tuple(map(read, raw or ())) if node.is_array else "" if raw is None else read(raw)
    except ValueError:
        raise ExpressionError(f"the value of the parameter {node.name} is no {node.kind}") from None


def _mapped(function: Any, arguments: list[Value]) -> Value:
    """Apply a function, over every element where an argument is a list."""
    if not any(isinstance(argument, tuple) for argument in arguments):
        return function(*arguments)  # type: ignore[no-any-return]
    choices = [argument if isinstance(argument, tuple) else (argument,) for argument in arguments]
    return tuple(function(*choice) for choice in combinations(choices))


def _operation(node: Operation, facts: Facts) -> Value:
    left, right = value_of(node.left, facts), value_of(node.right, facts)
    if node.operator == "+" and (_is_text(left) or _is_text(right)):
        return _mapped(str.__add__, [text_of(node.left, facts), text_of(node.right, facts)])
    compute = ARITHMETIC[node.operator]
    return _mapped(lambda a, b: compute(_number(a), _number(b)), [left, right])


def _is_text(value: Value) -> bool:
    return isinstance(value, str) or (isinstance(value, tuple) and any(map(_is_text, value)))


def _number(value: Value) -> int | float:
    if isinstance(value, datetime):
        raise ExpressionError(
            "a date and time cannot be calculated with",
            expected="expected a function such as plusDays, or a quoted text to join it with",
        )
    return read_number(value) if isinstance(value, str) else value  # type: ignore[return-value]


def divide(dividend: int | float, divisor: int | float) -> int | float:
    """Divide as Java does: two whole numbers give a whole number, cut towards zero [inferred]."""
    if isinstance(dividend, int) and isinstance(divisor, int):
        if divisor == 0:
            raise ExpressionError("division by zero")
        quotient = abs(dividend) // abs(divisor)
        return quotient if (dividend < 0) == (divisor < 0) else -quotient
    if divisor == 0:
        sign = math.copysign(1, dividend) * math.copysign(1, divisor)
        return math.nan if dividend == 0 or math.isnan(dividend) else math.inf * sign
    return dividend / divisor


def power(base: int | float, exponent: int | float) -> float:
    """Raise to a power; the result is a decimal number, whatever the operands (Java's Math.pow)."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        return math.inf if base == 0 else math.nan


ARITHMETIC = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": divide,
    "^": power,
}


def _call(node: Call, facts: Facts) -> Value:
    check_call(node)
    function = FUNCTIONS[node.function]

    def apply(*values: Value) -> Value:
        arguments = list(_arguments(node, values))
        try:
            return function.evaluate(*arguments)  # type: ignore[no-any-return]
        except OverflowError:  # Python's own words for it are about C
            raise ExpressionError(f"{node.function} gives no date: the year leaves 1 to 9999") from None
        except ValueError as error:
            raise ExpressionError(f"{node.function} gives no date: {error}") from None

    try:
        return _mapped(apply, [value_of(argument, facts) for argument in node.arguments])
    except ExpressionError as error:
        raise error.at(node.origin) from None


def _arguments(node: Call, values: Sequence[Value]) -> Iterator[Any]:
    for value, kind, argument in zip(values, FUNCTIONS[node.function].arguments, node.arguments, strict=True):
        try:
            yield _argument(value, kind)
        except ExpressionError as error:
            advised = error.advised(f"expected a call such as {usage(node.function)}")
            raise advised.at(getattr(argument, "origin", None)) from None


def _argument(value: Value, kind: Kind) -> Any:
    """Return an argument as the kind it has to be; texts are read as numbers and instants [inferred]."""
    if isinstance(value, str):
        if kind is Kind.PATTERN:
            return value
        value = FORMS[kind](value)
        if kind in {Kind.ZONE, Kind.PERIOD}:
            return value
    if (isinstance(value, datetime) and kind is Kind.DATETIME) or (
        isinstance(value, int) and kind is Kind.INTEGER
    ):
        return value
    raise ExpressionError(f"{kind.value} is needed", found=_described(value))


def _described(value: Value) -> str:
    return f"{'the date and time' if isinstance(value, datetime) else 'the number'} {_text(value)}"
