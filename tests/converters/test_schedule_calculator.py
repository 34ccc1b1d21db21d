"""The reference for schedules says what the guide says."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING

import pytest
from datapipeline_converters.periods import parse_period
from datapipeline_converters.schedule_calculator import (
    PeriodicSchedule,
    activation_is_refused,
    interval_start,
    intervals_started,
    number_due,
    number_of_intervals,
    runs,
    runs_on_demand,
)

from tests.converters.reference_runs import executed, facts, operation, runs_of, utc
from tests.schedules import CALENDAR, GUIDE, ON_DEMAND, ROWS, Row, moments

if TYPE_CHECKING:
    from datetime import datetime

    from datapipeline_converters.schedule_calculator import Style


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_runs(row: Row) -> None:
    assert list(islice(runs_of(row), len(row.first))) == row.first_runs()
    if row.count is None:
        assert len(list(islice(runs_of(row), 1000))) == 1000
        return
    everything = list(runs_of(row))
    assert len(everything) == row.count
    assert everything[-1:] == row.last_runs()


@pytest.mark.parametrize("row", [*GUIDE, *CALENDAR], ids=lambda row: row.name)
def test_each_interval_ends_where_the_next_starts(row: Row) -> None:
    found = list(islice(runs(facts(row), operation(row)), 50))
    assert [one.end for one in found[:-1]] == [two.start for two in found[1:]]
    assert all(run.due == (run.start if row.style == "cron" else run.end) for run in found)
    assert all(one.due < two.due for one, two in pairwise(found))


def test_on_demand_there_is_one_run_for_each_activation() -> None:
    activations, expected = ON_DEMAND
    assert list(map(executed, runs_on_demand(map(utc, activations)))) == list(map(moments, expected))


@pytest.mark.parametrize(
    ("start", "now", "refused"),
    [
        ("2024-05-06T00:00", "2024-05-08T10:30", True),  # the guide's hourly schedule, two days late
        ("2024-05-06T00:00", "2024-05-06T10:30", False),
        ("2024-05-06T00:00", "2024-05-07T00:00", False),  # the guide's own trick for a first run at once
        ("2024-05-06T00:00", "2024-05-07T00:00:01", True),
        ("2024-05-06T00:00", "2024-05-01T00:00", False),
    ],
)
def test_the_guard_against_an_accidental_backfill(start: str, now: str, refused: bool) -> None:
    assert activation_is_refused(utc(start), utc(now)) is refused


def test_a_schedule_from_the_first_activation_needs_one() -> None:
    schedule = PeriodicSchedule(parse_period("1 day"), "cron")
    with pytest.raises(ValueError, match="say when that was"):
        next(runs(schedule))


@pytest.mark.parametrize(
    ("start", "period", "number", "expected"),
    [
        ("2024-01-31T09:00", "1 month", 0, "2024-01-31T09:00"),
        ("2024-01-31T09:00", "1 month", 1, "2024-02-29T09:00"),
        ("2024-01-31T09:00", "1 month", 2, "2024-03-31T09:00"),
        ("2024-01-31T09:00", "1 month", 13, "2025-02-28T09:00"),
        ("2024-12-31T09:00", "2 months", 1, "2025-02-28T09:00"),
        ("2024-02-29T00:00", "1 year", 1, "2025-02-28T00:00"),
        ("2024-02-29T00:00", "1 year", 4, "2028-02-29T00:00"),
        ("2096-02-29T00:00", "1 year", 4, "2100-02-28T00:00"),  # 2100 is no leap year
        ("2024-01-01T00:00", "36 hours", 3, "2024-01-05T12:00"),
        ("2024-01-03T09:07", "2 weeks", 2, "2024-01-31T09:07"),
    ],
)
def test_intervals_are_multiplied_from_the_start(start: str, period: str, number: int, expected: str) -> None:
    assert interval_start(utc(start), parse_period(period), number) == utc(expected)


@pytest.mark.parametrize(
    ("start", "period", "now", "expected"),
    [
        ("2024-01-01T00:00", "1 day", "2023-12-31T00:00", 0),
        ("2024-01-01T00:00", "1 day", "2024-01-01T00:00", 1),
        ("2024-05-06T00:00", "1 hour", "2024-05-06T10:30", 11),
        ("2024-01-31T00:00", "1 month", "2024-02-28T23:00", 1),
        ("2024-01-31T00:00", "1 month", "2024-02-29T00:00", 2),
        ("2024-01-31T00:00", "1 month", "2024-03-30T00:00", 2),
        ("2024-01-31T00:00", "3 months", "2024-03-31T00:00", 1),
        ("2024-02-29T00:00", "1 year", "2025-02-27T00:00", 1),
        ("2024-02-29T00:00", "1 year", "2025-02-28T00:00", 2),
    ],
)
def test_intervals_that_have_started(start: str, period: str, now: str, expected: int) -> None:
    assert intervals_started(utc(start), parse_period(period), utc(now)) == expected


@pytest.mark.parametrize(
    ("style", "limit", "now", "expected"),
    [
        ("cron", {}, "2024-05-05T23:59", 0),
        ("cron", {}, "2024-05-06T10:30", 11),
        ("timeseries", {}, "2024-05-06T10:30", 10),
        ("timeseries", {}, "2024-05-06T00:30", 0),
        ("timeseries", {"occurrences": 4}, "2024-05-06T10:30", 4),
        ("cron", {"end": utc("2024-05-06T03:00")}, "2024-05-06T10:30", 3),
        ("timeseries", {"end": utc("2024-05-06T03:30")}, "2024-05-06T10:30", 3),
        ("cron", {"end": utc("2024-05-06T03:30")}, "2024-05-06T10:30", 4),
    ],
)
def test_runs_that_are_due(style: Style, limit: dict[str, datetime | int], now: str, expected: int) -> None:
    schedule = PeriodicSchedule(parse_period("1 hour"), style, utc("2024-05-06T00:00"), **limit)  # type: ignore[arg-type]
    assert number_due(schedule, utc(now)) == expected


@pytest.mark.parametrize(
    ("style", "earliest", "expected"),
    [
        ("cron", "2124-01-31T00:00", "2124-01-31T00:00"),
        ("cron", "2124-02-01T00:00", "2124-02-29T00:00"),
        ("timeseries", "2124-03-01T00:00", "2124-03-31T00:00"),
        ("timeseries", "1999-01-01T00:00", "2024-01-31T00:00"),
    ],
)
def test_runs_from_a_moment_on(style: Style, earliest: str, expected: str) -> None:
    schedule = PeriodicSchedule(parse_period("1 month"), style, utc("2024-01-31T00:00"))
    assert next(runs(schedule, earliest=utc(earliest))).start == utc(expected)


def test_runs_end_with_the_calendar() -> None:
    schedule = PeriodicSchedule(parse_period("1 year"), "cron", utc("9997-06-01T00:00"))
    assert [run.start.year for run in runs(schedule)] == [9997, 9998]
    to_the_last = PeriodicSchedule(
        parse_period("1 month"), "timeseries", utc("9999-10-31T00:00"), utc("9999-12-31T23:59:59")
    )
    assert number_of_intervals(to_the_last) == 2
