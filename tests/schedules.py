"""Schedules and their runs, written by hand from the guide and a calendar: what the reference and the timetable both answer to.

A run is written as `start end execution`, all UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Moments: TypeAlias = tuple[datetime, datetime, datetime]


def moments(run: str) -> Moments:
    """Return a run's start, end and execution."""
    start, end, execution = map(datetime.fromisoformat, run.split())
    return start, end, execution


@dataclass(frozen=True)
class Row:
    """A schedule, what was done with its pipeline, and the runs it makes.

    :param first: the first runs
    :param count: how many runs there are; None: no end
    :param last: the last run, where there is one that is not among the first
    :param start: left out: the moment of activation
    :param activated: left out: before the start
    """

    name: str
    period: str
    style: str
    first: tuple[str, ...]
    count: int | None = None
    last: str = ""
    start: str = ""
    end: str = ""
    occurrences: int | None = None
    activated: str = ""
    start_timestamp: str = ""
    pauses: tuple[tuple[str, str], ...] = ()
    catchup: bool = True

    def first_runs(self) -> list[Moments]:
        """Return the first runs."""
        return [moments(run) for run in self.first]

    def last_runs(self) -> list[Moments]:
        """Return the last run, if there is one at all."""
        return [moments(run) for run in (self.last,) if run] or self.first_runs()[-1:]


