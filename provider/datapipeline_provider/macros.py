"""What generated templates need beyond Airflow's own objects, as `macros.datapipeline.<function>`."""

from __future__ import annotations

import functools
import math
import re
import traceback
from datetime import datetime as _datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pendulum

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime as plain_datetime

_P = ParamSpec("_P")
_R = TypeVar("_R")

# Between these Java writes a double without an exponent.
_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7

_WHOLE = re.compile(r"\s*[-+]?\d{1,18}\s*", re.ASCII)
_DECIMAL = re.compile(r"\s*[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?\s*", re.ASCII)
_DATETIME = re.compile(
    r"\s*(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d)?(?:\.\d{1,9})?)?(?:[Zz]|\+00:00)?\s*", re.ASCII
)


def activation_time(dag_run: Any) -> pendulum.DateTime:
    """Return when an on-demand run was asked for, in UTC and to the second: its @scheduledStartTime."""
    return instant(dag_run.run_after)


def now() -> pendulum.DateTime:
    """Return the present, in UTC: when a task ended, for an alarm that Airflow sends without saying so."""
    return pendulum.now("UTC")


class _Never:
    """A moment that has not come, or that nobody knows: whatever is asked of it, it prints as nothing."""

    unsafe_callable = alters_data = False  # as Jinja's sandbox asks

    def __getattr__(self, name: str) -> _Never:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments: Any, **named: Any) -> _Never:
        return self

    def __str__(self) -> str:
        return ""


_NEVER = _Never()


def known(moment: Any) -> Any:
    """Return a moment as it is; where there is none, one that prints as nothing, in whatever format."""
    return moment if isinstance(moment, _datetime) else _NEVER


