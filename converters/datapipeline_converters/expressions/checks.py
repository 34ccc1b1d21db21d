"""What is wrong with a call before any value is known: its name, its arguments' number, and their form."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Any

from datapipeline_converters.expressions.errors import ExpressionError
from datapipeline_converters.expressions.functions import FUNCTIONS, Kind
from datapipeline_converters.expressions.instants import zone
from datapipeline_converters.expressions.joda import parse_pattern
from datapipeline_converters.expressions.tree import Call, Text

_PERIOD = re.compile(r"\s*(\d{1,9})\s+(minute|hour|day|week|month|year)s?\s*", re.IGNORECASE | re.ASCII)


def read_period(text: str) -> tuple[int, str]:
    """Return count and unit ("days") of a period such as `1 day`.

    :raises ExpressionError: it is none
    """
    if match := _PERIOD.fullmatch(text):
        return int(match[1]), f"{match[2].lower()}s"
    raise ExpressionError(
        "a period is needed", found=repr(text), expected='expected a number and a unit, such as "1 day"'
    )


FORMS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.PATTERN: parse_pattern,
    Kind.ZONE: zone,
    Kind.PERIOD: read_period,
}


def check_call(call: Call) -> None:
    """Raise ExpressionError when a call names no function, or has wrong arguments as far as can be seen."""
    function = FUNCTIONS.get(call.function)
    if function is None:
        raise _unknown(call.function).at(call.origin)
    if len(call.arguments) != len(function.arguments):
        taken = ", ".join(kind.value for kind in function.arguments)
        raise ExpressionError(
            f"{call.function} takes {_counted(len(function.arguments))} ({taken})",
            found=str(len(call.arguments)),
            origin=call.origin,
        )
    for argument, kind in zip(call.arguments, function.arguments, strict=True):
        if isinstance(argument, Text) and kind in FORMS:
            try:
                FORMS[kind](argument.value)
            except ExpressionError as error:
                raise error.at(call.origin) from None


def _counted(count: int) -> str:
    return f"{count} argument{'' if count == 1 else 's'}"


def _unknown(name: str) -> ExpressionError:
    by_lower = {known.lower(): known for known in FUNCTIONS}
    near = [by_lower[match] for match in difflib.get_close_matches(name.lower(), by_lower, cutoff=0.5)]
    return ExpressionError(
        f'there is no function "{name}"',
        expected=f"did you mean {' or '.join(near)}?" if near else f"expected one of {', '.join(FUNCTIONS)}",
    )