# The worked examples of the guide, by the numbers of the reference's table; 15, on demand, is below.
GUIDE = (
    Row(
        "1 hourly with an end, timeseries",
        "1 hours",
        "timeseries",
        start="2012-09-01T00:00",
        end="2012-10-01T00:00",
        first=(
            "2012-09-01T00:00 2012-09-01T01:00 2012-09-01T01:00",
            "2012-09-01T01:00 2012-09-01T02:00 2012-09-01T02:00",
            "2012-09-01T02:00 2012-09-01T03:00 2012-09-01T03:00",
            "2012-09-01T03:00 2012-09-01T04:00 2012-09-01T04:00",
        ),
        count=720,
        last="2012-09-30T23:00 2012-10-01T00:00 2012-10-01T00:00",
    ),
    Row(
        "2 hourly with an end, cron",
        "1 hours",
        "cron",
        start="2012-09-01T00:00",
        end="2012-10-01T00:00",
        first=(
            "2012-09-01T00:00 2012-09-01T01:00 2012-09-01T00:00",
            "2012-09-01T01:00 2012-09-01T02:00 2012-09-01T01:00",
            "2012-09-01T02:00 2012-09-01T03:00 2012-09-01T02:00",
            "2012-09-01T03:00 2012-09-01T04:00 2012-09-01T03:00",
        ),
        count=720,
        last="2012-09-30T23:00 2012-10-01T00:00 2012-09-30T23:00",
    ),
    Row(
        "3 half-hourly, timeseries",
        "30 minutes",
        "timeseries",
        start="2024-05-06T22:00",
        first=(
            "2024-05-06T22:00 2024-05-06T22:30 2024-05-06T22:30",
            "2024-05-06T22:30 2024-05-06T23:00 2024-05-06T23:00",
            "2024-05-06T23:00 2024-05-06T23:30 2024-05-06T23:30",
            "2024-05-06T23:30 2024-05-07T00:00 2024-05-07T00:00",
        ),
    ),
    Row(
        "4 half-hourly, cron",
        "30 minutes",
        "cron",
        start="2024-05-06T22:00",
        first=(
            "2024-05-06T22:00 2024-05-06T22:30 2024-05-06T22:00",
            "2024-05-06T22:30 2024-05-06T23:00 2024-05-06T22:30",
            "2024-05-06T23:00 2024-05-06T23:30 2024-05-06T23:00",
            "2024-05-06T23:30 2024-05-07T00:00 2024-05-06T23:30",
        ),
    ),
    Row(
        "5 from the moment of activation, cron",
        "15 Minutes",
        "cron",
        occurrences=4,
        activated="2024-05-06T06:10:07",
        first=(
            "2024-05-06T06:10:07 2024-05-06T06:25:07 2024-05-06T06:10:07",
            "2024-05-06T06:25:07 2024-05-06T06:40:07 2024-05-06T06:25:07",
            "2024-05-06T06:40:07 2024-05-06T06:55:07 2024-05-06T06:40:07",
            "2024-05-06T06:55:07 2024-05-06T07:10:07 2024-05-06T06:55:07",
        ),
        count=4,
    ),
    Row(
        "6 from the moment of activation, timeseries",
        "15 Minutes",
        "timeseries",
        occurrences=4,
        activated="2024-05-06T06:10:07",
        first=(
            "2024-05-06T06:10:07 2024-05-06T06:25:07 2024-05-06T06:25:07",
            "2024-05-06T06:25:07 2024-05-06T06:40:07 2024-05-06T06:40:07",
            "2024-05-06T06:40:07 2024-05-06T06:55:07 2024-05-06T06:55:07",
            "2024-05-06T06:55:07 2024-05-06T07:10:07 2024-05-06T07:10:07",
        ),
        count=4,
    ),
    Row(
        "7 three occurrences, cron",
        "1 hours",
        "cron",
        start="2014-04-25T22:00",
        occurrences=3,
        first=(
            "2014-04-25T22:00 2014-04-25T23:00 2014-04-25T22:00",
            "2014-04-25T23:00 2014-04-26T00:00 2014-04-25T23:00",
            "2014-04-26T00:00 2014-04-26T01:00 2014-04-26T00:00",
        ),
        count=3,
    ),
    Row(
        "8 from the moment of activation; the end falls on a start, which does not run",
        "1 hours",
        "cron",
        end="2014-04-25T22:00",
        activated="2014-04-25T19:00",
        first=(
            "2014-04-25T19:00 2014-04-25T20:00 2014-04-25T19:00",
            "2014-04-25T20:00 2014-04-25T21:00 2014-04-25T20:00",
            "2014-04-25T21:00 2014-04-25T22:00 2014-04-25T21:00",
        ),
        count=3,
    ),
    Row(
        "9 once",
        "1 day",
        "timeseries",
        start="2013-08-18T00:00",
        end="2013-08-19T00:00",
        first=("2013-08-18T00:00 2013-08-19T00:00 2013-08-19T00:00",),
        count=1,
    ),
    Row(
        "10 a year of months",
        "1 month",
        "timeseries",
        start="2013-01-01T00:00",
        occurrences=12,
        first=(
            "2013-01-01T00:00 2013-02-01T00:00 2013-02-01T00:00",
            "2013-02-01T00:00 2013-03-01T00:00 2013-03-01T00:00",
            "2013-03-01T00:00 2013-04-01T00:00 2013-04-01T00:00",
            "2013-04-01T00:00 2013-05-01T00:00 2013-05-01T00:00",
        ),
        count=12,
        last="2013-12-01T00:00 2014-01-01T00:00 2014-01-01T00:00",
    ),
    Row(
        "11 weekly over a leap day",
        "1 week",
        "cron",
        start="2024-02-19T00:00",
        first=(
            "2024-02-19T00:00 2024-02-26T00:00 2024-02-19T00:00",
            "2024-02-26T00:00 2024-03-04T00:00 2024-02-26T00:00",
            "2024-03-04T00:00 2024-03-11T00:00 2024-03-04T00:00",
            "2024-03-11T00:00 2024-03-18T00:00 2024-03-11T00:00",
        ),
    ),
    Row(
        "12 three hours from a minute before midnight",
        "3 hours",
        "timeseries",
        start="2012-01-15T23:59",
        first=(
            "2012-01-15T23:59 2012-01-16T02:59 2012-01-16T02:59",
            "2012-01-16T02:59 2012-01-16T05:59 2012-01-16T05:59",
            "2012-01-16T05:59 2012-01-16T08:59 2012-01-16T08:59",
            "2012-01-16T08:59 2012-01-16T11:59 2012-01-16T11:59",
        ),
    ),
    Row(
        "13 activated after the start: 11 are overdue, cron",
        "1 hour",
        "cron",
        start="2024-05-06T00:00",
        activated="2024-05-06T10:30",
        first=(
            "2024-05-06T00:00 2024-05-06T01:00 2024-05-06T10:30",
            "2024-05-06T01:00 2024-05-06T02:00 2024-05-06T10:30",
            "2024-05-06T02:00 2024-05-06T03:00 2024-05-06T10:30",
            "2024-05-06T03:00 2024-05-06T04:00 2024-05-06T10:30",
            "2024-05-06T04:00 2024-05-06T05:00 2024-05-06T10:30",
            "2024-05-06T05:00 2024-05-06T06:00 2024-05-06T10:30",
            "2024-05-06T06:00 2024-05-06T07:00 2024-05-06T10:30",
            "2024-05-06T07:00 2024-05-06T08:00 2024-05-06T10:30",
            "2024-05-06T08:00 2024-05-06T09:00 2024-05-06T10:30",
            "2024-05-06T09:00 2024-05-06T10:00 2024-05-06T10:30",
            "2024-05-06T10:00 2024-05-06T11:00 2024-05-06T10:30",
            "2024-05-06T11:00 2024-05-06T12:00 2024-05-06T11:00",
        ),
    ),
    Row(
        "14 activated after the start: 10 are overdue, timeseries",
        "1 hour",
        "timeseries",
        start="2024-05-06T00:00",
        activated="2024-05-06T10:30",
        first=(
            "2024-05-06T00:00 2024-05-06T01:00 2024-05-06T10:30",
            "2024-05-06T01:00 2024-05-06T02:00 2024-05-06T10:30",
            "2024-05-06T02:00 2024-05-06T03:00 2024-05-06T10:30",
            "2024-05-06T03:00 2024-05-06T04:00 2024-05-06T10:30",
            "2024-05-06T04:00 2024-05-06T05:00 2024-05-06T10:30",
            "2024-05-06T05:00 2024-05-06T06:00 2024-05-06T10:30",
            "2024-05-06T06:00 2024-05-06T07:00 2024-05-06T10:30",
            "2024-05-06T07:00 2024-05-06T08:00 2024-05-06T10:30",
            "2024-05-06T08:00 2024-05-06T09:00 2024-05-06T10:30",
            "2024-05-06T09:00 2024-05-06T10:00 2024-05-06T10:30",
            "2024-05-06T10:00 2024-05-06T11:00 2024-05-06T11:00",
        ),
    ),
    Row(
        "13, with a startTimestamp: six intervals are passed over",
        "1 hour",
        "cron",
        start="2024-05-06T00:00",
        activated="2024-05-06T05:30",
        start_timestamp="2024-05-06T06:00",
        first=(
            "2024-05-06T06:00 2024-05-06T07:00 2024-05-06T06:00",
            "2024-05-06T07:00 2024-05-06T08:00 2024-05-06T07:00",
        ),
    ),
)