def _of_known(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Have a function of a moment return one that is not known as it is."""

    @functools.wraps(function)
    def checked(*arguments: _P.args, **named: _P.kwargs) -> _R:
        return arguments[0] if arguments[0] is _NEVER else function(*arguments, **named)  # type: ignore[return-value]

    return checked


# What Data Pipeline calls a task that has not come to its end (dp-interpret-status), by Airflow's states.
_STATUSES = {
    "scheduled": "WAITING_FOR_RUNNER",
    "queued": "WAITING_FOR_RUNNER",
    "up_for_retry": "WAITING_FOR_RUNNER",
    "running": "RUNNING",
    "deferred": "RUNNING",
    "awaiting_input": "RUNNING",
    "restarting": "RUNNING",
    "up_for_reschedule": "RUNNING",
    "success": "FINISHED",
    "failed": "CANCELED",  # the one that is told of is ended because it is late
    "skipped": "SKIPPED",
}


def status(state: Any) -> str:
    """Return Data Pipeline's word for a task's state when the task is late: it waits for others unless it is due."""
    return _STATUSES.get(str(getattr(state, "value", state)), "WAITING_ON_DEPENDENCIES")


def stack_trace(exception: Any) -> str:
    """Return an exception with the calls that led to it; its text alone where Airflow knows no more, "" with none."""
    if not isinstance(exception, BaseException):
        return str(exception or "")
    return "".join(traceback.format_exception(exception)).rstrip()


def cancellation_reason(exception: Any) -> str:
    """Return why a task was ended that was late, "" if it has failed for another reason."""
    from datapipeline_provider.lateness.attempts import TaskIsLate

    return str(exception) if isinstance(exception, TaskIsLate) else ""


def datetime(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> pendulum.DateTime:
    """Return an instant in UTC: the functions makeDate and makeDateTime."""
    return pendulum.datetime(year, month, day, hour, minute, tz="UTC")


@_of_known
def instant(value: plain_datetime | str) -> pendulum.DateTime:
    """Return a datetime, or a text such as 2011-05-24T17:10:00, as an instant in UTC, to the second.

    :raises ValueError: when a text has another form
    """
    if not isinstance(value, str):
        return pendulum.instance(value, tz="UTC").in_timezone("UTC").replace(microsecond=0)
    match = _DATETIME.fullmatch(value)
    if match is None:
        raise ValueError(
            "the text is no date and time: expected the form 2011-05-24T17:10:00"
        )  # it may be a secret
    date, time, seconds = match.groups()
    return pendulum.from_format(
        f"{date} {time or '00:00'}{seconds or ':00'}", "YYYY-MM-DD HH:mm:ss", tz="UTC"
    )


@_of_known
def midnight(moment: pendulum.DateTime) -> pendulum.DateTime:
    """Return the midnight that begins the day: the first of two, or what follows it where daylight saving skips it."""
    return _first(pendulum.datetime(moment.year, moment.month, moment.day, tz=moment.timezone or "UTC"))


@_of_known
def first_of_month(moment: pendulum.DateTime) -> pendulum.DateTime:
    """Return the first day of the month, the time of day kept unless daylight saving skips it."""
    second = pendulum.datetime(
        moment.year, moment.month, 1, moment.hour, moment.minute, moment.second, tz=moment.timezone or "UTC"
    )
    return second if second.utcoffset() == moment.utcoffset() else _first(second)


@_of_known
def sunday(moment: pendulum.DateTime) -> pendulum.DateTime:
    """Return the Sunday on or before, the time of day kept."""
    return subtract(moment, days=moment.isoweekday() % 7)


@_of_known
def add(moment: pendulum.DateTime, **units: int) -> pendulum.DateTime:
    """Return a date so much later in the calendar of its zone: plusDays and the like after inTimeZone.

    Where a local time occurs twice it is the first, as in Joda-Time; pendulum takes the second.
    """
    return _first(moment.add(**units)) if any(units.values()) else moment


@_of_known
def subtract(moment: pendulum.DateTime, **units: int) -> pendulum.DateTime:
    """Return a date so much earlier in the calendar of its zone: minusDays and the like after inTimeZone."""
    return _first(moment.subtract(**units)) if any(units.values()) else moment


def _first(moment: pendulum.DateTime) -> pendulum.DateTime:
    """Return the first of the two instants at which a local time occurs, if it occurs twice."""
    return moment.replace(fold=0)


def number(value: str | int | float) -> int | float:
    """Return the number a text spells; whole where it is spelled without a fraction.

    :raises ValueError: when it spells none
    """
    if not isinstance(value, str):
        return value
    if _WHOLE.fullmatch(value):
        return int(value)
    if _DECIMAL.fullmatch(value):
        return float(value)
    raise ValueError("the text is no number: expected digits, such as 5 or 0.25")  # it may be a secret


def divide(dividend: int | float, divisor: int | float) -> int | float:
    """Divide as Java does: whole numbers give a whole number cut towards zero, decimal ones may give infinity."""
    if isinstance(dividend, int) and isinstance(divisor, int):
        quotient = abs(dividend) // abs(divisor)
        return quotient if (dividend < 0) == (divisor < 0) else -quotient
    if divisor != 0:
        return dividend / divisor
    if dividend == 0 or math.isnan(dividend):
        return math.nan
    return math.inf * math.copysign(1, dividend) * math.copysign(1, divisor)


def power(base: int | float, exponent: int | float) -> float:
    """Raise to a power; the result is a decimal number, whatever the operands."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        return math.inf if base == 0 else math.nan


def text(value: int | float) -> str:
    """Return a number as Java prints it: `4.0`, `1.0E7`, `Infinity`."""
    if isinstance(value, int):
        return str(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    fraction = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{fraction}E{len(digits) - 1 + int(exponent)}"


MACROS: tuple[Callable[..., Any], ...] = (
    activation_time,
    now,
    known,
    status,
    stack_trace,
    cancellation_reason,
    datetime,
    instant,
    midnight,
    first_of_month,
    sunday,
    add,
    subtract,
    number,
    divide,
    power,
    text,
)
