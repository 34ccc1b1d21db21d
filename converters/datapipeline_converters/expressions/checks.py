"""What is wrong with a call before any value is known: its name, its arguments' number, and their form."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from datapipeline_converters.expressions.errors import ExpressionError
from datapipeline_converters.expressions.functions import FUNCTIONS, Kind, usage
from datapipeline_converters.expressions.instants import zone
from datapipeline_converters.expressions.joda import parse_pattern
from datapipeline_converters.expressions.text import read_datetime, read_number
from datapipeline_converters.expressions.tree import Call, Text
from datapipeline_converters.wording import counted

_PERIOD = re.compile(r"\s*(\d{1,9})\s+(minute|hour|day|week|month|year)s?\s*", re.IGNORECASE | re.ASCII)

# What people look for under the names of other languages, in lower case, and what there is.
_OTHER_LANGUAGES = (
    (
        {"second", "seconds", "millis", "dayofweek", "weekday", "weekofyear", "week", "monthname"},
        "format gives it, with s for the second, e or EEEE for the day of the week, ww for the week, MMMM for the name",
    ),
    ({"plusseconds", "minusseconds"}, "the smallest steps are plusMinutes and minusMinutes"),
    (
        {"now", "today", "date", "getdate", "currentdate", "currenttime", "timestamp"},
        "a run knows @scheduledStartTime, @scheduledEndTime and @actualStartTime",
    ),
    (
        {"strftime", "formatdate", "dateformat", "datetimeformat", "tochar"},
        f"dates are printed by {usage('format')}",
    ),
    (
        {"parse", "parsedate", "strptime", "todate", "todatetime", "datetime"},
        "a text such as '2011-05-24T17:10:00' can stand where a date and time is needed",
    ),
    ({"concat", "join", "str", "tostring"}, "+ joins texts, and makes texts of numbers and dates"),
    (
        {"substring", "substr", "replace", "split", "trim", "upper", "lower", "toupper", "tolower"}
        | {"touppercase", "tolowercase", "length", "len", "contains", "startswith", "endswith", "indexof"},
        "there are no functions for texts; + joins them",
    ),
    ({"if", "iif", "case", "coalesce", "nvl", "ifnull", "switch"}, "there are no conditions"),
    (
        {"floor", "round", "ceil", "abs", "mod", "min", "max", "int", "pow"},
        "the operators are + - * / ^; / cuts off where both sides are whole numbers",
    ),
    ({"adddays", "dateadd", "plusday", "minusday"}, f"did you mean {usage('plusDays')}?"),
)


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
    Kind.DATETIME: read_datetime,
    Kind.INTEGER: read_number,
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
            f"{call.function} takes {counted(len(function.arguments), 'argument')} ({taken})",
            found=str(len(call.arguments)),
            expected=f"expected a call such as {usage(call.function)}",
            origin=call.origin,
        )
    for argument, kind in zip(call.arguments, function.arguments, strict=True):
        if isinstance(argument, Text) and kind in FORMS:
            try:
                FORMS[kind](argument.value)
            except ExpressionError as error:
                raise error.at(argument.origin).at(call.origin) from None


def _unknown(name: str) -> ExpressionError:
    plain = name.lower().replace("_", "")
    advice = next((advice for names, advice in _OTHER_LANGUAGES if plain in names), "")
    return ExpressionError(
        f'there is no function "{name}"',
        expected=advice or did_you_mean(name, FUNCTIONS) or f"expected one of {', '.join(FUNCTIONS)}",
    )


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """Return a question that names what is spelled nearly like `name`, "" if nothing is.

    :param cutoff: how much has to be alike, from 0 to 1
    """
    by_lower = {each.lower(): each for each in sorted(known)}
    same = [each for each in by_lower if each.lstrip("@*") == name.lower().lstrip("@*")]
    near = same or difflib.get_close_matches(name.lower(), by_lower, n=2, cutoff=cutoff)
    return f"did you mean {' or '.join(by_lower[match] for match in near)}?" if near else ""
