"""Knows the intervals of a schedule, multiplied from its start and never added up (dp-object-schedule)."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from datapipeline_converters.periods import Period

_MONTHS = {"month": 1, "year": 12}


def interval_start(anchor: datetime, period: Period, number: int) -> datetime:
    """Return when interval `number` (0, 1, ...) starts; a day that the month lacks is the month's last."""
    months = _MONTHS.get(period.unit)
    if months is None:
        return anchor + number * period.length
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + number * period.count * months, 12)
    return anchor.replace(year=year, month=month + 1, day=min(anchor.day, monthrange(year, month + 1)[1]))


def overdue(anchor: datetime, period: Period, now: datetime) -> int:
    """Return how many intervals have started by `now`."""
    if now < anchor:
        return 0
    number = (
        int((now - anchor) / period.length)
        if period.unit not in _MONTHS
        else _months_between(anchor, now, period)
    )
    while interval_start(anchor, period, number) > now:
        number -= 1
    return number + 1


def _months_between(anchor: datetime, now: datetime, period: Period) -> int:
    months = (now.year - anchor.year) * 12 + now.month - anchor.month
    return months // (period.count * _MONTHS[period.unit])


ONE_DAY = timedelta(days=1)
