"""What the reference says of the schedules in tests/schedules.py."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from datapipeline_converters.periods import parse_period
from datapipeline_converters.schedule_calculator import Operation, PeriodicSchedule, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datapipeline_converters.schedule_calculator import Run, Style

    from tests.schedules import Moments, Row

utc = datetime.fromisoformat


def facts(row: Row) -> PeriodicSchedule:
    """Return a row's schedule."""
    style: Style = "cron" if row.style == "cron" else "timeseries"
    start, end = (utc(text) if text else None for text in (row.start, row.end))
    return PeriodicSchedule(parse_period(row.period), style, start, end, row.occurrences)


def operation(row: Row) -> Operation:
    """Return what was done with a row's pipeline."""
    activated, start_timestamp = (
        utc(text) if text else None for text in (row.activated, row.start_timestamp)
    )
    pauses = tuple((utc(begin), utc(resume)) for begin, resume in row.pauses)
    return Operation(activated, start_timestamp, pauses, row.catchup)


def executed(run: Run) -> Moments:
    """Return a run as the rows have it."""
    return run.start, run.end, run.executes


def runs_of(row: Row) -> Iterator[Moments]:
    """Yield the runs of a row."""
    return map(executed, runs(facts(row), operation(row)))
