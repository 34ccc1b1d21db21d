"""Plays Airflow's scheduler with the timetables of the schedules in tests/schedules.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest import mock

import pendulum
from airflow.timetables.base import TimeRestriction
from datapipeline_provider.timetables import anchored
from datapipeline_provider.timetables.anchored import AnchoredTimetable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.schedules import Moments, Row

DAY = timedelta(days=1)


def timetable_of(row: Row) -> AnchoredTimetable:
    """Return the timetable of a row's schedule."""
    run_at: Any = "start" if row.style == "cron" else "end"
    return AnchoredTimetable(row.start or row.activated, row.period, run_at, row.occurrences, row.end or None)


def scheduled(row: Row) -> Iterator[Moments]:
    """Yield the runs that the scheduler makes, while a clock goes on from the activation: start, end, execution."""
    timetable = timetable_of(row)
    start = utc(row.start or row.activated)
    clock = utc(row.activated) if row.activated else start - DAY
    earliest = max(start, utc(row.start_timestamp)) if row.start_timestamp else start
    restriction = TimeRestriction(earliest, None, catchup=row.catchup)
    last = None
    while True:
        with mock.patch.object(anchored, "_now", return_value=clock):
            run = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        if run is None:
            return
        moment = max(clock, run.run_after)
        for paused, resumed in row.pauses:
            if utc(paused) <= moment < utc(resumed):
                moment = utc(resumed)
        if moment > clock:
            clock = moment  # time passes, and the scheduler asks again
            continue
        last = run.data_interval
        assert last is not None
        yield naive(last.start), naive(last.end), naive(clock)


def utc(text: str) -> pendulum.DateTime:
    """Return a moment from its text without a zone."""
    return pendulum.instance(datetime.fromisoformat(text).replace(tzinfo=UTC))


def naive(moment: datetime) -> datetime:
    """Return a moment in UTC without its zone."""
    assert moment.utcoffset() == UTC.utcoffset(None)
    return datetime.fromisoformat(moment.replace(tzinfo=None).isoformat())
