"""Knows how the intervals of two schedules lie to each other (dp-concepts-schedules)."""

from __future__ import annotations

from datetime import timedelta

from datapipeline_converters.periods import Period
from datapipeline_converters.planning.timing import Timing

_DAY = timedelta(days=1)
_MONTHS = {"month": 1, "year": 12}
# What a month and a year may be at least and at most, in days.
_SHORTEST = {"month": 28, "year": 365}
_LONGEST = {"month": 31, "year": 366}


def shortest(period: Period) -> timedelta:
    """Return the length of the shortest interval of a period."""
    return (
        period.count * timedelta(days=_SHORTEST[period.unit]) if period.unit in _SHORTEST else period.length
    )


def longest(period: Period) -> timedelta:
    """Return the length of the longest interval of a period."""
    return period.count * timedelta(days=_LONGEST[period.unit]) if period.unit in _LONGEST else period.length


def nests(inner: Timing, outer: Timing) -> bool:
    """Tell whether every interval of one schedule lies wholly inside one of the other's, for as long as both run."""
    if inner.every is None or outer.every is None or inner.anchor is None or outer.anchor is None:
        return False
    months, outer_months = _months(inner.every), _months(outer.every)
    apart = inner.anchor - outer.anchor
    if months and outer_months:
        between = (inner.anchor.year - outer.anchor.year) * 12 + inner.anchor.month - outer.anchor.month
        same_day = inner.anchor.replace(year=2000, month=1) == outer.anchor.replace(year=2000, month=1)
        return same_day and outer_months % months == 0 and between % months == 0
    if months or apart % inner.every.length:
        return False
    # A calendar month is some whole number of days.
    return not (_DAY if outer_months else outer.every.length) % inner.every.length


def most_overlapping(inner: Timing, outer: Timing) -> int:
    """Return how many intervals of one schedule may share time with one interval of the other."""
    if inner.every is None or outer.every is None:
        return 0
    if nests(outer, inner):
        return 1
    months, outer_months = _months(inner.every), _months(outer.every)
    if months and outer_months:
        most = -(-outer_months // months)
    else:
        most = -(-longest(outer.every) // shortest(inner.every))
    return most if nests(inner, outer) else most + 1


def _months(period: Period) -> int:
    return period.count * _MONTHS.get(period.unit, 0)