# Row 15: moments of activation, and the runs.
ON_DEMAND = (
    ("2024-05-06T08:00:07", "2024-05-06T09:30:00"),
    (
        "2024-05-06T08:00:07 2024-05-06T08:00:07 2024-05-06T08:00:07",
        "2024-05-06T09:30:00 2024-05-06T09:30:00 2024-05-06T09:30:00",
    ),
)

CALENDAR = (
    Row(
        "the 31st of every month",
        "1 month",
        "cron",
        start="2026-01-31T09:07",
        first=(
            "2026-01-31T09:07 2026-02-28T09:07 2026-01-31T09:07",
            "2026-02-28T09:07 2026-03-31T09:07 2026-02-28T09:07",
            "2026-03-31T09:07 2026-04-30T09:07 2026-03-31T09:07",
            "2026-04-30T09:07 2026-05-31T09:07 2026-04-30T09:07",
            "2026-05-31T09:07 2026-06-30T09:07 2026-05-31T09:07",
        ),
    ),
    Row(
        "the 31st, timeseries, three times",
        "1 month",
        "timeseries",
        start="2026-01-31T09:07",
        occurrences=3,
        first=(
            "2026-01-31T09:07 2026-02-28T09:07 2026-02-28T09:07",
            "2026-02-28T09:07 2026-03-31T09:07 2026-03-31T09:07",
            "2026-03-31T09:07 2026-04-30T09:07 2026-04-30T09:07",
        ),
        count=3,
    ),
    Row(
        "29 February every year",
        "1 year",
        "cron",
        start="2024-02-29T00:00",
        end="2029-01-01T00:00",
        first=(
            "2024-02-29T00:00 2025-02-28T00:00 2024-02-29T00:00",
            "2025-02-28T00:00 2026-02-28T00:00 2025-02-28T00:00",
            "2026-02-28T00:00 2027-02-28T00:00 2026-02-28T00:00",
            "2027-02-28T00:00 2028-02-29T00:00 2027-02-28T00:00",
            "2028-02-29T00:00 2029-02-28T00:00 2028-02-29T00:00",
        ),
        count=5,
    ),
    Row(
        "three years, from a leap day to a leap day",
        "3 Years",
        "timeseries",
        start="2020-02-29T12:00",
        first=(
            "2020-02-29T12:00 2023-02-28T12:00 2023-02-28T12:00",
            "2023-02-28T12:00 2026-02-28T12:00 2026-02-28T12:00",
            "2026-02-28T12:00 2029-02-28T12:00 2029-02-28T12:00",
            "2029-02-28T12:00 2032-02-29T12:00 2032-02-29T12:00",
        ),
    ),
    Row(
        "quarters from 30 November",
        "3 months",
        "timeseries",
        start="2023-11-30T06:00",
        first=(
            "2023-11-30T06:00 2024-02-29T06:00 2024-02-29T06:00",
            "2024-02-29T06:00 2024-05-30T06:00 2024-05-30T06:00",
            "2024-05-30T06:00 2024-08-30T06:00 2024-08-30T06:00",
            "2024-08-30T06:00 2024-11-30T06:00 2024-11-30T06:00",
            "2024-11-30T06:00 2025-02-28T06:00 2025-02-28T06:00",
        ),
    ),
    Row(
        "30 days are no month",
        "30 days",
        "cron",
        start="2024-01-31T00:00",
        first=(
            "2024-01-31T00:00 2024-03-01T00:00 2024-01-31T00:00",
            "2024-03-01T00:00 2024-03-31T00:00 2024-03-01T00:00",
            "2024-03-31T00:00 2024-04-30T00:00 2024-03-31T00:00",
            "2024-04-30T00:00 2024-05-30T00:00 2024-04-30T00:00",
        ),
    ),
    Row(
        "36 hours",
        "36 hours",
        "timeseries",
        start="2026-01-31T09:07",
        first=(
            "2026-01-31T09:07 2026-02-01T21:07 2026-02-01T21:07",
            "2026-02-01T21:07 2026-02-03T09:07 2026-02-03T09:07",
            "2026-02-03T09:07 2026-02-04T21:07 2026-02-04T21:07",
        ),
    ),
    Row(
        "two weeks from a Wednesday 09:07",
        "2 weeks",
        "cron",
        start="2026-03-18T09:07",
        first=(
            "2026-03-18T09:07 2026-04-01T09:07 2026-03-18T09:07",
            "2026-04-01T09:07 2026-04-15T09:07 2026-04-01T09:07",
            "2026-04-15T09:07 2026-04-29T09:07 2026-04-15T09:07",
        ),
    ),
    Row(
        "15 minutes over midnight and the year's end",
        "15 minutes",
        "cron",
        start="2025-12-31T23:40:07",
        first=(
            "2025-12-31T23:40:07 2025-12-31T23:55:07 2025-12-31T23:40:07",
            "2025-12-31T23:55:07 2026-01-01T00:10:07 2025-12-31T23:55:07",
            "2026-01-01T00:10:07 2026-01-01T00:25:07 2026-01-01T00:10:07",
            "2026-01-01T00:25:07 2026-01-01T00:40:07 2026-01-01T00:25:07",
        ),
    ),
    Row(
        "one occurrence",
        "1 day",
        "timeseries",
        start="2026-03-18T09:07",
        occurrences=1,
        first=("2026-03-18T09:07 2026-03-19T09:07 2026-03-19T09:07",),
        count=1,
    ),
    Row(
        "the end falls on the last run, timeseries",
        "12 hours",
        "timeseries",
        start="2026-03-18T00:00",
        end="2026-03-19T12:00",
        first=(
            "2026-03-18T00:00 2026-03-18T12:00 2026-03-18T12:00",
            "2026-03-18T12:00 2026-03-19T00:00 2026-03-19T00:00",
            "2026-03-19T00:00 2026-03-19T12:00 2026-03-19T12:00",
        ),
        count=3,
    ),
    Row(
        "the end falls on a clamped start, cron",
        "1 month",
        "cron",
        start="2024-01-31T00:00",
        end="2024-04-30T00:00",
        first=(
            "2024-01-31T00:00 2024-02-29T00:00 2024-01-31T00:00",
            "2024-02-29T00:00 2024-03-31T00:00 2024-02-29T00:00",
            "2024-03-31T00:00 2024-04-30T00:00 2024-03-31T00:00",
        ),
        count=3,
    ),
    Row(
        "an end inside the last interval: cron still starts it",
        "1 day",
        "cron",
        start="2026-03-18T00:00",
        end="2026-03-20T00:00:01",
        first=(
            "2026-03-18T00:00 2026-03-19T00:00 2026-03-18T00:00",
            "2026-03-19T00:00 2026-03-20T00:00 2026-03-19T00:00",
            "2026-03-20T00:00 2026-03-21T00:00 2026-03-20T00:00",
        ),
        count=3,
    ),
    Row(
        "an end inside the last interval: timeseries never ends it",
        "1 day",
        "timeseries",
        start="2026-03-18T00:00",
        end="2026-03-20T12:00",
        first=(
            "2026-03-18T00:00 2026-03-19T00:00 2026-03-19T00:00",
            "2026-03-19T00:00 2026-03-20T00:00 2026-03-20T00:00",
        ),
        count=2,
    ),
    Row(
        "an end before the first interval's end: nothing to run",
        "1 day",
        "timeseries",
        start="2026-03-18T00:00",
        end="2026-03-18T12:00",
        first=(),
        count=0,
    ),
)

