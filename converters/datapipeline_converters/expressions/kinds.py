"""What can be told about a node before any run: what it is, in which zone, from which year on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal as Choice
from typing import TypeAlias

from datapipeline_converters.expressions.checks import did_you_mean
from datapipeline_converters.expressions.errors import ExpressionError, UnsupportedExpressionError
from datapipeline_converters.expressions.functions import FUNCTIONS, Kind
from datapipeline_converters.expressions.instants import offset
from datapipeline_converters.expressions.text import read_datetime
from datapipeline_converters.expressions.tree import (
    Call,
    Negation,
    Node,
    Number,
    Operation,
    Parameter,
    Runtime,
    Text,
)

NUMBERS = (Kind.INTEGER, Kind.FLOAT, Kind.NUMERIC)

_PARAMETER_KINDS = {"text": Kind.TEXT, "integer": Kind.INTEGER, "number": Kind.FLOAT}
_STEPS_A_YEAR = {"Years": 1, "Months": 12, "Weeks": 52, "Days": 365, "Hours": 8_760, "Minutes": 525_600}
_MODERN = 1970  # a year that no run lies before
_A_CENTURY = 100  # what an amount that only the run knows is taken to move a date by, at most


@dataclass(frozen=True)
class RuntimeField:
    """What a runtime field is in Airflow.

    :param expression: Jinja for it, such as `data_interval_start`
    :param kind: A datetime (in UTC) or a text
    :param pendulum: whether the datetime is one of pendulum's, exact to the second as Data Pipeline's are
    :param pendulum_expression: Jinja for such a datetime, where `expression` is a plain one
    """

    expression: str
    kind: Choice["datetime", "text"]
    pendulum: bool = True
    pendulum_expression: str | None = None


@dataclass(frozen=True)
class NoField:
    """A runtime field that Airflow has nothing like.

    :param reason: why, and what could be used instead
    """

    reason: str


# By name; a plain text is a field that is always this text.
RuntimeFields: TypeAlias = Mapping[str, RuntimeField | NoField | str]


def runtime_field(node: Runtime, fields: RuntimeFields) -> RuntimeField | str:
    """Return what a runtime field is in Airflow, a text where it is always this text.

    :raises UnsupportedExpressionError: it is nothing there, or there is no such field
    """
    field = fields.get(node.name)
    if isinstance(field, RuntimeField | str):
        return field
    if field is None:
        raise UnsupportedExpressionError(
            f"there is no runtime field {node.name}", expected=did_you_mean(node.name, fields)
        )
    raise UnsupportedExpressionError(
        f"Airflow has nothing that corresponds to the runtime field {node.name}: {field.reason}"
    )


def kind_of(node: Node, fields: RuntimeFields) -> Kind:
    """Return what a node is, as far as it can be told before a run."""
    if isinstance(node, Number):
        return Kind.FLOAT if isinstance(node.value, float) else Kind.INTEGER
    if isinstance(node, Parameter):
        return _PARAMETER_KINDS[node.kind]
    if isinstance(node, Runtime):
        field = runtime_field(node, fields)
        return Kind.DATETIME if isinstance(field, RuntimeField) and field.kind == "datetime" else Kind.TEXT
    if isinstance(node, Call):
        return FUNCTIONS[node.function].result
    if isinstance(node, Negation):
        return _arithmetic_kind(kind_of(node.operand, fields))
    if isinstance(node, Operation):
        kinds = (kind_of(node.left, fields), kind_of(node.right, fields))
        if node.operator == "+" and Kind.TEXT in kinds:
            return Kind.TEXT
        kind = _arithmetic_kind(*kinds)
        return Kind.FLOAT if node.operator == "^" else kind
    return Kind.TEXT


def _arithmetic_kind(*kinds: Kind) -> Kind:
    if Kind.DATETIME in kinds:
        raise ExpressionError(
            "a date and time cannot be calculated with",
            expected="expected a function such as plusDays, or a quoted text to join it with",
        )
    if Kind.FLOAT in kinds:
        return Kind.FLOAT
    return Kind.INTEGER if set(kinds) == {Kind.INTEGER} else Kind.NUMERIC


def is_array(node: str | Node) -> bool:
    """Tell whether a node is a list of which only the run knows the elements."""
    return isinstance(node, Parameter) and node.is_array


def is_natural(node: Node) -> bool:
    """Tell whether a whole number is certainly not negative."""
    if isinstance(node, Operation):
        return node.operator != "-" and is_natural(node.left) and is_natural(node.right)
    return isinstance(node, Call) or (isinstance(node, Number) and node.value >= 0)


def zone_of(node: Node) -> str | None:
    """Return the zone a date and time is shown in, None where only the run knows."""
    if not isinstance(node, Call):
        return "UTC"
    if node.function == "inTimeZone":
        zone = node.arguments[1]
        if not isinstance(zone, Text):
            return None
        return "UTC" if offset(zone.value) == timedelta(0) else zone.value
    return "UTC" if node.function.startswith("make") else zone_of(node.arguments[0])


def first_year(node: Node) -> int:
    """Return a year before which a date and time does not lie, as far as its constants tell.

    What only the run knows (a parameter, a year that is calculated) is taken to stay within a century of it.
    """
    if isinstance(node, Text):
        return read_datetime(node.value).year
    if not isinstance(node, Call):
        return _MODERN
    amount = node.arguments[-1].value if isinstance(node.arguments[-1], Number) else None
    if node.function.startswith("make"):
        year = node.arguments[0]
        return int(year.value) if isinstance(year, Number) else _MODERN
    sign, unit = (1, node.function[4:]) if node.function.startswith("plus") else (-1, node.function[5:])
    if unit not in _STEPS_A_YEAR:
        return first_year(node.arguments[0]) - 1  # some days before, as a Sunday or in another zone
    years = -_A_CENTURY if amount is None else sign * int(amount) // _STEPS_A_YEAR[unit]
    return first_year(node.arguments[0]) + min(0, years)
