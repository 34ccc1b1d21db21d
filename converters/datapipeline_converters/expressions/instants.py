"""Calendar arithmetic on instants, as Joda-Time does it."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from datapipeline_converters.expressions.errors import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable

_OFFSET = re.compile(r"([+-])([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def local(naive: datetime, zone: tzinfo) -> datetime:
    """Return a local time in a zone: the first of two where it occurs twice.

    One that daylight saving skips moves on by what is skipped.
    """
    return naive.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone)


def _in_calendar(change: Callable[[datetime, int], datetime]) -> Callable[[datetime, int], datetime]:
    """Return a step that looks at the local calendar only; one of length 0 does not even look at that."""

    def step(moment: datetime, count: int) -> datetime:
        if count == 0:
            return moment
        return local(change(moment.replace(tzinfo=None), count), moment.tzinfo or UTC)

    return step


def _months(moment: datetime, count: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _elapsed(moment: datetime, length: timedelta) -> datetime:
    zone = moment.tzinfo or UTC
    return (moment.astimezone(UTC) + length).astimezone(zone)


plus_months = _in_calendar(_months)
plus_days = _in_calendar(lambda moment, count: moment + timedelta(days=count))


def plus_minutes(moment: datetime, count: int) -> datetime:
    """Move by elapsed minutes."""
    return _elapsed(moment, timedelta(minutes=count))


def at_midnight(moment: datetime) -> datetime:
    """Return the midnight that begins the day."""
    return local(datetime(moment.year, moment.month, moment.day), moment.tzinfo or UTC)  # noqa: DTZ001


def on_first_of_month(moment: datetime) -> datetime:
    """Return the first day of the month, the time of day kept; where that occurs twice, at the offset it came from."""
    first = local(moment.replace(day=1, tzinfo=None), moment.tzinfo or UTC)
    second = first.replace(fold=1)
    return second if second.utcoffset() == moment.utcoffset() else first


def on_sunday(moment: datetime) -> datetime:
    """Return the Sunday on or before, the time of day kept."""
    return plus_days(moment, -(moment.isoweekday() % 7))


def offset(name: str) -> timedelta | None:
    """Return how far ahead of UTC a zone such as `+05:30` is, None for an id of another form."""
    match = _OFFSET.fullmatch(name)
    if match is None:
        return None
    length = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -length if match[1] == "-" else length


def zone(name: str) -> tzinfo:
    """Return a time zone by its id, such as America/Los_Angeles or +05:30.

    :raises ExpressionError: there is none of that id
    """
    ahead = offset(name)
    if ahead is not None:
        return timezone(ahead, name) if ahead else ZoneInfo("UTC")
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ExpressionError(
            "there is no such time zone",
            found=repr(name),
            expected="expected an id such as America/Los_Angeles, or an offset such as +05:30",
        ) from None