OPERATED = (
    Row(
        "a start half a day back, cron",
        "1 day",
        "cron",
        start="2024-02-28T06:00",
        activated="2024-02-28T20:00",
        first=(
            "2024-02-28T06:00 2024-02-29T06:00 2024-02-28T20:00",
            "2024-02-29T06:00 2024-03-01T06:00 2024-02-29T06:00",
            "2024-03-01T06:00 2024-03-02T06:00 2024-03-01T06:00",
        ),
    ),
    Row(
        "a start half a day back, timeseries: nothing is overdue",
        "1 day",
        "timeseries",
        start="2024-02-28T06:00",
        activated="2024-02-28T20:00",
        first=(
            "2024-02-28T06:00 2024-02-29T06:00 2024-02-29T06:00",
            "2024-02-29T06:00 2024-03-01T06:00 2024-03-01T06:00",
        ),
    ),
    Row(
        "a start in the past, all of it over",
        "1 month",
        "timeseries",
        start="2023-10-31T00:00",
        occurrences=3,
        activated="2024-05-06T10:30",
        first=(
            "2023-10-31T00:00 2023-11-30T00:00 2024-05-06T10:30",
            "2023-11-30T00:00 2023-12-31T00:00 2024-05-06T10:30",
            "2023-12-31T00:00 2024-01-31T00:00 2024-05-06T10:30",
        ),
        count=3,
    ),
    Row(
        "a startTimestamp inside an interval passes it over",
        "1 hour",
        "timeseries",
        start="2024-05-06T00:00",
        activated="2024-05-06T05:30",
        start_timestamp="2024-05-06T05:00:01",
        first=("2024-05-06T06:00 2024-05-06T07:00 2024-05-06T07:00",),
    ),
    Row(
        "a startTimestamp before the start changes nothing",
        "1 hour",
        "cron",
        start="2024-05-06T00:00",
        start_timestamp="2020-01-01T00:00",
        first=("2024-05-06T00:00 2024-05-06T01:00 2024-05-06T00:00",),
    ),
    Row(
        "a startTimestamp between the month ends, with occurrences counted from the start",
        "1 month",
        "cron",
        start="2024-01-31T00:00",
        occurrences=4,
        start_timestamp="2024-03-01T00:00",
        first=(
            "2024-03-31T00:00 2024-04-30T00:00 2024-03-31T00:00",
            "2024-04-30T00:00 2024-05-31T00:00 2024-04-30T00:00",
        ),
        count=2,
    ),
    Row(
        "a startTimestamp after the last interval: nothing to run",
        "1 day",
        "cron",
        start="2024-05-06T00:00",
        occurrences=3,
        start_timestamp="2024-05-09T00:00",
        first=(),
        count=0,
    ),
    Row(
        "a pause of a week, cron: seven runs when it ends",
        "1 day",
        "cron",
        start="2026-03-02T06:00",
        occurrences=14,
        pauses=(("2026-03-05T00:00", "2026-03-12T00:00"),),
        first=(
            "2026-03-02T06:00 2026-03-03T06:00 2026-03-02T06:00",
            "2026-03-03T06:00 2026-03-04T06:00 2026-03-03T06:00",
            "2026-03-04T06:00 2026-03-05T06:00 2026-03-04T06:00",
            "2026-03-05T06:00 2026-03-06T06:00 2026-03-12T00:00",
            "2026-03-06T06:00 2026-03-07T06:00 2026-03-12T00:00",
            "2026-03-07T06:00 2026-03-08T06:00 2026-03-12T00:00",
            "2026-03-08T06:00 2026-03-09T06:00 2026-03-12T00:00",
            "2026-03-09T06:00 2026-03-10T06:00 2026-03-12T00:00",
            "2026-03-10T06:00 2026-03-11T06:00 2026-03-12T00:00",
            "2026-03-11T06:00 2026-03-12T06:00 2026-03-12T00:00",
            "2026-03-12T06:00 2026-03-13T06:00 2026-03-12T06:00",
        ),
        count=14,
        last="2026-03-15T06:00 2026-03-16T06:00 2026-03-15T06:00",
    ),
    Row(
        "a pause of a week, timeseries, month ends inside",
        "1 week",
        "timeseries",
        start="2026-02-25T06:00",
        pauses=(("2026-03-04T06:00", "2026-03-11T05:59:59"),),
        first=(
            "2026-02-25T06:00 2026-03-04T06:00 2026-03-11T05:59:59",
            "2026-03-04T06:00 2026-03-11T06:00 2026-03-11T06:00",
        ),
    ),
    Row(
        "a pause of a week without catch-up, cron: the latest of seven runs when it ends",
        "1 day",
        "cron",
        start="2026-03-02T06:00",
        occurrences=14,
        pauses=(("2026-03-05T00:00", "2026-03-12T00:00"),),
        catchup=False,
        first=(
            "2026-03-02T06:00 2026-03-03T06:00 2026-03-02T06:00",
            "2026-03-03T06:00 2026-03-04T06:00 2026-03-03T06:00",
            "2026-03-04T06:00 2026-03-05T06:00 2026-03-04T06:00",
            "2026-03-11T06:00 2026-03-12T06:00 2026-03-12T00:00",
            "2026-03-12T06:00 2026-03-13T06:00 2026-03-12T06:00",
        ),
        count=8,
        last="2026-03-15T06:00 2026-03-16T06:00 2026-03-15T06:00",
    ),
    Row(
        "a pause of a week without catch-up, timeseries",
        "1 day",
        "timeseries",
        start="2026-03-02T06:00",
        occurrences=14,
        pauses=(("2026-03-05T00:00", "2026-03-12T00:00"),),
        catchup=False,
        first=(
            "2026-03-02T06:00 2026-03-03T06:00 2026-03-03T06:00",
            "2026-03-03T06:00 2026-03-04T06:00 2026-03-04T06:00",
            "2026-03-10T06:00 2026-03-11T06:00 2026-03-12T00:00",
            "2026-03-11T06:00 2026-03-12T06:00 2026-03-12T06:00",
        ),
        count=8,
        last="2026-03-15T06:00 2026-03-16T06:00 2026-03-16T06:00",
    ),
    Row(
        "a pause that ends at a run without catch-up: that run is the latest",
        "1 day",
        "cron",
        start="2026-03-02T06:00",
        pauses=(("2026-03-03T00:00", "2026-03-05T06:00"),),
        catchup=False,
        first=(
            "2026-03-02T06:00 2026-03-03T06:00 2026-03-02T06:00",
            "2026-03-05T06:00 2026-03-06T06:00 2026-03-05T06:00",
        ),
    ),
    Row(
        "without catch-up, timeseries: the latest day that has ended",
        "1 day",
        "timeseries",
        start="2026-01-31T09:07",
        activated="2026-03-20T10:05",
        catchup=False,
        first=(
            "2026-03-19T09:07 2026-03-20T09:07 2026-03-20T10:05",
            "2026-03-20T09:07 2026-03-21T09:07 2026-03-21T09:07",
        ),
    ),
    Row(
        "without catch-up, cron: the latest month, still the 31st",
        "1 month",
        "cron",
        start="2026-01-31T09:07",
        activated="2026-03-20T10:05",
        catchup=False,
        first=(
            "2026-02-28T09:07 2026-03-31T09:07 2026-03-20T10:05",
            "2026-03-31T09:07 2026-04-30T09:07 2026-03-31T09:07",
            "2026-04-30T09:07 2026-05-31T09:07 2026-04-30T09:07",
        ),
    ),
    Row(
        "without catch-up, every other Saturday",
        "2 weeks",
        "timeseries",
        start="2026-01-31T09:07",
        activated="2026-03-20T10:05",
        catchup=False,
        first=(
            "2026-02-28T09:07 2026-03-14T09:07 2026-03-20T10:05",
            "2026-03-14T09:07 2026-03-28T09:07 2026-03-28T09:07",
        ),
    ),
    Row(
        "without catch-up, quarters of an hour",
        "15 minutes",
        "cron",
        start="2026-01-31T09:07",
        activated="2026-03-20T10:05",
        catchup=False,
        first=(
            "2026-03-20T09:52 2026-03-20T10:07 2026-03-20T10:05",
            "2026-03-20T10:07 2026-03-20T10:22 2026-03-20T10:07",
        ),
    ),
    Row(
        "without catch-up, a startTimestamp to come",
        "1 day",
        "timeseries",
        start="2026-01-31T09:07",
        activated="2026-03-20T10:05",
        start_timestamp="2026-03-22T00:00",
        catchup=False,
        first=("2026-03-22T09:07 2026-03-23T09:07 2026-03-23T09:07",),
    ),
    Row(
        "without catch-up, a start to come",
        "1 day",
        "cron",
        start="2026-04-01T00:00",
        activated="2026-03-20T10:05",
        catchup=False,
        first=(
            "2026-04-01T00:00 2026-04-02T00:00 2026-04-01T00:00",
            "2026-04-02T00:00 2026-04-03T00:00 2026-04-02T00:00",
        ),
    ),
    Row(
        "without catch-up, occurrences are counted from the start",
        "1 day",
        "cron",
        start="2026-03-18T00:00",
        occurrences=4,
        activated="2026-03-20T10:05",
        catchup=False,
        first=(
            "2026-03-20T00:00 2026-03-21T00:00 2026-03-20T10:05",
            "2026-03-21T00:00 2026-03-22T00:00 2026-03-21T00:00",
        ),
        count=2,
    ),
    Row(
        "without catch-up, a schedule that is over: nothing to run",
        "1 day",
        "cron",
        start="2026-01-31T09:07",
        end="2026-02-03T09:07",
        activated="2026-03-20T10:05",
        catchup=False,
        first=(),
        count=0,
    ),
)

ROWS = (*GUIDE, *CALENDAR, *OPERATED)
