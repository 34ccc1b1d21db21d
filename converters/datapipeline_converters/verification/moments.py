"""Knows at which moments a DAG's templates are tried: its own first and last intervals, and where calendars are hard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from datapipeline_converters.plan import Dag
from datapipeline_converters.schedule_calculator import (
    PeriodicSchedule,
    Style,
    interval_start,
    number_of_intervals,
)
from datapipeline_converters.schedule_calculator import runs as scheduled_runs

_STYLES: Mapping[str, Style] = {"end": "timeseries", "start": "cron"}
_FIRST = 3  # runs of its own

HARD = (
    "2024-01-31T00:00:00",  # midnight on the last of 31 days
    "2024-04-30T12:00:00",  # noon on the last of 30
    "2024-02-28T23:59:59",
    "2024-02-29T00:00:00",  # leap day
    "2024-02-29T23:59:59",
    "2023-02-28T06:07:08",  # no leap year; one digit each
    "2000-02-29T10:00:00",  # a leap year although divisible by 100
    "2100-02-28T22:30:00",  # none because of it
    "2023-12-31T23:59:59",
    "2024-01-01T00:00:00",
    "2024-12-31T12:34:56",  # day 366
    "2024-12-30T00:00:00",  # belongs to the first week of 2025
    "2021-01-03T00:30:00",  # a Sunday that belongs to week 53 of 2020
    "2024-06-01T13:05:09",  # a Saturday
    "2024-06-02T00:59:59",  # a Sunday
    "2024-06-03T11:59:59",  # a Monday, before noon
    "2024-03-31T00:59:59",  # Europe's daylight saving begins at 01:00 UTC
    "2024-03-31T01:30:00",
    "2024-10-27T00:30:00",  # and ends
    "2024-10-27T01:30:00",
    "2024-03-10T10:30:00",  # America's begins at 10:00 UTC in Los Angeles
    "2024-11-03T08:30:00",  # and ends
    "2024-11-03T09:30:00",
    "1999-12-31T18:20:30",
    "1970-01-01T00:00:00",
    "2038-01-19T03:14:08",  # the seconds since 1970 leave 31 bits
    "2011-05-24T17:10:00",  # the guide's example
)
# A run on trigger begins at any moment, while Data Pipeline counts in whole seconds.
_FRACTION = 987_654


@dataclass(frozen=True)
class Moment:
    """When a run is, in UTC without a zone.

    :param start: `@scheduledStartTime`
    :param end: `@scheduledEndTime`
    """

    start: datetime
    end: datetime

    def __str__(self) -> str:
        start, end = self.start.isoformat(), self.end.isoformat()
        return start if start == end else f"{start}..{end}"


def moments(dag: Dag) -> list[Moment]:
    """Return the moments at which to try a DAG, each once."""
    hard = [datetime.fromisoformat(text) for text in HARD]
    if dag.schedule is None:
        return [_from(start.replace(microsecond=_FRACTION), dag) for start in hard]
    return list(dict.fromkeys([*_own(dag), *(_from(start, dag) for start in hard)]))


def _from(start: datetime, dag: Dag) -> Moment:
    """Return a run that starts then, whether the schedule has it or not."""
    return Moment(start, start if dag.every is None else interval_start(start, dag.every, 1))


def _own(dag: Dag) -> Iterator[Moment]:
    """Yield the first runs of a schedule, and the last where there is one."""
    assert dag.schedule is not None and dag.every is not None  # noqa: S101, PT018 - one comes with the other
    arguments: Any = dag.schedule.arguments
    anchor = datetime.fromisoformat(arguments["start"])
    end = datetime.fromisoformat(arguments["end"]) if "end" in arguments else None
    style = _STYLES[arguments["run_at"]]
    schedule = PeriodicSchedule(dag.every, style, anchor, end, arguments.get("occurrences"))
    for run in islice(scheduled_runs(schedule, earliest=dag.start), _FIRST):
        yield Moment(run.start, run.end)
    if number := number_of_intervals(schedule):
        yield _from(interval_start(anchor, dag.every, number - 1), dag)
