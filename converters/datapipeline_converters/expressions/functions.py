"""The functions of the expression language, as a table (dp-pipeline-reference-functions-datetime)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

from datapipeline_converters.expressions import instants
from datapipeline_converters.expressions.joda import format_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Kind(Enum):
    """What an expression is; the value is how a message calls it."""

    TEXT = "a text"
    INTEGER = "a whole number"
    FLOAT = "a decimal number"
    NUMERIC = "a number"  # whole or decimal, known when the run starts
    DATETIME = "a date and time"
    # Texts that have to have a form:
    PATTERN = "a date pattern"
    ZONE = "a time zone"
    PERIOD = "a period"


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    :param arguments: what it takes
    :param result: what it gives
    :param evaluate: what it does to values of these kinds
    :param jinja: how a template says it; `{0}` is the first argument. Empty: the writer knows more than a
        text can say
    :param zoned: how a template says it where daylight saving may skip or repeat the result, if otherwise
    :param anywhere: whether that works on any datetime, not only on pendulum's
    """

    arguments: tuple[Kind, ...]
    result: Kind
    evaluate: Callable[..., Any]
    jinja: str = ""
    anywhere: bool = False
    zoned: str = ""


_DT, _INT = Kind.DATETIME, Kind.INTEGER


def _part(evaluate: Callable[[datetime], int], jinja: str, *, anywhere: bool = True) -> Function:
    return Function((_DT,), _INT, evaluate, jinja, anywhere)


def _day(evaluate: Callable[[datetime], datetime], jinja: str, zoned: str = "") -> Function:
    return Function((_DT,), _DT, evaluate, jinja, zoned=zoned)


def _step(
    move: Callable[[datetime, int], datetime], factor: int, unit: str, *, calendar: bool = True
) -> Iterator[tuple[str, Function]]:
    """Yield plus and minus of a unit.

    :param calendar: whether it moves the local date; else it moves by elapsed time
    """
    for name, sign, verb in (("plus", 1, "add"), ("minus", -1, "subtract")):
        yield (
            f"{name}{unit.capitalize()}",
            Function(
                (_DT, _INT),
                _DT,
                partial(_move, move, factor * sign),
                f"{{0}}.{verb}({unit}={{1}})",
                zoned=f"macros.datapipeline.{verb}({{0}}, {unit}={{1}})" if calendar else "",
            ),
        )


def _move(move: Callable[[datetime, int], datetime], factor: int, moment: datetime, count: int) -> datetime:
    return move(moment, count * factor)


def _plus_period(moment: datetime, count_and_unit: tuple[int, str]) -> datetime:
    count, unit = count_and_unit
    return FUNCTIONS[f"plus{unit.capitalize()}"].evaluate(moment, count)  # type: ignore[no-any-return]


FUNCTIONS: dict[str, Function] = {
    "year": _part(lambda d: d.year, "{0}.year"),
    "month": _part(lambda d: d.month, "{0}.month"),
    "day": _part(lambda d: d.day, "{0}.day"),
    "dayOfYear": _part(lambda d: d.timetuple().tm_yday, "{0}.day_of_year", anywhere=False),
    "hour": _part(lambda d: d.hour, "{0}.hour"),
    "minute": _part(lambda d: d.minute, "{0}.minute"),
    "format": Function((_DT, Kind.PATTERN), Kind.TEXT, format_instant),
    "makeDate": Function(
        (_INT,) * 3,
        _DT,
        lambda y, m, d: datetime(y, m, d, tzinfo=UTC),
        "macros.datapipeline.datetime({0}, {1}, {2})",
    ),
    "makeDateTime": Function(
        (_INT,) * 5,
        _DT,
        lambda y, m, d, h, minute: datetime(y, m, d, h, minute, tzinfo=UTC),
        "macros.datapipeline.datetime({0}, {1}, {2}, {3}, {4})",
    ),
    # Earlier editions of the guide meant the midnight after the argument; the last one the midnight before.
    "midnight": _day(instants.at_midnight, "{0}.start_of('day')", "macros.datapipeline.midnight({0})"),
    "firstOfMonth": _day(
        instants.on_first_of_month, "{0}.replace(day=1)", "macros.datapipeline.first_of_month({0})"
    ),
    "sunday": _day(instants.on_sunday, "macros.datapipeline.sunday({0})"),
    "yesterday": _day(
        lambda d: instants.plus_days(d, -1),
        "{0}.subtract(days=1)",
        "macros.datapipeline.subtract({0}, days=1)",
    ),
    **dict(_step(instants.plus_months, 12, "years")),
    **dict(_step(instants.plus_months, 1, "months")),
    **dict(_step(instants.plus_days, 7, "weeks")),
    **dict(_step(instants.plus_days, 1, "days")),
    **dict(_step(instants.plus_minutes, 60, "hours", calendar=False)),
    **dict(_step(instants.plus_minutes, 1, "minutes", calendar=False)),
    # [older] and [undocumented], in this order.
    "inTimeZone": Function((_DT, Kind.ZONE), _DT, lambda d, zone: d.astimezone(zone), "{0}.in_timezone({1})"),
    "plusPeriod": Function((_DT, Kind.PERIOD), _DT, _plus_period),
}

_EXAMPLES = {
    Kind.DATETIME: "@scheduledStartTime",
    Kind.INTEGER: "1",
    Kind.PATTERN: "'YYYY-MM-dd'",
    Kind.ZONE: "'America/Los_Angeles'",
    Kind.PERIOD: "'1 day'",
}
_NUMBERS = ("2011", "5", "24", "14", "21")


def usage(name: str) -> str:
    """Return a right call of a function, such as `plusDays(@scheduledStartTime, 1)`."""
    kinds = FUNCTIONS[name].arguments
    arguments = _NUMBERS[: len(kinds)] if name.startswith("make") else [_EXAMPLES[kind] for kind in kinds]
    return f"{name}({', '.join(arguments)})"
